"""From what a browser sent to a deployment profile: read, derive, write down, keep."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import yaml

from feishu_wizard.domain.deployment import ProfileLook, ProfileTry
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recording.curl import recording_of
from feishu_wizard.domain.recording.derive import derive
from feishu_wizard.domain.recording.find import of_origin
from feishu_wizard.domain.recording.model import Derived, Form, Recording, Typed
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.deployments import add_profile
from feishu_wizard.operations.in_thread import Told, in_thread
from feishu_wizard.services.can.profile import Profile, parse_profile
from feishu_wizard.services.storage.atomic import write_atomic
from feishu_wizard.services.storage.har_in import read_har, read_har_bytes
from feishu_wizard.services.storage.profiles import read_bounded, usable_id

LARGEST_TEXT: Final = 4 * 1_048_576  # bytes of pasted text; a file may be of any size
_HEAD = 65_536  # bytes by which a file is recognised
Kind = Literal["profile", "har", "curl"]
_PROFILE = re.compile(r"""^\s*(?:[{,]\s*)?["']?schema["']?\s*:\s*["']?can-profile/""", re.M)


def kind_of(text: str, source: str = "") -> Kind:
    """What a text is, by its beginning and the name of its file; "curl" when nothing else."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if _PROFILE.search(head) or source.lower().endswith((".yaml", ".yml")):
        return "profile"
    binary = "\0" in head or "\ufffd" in head[:4]  # UTF-16, or no text: the HAR reader says which
    har = head.startswith(("{", "[")) or binary or source.lower().endswith(".har")
    return "har" if har else "curl"


async def kind_of_file(path: str) -> Kind:
    """What a file is; ``InputError`` profile.missing, profile.not_a_file, profile.unreadable."""
    return kind_of(await asyncio.to_thread(_head, path), path)


async def read_recording(
    place: Workplace, *, path: str = "", text: str = "", report: Report
) -> Recording:
    """What a browser recorded: a HAR file, the text of one, or commands copied as cURL.

    A file is read piece by piece, however large, in a thread. Raises ``InputError``
    profile.paste_too_large (limit, MiB), those of a file, and recording.*.
    """
    if path:
        return await _read_file(path, report)
    if len(text) > LARGEST_TEXT:
        raise InputError("profile.paste_too_large", {"limit": str(LARGEST_TEXT // 1_048_576)})
    if kind_of(text) == "har":
        return await in_thread(lambda told: read_har_bytes(text.encode(), _telling(told)), report)
    return await asyncio.to_thread(recording_of, text)


def at_can(recording: Recording, can_url: str) -> Recording:
    """The calls that went to CAN's host, at any port: a profile never leads anywhere else.

    Raises ``InputError`` recording.other_product (origin, hosts) when none did.
    """
    host = urlsplit(can_url).hostname
    calls = tuple(c for c in recording.calls if urlsplit(c.origin).hostname == host)
    if not calls:
        return of_origin(recording, can_url)
    skipped = recording.skipped + len(recording.calls) - len(calls)
    return replace(recording, calls=calls, skipped=skipped)


def derived(
    recording: Recording,
    typed: Typed,
    answers: Mapping[str, str],
    *,
    profile_id: str = "",
    name: str = "",
) -> Derived:
    """The profile that follows from a recording and the answers given so far.

    Without an id or a name, the host that was recorded gives both. Raises ``InputError``
    recording.*, and profile.id_reserved for an id that cannot be used.
    """
    if profile_id and not usable_id(profile_id):
        raise InputError("profile.id_reserved", {"profile": profile_id[:63]})
    found = derive(recording, typed, answers, profile_id=profile_id or "can", name=name or "CAN")
    if profile_id and name:
        return found
    host = urlsplit(found.origin).hostname or "can"
    own_id, own_name = profile_id or proposed_id(host), name or host
    return derive(recording, typed, answers, profile_id=own_id, name=own_name)


def answered(
    recording: Recording,
    typed: Typed,
    answers: Mapping[str, str],
    *,
    profile_id: str = "",
    name: str = "",
    strict: bool = True,
) -> Derived:
    """As ``derived``, for answers that nobody was asked for one by one.

    ``strict`` False: an answer to what is not asked is left out. Raises ``InputError``
    profile.answer_unknown (question, known) for an answer to what is not asked, or that is none
    of the choices.
    """
    given, used = dict(answers), dict[str, str]()
    while True:
        found = derived(recording, typed, used, profile_id=profile_id, name=name)
        asked = next((q for q in found.questions if q.id in given), None)
        if asked is None:
            break
        value, known = given.pop(asked.id), [choice.value for choice in asked.choices]
        if known and value not in known:
            raise _no_answer(asked.id, known)
        used[asked.id] = value
    if given and strict:
        raise _no_answer(next(iter(given)), [question.id for question in found.questions])
    return found


def proposed_id(host: str) -> str:
    """An id made of a host's name, fit to name a file."""
    words = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:50].strip("-")
    return f"can-{words}" if words else "can-recorded"


def profile_bytes(found: Derived, form: Form | None = None) -> bytes:
    """The profile as a YAML file that a person can read and edit.

    Its first lines say what it was derived from: the kind of recording and the day, no more.
    """
    day = datetime.now(UTC).date().isoformat()
    origin = form.value if form is not None else "recording"
    head = f"# can-profile/1, derived from a recording ({origin}) on {day}\n"
    document = _ordered(_plain(found.document))
    body = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=96,
    )
    return (head + body).encode()


async def keep(
    place: Workplace,
    found: Derived,
    typed: Typed,
    form: Form | None = None,
    *,
    tried: ProfileTry | None = None,
) -> ProfileLook:
    """Keep a derived profile that a person has seen, and trust it.

    Raises ``InputError`` profile.questions_open (questions), profile.holds_secret, and those of
    ``add_profile``.
    """
    data = checked_bytes(found, typed, form)
    return await add_profile(place, data, "", trust=True, derived=True, tried=tried)


async def write_profile(path: str, data: bytes) -> None:
    """Write a profile into a file of its own; ``InputError`` as ``write_atomic``."""
    await asyncio.to_thread(lambda: write_atomic(_typed_path(path), data))


def checked_bytes(found: Derived, typed: Typed, form: Form | None = None) -> bytes:
    """The file of a complete profile; ``InputError`` as ``keep`` and profile.invalid."""
    if found.questions:
        asked = ", ".join(question.id for question in found.questions)
        raise InputError("profile.questions_open", {"questions": asked})
    data = profile_bytes(found, form)
    secret = typed.app_secret
    if secret and secret.reveal() in data.decode():
        raise InputError("profile.holds_secret")
    parse_profile(data, str(found.document.get("id", "")))
    return data


async def _read_file(path: str, report: Report) -> Recording:
    if await kind_of_file(path) == "har":
        return await in_thread(lambda told: read_har(_typed_path(path), _telling(told)), report)
    return await asyncio.to_thread(lambda: recording_of(_curl_file(path)))


def _curl_file(path: str) -> str:
    data = read_bounded(_typed_path(path), limit=LARGEST_TEXT, follow=True)
    return data.decode("utf-8-sig", "replace")


def _typed_path(path: str) -> Path:
    return Path(path).expanduser()


def _telling(told: Told) -> Any:
    def tell(read: int, size: int) -> None:
        share = min(read / size, 1.0) if size else None
        told.step(Progress("reading_recording", share=share))

    return tell


def _head(path: str) -> str:
    data = read_bounded(_typed_path(path), limit=_HEAD, follow=True, whole=False)
    return data.decode("utf-8-sig", "replace")


def _no_answer(question: str, known: Sequence[str]) -> InputError:
    params = {"question": question[:80], "known": ", ".join(known)}
    return InputError("profile.answer_unknown", params)


class _Dumper(yaml.SafeDumper):
    """Never an alias: a profile with one is refused."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    """Values of the domain as YAML knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    return value.value if isinstance(value, Enum) else value


def _ordered(document: dict[str, Any]) -> dict[str, Any]:
    """The keys in the order in which the format describes them."""
    order = {name: place for place, name in enumerate(Profile.__struct_fields__)}
    return dict(sorted(document.items(), key=lambda row: order.get(row[0], len(order))))
