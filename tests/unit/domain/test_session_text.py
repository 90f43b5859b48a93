"""What is copied out of the browser's list of headers."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.session_text import session_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sid=26ee; csrf=183f", "sid=26ee; csrf=183f"),
        ("Cookie: sid=26ee; csrf=183f\n", "sid=26ee; csrf=183f"),
        ("cookie:\n  sid=26ee;\n  csrf=183f", "sid=26ee; csrf=183f"),
        ("Bearer eyJ.admin.0001", "Bearer eyJ.admin.0001"),
        ("X-SQLBOT-TOKEN: Bearer eyJ.admin.0001", "Bearer eyJ.admin.0001"),
        ("a:b", "b"),
        ("  ", ""),
        (":", ":"),
    ],
)
def test_the_value_alone(text, value):
    assert session_value(text) == value
