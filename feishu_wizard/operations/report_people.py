""" "Who is person 7": the key to a report's pseudonyms, which never leaves this computer."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.typed import from_json
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.open_report import open_report
from feishu_wizard.services.storage.atomic import failure, make_folder, write_atomic

MOST = 500  # keys that are kept; the oldest go first
_LARGEST = 10_000_000
_REPORT = re.compile(r"[0-9a-f]{16}")


class _Key(msgspec.Struct):
    report: str
    people: dict[str, list[str]]


async def report_people(place: Workplace, path: str) -> dict[str, tuple[str, ...]]:
    """Who the people in a report are: "person 7" -> identifiers, in the order of the report.

    ``InputError``: report.no_key (path) when the report was made elsewhere; those of
    ``open_report``.
    """
    opened = await open_report(path)
    if not opened.diagnosis.people:
        return {}
    found = await asyncio.to_thread(_read, place, opened.report)
    if found is None:
        raise InputError("report.no_key", {"path": path})
    return {one: tuple(found.get(one, ())) for one in opened.diagnosis.people}


def keep_key(place: Workplace, report: str, key: Mapping[str, tuple[str, ...]]) -> None:
    """Remember who is who in a report; the file can be read by this user only."""
    if not key:
        return
    folder = _folder(place)
    make_folder(folder)
    known = _Key(report, {name: list(ids) for name, ids in key.items()})
    write_atomic(folder / f"{report}.json", msgspec.json.encode(known), keep_mode=False)
    forget_oldest(folder, MOST)


def forget_oldest(folder: Path, most: int) -> None:
    """Keep the newest ``most`` JSON files of a folder of ours."""
    known = []
    for path in folder.glob("*.json"):
        with contextlib.suppress(FileNotFoundError):  # another run of the program may tidy, too
            known.append((path.stat().st_mtime_ns, path))
    for _age, path in sorted(known, reverse=True)[most:]:
        path.unlink(missing_ok=True)


def _folder(place: Workplace) -> Path:
    return place.paths.state / "people"


def _read(place: Workplace, report: str) -> dict[str, list[str]] | None:
    # The id comes from a file of others and becomes a part of a path.
    if not _REPORT.fullmatch(report):
        return None
    path = _folder(place) / f"{report}.json"
    try:
        if path.stat().st_size > _LARGEST:
            return None
        return from_json(path.read_bytes(), _Key).people
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failure(error, path) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
