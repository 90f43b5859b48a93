"""Where a secret goes on ten desktops: said in words, bounded in time, never in plain text."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.keep_secret import keep_secret
from feishu_wizard.services.storage import keyrings
from feishu_wizard.text import words
from tests.faults.secret_forms import holding
from tests.unit.storage.keyring_desk import HERE, VALUE, Desk, Visit

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="services of Linux desktops"),
    pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no dbus-run-session"),
]
gnome = pytest.mark.skipif(shutil.which("gnome-keyring-daemon") is None, reason="no gnome-keyring")

DEADLINE_S = 3.0
UNLOCKED = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
# The one who would ask for the password, and never does.
SILENT_PROMPTER = """
import sys
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
connection = open_dbus_connection(bus="SESSION")
for name in sys.argv[1:]:
    ask = new_method_call(bus, "RequestName", "su", (name, 4))
    assert connection.send_and_get_reply(ask).body == (1,)
open("ready", "w").close()
while True:
    connection.receive()
"""
LOCK = """
import secretstorage
from jeepney import DBusAddress, new_method_call
connection = secretstorage.dbus_init()
collection = secretstorage.get_default_collection(connection)
collection.lock()
assert collection.is_locked()
"""
REMOVE = """
import secretstorage
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
found = [one for one in collection.get_all_items() if "k3v9q2" in one.get_label()]
assert len(found) == 1, found
found[0].delete()
"""


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Desk], float]:
    """Seconds that the programs take here when no keyring is asked: measured once."""
    known: list[float] = []

    def measured(desk: Desk) -> float:
        if not known:
            folder = tmp_path_factory.mktemp("usual")
            visit = Desk(folder, session=()).visit(store="none")
            known.append(max(visit.keeping_s, visit.diagnosing_s))
        return known[0]

    return measured


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], str]:
    """A command that runs a Python text in the session."""

    def made(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return f'"{sys.executable}" "{tmp_path / name}"'

    return made


def check(desk: Desk, home: Path, usual: Any, visit: Visit, value: str = VALUE) -> None:
    """What is true on every desktop: nothing in plain text, and no long wait."""
    for folder in (home, desk.folder):
        assert holding(folder, value) == []
    limit = 2 * usual(desk) + DEADLINE_S + 1
    assert visit.keeping_s < limit
    assert visit.diagnosing_s < limit


def in_keyring(visit: Visit, name: str) -> None:
    assert visit.kept == ["keyring", name, "", "keyring:app_secret", True, name]
    assert (visit.told["status"], visit.told["code"]) == ("pass", "ok")


def in_memory(visit: Visit, reason: str) -> None:
    """This run has it, the next does not, and both say why."""
    said = words.code_words(reason).text
    assert visit.kept == ["session", "", reason, "keyring:app_secret", True, said]
    assert (visit.told["status"], visit.told["code"]) == ("fail", reason)
    assert visit.told["title"]
    assert visit.told["fix"]


@gnome
def test_gnome_keyring(tmp_path, home, usual) -> None:
    desk = Desk(tmp_path, before=UNLOCKED)
    visit = desk.visit()
    in_keyring(visit, "gnome-keyring")
    check(desk, home, usual, visit)


@gnome
def test_a_long_value_in_gnome_keyring(tmp_path, home, usual) -> None:
    value = VALUE * 3_200  # 100 kB
    desk = Desk(tmp_path, before=UNLOCKED)
    visit = desk.visit(value)
    in_keyring(visit, "gnome-keyring")
    check(desk, home, usual, visit)


@gnome
def test_a_locked_keyring_whose_question_is_never_answered(tmp_path, home, usual, script) -> None:
    lock, prompter = script("lock.py", LOCK), script("prompter.py", SILENT_PROMPTER)
    before = f"{UNLOCKED}; {lock} && exec {prompter} org.gnome.keyring.SystemPrompter"
    desk = Desk(tmp_path, before=f"exec sh -c '{before}'")
    visit = desk.visit()
    in_memory(visit, "keyring.locked")
    check(desk, home, usual, visit)


def test_a_service_that_never_answers(tmp_path, home, usual, script) -> None:
    silent = script("silent.py", SILENT_PROMPTER)
    desk = Desk(tmp_path, before=f"exec {silent} org.freedesktop.secrets")
    visit = desk.visit(XDG_DATA_DIRS="/nonexistent")
    in_memory(visit, "keyring.timeout")
    check(desk, home, usual, visit)


@pytest.mark.parametrize("session", [(), ("dbus-run-session", "--")], ids=["no bus", "a bus"])
def test_no_keyring(tmp_path, home, usual, session) -> None:
    desk = Desk(tmp_path, session=session)
    visit = desk.visit(XDG_DATA_DIRS="/nonexistent")
    in_memory(visit, "keyring.none")
    check(desk, home, usual, visit)


EVIL = """
import keyring.backend
open({mark!r}, "w").write("loaded")
class Keyring(keyring.backend.KeyringBackend):
    priority = 99
    def get_password(self, service, username): return None
    def set_password(self, service, username, password):
        open({mark!r}, "w").write(password)
    def delete_password(self, service, username): pass
