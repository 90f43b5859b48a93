"""Writes a text that was shown, such as the sheet for the network administrator, to a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from feishu_wizard.domain.redact import redact
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.atomic import write_atomic


async def save_text(place: Workplace, text: str, path: str) -> str:
    """Write ``text`` behind the redactor; returns the path."""
    return await asyncio.to_thread(_write, redact(text), path)


def _write(text: str, path: str) -> str:
    target = Path(path).expanduser()
    write_atomic(target, text.encode())
    return str(target)
