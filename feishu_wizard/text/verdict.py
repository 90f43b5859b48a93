"""The verdict of a diagnosis and of a comparison: one sentence, the first cause by its name."""

from __future__ import annotations

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text.titles import check_title
from feishu_wizard.text.words import code_words, finding_words, status_word


def verdict_sentence(diagnosis: Diagnosis) -> str:
    """Return what is wrong first, in one sentence of the language in use."""
    verdict = diagnosis.verdict
    finding = diagnosis.finding(verdict.check) if verdict.check else None
    params = {"others": str(verdict.others)} if verdict.others else {}
    if finding is not None:
        words = finding_words(finding)
        params |= {"title": words.title, "sentence": _open_ended(words.sentence)}
    return code_words(verdict.code, params).sentence


def change_sentence(code: str, since: str, changed: int, check: str = "") -> str:
    """Return how two diagnoses differ: ``code`` is ``compare.<word>``, ``since`` RFC 3339."""
    params = {"since": since, "changed": str(changed), "first": check}
    return code_words(code, params).sentence


def change_line(check: str, before: Finding | None, after: Finding | None) -> str:
    """Return one changed check: its title, how it stood and how it stands."""
    return f"{check_title(check)} — {_stood(before)} → {_stood(after)}"


def _stood(finding: Finding | None) -> str:
    if finding is None:
        return code_words("compare.absent").sentence
    if finding.status is Status.PASS:
        return status_word(finding.status)
    return f"{status_word(finding.status)} ({_open_ended(finding_words(finding).sentence)})"


def _open_ended(sentence: str) -> str:
    """A sentence that another one takes up."""
    return sentence.rstrip().removesuffix(".").removesuffix("。")
