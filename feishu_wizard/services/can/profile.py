"""Reading a profile file: YAML into ``Profile``, with every rule that needs no server."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import yaml

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.typed import from_table
from feishu_wizard.services.can.model import Profile
from feishu_wizard.services.can.rules import broken_rules

__all__ = ["Profile", "parse_profile"]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32  # the YAML scanner needs quadratic time for deeper ones
_WIDEST = 2**63  # what every JSON reader can hold as an integer


def parse_profile(data: bytes, source: str) -> Profile:
    """Read a profile.

    Raises ``InputError`` ``profile.invalid`` with params ``source`` (as given), ``where`` (a
    path in the document or a line) and ``detail`` (a code of the rule that is broken).
    """
    return checked(_load(data, source), source)


def checked(document: Any, source: str) -> Profile:
    """A profile from its decoded document; raises as ``parse_profile``."""
    document = _plain(document, source)
    try:
        profile = from_table(document, Profile)
    except msgspec.ValidationError as error:
        text, mark, path = str(error).rpartition(" - at `$")
        where = f"${path.rstrip('`')}" if mark else "$"
        raise _invalid(source, where, text if mark else str(error)) from error
    for where, rule in broken_rules(profile):
        raise _invalid(source, where, rule)
    return profile


def _load(data: bytes, source: str) -> Any:
    if len(data) > MAX_BYTES:
        raise _invalid(source, "$", "too_large")
    try:
        text = data.decode("utf-8-sig")
        _check_events(text, source)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise _invalid(source, f"byte {error.start}", "not_utf8") from error
    except yaml.YAMLError as error:
        where = _line(getattr(error, "problem_mark", None))
        raise _invalid(source, where, "not_yaml") from error
    except (RecursionError, ValueError) as error:
        raise _invalid(source, "$", "not_yaml") from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: a reader would look at one, the program use the other."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, "twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _check_events(text: str, source: str) -> None:
    """Refuse what makes small files large or slow: aliases and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _invalid(source, _line(event.start_mark), "alias")
        if depth > MAX_DEPTH:
            raise _invalid(source, _line(event.start_mark), "too_deep")


def _line(mark: Any) -> str:
    return "$" if mark is None else f"line {mark.line + 1}"


def _plain(value: Any, source: str, where: str = "$") -> Any:
    """The document as JSON could hold it: YAML reads keys like ``true`` and ``200`` as values, and
    knows dates, sets and numbers that are none."""
    if isinstance(value, dict):
        return {_key(k): _plain(v, source, f"{where}.{_key(k)}") for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(child, source, f"{where}[{at}]") for at, child in enumerate(value)]
    number = isinstance(value, int | float) and math.isfinite(value) and abs(value) < _WIDEST
    if value is None or number or isinstance(value, bool | str):
        return value
    raise _invalid(source, where, "not_json")


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _invalid(source: str, where: str, detail: str) -> InputError:
    return InputError("profile.invalid", {"source": source, "where": where, "detail": detail})
