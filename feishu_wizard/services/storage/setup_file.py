"""The setup file: read with exact complaints, written without losing anybody's comments."""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.setup import SCHEMA, Setup, parse_ref, secret_refs
from feishu_wizard.domain.typed import from_table
from feishu_wizard.services.storage.atomic import there, write_atomic
from feishu_wizard.services.storage.paths import checked_id
from feishu_wizard.services.storage.setup_target import FileTarget, look_at_target

LARGEST = 1_048_576
_MARK = b"\xef\xbb\xbf"
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_FINGERPRINT = re.compile(r"[0-9a-fA-F:]{64,95}")


def read_setup(path: Path) -> Setup:
    """Read a setup file.

    Raises ``InputError``, always with ``path``: setup.missing, setup.directory,
    setup.unreadable (detail), setup.too_large (limit, size), setup.not_text, setup.not_toml
    (line, column), setup.foreign, setup.future (schema), setup.invalid (where, detail).
    """
    return _decode(_tables(_text(path), path), path)


def parse_setup(text: str, path: Path) -> Setup:
    """A setup from the text of ``path``; errors of its content as ``read_setup``."""
    return _decode(_tables(text, path), path)


def render_setup(setup: Setup) -> str:
    """The setup as a new TOML file."""
    import tomlkit

    document = tomlkit.document()
    _merge(document, _plain(setup))
    return tomlkit.dumps(document)


def render_sealed(setup: Setup, profile: str) -> str:
    """What goes into a hand-over file: the setup with its secrets, and a profile's YAML."""
    import tomlkit

    if not profile:
        return render_setup(setup)
    carried = tomlkit.dumps({"carried": {"profile": profile}})
    return f"{render_setup(setup)}\n{carried}"


def carried_profile(text: str) -> str:
    """The profile that travels in the content of a hand-over file; "" for none."""
    carried = tomllib.loads(text).get("carried", {})
    profile = carried.get("profile", "") if isinstance(carried, dict) else ""
    return profile if isinstance(profile, str) else ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write that is thought through: what stands there and what will. ``before``: None for a
    new file. ``plain``: a secret goes into it."""

    target: FileTarget
    before: bytes | None
    after: bytes
    plain: bool


def write_setup(path: Path, setup: Setup) -> None:
    """Write a setup file: ``prepare_setup``, then ``put_setup``."""
    put_setup(prepare_setup(path, setup))


def prepare_setup(path: Path, setup: Setup) -> Prepared:
    """Bring what is there to the setup's values; its comments, blank lines, order, unknown keys,
    line ends and byte order mark stay. Writes nothing.

    A file that is not a setup (or of a later program) is never overwritten: errors as
    ``read_setup`` and ``look_at_target``; file.cannot_keep when a file is built so that the new
    values cannot be put among what it holds.
    """
    checked_id(setup.id)
    target = look_at_target(path)
    before = _bytes(target.path) if target.exists else None
    plain = any(ref.startswith("plain:") for ref in secret_refs(setup).values())
    return Prepared(target, before, _merged(target.path, before or b"", setup), plain)


def put_setup(prepared: Prepared) -> None:
    """Write it as a whole or not at all; errors as ``write_atomic``.

    ``ConflictError`` file.changed_meanwhile when what stands there is no longer what it was.
    A file that holds a secret itself (``plain:``) is made 0600 whatever its mode was.
    """
    path = prepared.target.path
    if (_bytes(path) if there(path) else None) != prepared.before:
        raise ConflictError("file.changed_meanwhile", {"path": str(path)})
    write_atomic(path, prepared.after, keep_mode=not prepared.plain)


def _merged(path: Path, before: bytes, setup: Setup) -> bytes:
    """The new content: what is there, brought to the setup's values."""
    import tomlkit

    mark = _MARK if before.startswith(_MARK) else b""
    text = _decoded(before, path)
    if not text.strip():
        return mark + render_setup(setup).encode()
    _known_schema(_tables(text, path), path)
    try:
        document = tomlkit.parse(_ended(text))
        _merge(document, _plain(setup))
        rendered = _line_ends_of(text, tomlkit.dumps(document))
        if parse_setup(rendered, path) != setup:
            raise InputError("file.cannot_keep", {"path": str(path)})
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError):
        raise InputError("file.cannot_keep", {"path": str(path)}) from None
    return mark + rendered.encode()


def _ended(text: str) -> str:
    """The text, a last line of blanks ended: a table that is added would be put behind them."""
    last = text.rpartition("\n")[2]
    return f"{text}\n" if last and not last.strip() else text


