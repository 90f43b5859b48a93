"""Calls that a browser made, as data; what is known of a profile, and what has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.secret import Secret


class Form(StrEnum):
    """What was given."""

    CURL_BASH = "curl_bash"
    CURL_CMD = "curl_cmd"
    HAR = "har"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request and, in a HAR, its answer.

    ``headers``: lower-case names; never Cookie, Authorization or another credential: of these
    only the names are kept, in ``signed_by``. ``query``: as in the address. ``body`` and
    ``answer``: decoded JSON, a dict for a form; None for nothing. ``answered``: an answer is in
    the recording. ``status`` 0: not told. ``at``: position in the recording.

    Values are as they were recorded, App Secret included, so a call lives in memory only;
    ``repr`` shows none.
    """

    method: str
    origin: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    encoding: str = ""  # json, form, "" without a body
    body: object = field(default=None, repr=False)
    answered: bool = False
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer: object = field(default=None, repr=False)
    signed_by: tuple[str, ...] = ()  # e.g. cookie, authorization, x-auth-token, csrf-token
    cookie_names: tuple[str, ...] = ()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """All calls worth looking at. ``skipped``: how many were left out (pages, pictures, other
    hosts). ``sanitised``: a HAR without any credential, as browsers export it by default."""

    form: Form
    calls: tuple[RecordedCall, ...]
    skipped: int = 0
    sanitised: bool = False

    @property
    def unanswered(self) -> bool:
        """No call shows its answer, so the shape of what CAN reads out is not known yet."""
        return not any(call.answered for call in self.calls)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the administrator typed into CAN's page while recording, as far as it is known here;
    these values are looked for in the calls. "" or None: not known."""

    app_id: str = ""
    callback_url: str = ""
    app_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question. ``value``: what is handed back; ``shown``: data for people, such
    as ``POST /lark/save`` or ``/config/secret``."""

    value: str
    shown: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the recording does not decide. ``id``: ``read``, ``save``, ``field.app_id``,
    ``field.app_secret``, ``field.callback_url``, ``enabled``, ``keep``, ``sign_in``, ``success``
    ...; words are made of it in ``text``. ``proposed``: the likely answer, "" for none."""

    id: str
    choices: tuple[Choice, ...]
    proposed: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Derived:
    """A profile that follows from a recording and the answers given so far.

    ``document``: the profile as plain data (``can-profile/1``), ready for YAML; no value of the
    recording is in it but constants that are no secret, no cookie, no credential, no person.
    ``origin``: of the API that was recorded. ``questions``: still open, the first one matters
    most; empty when the profile is complete. ``notes``: codes of what a person should know
    (``no_answers``, ``sanitised``, ``constants``, ``carries``, ``test_saves`` ...) with params.
    """

    document: Mapping[str, object]
    origin: str
    questions: tuple[Question, ...] = ()
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()
