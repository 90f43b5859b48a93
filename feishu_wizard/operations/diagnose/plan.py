"""Which checks a diagnosis makes, and which of them rest on others."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.diagnosis import Symptom, selects
from feishu_wizard.domain.finding import not_done
from feishu_wizard.operations.diagnose.capability_checks import capability_looks
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.diagnose.network_checks import network_looks
from feishu_wizard.operations.diagnose.office_checks import office_looks
from feishu_wizard.operations.diagnose.permission_checks import permission_looks
from feishu_wizard.operations.diagnose.person_checks import person_looks
from feishu_wizard.operations.diagnose.platform_checks import platform_looks
from feishu_wizard.operations.diagnose.setup_checks import setup_looks

# Nothing of these leaves the computer.
_AT_HOME = ("setup", "capability")
# What decides a symptom. What these rest on runs with them; None: everything.
DECIDES: dict[Symptom, tuple[str, ...]] = {
    Symptom.LOGIN_20029: ("net.accounts", "feishu.redirect_url", "permission.login", "can.saved"),
    Symptom.NOBODY_ALERTED: (
        "feishu.bot",
        "permission.send_message",
        "permission.user_id",
        "can",
        "capability.push",
    ),
    Symptom.ONE_NOT_REACHED: ("feishu.bot", "permission.send_message", "person"),
    Symptom.PEOPLE_MISSING: (
        "permission",
        "feishu.contact_range",
        "feishu.fields",
        "capability.user_sync",
    ),
    Symptom.CANNOT_SAVE: ("net.can", "can", "feishu.credentials"),
}


def looks_for(case: Case) -> tuple[Look[Case], ...]:
    """The work that the question needs, nothing beside it."""
    looks = (
        *setup_looks(case),
        *network_looks(case),
        *platform_looks(case),
        *permission_looks(case),
        *office_looks(case),
        *person_looks(case),
        *capability_looks(case),
    )
    if case.question.offline:
        looks = tuple(look if _at_home(look) else _left_out(look) for look in looks)
    return _needed(looks, asked_ids(case))


def asked_ids(case: Case) -> tuple[str, ...]:
    """Ids and groups that were asked for; empty for all."""
    symptom = case.question.symptom
    return case.question.only or (DECIDES.get(symptom, ()) if symptom else ())


def _needed(looks: tuple[Look[Case], ...], only: tuple[str, ...]) -> tuple[Look[Case], ...]:
    """The looks that tell what was asked for, and those that these rest on."""
    by_id = {check_id: look for look in looks for check_id in look.ids}
    todo = [i for i in by_id if selects(only, i)]
    wanted: set[str] = set()
    while todo:
        look = by_id[todo.pop()]
        if not wanted.issuperset(look.ids):
            wanted.update(look.ids)
            todo.extend(i for i in look.after if i in by_id)
    return tuple(look for look in looks if wanted.issuperset(look.ids))


def _at_home(look: Look[Case]) -> bool:
    return look.ids[0].partition(".")[0] in _AT_HOME


def _left_out(look: Look[Case]) -> Look[Case]:
    async def unknown(case: Case, tell: Tell) -> None:
        for check_id in look.ids:
            tell(not_done(check_id, "offline"))

    return replace(look, run=unknown, after=())
