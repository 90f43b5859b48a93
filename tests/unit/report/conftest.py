"""Diagnoses made by hand, with all that a real one may carry."""

from __future__ import annotations

import pytest

from feishu_wizard.domain import redact
from feishu_wizard.text.catalog import use


@pytest.fixture(autouse=True)
def _clean():
    redact.forget_all()
    use("en")
    yield
    redact.forget_all()
    use("en")
