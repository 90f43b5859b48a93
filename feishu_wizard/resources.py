"""The one loader of packaged files: icons, catalogues, knowledge, profiles, schemas.

In a wheel they lie in ``feishu_wizard/_resources``; in a checkout (also an editable
install) in ``resources/`` beside the package.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


class ResourceMissingError(FileNotFoundError):
    """A packaged file is not there: a broken installation, never the user's fault."""

    def __init__(self, path: str, roots: tuple[Path, ...]) -> None:
        self.path = path
        tried = ", ".join(str(root / path) for root in roots)
        super().__init__(f"packaged file {path!r} is missing (tried {tried})")


def resource_path(path: str) -> Path:
    """Return where the packaged file or folder ``path`` lies.

    ``path`` is relative to ``resources/`` with forward slashes, like ``"icons/copy.svg"``.
    Raises ``ResourceMissingError`` when it is absent and ``ValueError`` when ``path`` would
    leave the resources.
    """
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"{path!r} is not a path inside the resources")
    for root in _ROOTS:
        found = root.joinpath(*parts.parts)
        if found.exists():
            return found
    raise ResourceMissingError(path, _ROOTS)


def resource_bytes(path: str) -> bytes:
    """Return the content of the packaged file ``path``; errors as ``resource_path``."""
    return resource_path(path).read_bytes()


def resource_text(path: str) -> str:
    """Return the packaged UTF-8 file ``path`` as text; errors as ``resource_path``."""
    return resource_path(path).read_text(encoding="utf-8")
