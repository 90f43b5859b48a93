"""Sealed hand-over files: ours and others' are opened, what is wrong is told apart."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import ExitCode, InputError, WizardError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.storage import sealed
from feishu_wizard.services.storage.sealed import (
    COSTLIEST,
    LARGEST,
    checked,
    is_sealed,
    read_sealed,
    seal,
    unseal,
)
from tests.unit.storage.age_files import age_file, armored

WORDS = Secret("bado-kifu-lemo-nipa-rusi-tave")
CONTENT = 'schema = "feishu-wizard/1"\nnote = "名称"\n'.encode()


def opened(data: bytes, passphrase: Secret = WORDS) -> bytes:
    return asyncio.run(unseal(checked(data), passphrase))


def refusal(data: bytes, passphrase: Secret = WORDS) -> WizardError:
    with pytest.raises(WizardError) as caught:
        opened(data, passphrase)
    return caught.value


def test_what_is_sealed_is_text_and_is_opened_with_the_same_passphrase_only() -> None:
    data = asyncio.run(seal(CONTENT, WORDS))
    assert data.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert data.isascii()
    assert CONTENT[:20] not in data
    assert is_sealed(data)
    assert opened(data) == CONTENT
    wrong = refusal(data, Secret("bado-kifu-lemo-nipa-rusi-tavo"))
    assert (wrong.code, wrong.exit_code) == ("sealed.passphrase", ExitCode.USAGE)


SHAPES = {
    "binary": lambda made: made,
    "text": armored,
    "text of Windows": lambda made: armored(made, "\r\n"),
    "byte order mark": lambda made: b"\xef\xbb\xbf" + armored(made),
    "blanks round it": lambda made: b"\n \n" + armored(made) + b"\n\n",
    "quoted in a mail": lambda made: armored(made).replace(b"\n", b"\n> "),
    "one long line": lambda made: armored(made, "").replace(b"FILE-----", b"FILE-----\n", 1),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_files_of_others_are_opened_in_every_shape(shape: str) -> None:
    data = SHAPES[shape](age_file(CONTENT, WORDS.reveal()))
    assert is_sealed(data)
    assert opened(data) == CONTENT


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_048_576])
def test_every_size_of_content(size: int) -> None:
    content = os.urandom(size)
    assert opened(age_file(content, WORDS.reveal())) == content


MADE = age_file(CONTENT * 2000, WORDS.reveal())
HEAD = MADE.index(b"\n---")
DAMAGE = {
    "cut in the content": (MADE[:-100], "sealed.broken"),
    "cut to whole chunks": (MADE[: MADE.index(b"\n", HEAD + 1) + 17 + 65_552], "sealed.broken"),
    "cut behind the head": (MADE[: HEAD + 10], "sealed.broken"),
    "cut in the head": (MADE[: HEAD - 10], "sealed.broken"),
    "something added": (MADE + b"x", "sealed.broken"),
    "one bit of the content": (MADE[:-9] + bytes([MADE[-9] ^ 1]) + MADE[-8:], "sealed.broken"),
    "one bit of the check": (
        MADE[: HEAD + 8] + bytes([MADE[HEAD + 8] ^ 1]) + MADE[HEAD + 9 :],
        "sealed.broken",
    ),
    "text cut off": (armored(MADE)[:-200], "sealed.broken"),
    "text with a line lost": (
        b"".join(line for n, line in enumerate(armored(MADE).splitlines(True)) if n != 9),
        "sealed.broken",
    ),
    "text with a foreign letter": (armored(MADE).replace(b"\nYWdl", b"\n!Wdl", 1), "sealed.broken"),
    "text of nothing": (armored(b""), "sealed.version"),
    "a later version": (MADE.replace(b"org/v1", b"org/v2"), "sealed.version"),
    "no stanza": (b"age-encryption.org/v1\n--- abc\nxxx", "sealed.broken"),
    "two stanzas": (
        MADE.replace(b"\n---", b"\n" + MADE[: HEAD].split(b"\n", 1)[1] + b"\n---", 1),
        "sealed.broken",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code"), DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_file_is_not_taken_for_a_wrong_passphrase(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_file_for_a_key_is_told_by_its_kind() -> None:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    error = refusal(pyrage.encrypt(b"hi", [identity.to_public()]))
    assert (error.code, error.params) == ("sealed.recipients", {"kind": "X25519"})


@pytest.mark.parametrize("factor", [COSTLIEST + 1, 30, 64, 99])
def test_a_file_that_would_take_the_whole_memory_is_not_tried(factor, monkeypatch) -> None:
    async def started(*args: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(sealed, "_asked", started)
    error = refusal(MADE.replace(b" 2\n", f" {factor}\n".encode(), 1))
    assert error.code == "sealed.costly"
    assert error.params == {"factor": str(factor), "limit": str(COSTLIEST)}


@settings(max_examples=300)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_refused_by_name(noise: bytes, begun: bool) -> None:
    data = b"age-encryption.org/v1\n" + noise if begun else noise
    with pytest.raises(InputError) as caught:
        checked(data)
    assert caught.value.code.startswith("sealed.")


def test_the_file_is_read_with_a_bound_and_named(tmp_path: Path) -> None:
    path = tmp_path / "setup.age"
    path.write_bytes(armored(MADE))
    assert read_sealed(path) == MADE
    path.write_bytes(armored(MADE) + b"\n" * LARGEST)
    with pytest.raises(InputError) as caught:
        read_sealed(path)
    assert caught.value.code == "sealed.too_large"
    assert caught.value.params["path"] == str(path)
    path.write_bytes(MADE[:100])
    with pytest.raises(InputError) as caught:
        read_sealed(path)
    assert (caught.value.code, caught.value.params) == ("sealed.broken", {"path": str(path)})
    path.write_bytes(b'schema = "feishu-wizard/1"\n')
    assert read_sealed(path) is None
    assert read_sealed(tmp_path) is None
    assert read_sealed(tmp_path / "none") is None


# -- the worker ---------------------------------------------------------------------------


@pytest.fixture
def slow() -> bytes:
    """A file whose key takes seconds."""
    return age_file(b"x", "another one", 8).replace(b" 8\n", b" 20\n", 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_secret_is_an_argument_or_in_the_environment_and_cancel_is_felt(slow) -> None:
    async def main() -> tuple[float, str]:
        work = asyncio.create_task(unseal(slow, WORDS))
        child = await _child()
        seen = _read_proc(child, "cmdline") + _read_proc(child, "environ")
        work.cancel()
        began = time.perf_counter()
        with pytest.raises(asyncio.CancelledError):
            await work
        took = time.perf_counter() - began
        assert not _alive(child)
        return took, seen

    took, seen = asyncio.run(main())
    assert "sealed_worker.py" in seen
    assert WORDS.reveal() not in seen
    assert took < 0.5  # a tenth is promised and a busy machine gets more; the work takes seconds


async def _child() -> str:
    """The process id of the worker, once it is at its work."""
    async with asyncio.timeout(20):
        # Another process sets no event.
        while not (found := [p for p in _children() if _makes_the_key(p)]):  # noqa: ASYNC110
            await asyncio.sleep(0)
    return found[0]


def _read_proc(pid: str, part: str) -> str:
    return Path(f"/proc/{pid}/{part}").read_text()


def _alive(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


def _makes_the_key(pid: str) -> bool:
    """It has taken the memory for that: pages in use."""
    memory = _read_proc(pid, "statm").split()
    return bool(memory) and int(memory[1]) > 20_000


def _children() -> list[str]:
    return [
        path.name
        for path in Path("/proc").glob("[0-9]*")
        if (path / "stat").exists()
        and (path / "stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
    ]


def test_a_worker_that_takes_too_long_is_ended(slow, monkeypatch) -> None:
    monkeypatch.setattr(sealed, "SECONDS", 0.3)
    error = refusal(slow)
    assert (error.code, error.params) == ("sealed.timeout", {"seconds": "0.3"})


def test_a_worker_that_dies_or_is_not_there_is_told(tmp_path, monkeypatch) -> None:
    for text in ("raise SystemExit(3)", "print('ok 5')", "import sys; sys.stdin.read()"):
        fake = tmp_path / "worker.py"
        fake.write_text(text)
        monkeypatch.setattr(sealed, "_WORKER", fake)
        assert refusal(MADE).code == "sealed.worker"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    error = refusal(MADE)
    assert (error.code, error.exit_code) == ("sealed.worker", ExitCode.ERROR)
    with pytest.raises(WizardError) as caught:
        asyncio.run(seal(CONTENT, WORDS))
    assert caught.value.code == "sealed.worker"


def test_a_module_of_the_current_folder_is_not_taken_for_a_library(tmp_path, monkeypatch) -> None:
    (tmp_path / "pyrage.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert opened(age_file(CONTENT, WORDS.reveal())) == CONTENT


def test_a_module_beside_the_worker_is_not_taken_for_a_library(tmp_path, monkeypatch) -> None:
    """Beside the real one lie ``secrets.py`` and ``platform.py`` of ours."""
    worker = tmp_path / "worker.py"
    worker.write_bytes(sealed._WORKER.read_bytes())
    (tmp_path / "pyrage.py").write_text("raise SystemExit(9)")
    monkeypatch.setattr(sealed, "_WORKER", worker)
    assert opened(age_file(CONTENT, WORDS.reveal())) == CONTENT


# -- the age command of Debian, where it is installed --------------------------------------

needs_age = pytest.mark.skipif(
    shutil.which("age") is None or sys.platform == "win32", reason="no age command here"
)


def _age(arguments: list[str], answers: int) -> None:
    """Run ``age`` on a terminal of its own and type the passphrase ``answers`` times."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("age", ["age", *arguments])  # noqa: S606 - the command under test
    seen = b""
    try:
        while chunk := _read(terminal):
            seen += chunk
            if seen.rstrip().endswith(b":") and answers:
                os.write(terminal, WORDS.reveal().encode() + b"\n")
                seen, answers = b"", answers - 1
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, seen


def _read(terminal: int) -> bytes:
    import select

    ready, _, _ = select.select([terminal], [], [], 60)
    assert ready, "age does not answer"
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: the other side is closed
        return b""


@needs_age
def test_the_age_command_opens_ours(tmp_path: Path) -> None:
    ours, out = tmp_path / "ours.age", tmp_path / "out"
    ours.write_bytes(asyncio.run(seal(CONTENT, WORDS)))
    _age(["-d", "-o", str(out), str(ours)], 1)
    assert out.read_bytes() == CONTENT


@needs_age
@pytest.mark.parametrize("options", [[], ["-a"]], ids=["binary", "text"])
def test_files_of_the_age_command_are_opened(tmp_path: Path, options: list[str]) -> None:
    plain, theirs = tmp_path / "plain", tmp_path / "theirs.age"
    plain.write_bytes(CONTENT)
    _age(["-p", *options, "-o", str(theirs), str(plain)], 2)
    found = read_sealed(theirs)
    assert found is not None
    assert opened(found) == CONTENT
