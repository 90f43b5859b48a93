"""What the program itself refuses or says: by the call that produces it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from feishu_wizard.cli.apply import Asked, apply
from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, blocked, not_applicable, not_done
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import BasisPart, Difference, Entry, LedgerLook
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.proofs import Standing
from feishu_wizard.domain.recipient import parse_recipient
from feishu_wizard.domain.sample_message import build
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.states import GrantState, Target
from feishu_wizard.domain.verdict import Known, capability_words
from feishu_wizard.operations import knowledge, practice, save_to_file
from feishu_wizard.operations.diagnose.capability_checks import of_standing
from feishu_wizard.operations.resolve_recipients import resolve_recipients
from feishu_wizard.operations.save_setup import plan_saves, save_all
from feishu_wizard.services.can.profile import parse_profile
from feishu_wizard.services.storage.paths import checked_id
from feishu_wizard.services.storage.setup_file import write_setup
from feishu_wizard.wizard.steps import Step
from tests.unit.book.desk import APP_ID, Answered, Desk, fixture, refusal, serving
from tests.unit.operations.test_judge import NEEDS
from tests.unit.wizard.fakes import grants
from tests.unit.wizard.looks import press

Player = Callable[[Desk], Any]


def _raised(call: Callable[[], Any]) -> Player:
    async def play(desk: Desk) -> Any:
        async def do() -> Any:
            return call()

        return await refusal(do())

    return play


# -- storage ---------------------------------------------------------------------------------


def _of_workplace(work: Callable[[Any, Kit], Any], setup: Setup) -> Player:
    """The refusal of a workplace to serve a setup that lacks something."""

    async def play(desk: Desk) -> Any:
        async with desk.place() as place:
            return await refusal(work(place, Kit(setup)))

    return play


def _of_secret_file(content: bytes) -> Player:
    async def play(desk: Desk) -> Any:
        path = desk.folder / "app.secret"
        path.write_bytes(content)
        path.chmod(0o600)
        async with desk.place() as place:
            return await refusal(place.store.get("abc234", f"file:{path}"))

    return play


def _applied(to: str, *, undo: bool = False, **office: str) -> Player:
    async def play(desk: Desk) -> Any:
        path = desk.folder / "setup.toml"
        write_setup(path, Setup(id="abc234", office=Office(**office)))
        async with desk.place() as place:
            return await refusal(apply(place, str(path), Asked(dry_run=True, to=to, undo=undo)))

    return play


async def _not_saved(desk: Desk) -> Any:
    """The file on disk is another one than what was written a moment ago."""
    other = Setup(id="zzz999")
    desk.monkeypatch.setattr(save_to_file, "read_setup", lambda path: other)
    async with desk.place() as place:
        kit = replace(desk.kit("https://can.example.com"), place="session")
        plans = await plan_saves(place, kit, (Target.FILE,), silent)
        return await refusal(save_all(place, kit, plans, silent))


# -- fields ----------------------------------------------------------------------------------


def _pasted(kind: FieldKind, text: str) -> Player:
    return lambda desk: read_paste(kind, text).problem


def _nothing_chosen(desk: Desk) -> Any:
    session, runner = desk.fixture("session"), desk.fixture("runner")
    session.update(capabilities=frozenset())
    press(session, runner)
    return next(p for p in session.problems() if p.field == "prerequisites.capabilities")


def _enable_open(desk: Desk) -> Any:
    operations, runner = desk.fixture("operations"), desk.fixture("runner")
    operations.results["check_permissions"] = grants({"feishu.bot": GrantState.NOT_REQUESTED})
    session = desk.fixture("at")(Step.PERMISSIONS)
    press(session, runner)
    press(session, runner)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    press(session, runner)
    return next(p for p in session.problems() if p.field == "save.enable_open")


async def _practice_refused(desk: Desk) -> Any:
    async with serving({}, Answered({}, 404)) as sandbox, desk.place() as place:
        actions = (("grant", {"scopes": []}),)
        kit = desk.kit(sandbox.origin)
        return await refusal(practice.console(place, kit, sandbox.origin, actions))


_CHANGED = Standing(
    proven=Entry("capability.push", "ledger.delivered_as_can", "2026-03-03T08:00:00Z"),
    since=(Difference(BasisPart.VERSION, "1.0.2", "1.0.3"),),
)


# -- capabilities, recipients ----------------------------------------------------------------

_SAVED = dict.fromkeys(("app_id", "callback_url", "enabled"), Proof.CONFIGURED)
_STATED = dict.fromkeys(_SAVED, Proof.STATED)


def _capability(
    state: GrantState | None, saved: dict[str, Proof] | None = None, *tried: Entry
) -> Player:
    need = NEEDS["permission.send_message"]
    states = (NeedState(need, state),) if state else ()
    name = tried[0].check_id.partition(".")[2] if tried else Capability.PUSH
    known = Known(states, state is not None, saved or {}, LedgerLook(tried))
    return lambda desk: capability_words(frozenset({Capability(name)}), known)[0]


def _tried(capability: str, *, said: bool = False, good: bool = True) -> Entry:
    proof = Proof.STATED if said else Proof.PROVEN
    what = "ledger.seen_signed_in" if said else "ledger.delivered_as_can"
    return Entry(f"capability.{capability}", what, "2026-03-03T08:00:00Z", proof, good)


async def _resigned(desk: Desk) -> Any:
    user = fixture("contact_user")
    user["data"]["user"]["status"]["is_resigned"] = True
    async with serving({}, Answered(user)) as platform, desk.place() as place:
        wanted = (parse_recipient("user_id:3e3cf96b"),)
        _found, unknown = await resolve_recipients(place, desk.kit(platform.origin), wanted, silent)
    return unknown[0]


PLAYERS: dict[str, Player] = {
    # general
    "ok": lambda desk: Finding("capability.sso", Status.PASS),
    "blocked": lambda desk: blocked("net.open.tls", "net.open.tcp"),
    "not_applicable": lambda desk: not_applicable("net.can.tls"),
    "not_done": lambda desk: not_done("person.exists"),
    "*": lambda desk: WizardError("never_heard_of"),
    # storage
    "setup.bad_id": _raised(lambda: checked_id("../x")),
    "setup.no_app_id": _of_workplace(lambda place, kit: place.feishu(kit), Setup(id="abc234")),
    "setup.no_can": _of_workplace(
        lambda place, kit: place.can(kit), Setup(id="abc234", feishu=Feishu(app_id=APP_ID))
    ),
    "profile.invalid": _raised(lambda: parse_profile(b"schema: 7", "mine.yaml")),
    "profile.unknown": _raised(lambda: knowledge.profile("no-such")),
    "secret.file_unreadable": _of_secret_file(b"x" * 2_000_000),
    "secret.file_empty": _of_secret_file(b"\n"),
    "file.not_saved": _not_saved,
    "apply.target": _applied("elsewhere"),
    "apply.undo_can": _applied("sealed:copy.age", undo=True),
    "setup.by_hand": _applied("can", url="https://can.example.com", profile=BY_HAND),
    "send.no_template": _raised(lambda: build(knowledge.samples(), "no-such", "en", {})),
    # fields
    "nothing_chosen": _nothing_chosen,
    "enable_open": _enable_open,
    "paste.other_box": _pasted(FieldKind.APP_ID, "Proxy: http://proxy.example.com:3128"),
    "paste.nested": _pasted(FieldKind.APP_ID, "“" * 60 + APP_ID + "”" * 60),
    "practice.refused": _practice_refused,
    # capabilities
    "capability.missing": _capability(GrantState.NOT_REQUESTED),
    "capability.delivered_as_can": _capability(GrantState.GRANTED, _SAVED, _tried("push")),
    "capability.delivered_by_can": _capability(
        None, None, replace(_tried("push"), what="push.by_can")
    ),
    "capability.delivered_unsaved": _capability(None, None, _tried("push")),
    "capability.signed_in": _capability(None, None, _tried("sso")),
    "capability.said_signed_in": _capability(None, None, _tried("sso", said=True)),
    "capability.signed_in_as_said": _capability(
        None, None, _tried("sso"), _tried("sso", said=True)
    ),
    "capability.walked": _capability(None, None, _tried("user_sync")),
    "capability.failed": _capability(None, None, _tried("push", good=False)),
    "capability.failed_as_said": _capability(None, None, _tried("sso", said=True, good=False)),
    "capability.changed_since": lambda desk: of_standing(Capability.PUSH, _CHANGED),
    "capability.saved_configured": _capability(GrantState.GRANTED, _SAVED),
    "capability.saved_stated": _capability(GrantState.GRANTED, _STATED),
    "capability.granted_only": _capability(GrantState.GRANTED),
    "capability.not_proven": _capability(None),
    # recipients
    "recipient_resigned": _resigned,
}
