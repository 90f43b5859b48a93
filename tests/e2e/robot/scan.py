"""Looking for a secret where it must not be: in files, in archives, in process tables."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from .processes import process_arguments, process_environ

_SHORTEST = 8  # anything shorter is found by chance


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    """Yield what stays of ``raw`` in base64, wherever in a longer text it begins."""
    for before in range(3):
        first = -(-before * 8 // 6)  # characters that also carry bits of what stands before
        last = (before + len(raw)) * 8 // 6  # the next one carries bits of what follows
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + raw)[first:last]


def encodings(secret: str) -> set[bytes]:
    """Return how ``secret`` may look: raw, UTF-16, URL, base64, hex, JSON, repr, HTML.

    Raises ValueError for a secret of under 8 characters, which would be found everywhere.
    """
    if len(secret) < _SHORTEST:
        raise ValueError(f"a secret of {len(secret)} characters cannot be searched for")
    raw = secret.encode()
    every_byte = "".join(f"%{byte:02X}" for byte in raw)
    texts = {
        secret,
        quote(secret, safe=""),
        quote(quote(secret, safe=""), safe=""),
        every_byte,
        every_byte.lower(),
        raw.hex(),
        raw.hex().upper(),
        json.dumps(secret)[1:-1],
        "".join(f"\\u{ord(character):04x}" for character in secret),
        repr(secret)[1:-1],
        html.escape(secret),
    }
    forms = {text.encode() for text in texts}
    forms |= {secret.encode("utf-16-le"), secret.encode("utf-16-be"), *_base64_forms(raw)}
    return forms


def _contents(path: Path) -> Iterator[bytes]:
    """Yield the name of a file, its bytes, and those of the members of an archive."""
    yield path.name.encode()
    raw = path.read_bytes()
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)
    elif zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield archive.read(member)


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        if not root.exists():
            raise FileNotFoundError(f"{root}: nothing to search, so nothing would be proven")
        inside = [root] if root.is_file() else root.rglob("*")
        yield from (path for path in inside if path.is_file() and not path.is_symlink())


def scan_for(secret: str, roots: Iterable[Path], *, allow: Iterable[Path] = ()) -> list[Path]:
    """Return the files below ``roots`` that hold ``secret`` in any encoding, sorted.

    ``allow`` names files or folders where it may be. A root that does not exist is an error,
    because a search in nothing proves nothing; a file that vanishes meanwhile is no leak.
    """
    forms = encodings(secret)
    allowed = [path.resolve() for path in allow]
    leaks: set[Path] = set()
    for path in _files(roots):
        real = path.resolve()
        if any(real == one or one in real.parents for one in allowed):
            continue
        try:
            if any(form in content for content in _contents(path) for form in forms):
                leaks.add(path)
        except FileNotFoundError:
            continue
    return sorted(leaks)


def scan_processes(secret: str, pid: int) -> list[str]:
    """Return where the tree of ``pid`` shows ``secret``: ["<pid> arguments", "<pid> environ"].

    It sees who runs now; a child that came and went between two looks is not seen.
    """
    forms = encodings(secret)
    places = {
        **{f"{one} arguments": "\0".join(words) for one, words in process_arguments(pid).items()},
        **{
            f"{one} environ": "\0".join(variables.values())
            for one, variables in process_environ(pid).items()
        },
    }
    return sorted(
        place for place, text in places.items() if any(form in text.encode() for form in forms)
    )
