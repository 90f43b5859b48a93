"""Findings and failures in words: one sentence first, the details behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, Who
from feishu_wizard.domain.states import GrantState
from feishu_wizard.text import book
from feishu_wizard.text.catalog import N_, _, pick
from feishu_wizard.text.spoken import spoken
from feishu_wizard.text.titles import check_title, error_title, is_check

if TYPE_CHECKING:
    from feishu_wizard.domain.outcomes import CapabilityWord, ProfileOffer
    from feishu_wizard.domain.permission import NeedState

__all__ = [
    "Words",
    "capability_sentence",
    "check_title",
    "code_words",
    "error_words",
    "evidence_words",
    "finding_words",
    "grant_word",
    "need_reason",
    "offer_words",
    "proof_sentence",
    "proof_word",
    "status_word",
    "who_word",
]


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown of a finding or a failure, in the language in use.

    ``title``: what was looked at. ``sentence``: what was observed. ``cause`` and ``fix`` may be
    "". ``who``: who can mend it, as words ("" when there is nothing to mend); ``who_code`` the
    same for programs. ``detail``: each exchange it rests on, one a line. ``page``: the page of
    the developer console where the fix is made.
    """

    title: str
    sentence: str
    cause: str
    fix: str
    who: str
    who_code: Who
    detail: str = ""
    page: ConsolePage | None = None

    @property
    def short(self) -> str:
        """What was observed and what fixes it, as two sentences for the line below a field."""
        if not self.fix:
            return self.sentence
        return _("{sentence} {fix}").format(sentence=self.sentence, fix=self.fix)

    @property
    def text(self) -> str:
        """All of it on lines of plain text, for a report, a terminal or the clipboard."""
        lines = [
            self.sentence,
            self.cause and _("Likely cause: {cause}").format(cause=self.cause),
            self.fix and _("What helps: {fix}").format(fix=self.fix),
            self.who and _("Who can fix it: {who}").format(who=self.who),
            self.detail,
        ]
        return "\n".join(line for line in lines if line)


def finding_words(finding: Finding) -> Words:
    """Return the words of the result of a check."""
    code = _pass_code(finding) if finding.code == "ok" else finding.code
    title = check_title(finding.id) if is_check(finding.id) else error_title(finding.code)
    words = _words(title, code, _with_evidence(finding.params, finding.evidence), finding.who)
    words = _with_since(words, finding.params)
    return _complete(words, finding.evidence, mends=finding.status in (Status.WARN, Status.FAIL))


def error_words(error: WizardError) -> Words:
    """Return the words of an expected failure."""
    params = _with_evidence(error.params, error.evidence)
    words = _words(error_title(error.code), error.code, params, error.who)
    return _complete(words, error.evidence, mends=True)


def code_words(code: str, params: Mapping[str, str] | None = None, who: Who = Who.YOU) -> Words:
    """Return the words of a bare code with its parameters, as of a delivery or a field."""
    words = _words(error_title(code), code, dict(params or {}), who)
    return _complete(words, (), mends=bool(words.fix))


def capability_sentence(word: CapabilityWord) -> Words:
    """Return the words behind the one word that is true of a capability."""
    return code_words(f"capability.{word.code}", word.params)


def need_reason(state: NeedState) -> Words | None:
    """Return why a need stands as it does; None when nothing is known beyond its state."""
    return code_words(state.reason, state.params) if state.reason else None


def offer_words(offer: ProfileOffer) -> Words:
    """Return whether CAN can be saved to, or why it is set up by hand: calmly, no failure."""
    code = offer.reason if offer.fits else f"by_hand.{offer.reason}"
    return code_words(code, {"profile": offer.profile, "tried": offer.api_base})


def evidence_words(evidence: Evidence) -> str:
    """Say what was tried and where, and what came back, on one line."""
    tried = " ".join(p for p in (evidence.method, evidence.host + evidence.path) if p)
    parts = [tried]
    if evidence.http_status is not None:
        parts.append(_("HTTP status {status}").format(status=evidence.http_status))
    if evidence.feishu_code is not None:
        parts.append(_("code {code}").format(code=evidence.feishu_code))
    if evidence.msg:
        parts.append(_("message “{message}”").format(message=book.one_line(evidence.msg)))
    if evidence.log_id:
        parts.append(_("log id {log_id}").format(log_id=book.one_line(evidence.log_id)))
    if evidence.ms is not None:
        parts.append(_("{ms} ms").format(ms=evidence.ms))
    if evidence.at:
        parts.append(_("at {time}").format(time=evidence.at))
    return " · ".join(part for part in parts if part)


