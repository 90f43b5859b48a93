"""Every code that the program hands on has words of its own, in both languages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.paste import model
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text import book, counted, pastes, tables, way
from feishu_wizard.text.catalog import use
from feishu_wizard.text.titles import check_title, is_check


def _load_scanner():
    """The tests are no package: the scanner beside this file is loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "text_codes", Path(__file__).with_name("codes.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


scanner = _load_scanner()
_TABLES = {
    "verb": way.VERBS,
    "busy": way.BUSY,
    "link": tables.LINKS,
    "action": way.ACTIONS,
    "edit": pastes.EDITS,
    "proposal": pastes.PROPOSALS,
}


def has_words(kind: str, text: str) -> bool:
    """Whether a code of the tree has words of its own; ``prefix*`` needs a code so begun."""
    if text.endswith("*"):
        begun = f"capability.{text[:-1]}" if kind == "capability" else text[:-1]
        if kind in _TABLES:
            return any(code.startswith(begun) for code in _TABLES[kind])
        return any(code.startswith(begun) for entry in book.entries() for code in entry.codes)
    if kind == "can":
        return book.knows(f"can.{text}")
    if kind == "capability":
        return book.knows(f"capability.{text}")
    if kind in _TABLES:
        return text in _TABLES[kind] or (kind == "busy" and is_check(text))
    return book.knows(text) or text in way.MESSAGES or text in counted.CODES


def test_every_code_of_the_tree_has_words():
    silent = sorted(
        {(c.kind, c.text, c.place) for c in scanner.all_codes() if not has_words(c.kind, c.text)}
    )
    assert silent == []


def test_the_scanner_sees_the_tree():
    """A scanner that finds nothing would pass the test above."""
    kinds = {code.kind for code in scanner.all_codes()}
    assert kinds >= {"words", "message", "verb", "busy", "link"}
    found = {code.text for code in scanner.all_codes()}
    assert found >= {"net.dns", "setup.not_toml", "feishu.bad_id", "check_and_continue"}


def test_the_scanner_tells_codes_without_words(tmp_path):
    path = scanner.ROOT / "feishu_wizard" / "domain" / "errors.py"
    source = tmp_path / "module.py"
    source.write_text(
        'raise InputError("no.such", {})\nVerb("no_such_verb", {})\ncode = "none_such"\n'
    )
    scanner_root, scanner.ROOT = scanner.ROOT, tmp_path
    try:
        codes = list(scanner.codes_in(source))
    finally:
        scanner.ROOT = scanner_root
    assert path.exists()
    assert {c.text for c in codes} == {"no.such", "no_such_verb", "none_such"}
    assert not any(has_words(c.kind, c.text) for c in codes)


@pytest.mark.parametrize("code", [*model.ProblemCode, *model.WarningCode])
def test_every_problem_of_a_paste_has_words(code):
    assert book.knows(code)


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("code", list(model.EditCode))
def test_every_edit_of_a_paste_has_words(code, language):
    use(language)
    said = pastes.paste_edit(
        model.Edit(code, {"count": "2", "label": "L", "name": "N", "key": "K"})
    )
    use("en")
    assert said
    assert code.replace("_", " ") != said


@pytest.mark.parametrize("code", list(model.ProposalCode))
def test_every_proposal_of_a_paste_has_words(code):
    assert pastes.paste_proposal(model.Proposal("v", code)) != "Proposed"


def test_every_need_has_a_title_that_is_not_its_id():
    from feishu_wizard.domain.permission import parse_needs

    ids = [need.id for need in parse_needs(resource_bytes("knowledge/needs.toml"))]
    assert ids
    assert not [i for i in ids if check_title(i) in (i, f"Permission: {i.partition('.')[2]}")]


@pytest.mark.parametrize("page", list(ConsolePage))
def test_every_console_page_has_a_name_and_a_link(page):
    assert page.value in tables.PAGES
    assert f"console_{page.value}" in tables.LINKS
