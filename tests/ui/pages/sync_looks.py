"""A sync rehearsal in every state, made of domain values."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from feishu_wizard.domain.accounts import (
    Account,
    AccountSource,
    AccountsRead,
    Comparison,
    Fate,
    FatePage,
    FateRow,
)
from feishu_wizard.domain.directory import Column, PeoplePage, Person, PersonRow, PersonState
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.walk import (
    FieldShare,
    KeyQuality,
    RangeKind,
    SyncPicture,
    WalkNews,
    WalkState,
    WalkSummary,
)
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes

PEOPLE = 3_980
NEWS = WalkNews(1_240, 17, 60, 24, 88, 4_000, 182.0, 15.0, 3.2)
HOSTILE = "Li\u202egnaW\x1b[31m <b>x</b>"


class Coming:
    """A page on its way that nobody stops."""

    def cancel(self):
        """It comes all the same."""


def summary(state=WalkState.COMPLETE, people=PEOPLE, **changes):
    values = {
        "walk": "w1",
        "state": state,
        "app_id": fakes.APP_ID,
        "started_at": "2026-11-22T09:30:00+00:00",
        "ended_at": "2026-11-22T09:31:00+00:00",
        "range_kind": RangeKind.PART,
        "range_departments": 2,
        "range_users": 1,
        "people": people,
        "departments": 41,
        "told_people": 4_000,
        "unreadable": 0,
        "calls": 231,
        "throttled": 2,
    }
    return WalkSummary(**(values | changes))


def picture(walk=None):
    walk = walk or summary()
    n = walk.people
    return SyncPicture(
        walk,
        (
            FieldShare("name", n, n, n),
            FieldShare("user_id", n, 0, 0, "permission.user_id"),
            FieldShare("mobile", n, n, n - 120),
            FieldShare("email", n, n, n - 3),
            FieldShare("state", n, n, n),
        ),
        (
            KeyQuality("user_id", n, n, 0),
            KeyQuality("email", n, 3, 2, (("office@example.com", 2), (HOSTILE, 3))),
            KeyQuality("mobile", n, 0, 0),
        ),
        {"active": n - 60, "not_activated": 60, "frozen": 0},
        foreign_mobiles=44,
        findings=(
            Finding("permission.user_id", Status.WARN, "feishu.99991672", {"scopes": "x:y"}),
        ),
    )


def rows(query):
    """Rows as the journal would give them: what was asked for can be read off each."""
    last = min(query.offset + query.limit, PEOPLE)
    made = [
        PersonRow(
            Person(
                f"ou_{n}",
                f"user{n:05}",
                name=HOSTILE if n == 1 else f"{query.search or 'Wang Xiaoming'} {n}",
                mobile="+8613800138000",
                email=f"wang.xiaoming{n}@example.com",
                state=PersonState.ACTIVE,
            ),
            "Sales, East China",
        )
        for n in range(query.offset, last)
    ]
    return PeoplePage(tuple(made), PEOPLE)


def loses(n):
    return FateRow(Fate.LOSES, Account(f"old{n}"), no_push=True)


def answer_lists(flow):
    """Pages of both tables come by themselves; returns what was asked of the people."""
    asked = []

    def people_page(query, done, failed):
        asked.append(query)
        QTimer.singleShot(0, lambda: done(rows(query)))
        return Coming()

    def fates_page(fate, search, window, done, failed):
        found = [loses(n) for n in range(1_220)] if fate in (None, Fate.LOSES) else []
        page = FatePage(tuple(found[window[0] : sum(window)]), len(found))
        QTimer.singleShot(0, lambda: done(page))
        return Coming()

    flow.people_page = people_page
    flow.accounts.fates_page = fates_page
    return asked


def ready(session):
    """An app is known; nothing was looked at."""
    session.restore(session.answers, Step.PREREQUISITES)
    fakes.prepare(session, fakes.network_ok())
    fakes.enter(session)
    session.test.sync._looked = True
    return session.test.sync


def running(flow):
    flow.state, flow.news = WalkState.RUNNING, NEWS
    flow.version += 1


def complete(flow, walk=None):
    walk = walk or summary()
    flow.state, flow.summary, flow.picture = walk.state, walk, picture(walk)
    flow.version += 1


def compared(flow, losing=1_220):
    complete(flow)
    accounts = flow.accounts
    accounts.offered = True
    columns = {"name": "account", "email": "mail"}
    accounts.read = AccountsRead(
        AccountSource.FILE, "accounts.csv", 5_000, columns, "gb18030", ((12, "blank_name"),), 2
    )
    counts = {"created": 80, "updated": 120, "same": 4_880 - losing, "loses": losing}
    accounts.comparison = Comparison(Column.USER_ID, 5_000, PEOPLE, counts, 35, True)
    accounts.version += 1
