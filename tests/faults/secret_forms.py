"""Looks for a secret in files, in the forms in which it could lie there."""

from __future__ import annotations

import base64
from pathlib import Path


def forms(value: str) -> dict[str, bytes]:
    """The bytes by which a value could lie in a file: as it is, in UTF-16, in base64."""
    raw = value.encode()
    found = {"raw": raw, "utf-16": value.encode("utf-16-le")}
    for shift in range(3):  # base64 depends on where in a text the value begins
        text = base64.b64encode(b"x" * shift + raw)
        found[f"base64 {shift}"] = text[4 if shift else 0 : -4]
    return found


def holding(folder: Path, value: str) -> list[str]:
    """Files below a folder that hold the value in one of its forms."""
    wanted = forms(value).values()
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(form in content for form in wanted):
                found.append(str(path))
    return found
