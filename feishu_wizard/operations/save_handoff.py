"""Writes the hand-off sheet: Markdown or a page to print, as the name of the file says."""

from __future__ import annotations

import asyncio
from pathlib import Path

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.handoff import Handoff
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.atomic import write_atomic

PAGES = (".html", ".htm")
TEXTS = (".md", ".markdown")


async def save_handoff(place: Workplace, handoff: Handoff, path: str) -> str:
    """Write the sheet in the language in use; returns the path that was written.

    ``InputError`` handoff.format (name) for another ending, and those of ``write_atomic``.
    """
    return await asyncio.to_thread(_write, handoff, path)


def _write(handoff: Handoff, path: str) -> str:
    from feishu_wizard.report.handoff import as_html, as_markdown

    target = Path(path).expanduser()
    ending = target.suffix.lower()
    if ending not in PAGES + TEXTS:
        raise InputError("handoff.format", {"name": target.name})
    text = as_html(handoff) if ending in PAGES else as_markdown(handoff)
    write_atomic(target, text.encode("utf-8", "replace"))
    return str(target)
