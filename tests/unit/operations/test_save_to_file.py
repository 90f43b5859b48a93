"""The setup file: what would change, one whole write, and what is already there stays."""

from __future__ import annotations

import stat
from dataclasses import replace

import msgspec
import pytest

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.save_setup import plan_saves, save_all

APP_ID = "cli_a8c029e757e6500b"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
KEY = "sk-5f3a9c1e7b2d4860"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "setup.toml"


@pytest.fixture
def kit(path):
    """As the wizard has it: both secrets typed, and kept in the keyring."""
    setup = Setup(
        id="abc234",
        feishu=Feishu(app_id=APP_ID, app_secret="keyring:app_secret"),
        office=Office(
            url="https://can.example.com",
            profile="can-rest",
            callback_url="https://can.example.com/user/softLogin",
            secrets={"api_key": "keyring:can_api_key"},
        ),
    )
    secrets = {"app_secret": Secret(SECRET), "can_api_key": Secret(KEY)}
    return Kit(setup, secrets, file_path=str(path))


@pytest.fixture
def plan(perform):
    return lambda kit: perform(lambda p: plan_saves(p, kit, (Target.FILE,), silent))


@pytest.fixture
def save(perform, plan):
    def make(kit, plans=None):
        wanted = plans or plan(kit)
        [result] = perform(lambda p: save_all(p, kit, wanted, silent))
        return result

    return make


@pytest.fixture
def load(perform):
    return lambda path: perform(lambda p: load_setup(p, str(path)))


def acts(plans):
    return {row.field: row.act for row in plans[0].rows}


def test_a_new_file_is_complete_private_and_without_secrets(kit, path, plan, save, load):
    plans = plan(kit)
    assert not path.exists()
    assert acts(plans)["feishu.app_id"] is Act.SET
    assert acts(plans)["app_secret"] is Act.SET
    result = save(kit, plans)
    assert result.written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert SECRET not in text
    assert KEY not in text
    assert load(path).setup == kit.setup


def test_a_second_save_has_nothing_to_do(kit, path, plan, save):
    save(kit)
    before = path.read_bytes()
    assert plan(kit)[0].empty
    assert set(acts(plan(kit)).values()) == {Act.KEEP}
    assert path.read_bytes() == before


def test_comments_unknown_keys_and_order_of_an_existing_file_stay(kit, path, save, load):
    path.write_text(
        "# made by hand in 2024\n"
        'schema = "feishu-wizard/1"\n'
        'id = "abc234"\n'
        'note = "ask ops first"\n'
        "\n"
        "[office]  # the server in the cellar\n"
        'url = "https://old.example.com"\n'
        'rack = "B7"\n'
        "\n"
        "[feishu]\n"
        'app_id = "cli_b8c029e757e6500b"\n'
    )
    save(kit)
    text = path.read_text()
    for kept in ("# made by hand in 2024", 'note = "ask ops first"', 'rack = "B7"', "# the server"):
        assert kept in text
    assert text.index("[office]") < text.index("[feishu]")
    assert "old.example.com" not in text
    assert load(path).setup == kit.setup


def test_the_difference_tells_old_and_new_and_what_goes(kit, path, plan):
    path.write_text(
        'schema = "feishu-wizard/1"\nid = "abc234"\n[feishu]\napp_id = "cli_old0000000000"\n'
        'tenant_key = "2ed263bf32cf1651"\n'
    )
    rows = {row.field: row for row in plan(kit)[0].rows}
    assert (rows["feishu.app_id"].before, rows["feishu.app_id"].after) == (
        "cli_old0000000000",
        APP_ID,
    )
    assert (rows["feishu.tenant_key"].before, rows["feishu.tenant_key"].after) == (
        "2ed263bf32cf1651",
        "",
    )
    assert rows["feishu.tenant_key"].changes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'name = "a setup of another program"\n', "setup.foreign"),
        (b'schema = "feishu-wizard/9"\n', "setup.future"),
        (b'schema = "feishu-wizard/1"\n[feishu\n', "setup.not_toml"),
        (b"\xff\xfe\x00", "setup.not_text"),
        (b"", "setup.foreign"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_stays(kit, path, plan, content, code):
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        plan(kit)
    assert caught.value.code == code
    assert caught.value.params["path"] == str(path)
    assert path.read_bytes() == content


def test_a_change_between_look_and_press_is_not_overwritten(kit, path, plan, save):
    save(kit)
    office = msgspec.structs.replace(kit.setup.office, url="https://new.example.com")
    moved = replace(kit, setup=msgspec.structs.replace(kit.setup, office=office))
    plans = plan(moved)
    theirs = path.read_text().replace("https://can.example.com", "https://their.example.com")
    path.write_text(theirs)
    with pytest.raises(ConflictError) as caught:
        save(moved, plans)
    assert (caught.value.code, caught.value.params) == (
        "file.changed_meanwhile",
        {"path": str(path)},
    )
    assert path.read_text() == theirs


def test_a_folder_that_is_not_there_is_named(kit, tmp_path, save):
    where = tmp_path / "nowhere" / "setup.toml"
    with pytest.raises(InputError) as caught:
        save(replace(kit, file_path=str(where)))
    assert str(tmp_path / "nowhere") in caught.value.params["path"]


# -- secrets in the file --------------------------------------------------------------


def test_plain_secrets_only_on_explicit_choice(kit, path, plan, save, load):
    plain = replace(kit, file_plain=True)
    save(plain)
    text = path.read_text()
    assert f"plain:{SECRET}" in text
    assert f"plain:{KEY}" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(not row.before and not row.after for row in plan(plain)[0].rows if row.secret)
    before = path.read_bytes()
    assert plan(plain)[0].empty
    other = replace(plain, secrets={**plain.secrets, "app_secret": Secret(SECRET[::-1])})
    assert acts(plan(other))["app_secret"] is Act.REPLACE
    assert path.read_bytes() == before
    assert load(path).setup.feishu.app_secret == f"plain:{SECRET}"


def test_a_plain_secret_does_not_travel_into_another_file_unasked(
    kit, path, tmp_path, save, load, perform
):
    save(replace(kit, file_plain=True))
    copy = tmp_path / "copy.toml"
    save(replace(load(path), file_path=str(copy)))
    text = copy.read_text()
    assert SECRET not in text
    assert KEY not in text
    assert load(copy).setup.feishu.app_secret == "keyring:app_secret"


def test_taking_plain_back_removes_it_from_the_file(kit, path, plan, save):
    save(replace(kit, file_plain=True))
    assert acts(plan(kit))["app_secret"] is Act.REPLACE
    save(kit)
    assert SECRET not in path.read_text()
    assert plan(kit)[0].empty


def test_a_secret_without_a_place_gets_the_chosen_one(kit, path, save, load):
    loose = msgspec.structs.replace(
        kit.setup,
        feishu=msgspec.structs.replace(kit.setup.feishu, app_secret=""),
        office=msgspec.structs.replace(kit.setup.office, secrets={}),
    )
    save(replace(kit, setup=loose, place="file"))
    ref = load(path).setup.feishu.app_secret
    assert ref.startswith("file:")
    with open(ref.removeprefix("file:"), encoding="utf-8") as file:  # noqa: PTH123
        assert file.read().strip() == SECRET
