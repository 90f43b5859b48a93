"""Finds the text codes that the source tree hands on, by reading it (no import, no run).

A code is a literal (or the known beginning of an f-string, written ``prefix*``) that stands where
a code goes: the first argument of an error, the third of a ``Finding``, a ``Verb`` and so on, or
what is assigned to a variable named ``code`` or ``reason``.
"""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "feishu_wizard"

# callable name -> (position, keyword) of the code, and the kind of words it needs
_WORDS = {
    "WizardError": (0, "code"),
    "InputError": (0, "code"),
    "CredentialError": (0, "code"),
    "NetworkError": (0, "code"),
    "ConflictError": (0, "code"),
    "Finding": (2, "code"),
    "not_done": (1, "code"),
    "Unresolved": (1, "code"),
    "Delivery": (5, "code"),
    "NeedState": (2, "reason"),
    "ProfileOffer": (1, "reason"),
    "Recognition": (1, "reason"),
    "SecretPlace": (2, "reason"),
    "StoreInfo": (2, "reason"),
    "FieldProblem": (1, "code"),
    "Problem": (0, "code"),
}
_KINDS = {
    "say": ("message", 1, "code"),
    "Message": ("message", 1, "code"),
    "Verb": ("verb", 0, "code"),
    "Busy": ("busy", 0, "code"),
    "start": ("busy", 0, "code"),
    "Progress": ("busy", 0, "code"),
    "Link": ("link", 0, "label"),
    "Edit": ("edit", 0, "code"),
    "Proposal": ("proposal", 1, "code"),
    "CapabilityWord": ("capability", 3, "code"),
}
_NAMES = frozenset({"code", "reason"})
_SHAPE = re.compile(r"[a-z][a-z0-9_.@]*\*?")
# Inside services a dotted literal of these families is a code wherever it stands.
_DOTTED = re.compile(
    r"(?:net|setup|file|secret|keyring|profile|draft|journal|address)(?:\.[a-z_]*[a-z])+"
)
_CHECKS = re.compile(
    r"net\.(?:proxy|(?:open|accounts|can)(?:\..*)?)|setup\.(?:file|secrets|state)|keyring\.backends\..*"
)


@dataclass(frozen=True, slots=True)
class Code:
    """One code and where it stands. ``kind``: words, can, message, verb, ..."""

    kind: str
    text: str
    place: str


def source_files() -> list[Path]:
    """The modules that hand on codes; the sandbox plays the other side and has its own."""
    outside = (PACKAGE / "sandbox", PACKAGE / "text")
    return [p for p in sorted(PACKAGE.rglob("*.py")) if not any(o in p.parents for o in outside)]


@cache
def all_codes() -> tuple[Code, ...]:
    """Every code of the tree, which is read once in a run."""
    # Python 3.11's parser breaks off with a SystemError when the collector runs other people's
    # finalizers while it builds a tree (gh-106905).
    gc.disable()
    try:
        return tuple(code for path in source_files() for code in codes_in(path))
    finally:
        gc.enable()


def codes_in(path: Path) -> Iterator[Code]:
    """The codes of one module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for code in _found(tree, path):
        if _SHAPE.fullmatch(code.text):
            yield code


def _found(tree: ast.Module, path: Path) -> Iterator[Code]:
    file, in_services = path.relative_to(ROOT), "services" in path.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, f"{file}:{node.lineno}")
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from _of_assignment(node, f"{file}:{node.lineno}")
        elif in_services and isinstance(node, ast.Constant):
            text = node.value if isinstance(node.value, str) else ""
            if _DOTTED.fullmatch(text) and not _CHECKS.fullmatch(text):
                yield Code("words", text, f"{file}:{node.lineno}")


def _of_call(node: ast.Call, place: str) -> Iterator[Code]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for keyword in node.keywords:
        if keyword.arg == "actions" and isinstance(keyword.value, ast.Tuple):
            for item in keyword.value.elts:
                yield from (Code("action", text, place) for text in _texts(item))
    if name == "CanError":
        yield from (Code("can", text, place) for text in _argument(node, 0, "outcome"))
    elif name in _WORDS:
        position, keyword_name = _WORDS[name]
        texts = _argument(node, position, keyword_name)
        yield from (Code("words", text, place) for text in texts)
    elif name in _KINDS:
        kind, position, keyword_name = _KINDS[name]
        texts = _argument(node, position, keyword_name)
        yield from (Code(kind, text, place) for text in texts if text)


def _of_assignment(node: ast.Assign | ast.AnnAssign, place: str) -> Iterator[Code]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    }
    if names & _NAMES and node.value is not None:
        values = node.value.elts[:1] if isinstance(node.value, ast.Tuple) else [node.value]
        for value in values:
            yield from (Code("words", text, place) for text in _texts(value) if text)


def _argument(node: ast.Call, position: int, keyword_name: str) -> list[str]:
    for keyword in node.keywords:
        if keyword.arg == keyword_name:
            return _texts(keyword.value)
    return _texts(node.args[position]) if len(node.args) > position else []


def _texts(node: ast.expr) -> list[str]:
    """The literals that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return [f"{node.values[0].value}*"]
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _texts(value)]
    if isinstance(node, ast.Dict):
        return [text for value in node.values for text in _texts(value)]
    if isinstance(node, ast.Subscript):
        return _texts(node.value)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
    ):
        return _texts(node.func.value) + [t for a in node.args[1:] for t in _texts(a)]
    return []
