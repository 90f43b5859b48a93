"""A setup file somebody else changed is shown side by side; a save to it can be taken back."""

from __future__ import annotations

import stat
from dataclasses import replace

import msgspec
import pytest

from feishu_wizard.domain.change import Consent
from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.operations.save_setup import plan_saves, save_all
from feishu_wizard.operations.undo_file import plan_file_undo, undo_file
from feishu_wizard.services.storage.setup_file import read_setup
from tests.unit.storage.age_files import age_file

SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
THEIRS = (
    "# made by hand\r\n"
    'schema = "feishu-wizard/1"\r\nid = "abc234"\r\n[office]\r\nurl = "https://old.example.com"\r\n'
)


@pytest.fixture
def kit(tmp_path) -> Kit:
    setup = Setup(
        id="abc234",
        feishu=Feishu(app_id="cli_a8c029e757e6500b", app_secret="keyring:app_secret"),
        office=Office(url="https://can.example.com"),
    )
    return Kit(setup, {"app_secret": Secret(SECRET)}, file_path=str(tmp_path / "setup.toml"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "setup.toml"


@pytest.fixture
def plan(perform):
    return lambda kit: perform(lambda p: plan_saves(p, kit, (Target.FILE,), silent))[0]


@pytest.fixture
def save(perform, plan):
    def run(kit, made=None, agreed=frozenset()):
        wanted = made or plan(kit)
        return perform(lambda p: save_all(p, kit, (wanted,), silent, agreed))[0]

    return run


@pytest.fixture
def undo(perform):
    def run(kit, path=""):
        async def work(place):
            made = await plan_file_undo(place, kit, path)
            return made, None if made is None else await undo_file(place, kit, made)

        return perform(work)

    return run


def with_url(kit: Kit, url: str) -> Kit:
    office = msgspec.structs.replace(kit.setup.office, url=url)
    return replace(kit, setup=msgspec.structs.replace(kit.setup, office=office))


def edited(path, old: str, new: str) -> bytes:
    data = path.read_bytes().replace(old.encode(), new.encode())
    assert new.encode() in data
    path.write_bytes(data)
    return data


# -- side by side ---------------------------------------------------------------------------


def test_what_somebody_changed_since_our_save_is_shown_and_needs_a_word(kit, path, plan, save):
    save(kit)
    theirs = edited(path, "https://can.example.com", "https://their.example.com")
    ours = with_url(kit, "https://new.example.com")
    made = plan(ours)
    [row] = made.conflicts
    assert (row.field, row.seen, row.before, row.after) == (
        "office.url",
        "https://can.example.com",
        "https://their.example.com",
        "https://new.example.com",
    )
    assert made.seen_at
    assert made.needs == {Consent.OVERWRITE}
    with pytest.raises(ConflictError) as caught:
        save(ours, made)
    assert caught.value.code == "file.conflict"
    assert caught.value.params["where"] == str(path)
    assert caught.value.params["fields"] == "office.url"
    assert path.read_bytes() == theirs
    save(ours, made, frozenset({Consent.OVERWRITE}))
    assert read_setup(path).office.url == "https://new.example.com"
    assert not plan(ours).conflicts


def test_a_change_that_we_want_too_is_no_conflict(kit, path, plan, save):
    save(kit)
    edited(path, "https://can.example.com", "https://new.example.com")
    made = plan(with_url(kit, "https://new.example.com"))
    assert not made.conflicts
    assert made.empty


def test_a_change_between_look_and_press_is_shown_side_by_side_then(kit, path, plan, save):
    path.write_bytes(THEIRS.encode())
    made = plan(kit)
    assert not made.conflicts
    theirs = edited(path, "https://old.example.com", "https://their.example.com")
    with pytest.raises(ConflictError) as caught:
        save(kit, made)
    assert caught.value.code == "file.changed_meanwhile"
    assert path.read_bytes() == theirs
    [row] = plan(kit).conflicts
    assert (row.seen, row.before) == ("https://old.example.com", "https://their.example.com")


def test_another_secret_between_look_and_press_is_noticed(kit, path, plan, save):
    plain = replace(kit, file_plain=True)
    save(plain)
    moved = with_url(plain, "https://new.example.com")
    made = plan(moved)
    theirs = edited(path, SECRET, SECRET[::-1])
    with pytest.raises(ConflictError):
        save(moved, made)
    assert path.read_bytes() == theirs


def test_a_comment_that_came_meanwhile_hinders_nothing_and_stays(kit, path, plan, save):
    path.write_bytes(THEIRS.encode())
    made = plan(kit)
    edited(path, "# made by hand", "# made by hand, and changed")
    save(kit, made)
    assert b"# made by hand, and changed\r\n" in path.read_bytes()


def test_a_hand_over_file_is_not_a_place_for_a_setup_file(kit, path, plan):
    path.write_bytes(age_file(b"x", "y"))
    with pytest.raises(InputError) as caught:
        plan(kit)
    assert (caught.value.code, caught.value.params) == ("sealed.in_the_way", {"path": str(path)})


@pytest.mark.parametrize(("plain", "remark"), [(False, "open_to_others"), (True, "made_private")])
def test_a_file_that_others_can_read_is_told(kit, path, plan, save, plain, remark):
    path.write_bytes(THEIRS.encode())
    path.chmod(0o644)
    kit = replace(kit, file_plain=plain)
    made = plan(kit)
    assert made.remarks in (("file.open_to_others",), ("file.made_private",))
    assert made.remarks == (f"file.{remark}",)
    save(kit, made)
    assert stat.S_IMODE(path.stat().st_mode) == (0o600 if plain else 0o644)
    assert plan(kit).remarks == (() if plain else ("file.open_to_others",))


def test_references_that_end_with_this_run_are_told(kit, plan):
    """There is no password store here: what the file would refer to is gone afterwards."""
    feishu = msgspec.structs.replace(kit.setup.feishu, app_secret="")
    typed = replace(kit, setup=msgspec.structs.replace(kit.setup, feishu=feishu))
    assert plan(typed).remarks == ("file.secrets_lost",)
    assert plan(replace(typed, file_plain=True)).remarks == ()
    assert plan(replace(typed, place="file")).remarks == ()
    assert plan(kit).remarks == ()  # its secret has a place already


# -- undo -----------------------------------------------------------------------------------


def test_the_old_bytes_come_back(kit, path, save, undo, tmp_path):
    path.write_bytes(THEIRS.encode())
    path.chmod(0o640)
    save(kit)
    made, result = undo(kit)
    rows = {row.field: (row.before, row.after) for row in made.rows if row.changes}
    assert rows["office.url"] == ("https://can.example.com", "https://old.example.com")
    assert rows["app_secret"] == ("", "")
    assert result.written
    assert path.read_bytes() == THEIRS.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert undo(kit) == (None, None)
    for kept in (tmp_path / "state").rglob("*"):
        if kept.is_file():
            assert stat.S_IMODE(kept.stat().st_mode) == 0o600 or kept.suffix == ".lock"
            assert SECRET.encode() not in kept.read_bytes()


def test_a_new_file_goes_again(kit, path, save, undo):
    save(kit)
    made, _result = undo(kit, str(path))
    assert made.remarks == ("file.undo_removes",)
    assert all(row.after == "" for row in made.rows)
    assert not path.exists()
    assert undo(kit) == (None, None)


def test_what_was_changed_after_the_save_is_not_taken_back(kit, path, save, undo):
    save(kit)
    theirs = edited(path, "can.example.com", "their.example.com")
    with pytest.raises(ConflictError) as caught:
        undo(kit)
    assert (caught.value.code, caught.value.params) == ("file.changed_since", {"path": str(path)})
    assert path.read_bytes() == theirs


def test_a_change_between_plan_and_undo_is_noticed(kit, path, save, perform):
    save(kit)
    made = perform(lambda p: plan_file_undo(p, kit))
    edited(path, "can.example.com", "their.example.com")
    with pytest.raises(ConflictError):
        perform(lambda p: undo_file(p, kit, made))
    assert path.exists()


def test_a_content_that_held_a_secret_is_not_kept(kit, path, save, undo, tmp_path):
    save(replace(kit, file_plain=True))
    save(kit)
    assert SECRET not in path.read_text()
    assert undo(kit) == (None, None)
    for kept in (tmp_path / "state").rglob("*"):
        if kept.is_file() and kept.suffix != ".secret":
            assert SECRET.encode() not in kept.read_bytes()


def test_a_write_that_never_took_place_is_not_taken_back(kit, path, save, undo, monkeypatch):
    from feishu_wizard.operations import save_to_file

    path.write_bytes(THEIRS.encode())

    def killed(prepared):
        raise KeyboardInterrupt

    monkeypatch.setattr(save_to_file, "put_setup", killed)
    with pytest.raises(KeyboardInterrupt):
        save(kit)
    assert path.read_bytes() == THEIRS.encode()
    assert undo(kit) == (None, None)


def test_forgetting_a_setup_forgets_the_kept_content(kit, path, save, undo, perform):
    save(kit)
    perform(lambda p: forget_setup(p, kit))
    assert undo(kit) == (None, None)
    assert path.exists()
