"""Added profiles as files: bytes as given, trust for exact bytes, one bad file hinders no other."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.services.storage.profiles import (
    LARGEST,
    TRUST_SCHEMA,
    ProfileShelf,
    digest_of,
    read_bounded,
)

A = "id: one  # Übergröße, 中文\r\n".encode()
B = b"id: one\nname: other\n"


@pytest.fixture
def shelf(paths) -> ProfileShelf:
    return ProfileShelf(paths)


def trusted(shelf: ProfileShelf, profile_id: str) -> str:
    known = shelf.remarks().get(profile_id)
    return known.trusted if known else ""


def test_the_bytes_stay_as_they_were_given_and_private(shelf):
    shelf.put("one", A, trusted=True)
    path = shelf.folder / "one.yaml"
    assert path.read_bytes() == A
    assert shelf.get("one").data == A
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (path, shelf.trust_path, shelf.folder)]
    assert modes == [0o600, 0o600, 0o700]
    assert trusted(shelf, "one") == digest_of(A)
    assert json.loads(shelf.trust_path.read_bytes())["schema"] == TRUST_SCHEMA


def test_a_file_whose_mode_was_opened_is_private_again(shelf):
    shelf.put("one", A, trusted=True)
    (shelf.folder / "one.yaml").chmod(0o644)
    shelf.put("one", B, trusted=False)
    assert stat.S_IMODE((shelf.folder / "one.yaml").stat().st_mode) == 0o600


def test_other_bytes_lose_the_trust_and_the_same_bytes_keep_it(shelf):
    shelf.put("one", A, trusted=True, derived=True)
    shelf.fitted("one", digest_of(A))
    at = shelf.remarks()["one"].trusted_at
    shelf.put("one", A, trusted=False)
    same = shelf.remarks()["one"]
    assert (same.trusted, same.derived, same.fitted) == (digest_of(A),) * 3
    assert same.trusted_at == at != ""
    shelf.put("one", B, trusted=False)
    other = shelf.remarks()["one"]
    assert (other.trusted, other.derived, other.fitted, other.fitted_at) == ("", "", "", "")


def test_trust_is_given_to_what_was_shown_only(shelf):
    shelf.put("one", A, trusted=False)
    with pytest.raises(ConflictError) as caught:
        shelf.trust("one", digest_of(B))
    assert caught.value.code == "profile.changed"
    assert trusted(shelf, "one") == ""
    shelf.trust("one", digest_of(A))
    assert trusted(shelf, "one") == digest_of(A)


def test_a_fit_is_remembered_for_its_own_bytes_and_keeps_the_trust(shelf):
    shelf.put("one", A, trusted=True)
    shelf.fitted("one", digest_of(A))
    known = shelf.remarks()["one"]
    assert known.trusted == known.fitted == digest_of(A)
    assert known.fitted_at.endswith("Z")
    with pytest.raises(ConflictError):
        shelf.fitted("one", digest_of(B))


def test_removing_takes_the_trust_with_it(shelf):
    shelf.put("one", A, trusted=True)
    shelf.put("two", B, trusted=True)
    shelf.remove("one")
    assert [held.id for held in shelf.all()] == ["two"]
    assert list(shelf.remarks()) == ["two"]
    with pytest.raises(InputError) as caught:
        shelf.remove("one")
    assert caught.value.code == "profile.unknown"
    shelf.put("one", A, trusted=False)
    assert trusted(shelf, "one") == ""  # not trusted again by its old digest


@pytest.mark.parametrize("bad", ["", "../one", "One", "a/b", "con", "lpt1", "x" * 64, ".one"])
def test_an_id_that_is_no_file_name_is_refused(shelf, bad):
    with pytest.raises(InputError) as caught:
        shelf.put(bad, A, trusted=True)
    assert caught.value.code == "profile.id_reserved"
    assert shelf.get(bad) is None
    assert not shelf.folder.exists()


def test_a_link_a_folder_a_pipe_and_a_huge_file_are_listed_with_their_reason(shelf, tmp_path):
    shelf.put("good", A, trusted=True)
    secret = tmp_path / "elsewhere.yaml"
    secret.write_bytes(B)
    (shelf.folder / "link.yaml").symlink_to(secret)
    (shelf.folder / "folder.yaml").mkdir()
    os.mkfifo(shelf.folder / "pipe.yaml")
    (shelf.folder / "huge.yaml").write_bytes(b"#" * (LARGEST + 1))
    (shelf.folder / "notes.txt").write_text("not looked at")
    (shelf.folder / ".one.yaml.feishu-wizard.tmp").write_text("nor this")
    found = {held.id: held.error.code if held.error else "" for held in shelf.all()}
    assert found == {
        "folder": "profile.not_a_file",
        "good": "",
        "huge": "profile.too_large",
        "link": "profile.not_a_file",
        "pipe": "profile.not_a_file",
    }
    assert all(held.data == b"" for held in shelf.all() if held.error)


def test_a_link_is_not_written_through(shelf, tmp_path):
    shelf.put("one", A, trusted=True)
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    (shelf.folder / "one.yaml").unlink()
    (shelf.folder / "one.yaml").symlink_to(outside)
    with pytest.raises(InputError) as caught:
        shelf.put("one", B, trusted=True)
    assert caught.value.code == "file.is_symlink"
    assert outside.read_bytes() == b"mine"
    shelf.remove("one")  # the link, not what it leads to
    assert outside.read_bytes() == b"mine"


def test_what_was_typed_may_be_a_link(tmp_path):
    real = tmp_path / "real.yaml"
    real.write_bytes(A)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    assert read_bounded(link, follow=True) == A
    for path, code in (
        (link, "profile.not_a_file"),
        (tmp_path, "profile.not_a_file"),
        (tmp_path / "none", "profile.missing"),
    ):
        with pytest.raises(InputError) as caught:
            read_bounded(path)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "profile.trust_unreadable"),
        (b'{"schema": 1}', "profile.trust_unreadable"),
        (b'{"schema": "feishu-wizard/profile-trust/2"}', "profile.trust_future"),
    ],
)
def test_a_trust_file_that_is_not_understood_is_left_alone(shelf, content, code):
    shelf.put("one", A, trusted=True)
    shelf.trust_path.write_bytes(content)
    for attempt in (
        shelf.remarks,
        lambda: shelf.put("two", B, trusted=True),
        lambda: shelf.trust("one", digest_of(A)),
        lambda: shelf.remove("one"),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.code == code
    assert shelf.trust_path.read_bytes() == content
    assert [held.id for held in shelf.all()] == ["one"]


def test_keys_of_a_later_program_in_the_same_schema_do_not_hinder(shelf):
    shelf.put("one", A, trusted=True)
    document = json.loads(shelf.trust_path.read_bytes())
    document["profiles"]["one"]["added_later"] = True
    shelf.trust_path.write_text(json.dumps(document))
    assert trusted(shelf, "one") == digest_of(A)


def test_a_link_in_the_place_of_the_trust_file_gives_no_trust(shelf, tmp_path):
    shelf.put("one", A, trusted=True)
    copy = tmp_path / "trust.json"
    copy.write_bytes(shelf.trust_path.read_bytes())
    shelf.trust_path.unlink()
    shelf.trust_path.symlink_to(copy)
    with pytest.raises(InputError) as caught:
        shelf.remarks()
    assert caught.value.code == "profile.trust_unreadable"


def test_a_name_that_the_system_refuses_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        read_bounded(tmp_path / "bad\0name")
    assert caught.value.code == "profile.unreadable"
    assert caught.value.params["detail"]


_WRITER = """
import sys
from pathlib import Path
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.profiles import ProfileShelf
root, name = Path(sys.argv[1]), sys.argv[2]
for n in range(5):
    ProfileShelf(Paths.under(root)).put(f"{name}-{n}", name.encode(), trusted=True)
"""


def test_programs_that_add_at_once_lose_nothing(shelf, tmp_path):
    root = tmp_path / "own"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(root), f"p{n}"]) for n in range(4)
    ]
    assert [one.wait(60) for one in writers] == [0] * 4
    names = sorted(f"p{n}-{m}" for n in range(4) for m in range(5))
    assert sorted(shelf.remarks()) == names == [held.id for held in shelf.all()]
    assert not list(Path(root / "config").rglob("*.tmp"))


def test_somebody_else_holding_the_folder_is_told(shelf, monkeypatch):
    import filelock

    from feishu_wizard.services.storage import profiles

    shelf.put("one", A, trusted=True)
    monkeypatch.setattr(profiles, "_LOCK_SECONDS", 0.05)
    with filelock.FileLock(shelf.trust_path.with_name("profiles.lock")):
        other = ProfileShelf.__new__(ProfileShelf)
        other.__dict__.update(shelf.__dict__)
        with pytest.raises(ConflictError) as caught:
            other.put("one", B, trusted=True)
    assert caught.value.code == "profile.busy"
    assert shelf.get("one").data == A
