"""``can-profile import``: look, ask, try, add."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from feishu_wizard.cli.output import clean, data, note, progress_printer
from feishu_wizard.cli.paths import writable
from feishu_wizard.cli.profile_document import questions_document
from feishu_wizard.cli.profile_given import GivenSecrets, completed, from_stdin
from feishu_wizard.cli.profile_lines import look_lines, note_lines, try_lines
from feishu_wizard.cli.runtime import may, may_ask
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.recording.model import Derived, Form, Question, Recording, Typed
from feishu_wizard.text.catalog import _
from feishu_wizard.text.recording import choice_words, question_words, recording_sentence

if TYPE_CHECKING:
    from feishu_wizard.domain.deployment import ProfileLook, ProfileTry
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    path: str
    profile_id: str = ""
    name: str = ""
    typed_app_id: str = ""
    typed_callback: str = ""
    secret_stdin: bool = False
    answers: tuple[str, ...] = ()
    setup: str = ""
    session_stdin: bool = False
    out: str = ""
    yes: bool = False


@dataclass(frozen=True, slots=True)
class _Ready:
    """A profile that can be shown. ``form``: of the recording it was derived from, else None.
    ``kit``: with what was asked for on the way, None when there is no setup."""

    content: bytes
    look: ProfileLook
    form: Form | None = None
    origin: str = ""
    kit: Kit | None = None


class _OpenError(Exception):
    """Questions are open, and nobody is there to answer; they were printed."""


async def import_profile(place: Workplace, asked: Asked) -> int:
    """Read, show, ask, try, add. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup

    target = writable(asked.out)
    kit = await load_setup(place, asked.setup) if asked.setup else None
    given = from_stdin(secret=asked.secret_stdin, session=asked.session_stdin)
    try:
        ready = await _ready(place, asked, kit, given)
    except _OpenError:
        return int(ExitCode.FINDINGS)
    for line in look_lines(ready.look, ready.origin or (kit.setup.office.url if kit else "")):
        data(line)
    if target is not None:
        from feishu_wizard.operations.import_profile import write_profile

        await write_profile(str(target), ready.content)
        note(_("The profile was written to {path}; nothing was added.").format(path=target))
        return int(ExitCode.OK)
    if not _agreed(asked, ready.look):
        return int(ExitCode.USAGE)
    tried = await _tried(place, ready, ready.kit or kit, given) if kit else None
    if tried is not None and not tried.fits and not _all_the_same():
        note(_("It does not fit, so it was not added."))
        return int(ExitCode.FINDINGS)
    await _add(place, ready, tried)
    return int(ExitCode.OK)


async def _ready(place: Workplace, asked: Asked, kit: Kit | None, given: GivenSecrets) -> _Ready:
    from feishu_wizard.operations.deployments import look_at, read_profile_file
    from feishu_wizard.operations.import_profile import checked_bytes, kind_of, kind_of_file
    from feishu_wizard.operations.learn_answer import learn_answer

    text = _stdin() if asked.path == "-" else None
    kind = kind_of(text) if text is not None else await kind_of_file(asked.path)
    if kind == "profile":
        content = text.encode() if text is not None else await read_profile_file(asked.path)
        return _Ready(content, look_at(content, asked.path, place))
    typed = _typed(asked, kit, given)
    recording = await _recording(place, asked, text)
    note(recording_sentence(recording))
    learns = kit is not None and recording.unanswered
    found = _derived(asked, recording, typed, again=learns)
    content = checked_bytes(found, typed, recording.form)
    if kit is not None and learns and _may_read(asked, found, content, place):
        look = look_at(content, asked.path, place)
        kit = await completed(place, kit, look, given)
        seen = _at_origin(kit, found.origin)
        recording = await learn_answer(place, seen, recording, found)
        found = _derived(asked, recording, typed, again=True)
        content = checked_bytes(found, typed, recording.form)
    for line in note_lines(found):
        note(line)
    look = look_at(content, asked.path, place)
    return _Ready(content, look, recording.form, found.origin, kit)


async def _recording(place: Workplace, asked: Asked, text: str | None) -> Recording:
    from feishu_wizard.operations.import_profile import read_recording

    report = progress_printer()
    if text is not None:
        return await read_recording(place, text=text, report=report)
    return await read_recording(place, path=asked.path, report=report)


