"""The report as Markdown: text from outside stays text, names of scopes stay readable."""

from __future__ import annotations

import pytest

from feishu_wizard.report.markdown import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("application:application:self_manage", "application:application:self_manage"),
        ("cli_a8c029e757e6500b", "cli_a8c029e757e6500b"),
        ("_soft_ and __loud__", r"\_soft\_ and \_\_loud\_\_"),
        ("<b>*x*</b> [a](b)", r"\<b\>\*x\*\</b\> \[a\](b)"),
        ("two\nlines", "two lines"),
    ],
)
def test_markup_is_taken_away_and_words_stay_whole(text, shown):
    assert plain(text) == shown
