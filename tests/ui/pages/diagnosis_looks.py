"""Findings of a diagnosis, and short ways to what its page shows of them."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QApplication

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck, verdict_of
from feishu_wizard.domain.finding import Finding, Link, Proof, Status, blocked, not_done
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.wizard.findings import laid_over
from tests.ui.pages import fakes

SEEN = fakes.seen(
    "/open-apis/auth/v3/tenant_access_token/internal",
    method="POST",
    feishu_code=10014,
    msg="app secret invalid",
)
REFUSED = Finding(
    "feishu.credentials",
    Status.FAIL,
    "feishu.10014",
    {"feishu_code": "10014", "msg": "app secret invalid", "host": "open.feishu.cn"},
    evidence=(SEEN,),
    links=(Link("console_baseinfo", "https://open.feishu.cn/app/cli_1/baseinfo"),),
)
PASSED = Finding("feishu.credentials", Status.PASS, "credentials_ok", {"host": "open.feishu.cn"})
BOT = Finding("feishu.bot", Status.PASS, "bot_ok", {"name": "CAN"}, Proof.PROVEN, evidence=(SEEN,))
NETWORK = (*fakes.layers("open", "open.feishu.cn"), *fakes.layers("can", "can.example.com"))
WAITING = blocked("feishu.bot", "feishu.credentials")
UNPROVEN = not_done("capability.sso", "not_proven")
TROUBLED = (*NETWORK, REFUSED, WAITING, UNPROVEN)
FACTS = {"edition": "feishu", "app_id": fakes.APP_ID, "can": fakes.CAN, "setup_id": "abc234"}
SERVER = ServerCheck(
    (
        Finding("net.open.dns", Status.PASS),
        Finding("net.open.tcp", Status.FAIL, "net.refused", {"host": "open.feishu.cn"}),
    ),
    "can-1",
    fakes.AT,
    "curl",
    ("server.shell_only",),
)


def made(*findings, **more):
    ordered = laid_over((), findings, ())
    values = {"feishu_calls": 8, "elapsed_ms": 2345, "at": fakes.AT, "facts": FACTS} | more
    return Diagnosis(ordered, verdict_of(ordered), version="1", **values)


def press(at, name):
    at.find(name, QAbstractButton).click()
    QApplication.processEvents()


def shown(at, result=None, qtbot=None):
    """Run and finish with ``result``."""
    press(at, "diagnosis.run")
    at.job.done((result or made(*TROUBLED), None))
    tree = at.find("diagnosis.tree", FindingTree)
    if qtbot is not None:
        qtbot.waitUntil(lambda: tree.settled)
    return tree


def row(at, check_id):
    return at.find(f"diagnosis.row.{check_id}", CheckRow)


def verdict(at):
    return at.find("diagnosis.verdict", Banner).accessibleName()
