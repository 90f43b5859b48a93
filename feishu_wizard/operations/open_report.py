"""Opens a report from elsewhere, without any network, and compares two."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feishu_wizard.domain.diagnosis import Diagnosis, Verdict
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.report import compare as comparing
from feishu_wizard.report.compare import Comparison
from feishu_wizard.report.reading import AT_ONCE, LARGEST, data_of, parse

SECONDS = 30.0  # for a file of the largest size


@dataclass(frozen=True, slots=True)
class Opened:
    """A report as data. ``diagnosis.people`` are pseudonyms; ``report`` is its id."""

    path: str
    report: str
    diagnosis: Diagnosis

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of cause."""
        return self.diagnosis.findings

    @property
    def verdict(self) -> Verdict:
        """The first cause."""
        return self.diagnosis.verdict

    @property
    def facts(self) -> Mapping[str, str]:
        """What was diagnosed."""
        return self.diagnosis.facts

    @property
    def made(self) -> str:
        """When it was made, RFC 3339."""
        return self.diagnosis.at

    @property
    def program(self) -> str:
        """The version of the program that made it."""
        return self.diagnosis.version


async def open_report(path: str) -> Opened:
    """Read an HTML or JSON report.

    ``InputError`` (all with ``path``): report.missing, report.unreadable (detail),
    report.too_large (limit), and those of ``report.reading``.
    """
    try:
        content = await asyncio.to_thread(_read, path)
        if len(content) > AT_ONCE:
            content = await _reduced(content)
        report, diagnosis = await asyncio.to_thread(lambda: parse(data_of(content)))
    except InputError as error:
        raise InputError(error.code, {"path": path, **error.params}) from None
    return Opened(path, report, diagnosis)


def compare(old: Opened | Diagnosis, new: Opened | Diagnosis) -> Comparison:
    """What changed since ``old`` was made."""
    return comparing.compare(_diagnosis(old), _diagnosis(new))


def in_order(one: Opened, other: Opened) -> tuple[Opened, Opened]:
    """Two reports, the older one first; of the same second: ``other``, given to compare with."""
    return (one, other) if one.made < other.made else (other, one)


def _diagnosis(one: Opened | Diagnosis) -> Diagnosis:
    return one.diagnosis if isinstance(one, Opened) else one


def _read(path: str) -> bytes:
    try:
        source = Path(path).expanduser()
        if not stat.S_ISREG(source.stat().st_mode):
            raise InputError("report.unreadable", {"detail": "not a regular file"})
        with source.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("report.missing") from None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no such user's home
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise InputError("report.unreadable", {"detail": detail}) from None
    if len(content) > LARGEST:
        raise InputError("report.too_large", {"limit": str(LARGEST)})
    return content


async def _reduced(content: bytes) -> bytes:
    """What a process of its own makes of a large file: decoding it here stalls the window."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "feishu_wizard.report.reduce", stdin=pipe, stdout=pipe
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, _nothing = await child.communicate(content)
    except TimeoutError:
        raise InputError("report.too_large", {"limit": str(AT_ONCE)}) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise InputError("report.invalid", {"where": "", "detail": f"exit {child.returncode}"})
    _raise_told(answer)
    return answer


def _raise_told(answer: bytes) -> None:
    told = json.loads(answer)
    if "error" in told:
        raise InputError(told["error"], told["params"])
