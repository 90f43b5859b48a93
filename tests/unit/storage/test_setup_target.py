"""Where a setup file may be written: every refusal by its name, nothing touched."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import ConflictError, ExitCode, WizardError
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.services.storage.setup_file import read_setup, write_setup
from feishu_wizard.services.storage.setup_target import look_at_target

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
SETUP = Setup(id="abc234", feishu=Feishu(app_id="cli_a8c029e757e6500b"))
OLD = 'schema = "feishu-wizard/1"\n'


def refusal(path: Path) -> WizardError:
    with pytest.raises(WizardError) as caught:
        look_at_target(path)
    with pytest.raises(WizardError) as again:
        write_setup(path, SETUP)
    assert caught.value.code == again.value.code
    assert caught.value.params["path"] == str(path)
    return caught.value


def test_a_new_file_is_private_however_wide_the_umask(tmp_path: Path) -> None:
    path, before = tmp_path / "setup.toml", os.umask(0)
    try:
        write_setup(path, SETUP)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o700])
def test_a_mode_is_kept_unless_a_secret_goes_in(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(OLD)
    path.chmod(mode)
    target = look_at_target(path)
    assert (target.exists, target.mode) == (True, mode)
    assert target.open_to_others is bool(mode & 0o077)
    write_setup(path, SETUP)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    write_setup(path, Setup(id="abc234", feishu=Feishu(app_secret="plain:x1x2x3")))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_no_file_is_named_and_not_opened(tmp_path: Path, monkeypatch) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    assert refusal(tmp_path).code == "file.is_directory"
    found = refusal(tmp_path / "pipe")
    assert (found.code, found.params["detail"]) == ("file.is_device", "pipe")
    found = refusal(Path(os.devnull))
    assert (found.code, found.params["detail"]) == ("file.is_device", "device")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("sock")
        found = refusal(tmp_path / "sock")
    assert (found.code, found.params["detail"]) == ("file.is_device", "socket")
    assert refusal(tmp_path / "none" / "a").code == "file.no_folder"
    assert refusal(tmp_path / "pipe" / "a").code == "file.no_folder"


def test_a_link_inside_its_folder_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "versions" / "setup-3.toml"
    real.parent.mkdir()
    real.write_text(OLD)
    link = tmp_path / "setup.toml"
    link.symlink_to("versions/setup-3.toml")
    assert look_at_target(link).path == real
    write_setup(link, SETUP)
    assert link.is_symlink()
    assert read_setup(real) == SETUP == read_setup(link)


def test_a_link_that_leads_out_or_nowhere_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.toml"
    inside.mkdir()
    outside.write_text(OLD)
    for name, target in (("out", "../outside.toml"), ("far", str(outside))):
        (inside / name).symlink_to(target)
        found = refusal(inside / name)
        assert (found.code, found.params["target"]) == ("file.link_leads_out", str(outside))
    (inside / "hop").symlink_to("out")
    assert refusal(inside / "hop").code == "file.link_leads_out"
    (inside / "nowhere").symlink_to("gone.toml")
    found = refusal(inside / "nowhere")
    assert (found.code, found.params["target"]) == (
        "file.link_dangling",
        str(inside / "gone.toml"),
    )
    (inside / "round").symlink_to("round")
    assert refusal(inside / "round").code == "file.link_dangling"
    assert outside.read_text() == OLD
    assert not (inside / "gone.toml").exists()


def test_a_link_above_the_folder_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to("real")
    write_setup(tmp_path / "way" / "setup.toml", SETUP)
    assert read_setup(tmp_path / "real" / "setup.toml") == SETUP


def test_a_write_protected_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(OLD)
    path.chmod(0o444)
    assert refusal(path).code == "file.write_protected"
    assert path.read_text() == OLD


def test_a_read_only_disk_is_told(tmp_path: Path, monkeypatch) -> None:
    real = os.statvfs(tmp_path)
    fields = [*tuple(real)[:8], os.ST_RDONLY, *tuple(real)[9:]]
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result(fields))
    assert refusal(tmp_path / "setup.toml").code == "file.read_only"


def test_a_file_of_somebody_else_is_told_with_its_owner(tmp_path: Path, monkeypatch) -> None:
    import pwd

    path = tmp_path / "setup.toml"
    path.write_text(OLD)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 4242)
    found = refusal(path)
    assert found.code == "file.not_ours"
    assert found.params["owner"] == pwd.getpwuid(mine).pw_name


_AS_NOBODY = """
import os, sys
from pathlib import Path
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.setup import Setup
from feishu_wizard.services.storage.setup_file import write_setup
write_setup(Path(sys.argv.pop(1)), Setup(id="abc234"))  # loads all that only root may read
os.setgid(65534); os.setuid(65534)
for path in sys.argv[1:]:
    try:
        write_setup(Path(path), Setup(id="abc234"))
        print("written")
    except WizardError as error:
        print(error.code, error.params.get("owner", ""))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_files_and_folders_of_another_user(tmp_path_factory) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        theirs, closed = folder / "theirs.toml", folder / "closed"
        theirs.write_text(OLD)
        theirs.chmod(0o666)
        closed.mkdir(mode=0o755)
        paths = [
            str(folder / "first.toml"),
            str(theirs),
            str(closed / "new.toml"),
            str(folder / "own.toml"),
        ]
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, *paths],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.splitlines() == [
            "file.not_ours root",
            "file.no_permission ",
            "written",
        ], done.stderr
        assert theirs.read_text() == OLD


@pytest.mark.parametrize("lock", [fcntl.flock, fcntl.lockf], ids=["flock", "fcntl"])
def test_a_file_that_another_program_writes_is_left_alone(tmp_path: Path, lock) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(OLD)
    code = (
        f"import fcntl, sys\nfile = open({str(path)!r}, 'r+')\n"
        f"fcntl.{lock.__name__}(file, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        found = refusal(path)
        assert (found.code, found.exit_code) == ("file.held", ExitCode.CONFLICT)
        assert isinstance(found, ConflictError)
        assert path.read_text() == OLD
        other.stdin.close()
    write_setup(path, SETUP)
    assert read_setup(path) == SETUP


def test_a_reader_s_lock_hinders_nobody(tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(OLD)
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        write_setup(path, SETUP)
    assert read_setup(path) == SETUP
