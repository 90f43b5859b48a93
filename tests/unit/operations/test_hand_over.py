"""Hand-over files: what travels, what stays, and what a person sees before taking one over."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.operations import seal_setup as sealing
from feishu_wizard.operations.deployments import add_profile, known_profiles
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.open_sealed import keep_opened, open_sealed
from feishu_wizard.operations.seal_setup import plan_seal, seal_setup
from feishu_wizard.resources import resource_bytes
from feishu_wizard.services.storage.setup_file import read_setup, render_sealed
from tests.unit.storage.age_files import age_file, armored

APP_ID = "cli_a8c029e757e6500b"
SECRET, KEY, SESSION = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E", "sk-5f3a9c1e7b2d4860", "sid-91c2b7e0a4"
WORDS = Secret("bado-kifu-lemo-nipa-rusi-tave")
RUN_ONLY = "  session:\n    label: { en: Session, zh_Hans: 会话 }\n    keep: run\n"


@pytest.fixture
def own_profile() -> bytes:
    """One of our profiles under another name, with a secret of the browser."""
    text = resource_bytes("can/profiles/can-rest.yaml").decode()
    named = text.replace("id: can-rest", "id: our-can", 1)
    assert "id: our-can" in named
    return named.replace("secrets:\n", f"secrets:\n{RUN_ONLY}", 1).encode()


@pytest.fixture
def kit() -> Kit:
    setup = Setup(
        id="abc234",
        feishu=Feishu(app_id=APP_ID, app_secret="keyring:app_secret"),
        office=Office(url="https://can.example.com", profile="can-rest"),
        network=Network(ca_file="/etc/ours.pem", proxy="none"),
    )
    return Kit(setup, {"app_secret": Secret(SECRET), "can_api_key": Secret(KEY)})


@pytest.fixture
def quick(monkeypatch):
    """Sealed with a factor that takes no time; the content is the real one."""

    async def seal(data: bytes, words: Secret) -> bytes:
        return armored(age_file(data, words.reveal()))

    monkeypatch.setattr(sealing, "seal", seal)


def sealed(perform, kit: Kit, path: Path):
    return perform(lambda place: seal_setup(place, kit, str(path), WORDS, silent))


def opened(perform, path: Path, words: Secret = WORDS):
    return perform(lambda place: open_sealed(place, str(path), words, silent))


def made(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "theirs.age"
    path.write_bytes(age_file(text.encode(), WORDS.reveal()))
    return path


def test_what_is_sealed_here_is_opened_there(perform, kit, tmp_path) -> None:
    path = tmp_path / "hand-over.age"
    told = []
    result = perform(lambda p: seal_setup(p, kit, str(path), WORDS, told.append))
    assert [progress.code for progress in told] == ["sealing", "checking_sealed"]
    assert result.plan.secrets == ("app_secret", "can_api_key")
    assert result.plan.here == ("network.ca_file",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert result.size == len(data)
    for hidden in (SECRET, KEY, APP_ID, WORDS.reveal()):
        assert hidden.encode() not in data
    found = opened(perform, path)
    assert found.kit.setup.feishu.app_id == APP_ID
    assert {n: s.reveal() for n, s in found.kit.secrets.items()} == {
        "app_secret": SECRET,
        "can_api_key": KEY,
    }
    assert found.kit.setup.feishu.app_secret == ""
    assert found.kit.setup.office.secrets == {}
    assert found.kit.setup.network == Network(proxy="none")
    assert SECRET not in repr(found)


def test_nothing_is_kept_before_somebody_takes_it_over(perform, quick, kit, tmp_path) -> None:
    path = tmp_path / "hand-over.age"
    sealed(perform, kit, path)
    before = sorted((tmp_path / "state").rglob("*.secret"))
    found = opened(perform, path)
    assert sorted((tmp_path / "state").rglob("*.secret")) == before == []
    taken = perform(lambda p: keep_opened(p, found, "file", trust=False))
    assert taken.setup.feishu.app_secret.startswith("file:")
    assert Path(taken.setup.feishu.app_secret[5:]).read_text().strip() == SECRET
    assert set(taken.setup.office.secrets) == {"api_key"}


def test_the_file_is_recognised_and_not_taken_for_a_setup_file(
    perform, quick, kit, tmp_path
) -> None:
    path = tmp_path / "hand-over.age"
    sealed(perform, kit, path)
    with pytest.raises(InputError) as caught:
        perform(lambda p: load_setup(p, str(path)))
    assert caught.value.code == "sealed.needs_passphrase"
    assert caught.value.params == {"path": str(path)}


@pytest.mark.parametrize(
    ("words", "code"),
    [("another-one-altogether", "sealed.passphrase"), ("  \n", "passphrase.empty")],
)
def test_another_passphrase_is_told_with_the_file(perform, tmp_path, words, code) -> None:
    path = made(tmp_path, render_sealed(Setup(id="a"), ""))
    with pytest.raises(InputError) as caught:
        opened(perform, path, Secret(words))
    assert caught.value.code == code
    if code == "sealed.passphrase":
        assert caught.value.params["path"] == str(path)


def test_blanks_round_a_pasted_passphrase_do_not_count(perform, tmp_path) -> None:
    path = made(tmp_path, render_sealed(Setup(id="a"), ""))
    assert opened(perform, path, Secret(f" {WORDS.reveal()}\n")).kit.setup.id == "a"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "setup.not_toml"),
        ('schema = "feishu-wizard/2"\n', "setup.future"),
        ('note = "x"\n', "setup.foreign"),
        ('schema = "feishu-wizard/1"\n[feishu]\napp_id = 1\n', "setup.invalid"),
    ],
)
def test_what_is_inside_is_checked_like_any_setup(perform, tmp_path, text, code) -> None:
    with pytest.raises(InputError) as caught:
        opened(perform, made(tmp_path, text))
    assert caught.value.code == code
    path = tmp_path / "theirs.age"
    path.write_bytes(age_file(b"\xff\xfe\x00", WORDS.reveal()))
    with pytest.raises(InputError) as caught:
        opened(perform, path)
    assert caught.value.code == "setup.not_text"


def test_a_file_that_is_none_is_told(perform, tmp_path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError) as caught:
            opened(perform, path)
        assert caught.value.code == "sealed.not_sealed"


def test_references_of_another_computer_are_left_out_and_an_id_is_made(perform, tmp_path) -> None:
    setup = Setup(feishu=Feishu(app_id=APP_ID, app_secret="keyring:app_secret"))
    found = opened(perform, made(tmp_path, render_sealed(setup, "")))
    assert found.kit.setup.feishu.app_secret == ""
    assert found.secrets == ("app_secret",)
    assert dict(found.kit.secrets) == {}
    assert len(found.kit.setup.id) == 6


# -- where it is written --------------------------------------------------------------------


def test_an_older_hand_over_file_is_replaced_and_nothing_else(
    perform, quick, kit, tmp_path
) -> None:
    path = tmp_path / "setup.toml"
    path.write_text('schema = "feishu-wizard/1"\n')
    with pytest.raises(InputError) as caught:
        sealed(perform, kit, path)
    assert (caught.value.code, caught.value.params) == (
        "sealed.target_foreign",
        {"path": str(path)},
    )
    assert path.read_text() == 'schema = "feishu-wizard/1"\n'
    path.write_bytes(age_file(b"old", "another"))
    path.chmod(0o644)
    plan = perform(lambda p: plan_seal(p, kit, str(path)))
    assert plan.replaces
    sealed(perform, kit, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert opened(perform, path).kit.setup.feishu.app_id == APP_ID


def test_a_file_that_does_not_open_again_is_not_called_saved(
    perform, kit, tmp_path, monkeypatch
) -> None:
    async def other(data: bytes, words: Secret) -> bytes:
        return age_file(data + b"\n# more", words.reveal())

    monkeypatch.setattr(sealing, "seal", other)
    with pytest.raises(WizardError) as caught:
        sealed(perform, kit, tmp_path / "a.age")
    assert caught.value.code == "file.not_saved"


def test_an_empty_passphrase_seals_nothing(perform, kit, tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        perform(lambda p: seal_setup(p, kit, str(tmp_path / "a"), Secret(" "), silent))
    assert caught.value.code == "passphrase.empty"
    assert not (tmp_path / "a").exists()


# -- profiles and secrets of one run --------------------------------------------------------


@pytest.fixture
def with_profile(perform, kit, own_profile) -> Kit:
    perform(lambda p: add_profile(p, own_profile, "ours.yaml", trust=True))
    office = msgspec.structs.replace(kit.setup.office, profile="our-can")
    setup = msgspec.structs.replace(kit.setup, office=office)
    return replace(kit, setup=setup, secrets={**kit.secrets, "can_session": Secret(SESSION)})


def test_secrets_of_one_run_do_not_travel_and_the_profile_does(
    perform, quick, with_profile, own_profile, tmp_path
) -> None:
    path = tmp_path / "a.age"
    plan = sealed(perform, with_profile, path).plan
    assert plan.secrets == ("app_secret", "can_api_key")
    assert (plan.left, plan.profile) == (("can_session",), "our-can")
    found = opened(perform, path)
    assert set(found.kit.secrets) == {"app_secret", "can_api_key"}
    assert found.profile is None  # it is here already, and trusted


def test_a_carried_profile_is_shown_and_trusted_only_when_somebody_says_so(
    perform, own_profile, tmp_path
) -> None:
    setup = Setup(id="abc234", office=Office(url="https://can.example.com", profile="our-can"))
    path = made(tmp_path, render_sealed(setup, own_profile.decode()))
    found = opened(perform, path)
    assert found.problem is None
    assert (found.profile.id, found.profile.trusted) == ("our-can", False)
    assert found.profile.source == str(path)
    assert found.profile_data == own_profile
    assert "our-can" not in {look.id for look in perform(known_profiles)}
    perform(lambda p: keep_opened(p, found, "session", trust=False))
    assert {look.id: look.trusted for look in perform(known_profiles)}["our-can"] is False
    assert opened(perform, path).profile is not None
    perform(lambda p: keep_opened(p, found, "session", trust=True))
    assert {look.id: look.trusted for look in perform(known_profiles)}["our-can"] is True
    assert opened(perform, path).profile is None


def test_a_carried_profile_that_is_none_is_told_and_not_added(perform, tmp_path) -> None:
    path = made(tmp_path, render_sealed(Setup(id="a"), "id: x\nops: 7\n"))
    found = opened(perform, path)
    assert found.profile is None
    assert found.problem is not None
    assert found.problem.code.startswith("profile.")
    perform(lambda p: keep_opened(p, found, "session", trust=True))
    assert all(look.id != "x" for look in perform(known_profiles))


def test_of_a_profile_nobody_knows_only_placed_secrets_travel(
    perform, quick, kit, tmp_path
) -> None:
    office = msgspec.structs.replace(kit.setup.office, profile="gone")
    setup = msgspec.structs.replace(kit.setup, office=office)
    where = str(tmp_path / "a")
    plan = perform(lambda p: plan_seal(p, replace(kit, setup=setup), where))
    assert plan.secrets == ("app_secret",)
    assert (plan.left, plan.profile) == (("can_api_key",), "")


def test_a_secret_that_is_not_here_is_told(perform, kit, tmp_path) -> None:
    plan = perform(lambda p: plan_seal(p, replace(kit, secrets={}), str(tmp_path / "a")))
    assert (plan.secrets, plan.missing) == ((), ("app_secret",))


def test_a_setup_file_gets_no_secret_of_one_run(perform, with_profile, tmp_path) -> None:
    from feishu_wizard.domain.states import Target
    from feishu_wizard.operations.save_setup import plan_saves, save_all

    path = tmp_path / "plain.toml"
    kit = replace(with_profile, file_path=str(path), file_plain=True)

    async def save(place):
        plans = await plan_saves(place, kit, (Target.FILE,), silent)
        await save_all(place, kit, plans, silent)

    perform(save)
    assert SESSION not in path.read_text()
    assert set(read_setup(path).office.secrets) == {"api_key"}
