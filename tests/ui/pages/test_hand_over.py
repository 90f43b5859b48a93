"""Hand-over files in the window: writing one, and opening one that came."""

from __future__ import annotations

from types import SimpleNamespace

from feishu_wizard.domain.deployment import CallLook, Origin, ProfileLook, Purpose
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.open_sealed import Opened
from feishu_wizard.operations.seal_setup import Sealed, SealPlan
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

PATH = "/home/a/hand-over.age"


def to_file(session):
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)
    session.credentials.result = fakes.pair_ok(named=True)
    session.save.choose(Target.FILE, True)


def sealing(stage):
    at = stage(Step.SAVE, to_file)
    at.find("save.hand_over").click()
    return at


def test_a_passphrase_is_made_up_shown_and_used(stage):
    at = sealing(stage)
    at.find("save.passphrase_propose").click()
    typed = at.find("save.passphrase").text()
    assert len(typed.split("-")) == 6
    assert at.find("save.passphrase_again").text() == typed
    assert next(
        f for f in at.page.findChildren(SecretField) if f.field_id == "save.passphrase"
    ).revealed()
    at.find("save.sealed_path").setText(PATH)
    at.find("save.seal").click()
    assert at.session.busy.code == "sealing"
    plan = SealPlan(PATH, ("app_secret",), left=("can_session",), profile="our-can")
    at.session.save.file.sealing._written(Sealed(PATH, plan, 900, fakes.AT))
    assert at.shows("save.sealed_inside")
    told = at.find("save.sealed_inside").text()
    assert "With its secrets: App Secret." in told
    assert "our-can" in told
    assert "different ways" in at.texts()


def test_nothing_is_written_while_something_is_missing(stage):
    at = sealing(stage)
    at.find("save.seal").click()
    assert at.session.busy is None
    assert at.session.focus == "save.sealed_path"
    assert "No passphrase was given." in at.texts()
    at.find("save.sealed_path").setText(PATH)
    at.find("save.passphrase").setText("short one")
    at.find("save.passphrase_again").setText("short oen")
    at.find("save.seal").click()
    assert at.session.busy is None
    assert "The two passphrases are not the same." in at.texts()
    [problem] = at.session.save.file.sealing.problems()
    assert problem.field == "save.passphrase_again"
    assert problem.code == "passphrase.differ"
    assert "This passphrase is short" in at.texts()
    at.find("save.passphrase_again").setText("short one")
    at.find("save.seal").click()  # a weak one is told, not refused
    assert at.session.busy.code == "sealing"


def test_the_passphrase_is_in_no_answer_and_goes_with_the_setup(stage):
    at = sealing(stage)
    at.find("save.passphrase_propose").click()
    typed = at.find("save.passphrase").text()
    assert typed not in repr(at.session.answers)
    assert all(typed != secret.reveal() for _name, secret in at.session.answers.secrets)
    at.session.save.answers_replaced()
    at.page.refresh()
    assert at.find("save.passphrase").text() == ""


# -- opening one ----------------------------------------------------------------------------


def opened(profile=None, problem=None):
    setup = Setup(
        id="abc234", feishu=Feishu(app_id=fakes.APP_ID), office=Office(url=fakes.CAN)
    )  # fmt: skip
    kit = Kit(setup, {"app_secret": Secret(fakes.SECRET)}, file_path=PATH)
    return Opened(kit, PATH, ("app_secret",), profile, b"x", problem)


def waiting(session):
    session.keeping.open_file(PATH)


def at_question(stage):
    at = stage(Step.PREREQUISITES, waiting)
    job = at.runner.jobs[-1]
    job.failed(InputError("sealed.needs_passphrase", {"path": PATH}))
    at.page.refresh()
    return at


def test_a_hand_over_file_asks_for_its_passphrase_at_the_field(stage):
    at = at_question(stage)
    assert at.session.message is None
    assert at.session.focus == "open.passphrase"
    assert at.shows("open.passphrase")
    assert not at.shows("open.take")
    at.find("open.open").click()
    assert "No passphrase was given." in at.texts()
    at.find("open.passphrase").setText("bado-kifu")
    at.find("open.open").click()
    assert at.session.busy.code == "unsealing"
    at.runner.jobs[-1].failed(InputError("sealed.passphrase", {"path": PATH}))
    at.page.refresh()
    assert f"This is not the passphrase of {PATH}." in at.texts()
    at.find("open.open").click()  # the same again may be tried
    assert at.session.busy is not None


def test_what_is_inside_is_said_before_it_is_taken_over(stage):
    at = at_question(stage)
    asked = at.session.keeping.sealed
    asked._opened(opened())
    at.page.refresh()
    texts = at.texts()
    assert fakes.APP_ID in texts
    assert fakes.CAN in texts
    assert "App Secret" in texts
    assert fakes.SECRET not in texts
    assert not at.shows("open.passphrase")
    assert not at.shows("open.trust")
    at.find("open.place.file").click()
    assert asked.place is Place.FILE


def test_a_carried_profile_is_shown_with_its_calls_and_trusted_by_a_tick(stage):
    look = ProfileLook(
        "our-can", "0" * 64, {"en": "Ours"}, {}, "proposed", Origin.ADDED, False,
        calls=(CallLook(Purpose.SAVE, "POST", "/settings/save", ("app_secret",), True),),
        source=PATH,
    )  # fmt: skip
    at = at_question(stage)
    asked = at.session.keeping.sealed
    asked._opened(opened(look))
    at.page.refresh()
    assert "/settings/save" in at.texts()
    assert asked.trusted is False
    at.find("open.trust").click()
    assert asked.trusted is True
    taken = []
    at.session.keeping.holding.take = lambda *a, **k: taken.append((a, k))
    at.find("open.take").click()
    assert taken[0][0][0] == "abc234"


def test_a_profile_that_cannot_be_used_is_told(stage):
    at = at_question(stage)
    problem = InputError("profile.invalid", {"source": PATH, "where": "ops", "detail": "x"})
    at.session.keeping.sealed._opened(opened(problem=problem))
    at.page.refresh()
    assert f"The deployment profile {PATH} is wrong at ops: x." in at.texts()


def test_not_now_leaves_everything_as_it_was(stage):
    at = at_question(stage)
    before = at.session.answers
    at.find("open.put_away").click()
    at.page.refresh()
    assert not at.shows("open.passphrase")
    assert at.session.answers is before


def test_what_was_taken_over_is_not_written_over_the_hand_over_file(stage):
    at = at_question(stage)
    kit = SimpleNamespace(setup=opened().kit.setup, secrets=opened().kit.secrets, place="file")
    at.session.keeping.took_sealed(kit, PATH)
    answers = at.session.answers
    assert (answers.file_path, answers.place) == ("", Place.FILE)
    assert answers.secret("app_secret").reveal() == fakes.SECRET
    assert at.session.keeping.sealed is None
