"""Deployment profiles in words: what one would do, how well it is known, what a try found.

The words about recordings stand in ``text.recording``. Nothing here needs the error book.
"""

from __future__ import annotations

from collections.abc import Iterator

from feishu_wizard.domain.deployment import (
    CallLook,
    Difference,
    Origin,
    ProfileLook,
    ProfileTry,
    Purpose,
)
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.text.catalog import N_, _, ngettext, pick
from feishu_wizard.text.spoken import local_time

_PURPOSES = {
    Purpose.SIGN_IN: N_("Sign in"),
    Purpose.VERSION: N_("Ask for the version"),
    Purpose.READ: N_("Read the setting"),
    Purpose.CREATE: N_("Save for the first time"),
    Purpose.SAVE: N_("Save"),
    Purpose.SWITCH: N_("Switch on or off"),
    Purpose.TEST: N_("Let CAN test itself"),
    Purpose.AUDIT: N_("Read who changed what"),
    Purpose.ACCOUNTS: N_("List the accounts"),
    Purpose.APP_TICKET: N_("Read the app ticket"),
}
_ORIGINS = {
    Origin.BUILT_IN: N_("Comes with the program"),
    Origin.ADDED: N_("Added on this computer"),
}
_KNOWN = {
    "proposed": N_("Proposed"),
    "docs": N_("From documentation"),
    "source": N_("From source code"),
    "live": N_("Seen on a real server"),
}
_KNOWN_MEANING = {
    "proposed": N_(
        "Nobody has confirmed it on a real server. Every save is read back, so you will see "
        "whether it worked."
    ),
    "docs": N_(
        "It follows the documentation of the product; no real server was seen. Every save is "
        "read back."
    ),
    "source": N_(
        "It follows the source code of the product; your version may differ. Every save is read "
        "back."
    ),
    "live": N_("A real server of this kind was read with it."),
}


def purpose_word(purpose: Purpose) -> str:
    """What a call is for."""
    return _(_PURPOSES[purpose])


def origin_word(origin: Origin) -> str:
    """Where a profile comes from."""
    return _(_ORIGINS[origin])


def known_word(known_by: str) -> str:
    """How well a profile is known: proposed, docs, source or live."""
    return _(_KNOWN[known_by])


def known_sentence(known_by: str) -> str:
    """What that means for the one who saves through it."""
    return _(_KNOWN_MEANING[known_by])


def profile_name(look: ProfileLook) -> str:
    """The name of a profile in the language in use."""
    return pick(look.name) or look.id


def call_line(call: CallLook) -> str:
    """One call: what for, method and path, and whether it changes something."""
    line = _("{purpose}: {method} {path}").format(
        purpose=purpose_word(call.purpose), method=call.method, path=call.path
    )
    return _("{call} (changes the server)").format(call=line) if call.writes else line


def look_sentences(look: ProfileLook, host: str = "") -> tuple[str, ...]:
    """What somebody should know before trusting a profile, the weightiest first.

    ``host``: where CAN is, "" when it is not known yet.
    """
    return tuple(_sentences(look, host))


def secret_sentences(look: ProfileLook, host: str = "") -> tuple[str, ...]:
    """Where every secret goes, a sentence each; the App Secret first."""
    where = host or _("your CAN server")
    carried: dict[str, list[str]] = {}
    for call in look.calls:
        for name in call.secrets:
            carried.setdefault(name, []).append(purpose_word(call.purpose))
    names = sorted(carried, key=lambda name: name != APP_SECRET)
    return tuple(_secret_sentence(look, name, carried[name], where) for name in names)


def difference_line(difference: Difference) -> str:
    """One place in which a profile differs from the one that it would replace."""
    before, after = difference.before or _("(none)"), difference.after or _("(none)")
    return f"{difference.where}: {before} → {after}"


def replacement_sentence(look: ProfileLook) -> str:
    """That a profile takes the place of another one; "" when it does not."""
    if not look.replaces:
        return ""
    n = len(look.differences)
    if n == 0:
        return _(
            "Another file of the profile “{id}” is there already; it does the same or cannot be "
            "read. It would be replaced."
        ).format(id=look.id)
    return ngettext(
        "Another file of the profile “{id}” is there already. It would be replaced; {n} value "
        "differs.",
        "Another file of the profile “{id}” is there already. It would be replaced; {n} values "
        "differ.",
        n,
    ).format(id=look.id, n=n)


def trust_sentence(look: ProfileLook) -> str:
    """Whether a profile is used, and why not."""
    if look.origin is Origin.BUILT_IN:
        return _("It comes with the program.")
    if look.changed:
        return _("Its file was changed after it was trusted, so it is not used.")
    if not look.trusted:
        return _("It is not trusted yet, so it is not used.")
    if look.fitted_at:
        when = local_time(look.fitted_at)
        return _("You trust it; it last fitted a server on {when}.").format(when=when)
    return _("You trust it; it has not been tried on a server yet.")


def try_sentence(tried: ProfileTry) -> str:
    """What the read-only call of a profile found."""
    if tried.fits:
        return _("The setting was read from {base}; the profile fits.").format(base=tried.base)
    if tried.reason == "version":
        return _("The server says version {version}, and the profile is for others.").format(
            version=tried.version or "?"
        )
    words = _TRIED.get(tried.reason, _TRIED["foreign_envelope"])
    return _(words).format(base=tried.base)


_TRIED = {
    "unauthenticated": N_(
        "{base} understood the call, but did not accept what was given to sign in."
    ),
    "forbidden": N_("{base} knows you, but does not let you read the setting."),
    "not_found": N_("{base} has nothing at the address of the profile's read call."),
    "html": N_("{base} answered with a web page instead of data."),
    "login_page": N_("{base} answered with its sign-in page: the session is missing or over."),
    "redirect": N_("{base} sent the call elsewhere; nothing was sent there."),
    "foreign_envelope": N_("{base} answered in another form than the profile describes."),
    "server_error": N_("{base} reported a fault of its own; try again later."),
    "refused": N_("{base} refused the read call."),
    "input_missing": N_("A value that the profile needs for its address is missing."),
}


def _sentences(look: ProfileLook, host: str) -> Iterator[str]:
    yield _("All calls go to {host}, and nowhere else.").format(host=host or _("your CAN server"))
    yield from secret_sentences(look, host)
    if look.weak:
        yield _(
            "A save carries no key: whoever can reach this server may change the setting. Tell "
            "those who run it."
        )
    if look.test_saves:
        yield _("CAN's own test also saves what it tests; it is never run without asking you.")
    if look.plain_http and not host.startswith("https://"):
        yield _("It does not insist on https; over plain http, others on the network can read.")
    if any(one.keep == "run" for one in look.declares):
        yield _("It needs the session of your browser, which is asked for anew in every run.")


def _secret_sentence(look: ProfileLook, name: str, purposes: list[str], where: str) -> str:
    calls = tuple(dict.fromkeys(purposes))
    values = {"host": where, "calls": _(", ").join(calls)}
    if name == APP_SECRET:
        return ngettext(
            "The App Secret is sent to {host} with this call: {calls}.",
            "The App Secret is sent to {host} with these calls: {calls}.",
            len(calls),
        ).format(**values)
    label = next((pick(one.label) for one in look.declares if one.name == name), name) or name
    return ngettext(
        "“{secret}” is sent to {host} with this call: {calls}.",
        "“{secret}” is sent to {host} with these calls: {calls}.",
        len(calls),
    ).format(secret=label, **values)
