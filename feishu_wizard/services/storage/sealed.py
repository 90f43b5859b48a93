"""Hand-over files: sealed with a passphrase in the age format (v1, one scrypt recipient).

Written as text (armored), so that a chat or a mail cannot damage them; read as text or binary.
Format: the age specification, age-encryption.org/v1.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import re
import stat
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Final

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.secret import Secret

# A setup file has at most 1 MiB; armor adds a third and line ends.
LARGEST: Final = 1_572_864
# Bytes needed are 2 ** (10 + factor), the time doubles with each. Measured on two cores of a
# server: 18 (what the age command writes) 0.9 s and 256 MiB, 19 1.8 s and 512 MiB, 21 7 s and
# 2 GiB; 22 would take 4 GiB, which many a jump host does not have.
COSTLIEST: Final = 21
SECONDS: Final = 60.0
_WORKER = Path(__file__).with_name("sealed_worker.py")
_MAGIC = b"age-encryption.org/v"
_VERSION_1 = b"age-encryption.org/v1\n"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_ARMOR_END = b"-----END AGE ENCRYPTED FILE-----"
_SCRYPT = re.compile(rb"-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n[A-Za-z0-9+/]{43}\n--- ")
_STANZA = re.compile(rb"-> ([!-~]+)[ \n]")
_LONGEST_HEADER = 65_536


def is_sealed(data: bytes) -> bool:
    """Tell by its first bytes whether a file is an age file, of whatever kind."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((_MAGIC, _ARMOR))


def read_sealed(path: Path) -> bytes | None:
    """A sealed file's content, checked and without its armor; None when it is no age file.

    Raises ``InputError`` sealed.too_large (path, limit, size), sealed.broken, sealed.recipients
    (kind), sealed.costly (factor, limit), sealed.version, all with ``path``. A file that cannot
    be read is left to whoever reads it as a setup file: None.
    """
    try:
        with path.open("rb") as file:
            known = path.stat()
            if not stat.S_ISREG(known.st_mode) or not is_sealed(file.read(200)):
                return None
            if known.st_size > LARGEST:
                size = {"limit": str(LARGEST), "size": str(known.st_size)}
                raise InputError("sealed.too_large", {"path": str(path), **size})
            file.seek(0)
            data = file.read(LARGEST)
    except (OSError, ValueError):
        return None
    try:
        return checked(data)
    except InputError as error:
        error.params["path"] = str(path)
        raise


def checked(data: bytes) -> bytes:
    """The binary file inside, when it may be opened with a passphrase here; errors as above."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    binary = _unarmored(text) if text.startswith(_ARMOR) else data
    if not binary.startswith(_VERSION_1):
        raise InputError("sealed.version")
    header, _, payload = binary[:_LONGEST_HEADER].partition(b"\n---")
    stanza = _STANZA.search(header)
    if stanza is None or not payload:
        raise InputError("sealed.broken")
    if stanza[1] != b"scrypt":
        raise InputError("sealed.recipients", {"kind": stanza[1].decode()[:40]})
    scrypt = _SCRYPT.search(binary, 0, _LONGEST_HEADER)
    if scrypt is None:
        raise InputError("sealed.broken")
    if int(scrypt[1]) > COSTLIEST:
        cost = {"factor": scrypt[1].decode(), "limit": str(COSTLIEST)}
        raise InputError("sealed.costly", cost)
    return binary


def _unarmored(text: bytes) -> bytes:
    """The bytes inside the armor.

    More forgiving than the library where a mail has been: other line ends and widths, blanks at
    line ends, ">" of a quotation are no damage. What was lost is: the payload does not open then.
    """
    body, end, _ = text.removeprefix(_ARMOR).partition(_ARMOR_END)
    if not end:
        raise InputError("sealed.broken")
    try:
        return base64.b64decode(re.sub(rb"[\s>]", b"", body), validate=True)
    except binascii.Error:
        raise InputError("sealed.broken") from None


async def seal(data: bytes, passphrase: Secret) -> bytes:
    """Seal ``data``; armored. ``WizardError`` sealed.timeout, sealed.worker."""
    word, sealed = await _asked(b"seal", data, passphrase)
    if word != "ok":
        raise WizardError("sealed.worker", {"detail": word})
    return sealed


async def unseal(data: bytes, passphrase: Secret) -> bytes:
    """Open what ``checked`` let pass.

    Raises ``InputError`` sealed.passphrase (another one than it was sealed with), sealed.broken
    (right passphrase, damaged or cut off), sealed.costly, sealed.recipients; ``WizardError``
    sealed.timeout, sealed.worker.
    """
    word, opened = await _asked(b"open", data, passphrase)
    if word == "ok":
        return opened
    if word == "passphrase":
        raise InputError("sealed.passphrase")
    if word == "costly":
        raise InputError("sealed.costly", {"limit": str(COSTLIEST)})
    if word == "recipients":
        raise InputError("sealed.recipients")
    raise InputError("sealed.broken")


async def _asked(verb: bytes, data: bytes, passphrase: Secret) -> tuple[str, bytes]:
    """The worker's answer: its word and data. Killed when nobody waits for it any more."""
    text = passphrase.reveal().encode("utf-8", "surrogatepass")
    request = b"%s %d %d\n%s%s" % (verb, len(text), len(data), text, data)
    try:
        # -P: its own folder has modules named like those of the standard library.
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_WORKER), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
    except OSError as error:
        raise WizardError("sealed.worker", {"detail": error.strerror or ""}) from None
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await worker.communicate(request)
    except TimeoutError:
        raise WizardError("sealed.timeout", {"seconds": f"{SECONDS:g}"}) from None
    finally:
        await _ended(worker)
    return _understood(answer, worker)


async def _ended(worker: Process) -> None:
    """The worker's end, by force when it still runs: no passphrase outlives its question."""
    if worker.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


def _understood(answer: bytes, worker: Process) -> tuple[str, bytes]:
    """A worker that died (of lack of memory, as a rule) has not answered in full."""
    head, _, data = answer.partition(b"\n")
    word, _, size = head.partition(b" ")
    if worker.returncode != 0 or not size.isdigit() or int(size) != len(data):
        raise WizardError("sealed.worker", {"detail": f"exit {worker.returncode}"})
    return word.decode(), data
