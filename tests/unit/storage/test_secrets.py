"""Where secrets are kept, and what no environment can change about it."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.net import threads
from feishu_wizard.services.storage import keyrings, secrets
from feishu_wizard.services.storage.keyrings import Kind, prove
from feishu_wizard.services.storage.secrets import Place, SecretStore

pytestmark = pytest.mark.anyio
VALUE = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"


class Memory:
    """A keyring backend in memory, with the faults of real ones."""

    def __init__(self, *, forgets: bool = False, changes: bool = False) -> None:
        self.entries: dict[str, str] = {}
        self.forgets = forgets
        self.changes = changes
        self.hang: threading.Event | None = None
        self.fail: Exception | None = None

    def _act(self) -> None:
        if self.hang is not None:
            self.hang.wait()
        if self.fail is not None:
            raise self.fail

    def get_password(self, service: str, username: str) -> str | None:
        self._act()
        return self.entries.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._act()
        if not self.forgets:
            self.entries[service] = password[:-1] if self.changes else password

    def delete_password(self, service: str, username: str) -> None:
        self._act()
        if service not in self.entries:
            raise KeyError(service)
        del self.entries[service]


class KeyringLocked(Exception):  # noqa: N818 - named as the library names its own
    pass


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The only allowed backend is one in memory."""
    backend = Memory()
    monkeypatch.setattr(keyrings, "allowed", lambda: (Kind("Memory", "here", longest=1280),))
    monkeypatch.setattr(keyrings, "make", lambda kind: backend)
    return backend


async def text(store: SecretStore, ref: str, setup_id: str = "k3v9q2") -> str | None:
    secret = await store.get(setup_id, ref)
    return secret.reveal() if secret else None


async def test_one_entry_per_secret_and_nothing_left(memory: Memory) -> None:
    store = SecretStore()
    info = await store.info()
    assert (info.place, info.backend, info.reason) == (Place.KEYRING, "Memory", "")
    assert memory.entries == {}
    assert await store.put("k3v9q2", "app_secret", Secret(VALUE)) == "keyring:app_secret"
    assert await store.put("k3v9q2", "can_api_key", Secret("key")) == "keyring:can_api_key"
    assert memory.entries == {
        "feishu-wizard/k3v9q2/app_secret": VALUE,
        "feishu-wizard/k3v9q2/can_api_key": "key",
    }
    assert await text(SecretStore(), "keyring:app_secret") == VALUE
    assert await text(store, "app_secret") == VALUE
    assert await text(store, "app_secret", "other") is None
    await store.forget("k3v9q2", ["app_secret", "can_api_key", "never_there"])
    assert memory.entries == {}
    assert await text(store, "app_secret") is None


@pytest.mark.parametrize("fault", ["forgets", "changes"])
async def test_a_backend_that_does_not_give_back_is_not_used(memory: Memory, fault: str) -> None:
    setattr(memory, fault, True)
    store = SecretStore()
    info = await store.info()
    assert (info.place, info.reason) == (Place.SESSION, "keyring.probe_failed")
    assert await store.put("k3v9q2", "app_secret", Secret(VALUE)) == "keyring:app_secret"
    assert await text(store, "keyring:app_secret") == VALUE
    assert VALUE not in repr(memory.entries)


def test_the_proof_cleans_up_when_it_fails() -> None:
    backend = Memory(changes=True)
    with pytest.raises(keyrings.ProbeFailedError):
        prove(backend)
    assert backend.entries == {}


async def test_a_backend_that_breaks_later(memory: Memory) -> None:
    store = SecretStore()
    await store.info()
    memory.fail = KeyringLocked("locked by the screen saver")
    await store.put("k3v9q2", "app_secret", Secret(VALUE))
    assert (await store.info()).reason == "keyring.locked"
    assert await text(store, "app_secret") == VALUE
    with pytest.raises(WizardError) as caught:
        await store.get("k3v9q2", "other")
    assert caught.value.code == "keyring.locked"
    memory.fail = None
    await store.put("k3v9q2", "other", Secret("later"))
    assert (await store.info()).place is Place.KEYRING
    assert set(memory.entries) == {
        "feishu-wizard/k3v9q2/app_secret",
        "feishu-wizard/k3v9q2/other",
    }


async def test_a_backend_that_hangs_is_bounded_and_used_when_it_wakes_up(memory: Memory) -> None:
    memory.hang = threading.Event()
    store = SecretStore(seconds=0.2)
    start = time.monotonic()
    info = await store.info()
    assert (info.place, info.reason) == (Place.SESSION, "keyring.timeout")
    await store.put("k3v9q2", "app_secret", Secret(VALUE))
    await store.put("k3v9q2", "mine", Secret("only here"), Place.SESSION)
    assert await text(store, "app_secret") == VALUE
    assert (await store.info()).reason == "keyring.timeout"
    assert time.monotonic() - start < 3
    memory.hang.set()
    await threads.wait(store._looking, 5)
    assert (await store.info()).place is Place.KEYRING
    assert memory.entries == {"feishu-wizard/k3v9q2/app_secret": VALUE}
    assert await text(store, "mine") == "only here"


