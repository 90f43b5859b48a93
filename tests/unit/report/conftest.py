"""Diagnoses made by hand, with all that a real one may carry."""

from __future__ import annotations

import pytest

from feishu_wizard.domain import redact


@pytest.fixture(autouse=True)
def _clean():
    redact.forget_all()
