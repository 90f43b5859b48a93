"""The operations of a derived profile: read, save, first save, switch and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feishu_wizard.domain.recording.address import common_prefix, path_of
from feishu_wizard.domain.recording.answers import Shape
from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.auth import SignIn
from feishu_wizard.domain.recording.body import Extras, extras_of
from feishu_wizard.domain.recording.credentials import kind_of, noise
from feishu_wizard.domain.recording.find import FIELDS
from feishu_wizard.domain.recording.model import Choice, RecordedCall
from feishu_wizard.domain.recording.places import MISSING, find, leaves
from feishu_wizard.domain.recording.switch import Switch


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls that were chosen; None for what was not recorded."""

    read: RecordedCall
    save: RecordedCall
    create: RecordedCall | None
    test: RecordedCall | None
    switch: Switch | None


class Operations:
    """Describes each call as an operation of the document. ``fields``: pointers in the body."""

    def __init__(
        self,
        calls: Calls,
        fields: Mapping[str, str],
        shape: Shape | None,
        asking: Asking,
        sign_in: SignIn,
    ) -> None:
        self._calls = calls
        self._fields = fields
        self._shape = shape
        self._asking = asking
        self._sign_in = sign_in

    def describe(self, version: str | None) -> tuple[dict[str, Any], list[str]]:
        """The operations, and the places whose objects travel as texts."""
        setting = self._shape.setting if self._shape else None
        ops: dict[str, Any] = {"get": {"method": "GET", "path": self._path(self._calls.read, None)}}
        managed = {*self._fields.values(), *([version] if version else [])}
        # Also where a call of its own switches: a save must not turn it back.
        if self._at() and find(self._calls.save.body, self._at()) is not MISSING:
            managed.add(self._at())
        extras = self._extras(self._calls.save, setting, managed)
        if self._calls.create is not None:
            first = self._extras(self._calls.create, None, managed)
            ops["create"] = self._write(self._calls.create, None, first, managed)
        ops["save"] = self._write(self._calls.save, setting, extras, managed)
        ops |= self._enable(setting, managed)
        if self._calls.test is not None:
            ops["test"] = self._tested(managed)
        return ops, extras.json_strings

    def _at(self) -> str:
        return (self._calls.switch.at if self._calls.switch else None) or ""

    def _path(self, call: RecordedCall, setting: Any) -> str:
        return path_of(call, self._sign_in.add_input, setting)

    def _extras(self, call: RecordedCall, setting: Any, managed: set[str]) -> Extras:
        return extras_of(call, setting, managed, self._asking, self._sign_in.add_input)

    def _write(
        self, call: RecordedCall, setting: Any, extras: Extras, managed: set[str]
    ) -> dict[str, Any]:
        send = [name for name in FIELDS if name in self._fields]
        if self._calls.switch and self._at() in managed:
            send.append("enabled")
        return self._op(call, setting, {"send": send, "set": extras.set, "carry": extras.carry})

    def _op(self, call: RecordedCall, setting: Any, more: dict[str, Any]) -> dict[str, Any]:
        op = {"method": call.method, "path": self._path(call, setting), **more}
        op["headers"] = {
            name: value
            for name, value in call.headers.items()
            if name not in self._calls.read.headers and not noise(name) and not kind_of(name, value)
            if value and "${" not in value
        }
        op["encoding"] = "form" if call.encoding == "form" else ""
        return {key: value for key, value in op.items() if value not in ("", {}, [])}

    def _enable(self, setting: Any, managed: set[str]) -> dict[str, Any]:
        switch = self._calls.switch
        if switch is None:
            return {}
        if switch.call is None:
            if self._at() not in managed:
                self._asking.note("switch_by_hand")
                return {}
            return {"enable": {"via": "save", "set": {self._at(): "${enabled}"}}}
        extras = self._extras(switch.call, setting, {switch.call_at})
        extras.set[switch.call_at] = "${enabled}"
        return {
            "enable": self._op(switch.call, setting, {"set": extras.set, "carry": extras.carry})
        }

    def _tested(self, managed: set[str]) -> dict[str, Any]:
        call = self._calls.test
        assert call is not None
        choices = (Choice("yes", call.path), Choice("no", call.path))
        saves = self._asking.ask("test_saves", choices, "yes", path=call.path) == "yes"
        if saves:
            self._asking.note("test_saves", path=call.path)
        sent = {leaf.at for leaf in leaves(call.body, into_lists=False)}
        constants = {
            leaf.at: leaf.value
            for leaf in leaves(call.body, into_lists=False)
            if leaf.at and leaf.at not in managed and not leaf.through
            if not kind_of(leaf.name, leaf.value) and "${" not in str(leaf.value)
        }
        send = [name for name in FIELDS if self._fields.get(name) in sent]
        op = self._op(call, None, {"send": send, "set": constants})
        return {**op, "ok_at": self._verdict_at(call), "saves": saves}

    def _verdict_at(self, call: RecordedCall) -> str | None:
        """Where the test's answer says yes or no; None: the envelope alone does."""
        data = find(call.answer, self._shape.data) if self._shape else MISSING
        if isinstance(data, bool):
            return ""
        keys = data if isinstance(data, dict) else {}
        return next((f"/{k}" for k in ("ok", "success", "valid", "pass") if k in keys), None)


def shorten(ops: Mapping[str, dict[str, Any]]) -> str:
    """Take from every path what all begin with; that prefix."""
    prefix = common_prefix(op["path"] for op in ops.values() if "path" in op)
    for op in ops.values():
        if "path" in op:
            op["path"] = op["path"].removeprefix(prefix)
    return prefix
