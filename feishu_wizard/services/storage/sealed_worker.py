"""The child process that turns a passphrase into a key: seals or opens one file, then ends.

Its own process because the work takes a second or two, 512 MiB, and holds the interpreter: in a
thread of ours the window would stand still. Started by its path and therefore free of imports of
the package. The request comes on standard input and the answer leaves on standard output; nothing
of either is an argument, in the environment or in a file:

    <verb> <bytes of the passphrase> <bytes of the data>\\n<passphrase><data>
    <word> <bytes of the data>\\n<data>

Words: ``ok``, ``passphrase`` (it is another one), ``costly``, ``recipients``, ``broken``,
``failed``.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Answer the one request that stands on standard input."""
    _no_core_dump()
    word, data = _answer()
    sys.stdout.buffer.write(f"{word} {len(data)}\n".encode() + data)
    sys.stdout.buffer.flush()
    return 0


def _no_core_dump() -> None:
    """A crash must not leave the passphrase behind in a file."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer() -> tuple[str, bytes]:
    verb, length, size = sys.stdin.buffer.readline().split()
    text, data = _exactly(int(length)).decode(), _exactly(int(size))
    return _seal(data, text) if verb == b"seal" else _open(data, text)


def _exactly(count: int) -> bytes:
    """So many bytes; a parent that went away meanwhile ends the work."""
    found = sys.stdin.buffer.read(count)
    if len(found) != count:
        raise SystemExit(1)
    return found


def _seal(data: bytes, text: str) -> tuple[str, bytes]:
    import pyrage

    try:
        return "ok", pyrage.passphrase.encrypt(data, text, armored=True)
    except pyrage.EncryptError:
        return "failed", b""


def _open(data: bytes, text: str) -> tuple[str, bytes]:
    import pyrage

    try:
        return "ok", pyrage.passphrase.decrypt(data, text)
    except pyrage.DecryptError as error:
        return _word_of(str(error)), b""


# What pyrage 1.2 says, in its own words (measured; its exception carries nothing else).
_SAYS = (
    ("Decryption failed", "passphrase"),
    ("Excessive work", "costly"),
    ("No matching keys", "recipients"),
)


def _word_of(message: str) -> str:
    return next((word for says, word in _SAYS if message.startswith(says)), "broken")


if __name__ == "__main__":
    raise SystemExit(main())