def _derived(asked: Asked, recording: Recording, typed: Typed, *, again: bool = False) -> Derived:
    """Derive, and ask until nothing is open; without a terminal print what is open.

    ``again``: it is derived twice, with more known then: an answer may be for the other time.
    """
    from feishu_wizard.operations.import_profile import answered

    answers = _answers(asked)
    while True:
        found = answered(
            recording,
            typed,
            answers,
            profile_id=asked.profile_id,
            name=asked.name,
            strict=not again,
        )
        if not found.questions:
            return found
        if not may_ask():
            document = questions_document(found)
            data(json.dumps(document, ensure_ascii=False, indent=2))
            note(_("Answer with --answer ID=VALUE, and give the same recording again."))
            raise _OpenError
        question = found.questions[0]
        answers[question.id] = _answer(question)


def _answer(question: Question) -> str:
    """Ask one question on the terminal."""
    words = question_words(question)
    note(words.title)
    if words.help:
        note(f"  {words.help}")
    values = [choice.value for choice in question.choices]
    for place, choice in enumerate(question.choices, start=1):
        note(f"  {place}. {choice_words(question, choice)}")
    if not values:
        return str(click.prompt(clean(question.id), err=True, default=question.proposed or None))
    proposed = values.index(question.proposed) + 1 if question.proposed in values else None
    number = click.prompt(
        _("Number"), type=click.IntRange(1, len(values)), default=proposed, err=True
    )
    return values[number - 1]


def _answers(asked: Asked) -> dict[str, str]:
    pairs = [one.partition("=") for one in asked.answers]
    for name, equals, value in pairs:
        if not (name and equals):
            shown = name or value
            raise InputError("profile.answer_unknown", {"question": shown, "known": "ID=VALUE"})
    return {name: value for name, _equals, value in pairs}


def _typed(asked: Asked, kit: Kit | None, given: GivenSecrets) -> Typed:
    """What is looked for in the recording: as typed, else what the setup says."""
    setup = kit.setup if kit is not None else None
    return Typed(
        asked.typed_app_id or (setup.feishu.app_id if setup else ""),
        asked.typed_callback or (setup.office.callback_url if setup else ""),
        given.app_secret,
    )


def _agreed(asked: Asked, look: ProfileLook) -> bool:
    if asked.yes:
        return True
    question = (
        _("Replace the profile “{id}” and trust this one?")
        if look.replaces
        else _("Add the profile “{id}” and trust it?")
    )
    unasked = _("Without a terminal nothing is asked: repeat with --yes to add it.")
    return may(question.format(id=look.id), unasked)


def _may_read(asked: Asked, found: Derived, content: bytes, place: Workplace) -> bool:
    """Copied commands hold no answers: CAN may be asked for one, when somebody agrees to where
    the session goes."""
    from feishu_wizard.operations.deployments import look_at

    note(_("Copied commands hold no answers, so what CAN answers is not known yet."))
    for line in look_lines(look_at(content, asked.path, place), found.origin):
        note(line)
    if asked.yes:
        return True
    question = _("Make the read call now, to learn it? It changes nothing.")
    return may_ask() and click.confirm(question, err=True)


def _all_the_same() -> bool:
    return may_ask() and click.confirm(_("It does not fit. Add it all the same?"), err=True)


async def _tried(place: Workplace, ready: _Ready, kit: Kit, given: GivenSecrets) -> ProfileTry:
    """The read-only call, at the address that was recorded when it is of the same host."""
    from feishu_wizard.operations.deployments import try_bytes

    kit = _at_origin(await completed(place, kit, ready.look, given), ready.origin)
    tried = await try_bytes(place, kit, ready.content, ready.look.source)
    for line in try_lines(tried):
        note(line)
    return tried


def _at_origin(kit: Kit, origin: str) -> Kit:
    """Another host than the setup names gets nothing, whatever was recorded."""
    hosts = [urlsplit(url).hostname for url in (origin, kit.setup.office.url)]
    if not origin or hosts[0] != hosts[1]:
        return kit
    return replace(kit, api_base=origin)


async def _add(place: Workplace, ready: _Ready, tried: ProfileTry | None) -> None:
    from feishu_wizard.operations.deployments import add_profile

    derived, source = ready.form is not None, ready.look.source
    look = await add_profile(place, ready.content, source, trust=True, derived=derived, tried=tried)
    note(
        _(
            'The profile “{id}” was added: {path}. Set profile = "{id}" in a setup to use it.'
        ).format(id=look.id, path=look.source)
    )


def _stdin() -> str:
    from feishu_wizard.operations.import_profile import LARGEST_TEXT

    raw = sys.stdin.buffer.read(LARGEST_TEXT + 1)
    if len(raw) > LARGEST_TEXT:
        raise InputError("profile.paste_too_large", {"limit": str(LARGEST_TEXT // 1_048_576)})
    return raw.decode("utf-8-sig", "replace")