async def test_a_backend_that_hangs_later_is_bounded(memory: Memory) -> None:
    store = SecretStore(seconds=0.2)
    await store.info()
    memory.hang = threading.Event()
    with pytest.raises(WizardError) as caught:
        await store.get("k3v9q2", "app_secret")
    assert caught.value.code == "keyring.timeout"
    await store.put("k3v9q2", "app_secret", Secret(VALUE))
    assert (await store.info()).reason == "keyring.timeout"
    memory.hang.set()
    assert await text(store, "app_secret") == VALUE


async def test_what_windows_cannot_hold(memory: Memory) -> None:
    store = SecretStore()
    await store.put("k3v9q2", "long", Secret("x" * 1280))
    for value in ("x" * 1281, "𝄞" * 641):
        with pytest.raises(InputError) as caught:
            await store.put("k3v9q2", "longer", Secret(value))
        assert (caught.value.code, caught.value.params) == ("secret.too_long", {"limit": "1280"})
    assert set(memory.entries) == {"feishu-wizard/k3v9q2/long"}


async def test_the_keyring_may_be_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(secrets, "find", lambda seen: pytest.fail("it was looked for"))
    store = SecretStore(use_keyring=False)
    assert (await store.info()).reason == "keyring.not_used"
    await store.put("k3v9q2", "app_secret", Secret(VALUE))
    assert await text(store, "keyring:app_secret") == VALUE
    assert await text(SecretStore(use_keyring=False), "keyring:app_secret") is None


async def test_a_file_that_was_chosen(tmp_path: Path) -> None:
    store = SecretStore(root=tmp_path / "s", use_keyring=False)
    ref = await store.put("k3v9q2", "app_secret", Secret(VALUE), Place.FILE)
    path = tmp_path / "s" / "k3v9q2" / "app_secret.secret"
    assert ref == f"file:{path}"
    assert path.read_text() == VALUE + "\n"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        assert await text(store, ref) == VALUE
        assert [warning.code for warning in store.warnings] == ["secret.file_open_to_others"]
        await store.put("k3v9q2", "app_secret", Secret("new"), Place.FILE)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await store.delete("k3v9q2", "app_secret")
    assert not path.exists()
    with pytest.raises(InputError) as caught:
        await SecretStore(use_keyring=False).put("k3v9q2", "a", Secret("b"), Place.FILE)
    assert caught.value.code == "secret.no_folder"


FILES = {
    "newline": (VALUE + "\n", VALUE),
    "windows": (f"\ufeff{VALUE}\r\n", VALUE),
    "inner white space": (" a b \n\n", " a b \n"),
}


@pytest.mark.parametrize(("content", "value"), FILES.values(), ids=FILES)
async def test_files_that_people_wrote(tmp_path: Path, content: str, value: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content.encode())
    path.chmod(0o600)
    store = SecretStore(use_keyring=False)
    assert await text(store, f"file:{path}") == value
    assert store.warnings == []


async def test_files_that_are_none(tmp_path: Path) -> None:
    store = SecretStore(use_keyring=False)
    for name, content in (("empty", b"\n"), ("binary", b"\xff\xfe"), ("large", b"x" * 70_000)):
        (tmp_path / name).write_bytes(content)
    for name, code in (
        ("none", "secret.file_missing"),
        ("empty", "secret.file_empty"),
        ("binary", "secret.file_unreadable"),
        ("large", "secret.file_unreadable"),
        ("", "secret.file_unreadable"),
    ):
        with pytest.raises(InputError) as caught:
            await store.get("k3v9q2", f"file:{tmp_path / name}")
        assert (caught.value.code, caught.value.params["path"]) == (code, str(tmp_path / name))


async def test_plain_and_names_that_are_none() -> None:
    store = SecretStore(use_keyring=False)
    assert await text(store, f"plain:{VALUE}") == VALUE
    for name in ("../x", "a/b", "", "a\n"):
        with pytest.raises(InputError):
            await store.put("k3v9q2", name, Secret("x"))
        with pytest.raises(InputError):
            await store.put(name, "app_secret", Secret("x"))


async def test_no_text_shows_a_value(memory: Memory) -> None:
    store = SecretStore()
    memory.fail = ValueError(VALUE)
    await store.put("k3v9q2", "app_secret", Secret(VALUE))
    shown = repr((vars(store), await store.info()))
    assert VALUE not in shown
