"""Drafts without secrets, and forgetting that leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.operations.keep_draft import keep_draft, last_draft
from feishu_wizard.operations.keep_secret import keep_secret, secret_place

SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
KEY = "sk-5f3a9c1e7b2d4860"


def setup(app_secret="keyring:app_secret", key="keyring:can_api_key", setup_id="abc234"):
    return Setup(
        id=setup_id,
        feishu=Feishu(app_id="cli_a8c029e757e6500b", app_secret=app_secret),
        office=Office(url="https://can.example.com", secrets={"api_key": key}),
    )


def sitting(**changes):
    known = {
        "setup": setup(),
        "step": "save",
        "visited": ["prerequisites", "credentials", "permissions", "save"],
        "can_text": "https://can.example.com/home",
        "declined": ["permission.mobile"],
        "stated": ["app_id", "save"],
        "targets": ["by_hand", "file"],
        "refs": {"app_secret": "keyring:app_secret", "can_api_key": "keyring:can_api_key"},
        "recipients": "zhang.wei",
        "waiting_since": "2026-03-01T08:00:00+00:00",
    }
    return Sitting(**(known | changes))


def everything(root: Path) -> bytes:
    """All that was written below a folder, names included."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)


def test_the_next_run_gets_back_what_this_one_kept(perform):
    perform(lambda place: keep_draft(place, sitting()))
    back = perform(last_draft)
    assert isinstance(back, Sitting)
    assert back.updated_at
    for name in ("setup", "step", "visited", "can_text", "declined", "stated", "targets", "refs"):
        assert getattr(back, name) == getattr(sitting(), name), name
    assert back.waiting_since == "2026-03-01T08:00:00+00:00"
    assert back.recipients == "zhang.wei"


def test_the_first_start_has_no_draft(perform):
    assert perform(last_draft) is None


def test_there_is_one_draft_for_each_setup(perform):
    perform(lambda place: keep_draft(place, sitting(setup=setup(setup_id="first2"))))
    other = sitting(setup=setup(setup_id="second"), can_text="https://second.example.com")
    perform(lambda place: keep_draft(place, other))
    again = sitting(setup=setup(setup_id="second"), can_text="https://third.example.com")
    perform(lambda place: keep_draft(place, again))
    texts = everything_of(perform)
    assert "https://third.example.com" in texts
    assert "https://second.example.com" not in texts  # one draft for each setup


def everything_of(perform):
    async def read(place):
        return everything(place.paths.state).decode()

    return perform(read)


@pytest.mark.parametrize("where", ["feishu", "office", "refs"])
def test_a_draft_never_holds_a_plain_secret(perform, where, tmp_path):
    plain = f"plain:{SECRET}"
    kept = {
        "feishu": sitting(setup=setup(app_secret=plain)),
        "office": sitting(setup=setup(key=plain)),
        "refs": sitting(refs={"app_secret": plain, "can_api_key": "keyring:can_api_key"}),
    }[where]
    perform(lambda place: keep_draft(place, kept))
    assert SECRET.encode() not in everything(tmp_path)
    back = perform(last_draft)
    assert back.refs["can_api_key"] == "keyring:can_api_key"
    if where != "feishu":
        assert back.setup.feishu.app_secret == "keyring:app_secret"


def test_without_a_keyring_the_place_is_this_run_with_the_reason(perform):
    where = perform(secret_place)
    assert where.place == "session"
    assert where.reason


@pytest.mark.parametrize("place_name", ["keyring", "session", "file"])
def test_forgetting_removes_secrets_draft_and_journal(perform, tmp_path, place_name):
    kit = Kit(
        setup(),
        {"app_secret": Secret(SECRET), "can_api_key": Secret(KEY)},
        place=place_name,
    )

    async def live(place):
        refs = {n: await keep_secret(place, kit, n, s) for n, s in kit.secrets.items()}
        await keep_draft(place, sitting(refs=refs))
        mark = place.journal.remember_send("run", "user_id:zhang.wei", "card", setup_id="abc234")
        place.journal.record_save("abc234", "can-after", "https://can", {"app_id": "cli_x"})
        other = place.journal.remember_send("run", "user_id:li.na", "card", setup_id="other2")
        found = {n: await place.store.get("abc234", ref) for n, ref in refs.items()}
        assert {n: s.reveal() for n, s in found.items()} == {
            "app_secret": SECRET,
            "can_api_key": KEY,
        }
        await forget_setup(place, kit)
        assert place.journal.send_of(mark) is None
        assert place.journal.saves("abc234") == []
        assert place.journal.send_of(other) is not None
        assert await last_draft(place) is None
        if place_name != "file":
            assert await place.store.get("abc234", "app_secret") is None
            assert await place.store.get("abc234", "can_api_key") is None

    perform(live)
    left = everything(tmp_path)
    for gone in (SECRET, KEY, "zhang.wei", "abc234"):
        assert gone.encode() not in left, gone


def test_forgetting_leaves_the_file_and_the_secrets_of_others(perform, tmp_path):
    theirs = tmp_path / "theirs.secret"
    theirs.write_text(SECRET + "\n")
    theirs.chmod(0o600)
    kit = Kit(setup(app_secret=f"file:{theirs}"))
    perform(lambda place: forget_setup(place, kit))
    assert theirs.read_text() == SECRET + "\n"
