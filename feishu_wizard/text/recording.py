"""Recordings of a browser in words: how to make one, what is asked about it, what it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feishu_wizard.domain.recording.model import Choice, Form, Question, Recording
from feishu_wizard.text.catalog import N_, _, ngettext

_FORMS = {
    Form.HAR: N_("HAR file"),
    Form.CURL_BASH: N_("Copied as cURL (bash)"),
    Form.CURL_CMD: N_("Copied as cURL (cmd)"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in words. ``help`` says what it decides; it may be ""."""

    title: str
    help: str = ""


# By question id, or by what stands before its first dot: ``field.app_id``, ``extra./config/a``.
_QUESTIONS = {
    "read": (
        N_("Which call shows what is stored?"),
        N_("It is made before and after every save, and changes nothing."),
    ),
    "save": (
        N_("Which call saves the setting?"),
        N_("It is the one that carried the values when you pressed Save."),
    ),
    "select": (
        N_("By which value is Feishu told from the other platforms?"),
        N_("The read call answers with a list."),
    ),
    "field": (N_("Which value is the {field}?"), ""),
    "enabled": (
        N_("Which value says that the integration is on?"),
        N_("Without it, the switch is left to your hand."),
    ),
    "envelope": (
        N_("In what form does this server answer?"),
        N_("The recording holds no answers. The read-only try shows whether it is right."),
    ),
    "keep": (
        N_("What happens to the stored App Secret when a save comes without it?"),
        N_("If you are not sure, choose that it is entered each time: that is always right."),
    ),
    "sign_in": (
        N_("How does this server know who calls?"),
        N_("Nothing of your own sign-in is kept. What it needs is asked for when it is needed."),
    ),
    "csrf": (
        N_("Which cookie does the header {header} repeat?"),
        N_("Servers compare the two to be sure that their own page calls."),
    ),
    "extra": (
        N_("What belongs in {name}?"),
        N_("The save sends it, and the read does not show it in the same way ({kind})."),
    ),
    "test_saves": (
        N_("Does the test call {path} also store what it tests?"),
        N_("If you are not sure, choose yes: it is then never made without asking you."),
    ),
}
_FIELDS = {
    "app_id": N_("App ID"),
    "app_secret": N_("App Secret"),
    "callback_url": N_("Callback URL"),
}
_KINDS = {
    "credential": N_("it looks like a key"),
    "person": N_("it looks like a person"),
    "time": N_("it looks like a time"),
    "id": N_("it looks like the number of something"),
    "text": N_("it is free text"),
    "changed": N_("it has another value there"),
}
# By question and choice; choices that are data (calls, places in the data) show themselves.
_CHOICES = {
    ("keep", "omit"): N_("It stays as it is when it is left out"),
    ("keep", "empty"): N_("It stays as it is when it is sent empty"),
    ("keep", "mask"): N_("It stays as it is when the asterisks are sent back"),
    ("keep", "resend"): N_("It has to be sent again; the server shows it, so it can be"),
    ("keep", "reenter"): N_("It has to be entered each time"),
    ("sign_in", "cookie"): N_("By a cookie of the browser, given anew in every run"),
    ("sign_in", "token"): N_("By a token in a header, given anew in every run"),
    ("sign_in", "api_key"): N_("By an API key, as CAN documents it"),
    ("sign_in", "none"): N_("It does not ask who calls"),
    ("extra", "carry"): N_("What the read shows there"),
    ("extra", "set"): N_("What was recorded, always the same"),
    ("extra", "input"): N_("A value that you enter"),
    ("extra", "omit"): N_("Nothing; it is left out"),
    ("envelope", "can"): N_("As CAN documents it: success, code, errorMsg, data"),
    ("envelope", "code"): N_("A number in code, and the setting in data"),
    ("envelope", "bare"): N_("The setting itself, without anything around it"),
    ("test_saves", "yes"): N_("Yes"),
    ("test_saves", "no"): N_("No"),
    ("enabled", "none"): N_("None of these"),
}
# Whose choices name a part of the recording beside their words.
_SHOWING = frozenset({"sign_in"})
_NOTES = {
    "no_answers": N_(
        "The recording holds no answers, so what CAN shows is not known yet; the read-only try "
        "will tell."
    ),
    "sanitised": N_(
        "The browser left cookies and sign-in headers out of the file. That is fine: what is "
        "needed to sign in is asked for."
    ),
    "cmd_letters": N_(
        "The Windows command prompt can change letters other than English ones; compare such "
        "values."
    ),
    "nothing_stored": N_(
        "Nothing was stored in CAN when this was recorded, so a first save was seen, not a change."
    ),
    "save_unchanged": N_(
        "If you pressed Save without changing anything, recording has changed nothing in CAN."
    ),
    "no_callback": N_("This server stores no callback URL; that part stays with CAN itself."),
    "no_switch": N_("No switch was recorded; switching the integration on is left to your hand."),
    "switch_by_hand": N_(
        "The switch works in a way that no profile can describe; it is left to your hand."
    ),
    "no_success_rule": N_(
        "The answers do not say whether a call worked; only the HTTP status does."
    ),
    "header_left_out": N_("The header {name} was left out: its value looks like one person's."),
    "constant_header": N_("The header {name} is sent as it was recorded."),
    "constants": N_("These values are sent as they were recorded: {places}."),
    "carries": N_("These values are read and sent back unchanged with every save: {places}."),
    "test_saves": N_("The test call {path} also saves; it is never made without asking you."),
}
_ADVICE = (
    N_("Sign in to CAN in your browser and open the page Office Software, Feishu."),
    N_("Press F12 and open the tab Network. Tick “Preserve log”, then load the page again."),
    N_("Press Save without changing anything: CAN stores what it has, and nothing is different."),
    N_(
        "Either right-click the list and choose “Save all as HAR”, or right-click the read call "
        "and the save call and choose “Copy as cURL”."
    ),
    N_(
        "A HAR without sensitive data is enough. With it, the file holds your session: do not "
        "pass it on, and delete it afterwards."
    ),
    N_("Stop recording, and close the tools of the browser."),
)