def _line_ends_of(old: str, new: str) -> str:
    """New lines end as those of the file do, where all of them end alike."""
    if "\r\n" in old and old.count("\n") == old.count("\r\n"):
        return re.sub(r"(?<!\r)\n", "\r\n", new)
    return new


def _text(path: Path) -> str:
    """The file's characters, without the byte order mark that Windows editors add."""
    return _decoded(_bytes(path), path)


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("setup.not_text", {"path": str(path)}) from None


def _bytes(path: Path) -> bytes:
    where = {"path": str(path)}
    try:
        known = path.stat()
        if stat.S_ISDIR(known.st_mode):
            raise InputError("setup.directory", where)
        if not stat.S_ISREG(known.st_mode):
            raise InputError("setup.unreadable", {**where, "detail": "not a regular file"})
        if known.st_size > LARGEST:
            raise InputError(
                "setup.too_large", {**where, "limit": str(LARGEST), "size": str(known.st_size)}
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("setup.missing", where) from None
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise InputError("setup.unreadable", {**where, "detail": detail}) from None


def _tables(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        lines = text.splitlines() or [""]
        line, column = (found[1], found[2]) if found else (len(lines), len(lines[-1]) + 1)
        raise InputError(
            "setup.not_toml", {"path": str(path), "line": str(line), "column": str(column)}
        ) from None
    except RecursionError:
        raise InputError(
            "setup.not_toml", {"path": str(path), "line": "1", "column": "1"}
        ) from None


def _known_schema(tables: dict[str, Any], path: Path) -> None:
    schema = tables.get("schema")
    if schema == SCHEMA:
        return
    family, slash, _ = SCHEMA.rpartition("/")
    if isinstance(schema, str) and re.fullmatch(re.escape(family + slash) + r"[0-9.]+", schema):
        raise InputError("setup.future", {"path": str(path), "schema": schema})
    raise InputError("setup.foreign", {"path": str(path)})


def _decode(tables: dict[str, Any], path: Path) -> Setup:
    _known_schema(tables, path)
    try:
        setup = from_table(tables, Setup)
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        where = (match["where"] if match else "") or ""
        detail = match["what"] if match else ""
        raise _invalid(path, where, detail) from None
    _check(setup, path)
    return setup


def _check(setup: Setup, path: Path) -> None:
    """Rules between values. Their complaints never show a value: it may be a secret."""
    if setup.id:
        try:
            checked_id(setup.id)
        except InputError:
            raise _invalid(path, "id", "letters, digits, - and _ only") from None
    references = {"feishu.app_secret": setup.feishu.app_secret}
    references |= {f"office.secrets.{name}": ref for name, ref in setup.office.secrets.items()}
    for where, ref in references.items():
        if ref and parse_ref(ref) is None:
            raise _invalid(path, where, "keyring:NAME, file:PATH or plain:VALUE")
    if "@" in setup.network.proxy:
        raise _invalid(path, "network.proxy", "a URL without user and password")
    for host, pin in setup.network.pinned.items():
        if not _FINGERPRINT.fullmatch(pin):
            raise _invalid(path, f"network.pinned.{host}", "SHA-256")


def _invalid(path: Path, where: str, detail: str) -> InputError:
    return InputError("setup.invalid", {"path": str(path), "where": where, "detail": detail})


def _plain(setup: Setup) -> dict[str, Any]:
    """The setup as tables, lists and strings, in the order of the file's description."""
    tables: dict[str, Any] = msgspec.to_builtins(setup)
    return tables


# Tables whose keys belong to the setup alone: one that is gone from it is gone from the file.
_OWN_KEYS = {("office", "inputs"), ("office", "secrets"), ("network", "pinned")}


def _merge(table: Any, values: dict[str, Any], at: tuple[str, ...] = ()) -> None:
    """Bring a TOML table to ``values``, touching only what differs."""
    import tomlkit

    for key, value in values.items():
        if not isinstance(value, dict):
            if key not in table or table[key] != value:
                table[key] = value
        elif key in table and isinstance(table[key], dict):
            _merge(table[key], value, (*at, key))
        else:
            new = tomlkit.inline_table() if (*at, key) in _OWN_KEYS else tomlkit.table()
            _merge(new, value, (*at, key))
            table[key] = new
    if at in _OWN_KEYS:
        for key in [key for key in table if key not in values]:
            del table[key]
