"""Compile the message catalogues: every ``.po`` under ``resources/locale`` into a ``.mo``.

Used by the build hook, by ``make locale`` and by the test run; the ``.mo`` files are not
committed.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def compile_catalogue(source: Path) -> Path:
    """Compile one catalogue when it is newer than its ``.mo``; return the ``.mo``.

    The new file replaces the old one in one step, because parallel test workers compile too.
    """
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return target
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    content = io.BytesIO()
    write_mo(content, catalogue)
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".mo.tmp")
    with os.fdopen(handle, "wb") as file:
        file.write(content.getvalue())
    Path(temporary).chmod(0o644)
    return Path(temporary).replace(target)


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile every catalogue of the checkout ``root``; return the ``.mo`` files."""
    sources = sorted((root / "resources" / "locale").glob("*/LC_MESSAGES/*.po"))
    return [compile_catalogue(source) for source in sources]


if __name__ == "__main__":
    for compiled in compile_all():
        print(compiled.relative_to(ROOT))