def form_word(form: Form) -> str:
    """What kind of recording it is."""
    return _(_FORMS[form])


def recording_advice() -> tuple[str, ...]:
    """How to record without changing anything, step by step."""
    return tuple(_(step) for step in _ADVICE)


def recording_sentence(recording: Recording) -> str:
    """What was read: how many calls, and how many were left out."""
    n, left = len(recording.calls), recording.skipped
    read = ngettext("{n} call was read", "{n} calls were read", n).format(n=n)
    if not left:
        return _("{form}: {read}.").format(form=form_word(recording.form), read=read)
    out = ngettext("{n} other was left out", "{n} others were left out", left).format(n=left)
    return _("{form}: {read}, {left}.").format(form=form_word(recording.form), read=read, left=out)


def question_words(question: Question) -> Asked:
    """What is asked, in words."""
    family, _dot, rest = question.id.partition(".")
    title, about = _QUESTIONS.get(family, (question.id, ""))
    kind = question.params.get("kind", "")
    values = {
        **question.params,
        "field": _(_FIELDS[rest]) if rest in _FIELDS else rest,
        "name": rest,
        "kind": _(_KINDS[kind]) if kind in _KINDS else kind,
    }
    return Asked(filled(title, values), filled(about, values))


def choice_words(question: Question, choice: Choice) -> str:
    """One answer in words; what is data of the recording shows itself."""
    family = question.id.partition(".")[0]
    words = _CHOICES.get((family, choice.value))
    if words is None:
        return choice.shown or choice.value
    if family in _SHOWING and choice.shown not in ("", "-"):
        return f"{_(words)} ({choice.shown})"
    return _(words)


def note_sentence(code: str, params: Mapping[str, str]) -> str:
    """What a person should know of a derived profile."""
    return filled(_NOTES[code], params) if code in _NOTES else code


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text in the language in use with its names filled; an unknown name shows as a dash."""
    return _(text).format_map(_Values(values)) if text else ""


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"
