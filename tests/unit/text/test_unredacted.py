"""What the program itself says is never taken for a secret on its way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from feishu_wizard.domain.redact import forget_all, redact
from feishu_wizard.text import book

PO = Path(__file__).resolve().parents[3] / "resources/locale/zh_Hans/LC_MESSAGES/feishu_wizard.po"


@pytest.fixture(autouse=True)
def no_known_secret() -> None:
    """Other tests make secrets of any letters, even of words: here only the shapes count."""
    forget_all()


def test_no_text_of_the_catalogue_is_masked() -> None:
    with PO.open("rb") as file:
        messages = [part for m in read_po(file) for part in (m.id, m.string)]
    texts = [t for part in messages for t in ([part] if isinstance(part, str) else part)]
    assert [text for text in texts if redact(text) != text] == []


@pytest.mark.parametrize("entry", book.entries(), ids=lambda entry: entry.codes[0])
def test_no_words_of_the_book_are_masked(entry: book.Entry) -> None:
    lists = [text for texts in entry.causes.values() for text in texts]
    texts = [*entry.title.values(), *entry.cause.values(), *entry.fix.values(), *lists]
    assert [text for text in texts if redact(text) != text] == []