"""


@pytest.mark.parametrize("way", ["environment", "keyringrc"])
def test_a_foreign_backend_is_not_run(tmp_path, home, usual, way) -> None:
    mark, evil = tmp_path / "mark", tmp_path / "evil"
    evil.mkdir()
    (evil / "evil.py").write_text(EVIL.format(mark=str(mark)), encoding="utf-8")
    environment = {"XDG_DATA_DIRS": "/nonexistent"}
    if way == "environment":
        environment |= {
            "PYTHON_KEYRING_BACKEND": "evil.Keyring",
            "PYTHONPATH": f"{HERE.parents[2]}:{evil}",
        }
    for below in (".config/python_keyring", ".local/share/python_keyring"):
        (home / below).mkdir(parents=True)
        if way == "keyringrc":
            (home / below / "keyringrc.cfg").write_text(
                f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={evil}\n", encoding="utf-8"
            )
    desk = Desk(tmp_path)
    visit = desk.visit(**environment)
    in_memory(visit, "keyring.none")
    check(desk, home, usual, visit)
    assert not mark.exists()
    # keyring itself, so asked, would have run it.
    proof = "import keyring; keyring.get_keyring()"
    ran = Desk(tmp_path, before=f'"{sys.executable}" -c "{proof}"')
    ran.visit(**environment)
    assert mark.read_text() == "loaded"


def test_the_null_backend_stores_nothing_and_is_not_used(tmp_path, home, usual) -> None:
    desk = Desk(tmp_path)
    backend = "keyring.backends.null.Keyring"
    visit = desk.visit(XDG_DATA_DIRS="/nonexistent", PYTHON_KEYRING_BACKEND=backend)
    in_memory(visit, "keyring.none")
    check(desk, home, usual, visit)


# As keyrings.alt 5.0.2 has it: the backend that keyring takes when there is no other, which
# writes base64 into keyring_pass.cfg. With the real package the outcome was the same.
PLAINTEXT = """
import base64, pathlib, configparser
import keyring.backend
from keyring.util import platform_
class PlaintextKeyring(keyring.backend.KeyringBackend):
    priority = 0.5
    file = pathlib.Path(platform_.data_root()) / "keyring_pass.cfg"
    def _read(self):
        config = configparser.RawConfigParser()
        config.read(self.file)
        return config
    def get_password(self, service, username):
        value = self._read().get(service, username, fallback=None)
        return None if value is None else base64.decodebytes(value.encode()).decode()
    def set_password(self, service, username, password):
        config = self._read()
        if not config.has_section(service):
            config.add_section(service)
        config.set(service, username, base64.encodebytes(password.encode()).decode())
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("w") as file:
            config.write(file)
    def delete_password(self, service, username):
        raise NotImplementedError
