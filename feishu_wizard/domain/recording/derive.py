"""A deployment profile from a recording: what it decides is taken, what it leaves open is asked.

The same recording, values and answers give the same document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording import answers as told_by
from feishu_wizard.domain.recording.answers import Shape
from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.auth import SignIn
from feishu_wizard.domain.recording.find import FIELDS, Found, find_calls, is_create, places
from feishu_wizard.domain.recording.model import (
    Choice,
    Derived,
    Form,
    RecordedCall,
    Recording,
    Typed,
)
from feishu_wizard.domain.recording.ops import Calls, Operations, shorten
from feishu_wizard.domain.recording.places import MISSING, Leaf, find, leaves
from feishu_wizard.domain.recording.refuse import refuse_read, refuse_unfit
from feishu_wizard.domain.recording.switch import Switch, find_switch

_ENVELOPES: Mapping[str, dict[str, Any]] = {
    "can": {
        "ok": [{"at": "/success", "in": [True]}, {"at": "/code", "in": ["200", 200, None]}],
        "data": "/data",
        "message": ["/errorMsg", "/message"],
        "detail": ["/detailErrorMsg"],
        "trace": ["/traceId"],
    },
    "code": {
        "ok": [{"at": "/code", "in": [0, 200, "0", "200"]}],
        "data": "/data",
        "message": ["/msg", "/message"],
    },
    "bare": {"data": ""},
}


def derive(
    recording: Recording,
    typed: Typed,
    answers: Mapping[str, str],
    *,
    profile_id: str,
    name: str,
) -> Derived:
    """The profile that follows, with what is still open.

    ``answers``: question id to the value of a choice. Raises ``InputError`` recording.* when no
    profile can say what was recorded (see ``refuse``), recording.shapes_differ (read, save: paths),
    recording.no_secret_field, recording.token_in_address, recording.bad_answer (question).
    """
    found = find_calls(recording, typed)
    refuse_unfit(recording, found, typed)
    refuse_read(recording, found, typed)
    draft = _Draft(recording, typed, found, Asking(answers))
    return draft.derived(profile_id, name)


class _Draft:
    """The document while it grows."""

    def __init__(self, recording: Recording, typed: Typed, found: Found, asking: Asking) -> None:
        self._recording = recording
        self._typed = typed
        self._found = found
        self._asking = asking
        self._save, self._create = self._chosen_saves()
        self._read = self._chosen("read", found.reads)
        self._test = found.tests[0] if found.tests else None
        self._saves = [call for call in recording.calls if _same_call(call, self._save)]
        self._reads = [call for call in recording.calls if _same_call(call, self._read)]
        self._fields = self._located()
        self._shape = self._shaped()
        self._switch = self._switched()
        used = [call for call in (self._read, self._save, self._call()) if call is not None]
        self._sign_in = SignIn(used, asking, recording.sanitised)

    def derived(self, profile_id: str, name: str) -> Derived:
        self._notes()
        auth = self._sign_in.decide()
        version = (
            told_by.concurrency_of(self._shape, self._read, self._save)
            if self._shape
            else ({"mode": "none"}, None)
        )
        calls = Calls(self._read, self._save, self._create, self._test, self._switch)
        builder = Operations(calls, self._fields, self._shape, self._asking, self._sign_in)
        ops, strings = builder.describe(version[1])
        prefix = shorten(ops)
        document: dict[str, Any] = {
            "schema": "can-profile/1",
            "id": profile_id,
            "name": {"en": name, "zh_Hans": name},
            "evidence": "proposed",
            "inputs": self._sign_in.inputs,
            "secrets": self._sign_in.secrets,
            "base": {"prefix": prefix, "require_https": self._save.origin.startswith("https:")},
            "auth": auth,
            "envelope": self._envelope(),
            "concurrency": version[0],
            "secret": self._secret(),
            "select": self._shape.select if self._shape else None,
            "json_strings": strings,
            "fields": self._fields,
            "state": self._state(version[1]),
            "values": self._values(),
            "ops": ops,
            "verify": {"after_save": self._verified()},
        }
        kept = {key: value for key, value in document.items() if value not in ({}, [], None)}
        return Derived(kept, self._save.origin, self._asking.questions, self._asking.notes)

    # --- which calls --------------------------------------------------------------------------

    def _chosen_saves(self) -> tuple[RecordedCall, RecordedCall | None]:
        """The save, and the call that makes the first one where that is another."""
        saves = list(self._found.saves)
        creating = [call for call in saves if is_create(call) or _made_before(call, saves)]
        others = [call for call in saves if call not in creating]
        if len(creating) == 1 and others:
            return self._chosen("save", tuple(others)), creating[0]
        return self._chosen("save", tuple(saves)), None

    def _chosen(self, question: str, calls: tuple[RecordedCall, ...]) -> RecordedCall:
        if len(calls) == 1:
            return calls[0]
        choices = [Choice(str(call.at), f"{call.method} {call.path}") for call in calls]
        at = self._asking.ask(question, choices, choices[0].value)
        return next(call for call in calls if str(call.at) == at)

    def _call(self) -> RecordedCall | None:
        return self._switch.call if self._switch else None

    # --- where things lie ---------------------------------------------------------------------

    def _located(self) -> dict[str, str]:
        """Pointers of the fields in the body of the save."""
        found: dict[str, str] = {}
        for name in FIELDS:
            taken = set(found.values())
            leafs = [leaf for leaf in self._candidates(name) if leaf.at not in taken]
            if len(leafs) > 1:
                at = [leaf.at for leaf in leafs]
                found[name] = self._asking.pick(f"field.{name}", at, at[0])
            elif leafs:
                found[name] = leafs[0].at
        if "app_secret" not in found:
            raise InputError("recording.no_secret_field", {"path": self._save.path})
        if "callback_url" not in found:
            self._asking.note("no_callback")
        return found

    def _candidates(self, name: str) -> list[Leaf]:
        """In the save; the secret also in another save, the test or the read."""
        for call in [self._save, *self._saves, *([self._test] if self._test else [])]:
            if leafs := [le for le in places(name, call.body, self._typed) if not le.lists]:
                return leafs
        if name != "app_secret":
            return []
        shown = places(name, self._read.answer, self._typed)
        return [Leaf(f"/{leaf.name}", leaf.value) for leaf in shown[:1]]

    def _shaped(self) -> Shape | None:
        """The shape of the read's answer; None when the recording holds no answer."""
        if not self._read.answered:
            return None
        fitting = self._fields["app_id"]
        shown = places("app_id", self._read.answer, self._typed)
        shown = [leaf for leaf in shown if leaf.at.endswith(fitting)] or [
            leaf for leaf in leaves(self._read.answer) if leaf.at.endswith(fitting)
        ]
        for leaf in shown:
            asking, body = self._asking, self._save.body
            shape = told_by.shape_of(self._read.answer, leaf.at, fitting, body, asking)
            if shape is not None:
                return shape
        paths = {"read": self._read.path, "save": self._save.path}
        raise InputError("recording.shapes_differ", paths)

    def _settings(self) -> list[Any]:
        """What each answer of the read told, in their order."""
        if self._shape is None:
            return []
        if self._shape.select is not None or len(self._reads) < 2:
            return [self._shape.setting]
        told = [find(call.answer, self._shape.data) for call in self._reads if call.answered]
        return [setting for setting in told if setting is not MISSING]

    def _switched(self) -> Switch | None:
        bodies = [call.body for call in self._saves if call.status < 400]
        taken = set(self._fields.values())
        return find_switch(self._settings(), bodies, self._found.switches, taken, self._asking)

    # --- the parts of the document --------------------------------------------------------------

    def _envelope(self) -> dict[str, Any]:
        others = [*self._saves, *self._reads, *([call] if (call := self._call()) else [])]
        if self._shape is not None:
            return told_by.envelope_of(self._shape, others, self._asking)
        return dict(_ENVELOPES[self._asking.pick("envelope", _ENVELOPES, "can")])

    def _secret(self) -> dict[str, Any]:
        saves = [call for call in self._saves if call.status < 400]
        shape = self._shape or Shape("", None, {}, {})
        return told_by.secret_rules(shape, self._fields["app_secret"], saves, self._asking)

    def _state(self, version: str | None) -> dict[str, str]:
        state = told_by.secret_state(self._shape) if self._shape else {}
        state = {k: at for k, at in state.items() if at != self._fields["app_secret"]}
        if self._switch and self._switch.at:
            state["enabled"] = self._switch.at
        if version:
            state["version"] = version
        return state

    def _values(self) -> dict[str, Any]:
        if self._switch is None or (self._switch.on is True and self._switch.off is False):
            return {}
        return {"enabled": {"true": self._switch.on, "false": self._switch.off}}

    def _verified(self) -> list[str]:
        wanted = ["app_id", *(["callback_url"] if "callback_url" in self._fields else [])]
        return [*wanted, *(["enabled"] if self._switch and self._switch.at else [])]

    def _notes(self) -> None:
        if self._shape is None:
            self._asking.note("no_answers")
        if self._recording.sanitised:
            self._asking.note("sanitised")
        if self._recording.form is Form.CURL_CMD:
            self._asking.note("cmd_letters")
        if self._shape and not places_filled(self._shape, self._fields):
            self._asking.note("nothing_stored")
        self._asking.note("save_unchanged")


def places_filled(shape: Shape, fields: Mapping[str, str]) -> bool:
    """Whether the read showed a stored App ID."""
    return bool(find(shape.setting, fields["app_id"]) not in (MISSING, None, ""))


def _same_call(one: RecordedCall, other: RecordedCall) -> bool:
    mine, theirs = (one.method, one.path, one.query), (other.method, other.path, other.query)
    return mine == theirs and one.origin == other.origin


def _made_before(call: RecordedCall, saves: list[RecordedCall]) -> bool:
    """A POST to a collection of which another save changes a member."""
    below = f"{call.path.rstrip('/')}/"
    return call.method == "POST" and any(
        other.path.startswith(below) and "/" not in other.path.removeprefix(below).rstrip("/")
        for other in saves
        if other is not call and other.method in ("PUT", "PATCH")
    )
