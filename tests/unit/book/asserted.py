"""Which codes the tests of this project really assert, by reading them.

A code counts where it stands in an ``assert``, in what ``pytest.raises`` has to match, or in a
table that a test runs through and asserts about. A code that is only mentioned does not count.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from feishu_wizard.domain.paste import model

TESTS = Path(__file__).resolve().parents[2]
# These are about words, or play the program behind the window: they provoke no code.
_NOT_PROVOKING = ("unit/text", "unit/book", "ui")
_DEPTH = 3  # a table may be made of tables
_ENUMS: dict[str, type[StrEnum]] = {
    kind.__name__: kind for kind in (model.ProblemCode, model.WarningCode)
}
_Test = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def asserted() -> Mapping[str, frozenset[str]]:
    """Every text that a test asserts -> the tests that do (``file::test``)."""
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        file = path.relative_to(TESTS).as_posix()
        if file.startswith(_NOT_PROVOKING):
            continue
        for test, text in asserted_in(path.read_text(encoding="utf-8")):
            found.setdefault(text, set()).add(f"{file}::{test}")
    return {text: frozenset(tests) for text, tests in found.items()}


def asserted_in(source: str) -> Iterator[tuple[str, str]]:
    """The (test, text) pairs of one module."""
    # Python 3.11's parser breaks off with a SystemError when the collector runs other people's
    # finalizers while it builds a tree (gh-106905).
    gc.disable()
    try:
        tree = ast.parse(source)
    finally:
        gc.enable()
    tables = _tables(tree)
    for node in _tests_of(tree.body):
        for text in _texts_of(node, tables):
            yield node.name, text


def _tests_of(body: list[ast.stmt]) -> Iterator[_Test]:
    """Where pytest finds them: in the module and its classes."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests_of(node.body)
        elif isinstance(node, _Test) and node.name.startswith("test_"):
            yield node


def _tables(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of the module stand for."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _texts_of(test: _Test, tables: Mapping[str, ast.expr]) -> Iterator[str]:
    nodes = [node for node in ast.walk(test) if isinstance(node, (ast.Assert, ast.Call, ast.For))]
    claims: list[ast.AST] = [node for node in nodes if isinstance(node, ast.Assert)]
    claims += [
        word.value
        for node in nodes
        if isinstance(node, ast.Call) and _name(node.func) == "raises"
        for word in node.keywords
        if word.arg == "match"
    ]
    used = {name for claim in claims for name in _names(claim)}
    used |= {
        name
        for loop in nodes
        if isinstance(loop, ast.For) and _names(loop.target) & used
        for name in _names(loop.iter)
    }
    for claim in claims:
        yield from _texts(claim, tables, 0)
    for name in used & tables.keys():
        yield from _texts(tables[name], tables, 1)
    for decorator in test.decorator_list:
        if _name(getattr(decorator, "func", decorator)) == "parametrize":
            yield from _texts_of_rows(decorator, used, tables)


def _texts_of_rows(
    decorator: ast.expr, used: set[str], tables: Mapping[str, ast.expr]
) -> Iterator[str]:
    """The rows of a parametrised test, when what it asserts is about one of their columns."""
    if not isinstance(decorator, ast.Call) or len(decorator.args) < 2:
        return
    columns = {text.strip() for raw in _texts(decorator.args[0], {}, 0) for text in raw.split(",")}
    if columns & used:
        yield from _texts(decorator.args[1], tables, 0)


def _texts(node: ast.AST, tables: Mapping[str, ast.expr], depth: int) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value
        elif isinstance(inner, ast.Attribute) and _name(inner.value) in _ENUMS:
            yield _ENUMS[_name(inner.value)][inner.attr].value
        elif isinstance(inner, ast.Name) and inner.id in tables and depth < _DEPTH:
            yield from _texts(tables[inner.id], tables, depth + 1)


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
