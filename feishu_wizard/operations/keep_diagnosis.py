"""Remembers the last diagnosis of an integration, and the last one without a problem.

"It worked yesterday" compares the latter with now. What is kept has passed the same gate as a
report: no secret, and people by pseudonym.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Status
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.open_report import Opened
from feishu_wizard.operations.report_people import forget_oldest, keep_key
from feishu_wizard.report.diagnosis import as_text, document
from feishu_wizard.report.outgoing import outgoing
from feishu_wizard.report.reading import AT_ONCE, parse
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic
from feishu_wizard.services.storage.paths import checked_id

MOST = 100  # files that are kept: two of each integration
_log = logging.getLogger(__name__)


async def keep_diagnosis(place: Workplace, diagnosis: Diagnosis) -> None:
    """Remember a complete diagnosis; a part of one tells too little and is not kept."""
    if diagnosis.complete and _name(diagnosis):
        await asyncio.to_thread(_keep, place, diagnosis)


async def last_diagnosis(place: Workplace, name: str) -> Opened | None:
    """The last diagnosis of a setup id (or App ID, where there was no setup); None for none."""
    return await asyncio.to_thread(_load, place, name, "last")


async def last_good(place: Workplace, name: str) -> Opened | None:
    """The last diagnosis that found no problem; None for none."""
    return await asyncio.to_thread(_load, place, name, "good")


async def forget_diagnoses(place: Workplace, name: str) -> None:
    """Remove what is kept of an integration."""
    await asyncio.to_thread(_forget, place, name)


def _name(diagnosis: Diagnosis) -> str:
    """What names an integration: its setup, else its app."""
    return diagnosis.facts.get("setup_id") or diagnosis.facts.get("app_id") or ""


def is_good(diagnosis: Diagnosis) -> bool:
    """No check failed, and the platform took the credentials: it was really looked at."""
    signed_in = diagnosis.finding("feishu.credentials")
    failed = any(f.status is Status.FAIL for f in diagnosis.findings)
    return not failed and signed_in is not None and signed_in.status is Status.PASS


def _keep(place: Workplace, diagnosis: Diagnosis) -> None:
    folder = _folder(place)
    safe = outgoing(diagnosis)
    data = as_text(document(safe)).encode("utf-8", "replace")
    if len(data) > AT_ONCE:
        _log.warning("a diagnosis of %d bytes is not kept", len(data))
        return
    make_folder(folder)
    keep_key(place, safe.report, safe.key)
    for kind in ("last", "good") if is_good(diagnosis) else ("last",):
        write_atomic(_path(place, _name(diagnosis), kind), data, keep_mode=False)
    forget_oldest(folder, MOST)


def _load(place: Workplace, name: str, kind: str) -> Opened | None:
    path = _path(place, name, kind)
    try:
        if path.stat().st_size > AT_ONCE:
            raise InputError("report.too_large", {"limit": str(AT_ONCE)})
        report, diagnosis = parse(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failure(error, path) from None
    except InputError as error:
        _log.warning("%s: %s", error.code, path.name)
        return None
    return Opened(str(path), report, diagnosis)


def _forget(place: Workplace, name: str) -> None:
    for kind in ("last", "good"):
        path = _path(place, name, kind)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failure(error, path) from None


def _folder(place: Workplace) -> Path:
    return place.paths.state / "diagnoses"


def _path(place: Workplace, name: str, kind: str) -> Path:
    return _folder(place) / f"{checked_id(name)}.{kind}.json"