"""


def test_an_installed_plaintext_backend_is_not_used(tmp_path, home, usual) -> None:
    installed = tmp_path / "installed"
    package, told = installed / "keyrings" / "alt", installed / "keyrings.alt-5.0.2.dist-info"
    package.mkdir(parents=True)
    told.mkdir()
    (package / "file.py").write_text(PLAINTEXT, encoding="utf-8")
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0.2\n")
    (told / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n")
    environment = {
        "XDG_DATA_DIRS": "/nonexistent",
        "PYTHONPATH": f"{HERE.parents[2]}:{installed}",
    }
    desk = Desk(tmp_path)
    visit = desk.visit(**environment)
    in_memory(visit, "keyring.none")
    check(desk, home, usual, visit)
    # keyring itself takes it, and what it writes is found.
    proof = f"import keyring; keyring.set_password('a', 'b', '{VALUE}')"
    ran = Desk(tmp_path, session=(), before=f'"{sys.executable}" -c "{proof}"')
    ran.visit(**environment)
    assert [Path(found).name for found in holding(home, VALUE)] == ["keyring_pass.cfg"]


@pytest.mark.parametrize("name", ["org.kde.kwalletd6", "org.kde.kwalletd5"])
def test_kwallet(tmp_path, home, usual, name) -> None:
    desk = Desk(tmp_path, before=wallet(name, "open"))
    visit = desk.visit(XDG_DATA_DIRS="/nonexistent")
    in_keyring(visit, "KWallet")
    check(desk, home, usual, visit)
    # The probe left no folder behind.
    assert (tmp_path / "wallet").read_text() == "['feishu-wizard/k3v9q2/app_secret']"


@pytest.mark.parametrize(
    ("manner", "reason"), [("refused", "keyring.locked"), ("silent", "keyring.timeout")]
)
def test_a_kwallet_that_does_not_open(tmp_path, home, usual, manner, reason) -> None:
    desk = Desk(tmp_path, before=wallet("org.kde.kwalletd6", manner))
    visit = desk.visit(XDG_DATA_DIRS="/nonexistent")
    in_memory(visit, reason)
    check(desk, home, usual, visit)


def wallet(name: str, manner: str) -> str:
    return f'exec "{sys.executable}" "{HERE / "kwallet_service.py"}" {name} {manner}'


@gnome
def test_an_entry_that_vanished_between_two_runs(tmp_path, home, usual, script) -> None:
    desk = Desk(tmp_path, before=UNLOCKED, between=script("remove.py", REMOVE))
    visit = desk.visit()
    assert visit.kept[:2] == ["keyring", "gnome-keyring"]
    assert (visit.told["status"], visit.told["code"]) == ("fail", "secret.missing")
    check(desk, home, usual, visit)


class Vault:
    """What Windows' vault does with a value, whatever its length: nothing may come here."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert len(password) <= keyrings.WINDOWS_LONGEST
        self.entries[service] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service]


@pytest.mark.anyio
async def test_a_value_too_long_for_windows(monkeypatch, tmp_path, home, kept_log) -> None:
    vault = Vault()
    kind = keyrings.Kind("Windows Credential Manager", "here", longest=keyrings.WINDOWS_LONGEST)
    monkeypatch.setattr(keyrings, "allowed", lambda: (kind,))
    monkeypatch.setattr(keyrings, "make", lambda kind: vault)
    value = VALUE * 41
    async with Workplace(Program(state_root=tmp_path)) as place:
        with pytest.raises(InputError) as caught:
            await keep_secret(place, Kit(Setup(id="k3v9q2")), "app_secret", Secret(value))
    assert (caught.value.code, caught.value.params) == ("secret.too_long", {"limit": "1280"})
    assert "too long" in words.error_words(caught.value).sentence
    assert vault.entries == {}
    assert holding(tmp_path, value) == []