def status_word(status: Status) -> str:
    """Return the outcome of a check as a word."""
    return _(_STATUS[status])


def proof_word(proof: Proof) -> str:
    """Return how well something is known: four words that are never mixed, or none."""
    return _(_PROOF[proof])


def proof_sentence(proof: Proof) -> str:
    """Explain one of the four words, for a tooltip or a legend."""
    return _(_PROOF_MEANING[proof])


def who_word(who: Who) -> str:
    """Return who can mend it."""
    return _(_WHO[who])


def grant_word(state: GrantState) -> str:
    """Return how a permission or setting stands."""
    return _(_GRANT[state])


_STATUS = {
    Status.PASS: N_("OK"),
    Status.WARN: N_("Note"),
    Status.FAIL: N_("Problem"),
    Status.SKIP: N_("Skipped"),
    Status.UNKNOWN: N_("Not known"),
}
_PROOF = {
    Proof.PROVEN: N_("Proven"),
    Proof.GRANTED: N_("Granted"),
    Proof.CONFIGURED: N_("Configured"),
    Proof.STATED: N_("Stated"),
    Proof.NONE: N_("Not proven"),
}
_PROOF_MEANING = {
    Proof.PROVEN: N_("A real call did it; its time and log id are kept."),
    Proof.GRANTED: N_("The Feishu platform says that it is granted."),
    Proof.CONFIGURED: N_("The value was read back after it was written."),
    Proof.STATED: N_("A person said so; no program has checked it."),
    Proof.NONE: N_("Nothing has shown it yet."),
}
_WHO = {
    Who.YOU: N_("You"),
    Who.DEVELOPER: N_("Developer of the Feishu app"),
    Who.FEISHU_ADMIN: N_("Feishu administrator"),
    Who.CAN_ADMIN: N_("CAN administrator"),
    Who.NETWORK: N_("Network administrator"),
}
_GRANT = {
    GrantState.NOT_REQUESTED: N_("Not requested"),
    GrantState.DECLINED: N_("Declined on purpose"),
    GrantState.REQUESTED: N_("Added, waiting for a release"),
    GrantState.UNDER_REVIEW: N_("Under review"),
    GrantState.GRANTED: N_("Granted"),
    GrantState.PROVEN: N_("Proven"),
    GrantState.CONTRADICTORY: N_("Contradictory"),
    GrantState.UNKNOWN: N_("Cannot be told"),
}


def _pass_code(finding: Finding) -> str:
    """A check that passed says what was seen, where the book has words for that check."""
    parts = finding.id.split(".")
    check = f"net.{parts[2]}" if parts[0] == "net" and len(parts) == 3 else finding.id
    for code in (f"ok@{check}", f"ok@{parts[0]}"):
        if finding.status is Status.PASS and book.knows(code):
            return code
    return "ok"


def _words(title: str, code: str, params: Mapping[str, str], who: Who) -> Words:
    entry = book.entry_of(code, params)
    values = {"code": code, **spoken(params, code)}
    mender = entry.who or who
    return Words(
        title=title,
        sentence=book.fill(pick(entry.title), values),
        cause=book.fill(pick(entry.cause), values),
        fix=book.fill(pick(entry.fix), values),
        who=who_word(mender),
        who_code=mender,
        page=entry.page,
    )


def _with_since(words: Words, params: Mapping[str, str]) -> Words:
    """Add since when it differs, where a comparison knows."""
    since, before = params.get("differs_since", ""), params.get("equal_before", "")
    if not since:
        return words
    times = spoken({"differs_since": since, "equal_before": before}, "")
    told = (
        _("Equal at {before}, different since {since}.")
        if before
        else _("Different at least since {since}.")
    ).format(before=times["equal_before"], since=times["differs_since"])
    cause = _("{sentence} {fix}").format(sentence=words.cause, fix=told) if words.cause else told
    return replace(words, cause=cause)


def _with_evidence(params: Mapping[str, str], evidence: Iterable[Evidence]) -> dict[str, str]:
    """Let the words name what the last exchange knows where the parameters are silent."""
    last = list(evidence)[-1:]
    known = (
        {
            "host": last[0].host,
            "log_id": last[0].log_id,
            "msg": last[0].msg,
            "status": str(last[0].http_status or ""),
        }
        if last
        else {}
    )
    return known | {name: str(value) for name, value in params.items()}


def _complete(words: Words, evidence: tuple[Evidence, ...], *, mends: bool) -> Words:
    return Words(
        words.title,
        words.sentence,
        words.cause,
        words.fix,
        words.who if mends else "",
        words.who_code,
        "\n".join(evidence_words(item) for item in evidence),
        words.page,
    )
