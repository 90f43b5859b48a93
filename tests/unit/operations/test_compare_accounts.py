"""CAN's accounts against the people of a walk: every fate, and what refuses a comparison."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.domain.account_match import change_of, email_key, mobile_key
from feishu_wizard.domain.accounts import Account, AccountSource, Comparison, Fate
from feishu_wizard.domain.directory import Column, PersonState
from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Office, Setup
from feishu_wizard.operations import compare_accounts as ops
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals
from tests.unit.can.answers import PREFIX, fine
from tests.unit.can.conftest import stub as listing_can
from tests.walked import fill, hidden, person

__all__ = ["listing_can"]

KIT = Kit(Setup(id="k3v9q2"))
COLUMNS = "账号,姓名,邮箱,手机"


class Desk:
    """One setup's journal, and what is done with it."""

    def __init__(self, perform: Any, folder: Path) -> None:
        self.perform = perform
        self.file = folder / "accounts.csv"

    def walk(self, *people: tuple[object, ...], **how: Any) -> None:
        def work(place: Any) -> None:
            with Rehearsals(place.paths).open(KIT.setup.id) as rehearsal:
                fill(rehearsal, people, **how)

        self.run(work)

    def run(self, work: Any) -> Any:
        async def main(place: Any) -> Any:
            return work(place)

        return self.perform(main)

    def read(self, *rows: str, heading: str = COLUMNS) -> Any:
        self.file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
        return self.perform(lambda place: ops.read_accounts_file(place, KIT, str(self.file)))

    def compare(self, by: Column = Column.USER_ID) -> Comparison:
        return self.perform(lambda place: ops.compare(place, KIT, by))

    def rows(self, fate: Fate | None = None, search: str = "") -> list[tuple[Any, ...]]:
        page = self.perform(lambda place: ops.fates_page(place, KIT, fate, search, 0, 100))
        assert page.total == len(page.rows)
        return [
            (row.fate.value, row.account.name if row.account else "", row.user_id, row.changes)
            for row in page.rows
        ]


@pytest.fixture
def desk(perform, tmp_path) -> Desk:
    return Desk(perform, tmp_path)


def row(number: int, **other: str) -> str:
    fields = {"name": f"u{number}", "display": f"人{number}"}
    fields |= {"email": f"p{number}@example.com", "mobile": f"138{number:08d}"} | other
    return ",".join(fields.values())


def test_every_fate(desk):
    desk.walk(
        person(1),
        person(2),
        person(3, state=PersonState.RESIGNED),
        person(4, state=PersonState.EXITED),
        person(5),
        person(6, state=PersonState.RESIGNED),
    )
    desk.read(row(1), row(2, display="旧名"), row(3), row(4), "admin,管理员,a@example.com,")
    seen = desk.compare()
    assert seen.counts == {"created": 1, "updated": 1, "same": 1, "loses": 3, "ambiguous": 0}
    assert (seen.accounts, seen.people, seen.losing, seen.complete) == (5, 6, 3, True)
    assert (seen.no_push, seen.dangerous) == (3, True)
    assert desk.rows() == [
        ("same", "u1", "u1", ()),
        ("updated", "u2", "u2", ("name",)),
        ("loses", "u3", "u3", ("accounts.lost_resigned",)),
        ("loses", "u4", "u4", ("accounts.lost_exited",)),
        ("loses", "admin", "", ("accounts.lost_absent",)),
        ("created", "", "u5", ()),
    ]


def test_keys_are_compared_as_they_are_meant(desk):
    desk.walk(
        person(1, email="Zhang@Example.com", mobile="+8613800000001"),
        person(2, enterprise_email="li@corp.example.com", email=""),
        person(3, mobile="+447700900123", email="ｗａｎｇ@example.com"),
    )
    desk.read(
        "a,人1,ZHANG@example.COM,86 138-0000-0001",
        "b,人2,Li@corp.example.com,",
        "c,人3,wang@example.com,00447700900123",
    )
    assert desk.compare(Column.EMAIL).counts["same"] == 2
    desk.compare(Column.ENTERPRISE_EMAIL)
    assert desk.rows(Fate.UPDATED) == [("updated", "b", "u2", ("mobile",))]
    assert desk.compare(Column.MOBILE).counts == {
        "created": 1,
        "updated": 0,
        "same": 2,
        "loses": 1,
        "ambiguous": 0,
    }
    assert desk.rows(Fate.LOSES) == [("loses", "b", "", ("accounts.lost_no_key",))]


def test_login_names_count_exactly(desk):
    """CAN sends the name as it stands; nothing says that the platform forgives its case."""
    desk.walk(person(1, user_id="ZhangSan"))
    desk.read("zhangsan,,,")
    assert desk.compare().counts["loses"] == 1


def test_a_blank_or_hidden_field_is_never_an_update(desk):
    desk.walk(
        person(1, email=""),
        person(2, mobile="", present=hidden("mobile")),
        person(3, email="", name="新"),
    )
    desk.read(row(1), row(2), row(3))
    assert desk.compare().counts["same"] == 2
    assert desk.rows() == [
        ("same", "u1", "u1", ("would_blank:email",)),
        ("same", "u2", "u2", ("would_blank:mobile",)),
        ("updated", "u3", "u3", ("name", "would_blank:email")),
    ]


def test_columns_that_the_file_has_not_are_not_compared(desk):
    desk.walk(person(1, name="别的"))
    desk.read("u1", heading="账号")
    assert desk.compare().counts["same"] == 1


def test_numbers_that_a_file_masks_change_nothing(desk):
    desk.walk(person(1))
    desk.read(row(1, mobile="138****0001"))
    assert desk.rows() == []  # nothing was compared yet
    assert desk.compare().counts["same"] == 1


def test_shared_keys_are_nobodys(desk):
    desk.walk(
        person(1, mobile="+8613800000009"),
        person(2, mobile="+8613800000009"),
        person(3, mobile="+8613800000003"),
        person(4, mobile="+8613800000004", name="甲"),
        person(5, mobile="+8613800000004", name="乙"),
        person(6, mobile=""),
        person(7, mobile="+8613800000003", state=PersonState.RESIGNED),
    )
    desk.read("a,,,13800000009", "b,,,13800000003", "c,,,13800000003")
    assert desk.compare(Column.MOBILE).counts["ambiguous"] == 5
    assert desk.rows() == [
        ("ambiguous", "a", "u1", ("accounts.people_share_key",)),
        ("ambiguous", "b", "u3", ("accounts.accounts_share_key",)),
        ("ambiguous", "c", "u3", ("accounts.accounts_share_key",)),
        ("ambiguous", "", "u5", ("accounts.people_share_key",)),
        ("created", "", "u6", ("accounts.person_without_key",)),
        ("ambiguous", "", "u4", ("accounts.people_share_key",)),
    ]


def test_who_is_hired_again_keeps_the_account(desk):
    desk.walk(
        person(1, state=PersonState.RESIGNED, user_id="old"), person(2, email="p1@example.com")
    )
    desk.read(row(1, mobile="13800000002", display="人2"))
    assert desk.compare(Column.EMAIL).counts["same"] == 1


def test_push_reaches_only_names_that_are_ids_of_people_who_work_here(desk):
    states = [
        PersonState.ACTIVE,
        PersonState.UNKNOWN,
        PersonState.FROZEN,
        PersonState.NOT_ACTIVATED,
        PersonState.RESIGNED,
    ]
    desk.walk(*(person(number, state=state) for number, state in enumerate(states)))
    desk.read(*(row(number) for number in range(5)), "robot,,,")
    assert desk.compare(Column.EMAIL).no_push == 4
    page = desk.perform(lambda place: ops.fates_page(place, KIT, None, "", 0, 9))
    assert [one.account.name for one in page.rows if one.no_push] == ["u2", "u3", "u4", "robot"]


def test_names_serve_for_addresses_that_have_no_column(desk):
    desk.walk(person(1), person(2))
    desk.read("P1@example.com", "p9@example.com", heading="账号")
    assert desk.compare(Column.EMAIL).counts["same"] == 1
    with pytest.raises(InputError, match=r"accounts\.key_missing"):
        desk.compare(Column.MOBILE)


@pytest.mark.parametrize(
    ("losing", "of", "red"), [(5, 100, False), (6, 100, True), (501, 20_000, True)]
)
def test_the_thresholds(losing, of, red):
    counts = {"loses": losing}
    seen = Comparison(Column.USER_ID, of, of, counts, 0, True)
    assert seen.dangerous is red
    assert not seen.typed_away("")
    assert seen.typed_away(f" {losing} ")


def test_an_incomplete_walk_is_dangerous_whatever_it_shows(desk):
    desk.walk(person(1), complete=False)
    desk.read(row(1))
    seen = desk.compare()
    assert (seen.losing, seen.complete, seen.dangerous) == (0, False, True)


@pytest.mark.parametrize(
    ("people", "rows", "by", "code"),
    [
        (None, None, Column.USER_ID, "accounts.no_walk"),
        ([], None, Column.USER_ID, "accounts.no_walk"),
        ([person(1)], None, Column.USER_ID, "accounts.none_read"),
        ([person(1)], [row(1)], Column.NAME, "accounts.not_a_key"),
        ([person(1, email="")], [row(1)], Column.EMAIL, "accounts.key_hidden"),
        ([person(1)], ["u1,,,"], Column.EMAIL, "accounts.key_missing"),
    ],
)
def test_what_cannot_be_compared(desk, people, rows, by, code):
    if people is not None:
        desk.walk(*people)
    if rows is not None:
        desk.read(*rows)
    with pytest.raises(InputError) as caught:
        desk.compare(by)
    assert caught.value.code == code
    assert desk.rows() == []


def test_a_refused_comparison_leaves_the_last_one(desk):
    desk.walk(person(1, mobile=""))
    desk.read(row(1))
    made = desk.compare()
    with pytest.raises(InputError):
        desk.compare(Column.MOBILE)
    assert desk.perform(lambda place: ops.last_comparison(place, KIT)) == made
    assert len(desk.rows()) == 1


def test_another_walk_or_other_accounts_void_the_comparison(desk):
    desk.walk(person(1))
    desk.read(row(1))
    desk.compare()
    desk.walk(person(1), walk="w2")
    assert desk.rows() == []
    assert desk.perform(lambda place: ops.last_comparison(place, KIT)) is None
    assert desk.compare().accounts == 1  # the accounts stay
    desk.read(row(2))
    assert desk.rows() == []


def test_pages_and_search(desk):
    desk.walk(*(person(number) for number in range(250)))
    desk.read(*(row(number, display=f"Ünal {number}") for number in range(250)))
    desk.compare()

    def page(search: str, offset: int) -> Any:
        fate = Fate.UPDATED
        return desk.perform(lambda place: ops.fates_page(place, KIT, fate, search, offset, 100))

    last = page("", 200)
    assert (last.total, len(last.rows), last.rows[0].account.line) == (250, 50, 202)
    assert page(" ünal  249", 0).rows[0].user_id == "u249"
    assert page("%", 0).total == 0  # a character like any other
    assert page("人24", 0).total == 11


def test_the_account_of_a_person(desk):
    account = lambda user_id: desk.perform(  # noqa: E731
        lambda place: ops.account_of_person(place, KIT, user_id)
    )
    assert account("u1") is None
    desk.walk(person(1), person(2))
    desk.read("zhang,人1,p1@example.com,", "u2,人2,,")
    assert account("u2") == Account("u2", "人2", line=3)
    assert account("u1") is None
    desk.compare(Column.EMAIL)
    assert account("u1").name == "zhang"
    assert account("") is None


# -- reading ----------------------------------------------------------------------------


def test_what_was_read_is_told_and_kept(desk):
    read = desk.read("a,一,,", "b,二", "a,again,,", "c,三,,")
    assert (read.source, read.count, read.encoding) == (AccountSource.FILE, 2, "utf-8")
    assert read.columns == {"name": "账号", "display": "姓名", "email": "邮箱", "mobile": "手机"}
    assert read.skipped == ((3, "accounts.row_ragged"), (4, "accounts.row_again"))
    assert read.skipped_count == 2
    assert desk.perform(lambda place: ops.last_accounts(place, KIT)) == read
    assert desk.perform(lambda place: ops.accounts_known(place, KIT)) is True


def test_only_the_first_hundred_skips_are_listed(desk):
    read = desk.read("a,,,", *["a,,,"] * 80, *["b,"] * 80)
    assert (read.count, read.skipped_count, len(read.skipped)) == (1, 160, 100)
    assert read.skipped[79:81] == ((82, "accounts.row_again"), (83, "accounts.row_ragged"))


def test_a_file_that_is_refused_leaves_the_former_accounts(desk):
    before = desk.read(row(1))
    with pytest.raises(InputError) as caught:
        desk.read(heading="账号,姓名")
    assert (caught.value.code, caught.value.params["skipped"]) == ("accounts.no_rows", "0")
    with pytest.raises(InputError):
        desk.read("x,y", heading="姓名,邮箱")
    assert desk.perform(lambda place: ops.last_accounts(place, KIT)) == before
    tables = desk.run(_tables)
    assert not [name for name in tables if name.startswith("accounts_new")]


def test_nothing_is_made_by_looking(desk):
    assert desk.rows() == []
    assert desk.perform(lambda place: ops.accounts_known(place, KIT)) is False
    assert not desk.run(lambda place: (place.paths.state / "rehearsals").exists())


def test_a_cancelled_reading_leaves_the_former_accounts(desk):
    before = desk.read(row(1))
    desk.file.write_text("账号\n" + "".join(f"a{n}\n" for n in range(50_000)), encoding="utf-8")
    told: list[Progress] = []

    async def main(place: Any) -> Any:
        begun = asyncio.Event()

        def report(progress: Progress) -> None:
            told.append(progress)
            begun.set()

        task = asyncio.create_task(ops.read_accounts_file(place, KIT, str(desk.file), report))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await ops.last_accounts(place, KIT)

    assert desk.perform(main) == before
    assert told[0].code == "reading_accounts"
    assert all(one.share is None or 0 <= one.share <= 1 for one in told)
    # What the cancelled one left is swept by the next.
    assert desk.read(row(2)).count == 1
    tables = desk.run(_tables)
    assert not [name for name in tables if name.startswith("accounts_new")]


CHILD = """
import asyncio, sys
from pathlib import Path
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.compare_accounts import read_accounts_file
from feishu_wizard.operations.context import Program, Workplace

async def main():
    program = Program(state_root=Path(sys.argv[1]) / "state", use_keyring=False)
    async with Workplace(program) as place:
        for name in ("small.csv", "large.csv"):
            path = str(Path(sys.argv[1]) / name)
            read = await read_accounts_file(place, Kit(Setup(id="k3v9q2")), path)
            status = Path("/proc/self/status").read_text().split()
            print(read.count, status[status.index("VmHWM:") + 1])

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_accounts(tmp_path):
    """The whole way into the journal; the same process first takes a small file in."""
    for name, count in (("small.csv", 2000), ("large.csv", 40_000)):
        with (tmp_path / name).open("w", encoding="gbk") as file:
            file.write(COLUMNS + "\n")
            file.writelines(
                f"u{n * 7919 % count},张三{n},z{n}@b.cn,138{n:08d}\n" for n in range(count)
            )
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    small, large = (tuple(map(int, line.split())) for line in done.stdout.splitlines())
    assert (small[0], large[0]) == (2000, 40_000)
    # KiB; measured: 2,900, most of it the database's own cache. One account held is 0.3 or more.
    assert large[1] - small[1] < 5_000


def _tables(place: Any) -> list[str]:
    with Rehearsals(place.paths).open(KIT.setup.id) as rehearsal:
        found = rehearsal.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in found]


# -- from CAN ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox("--users", "300")


def can_kit(made: Any, **other: str) -> Kit:
    office = Office(
        url=made["can"], profile=other.pop("profile", "can-rest"), inputs=made["inputs"]
    )
    texts = made["secrets"] | other
    secrets = {f"can_{name}": Secret(text) for name, text in texts.items()}
    return Kit(Setup(id="k3v9q2", office=office), secrets)


def test_accounts_of_the_practice_can(practice, perform):
    kit, told = can_kit(practice), []

    async def main(place: Any) -> Any:
        assert ops.can_offers_accounts(place, kit)
        read = await ops.read_accounts_from_can(place, kit, told.append)
        with Rehearsals(place.paths).open(KIT.setup.id) as rehearsal:
            fill(rehearsal, [person(1, user_id="nobody")])
        seen = await ops.compare(place, kit, Column.USER_ID)
        return read, seen, await ops.account_of_person(place, kit, "admin")

    read, seen, admin = perform(main)
    held = practice.state()["can"]["accounts"]
    assert read.count == len(held) == 301  # 299 of 300 people, the administrator, a robot
    assert (read.source, read.place) == (AccountSource.CAN, f"{practice['can']}/anymetrics/api/v1")
    assert read.columns == {"name": "/account", "display": "/nickname", "email": "/email"}
    assert [one.share for one in told] == [pytest.approx(200 / 301), 1.0]
    assert (seen.losing, seen.dangerous) == (301, True)
    assert admin.email == "admin@example.com"


def test_a_key_that_is_refused_leaves_the_former_accounts(practice, desk):
    before = desk.read(row(1))
    kit = can_kit(practice, api_key="sk-unknown0000000000000000")
    with pytest.raises(CanError, match=r"can\.unauthenticated"):
        desk.perform(lambda place: ops.read_accounts_from_can(place, kit))
    assert desk.perform(lambda place: ops.last_accounts(place, KIT)) == before


@pytest.mark.parametrize("rows", [[], [{"account": ""}, {"nickname": "x"}]])
def test_a_can_that_lists_nobody(desk, listing_can, rows):
    before = desk.read(row(1))
    data = {"data": rows, "total": len(rows), "hasNext": False}
    listing_can.queue(f"GET {PREFIX}/users?pageNumber=1&pageSize=200", fine(data))
    made = {"can": listing_can.origin, "inputs": {"tenant_id": "1"}, "secrets": {}}
    kit = can_kit(made, api_key="sk-423f0c9a7b1d4e5f8a6b2c3d")
    with pytest.raises(InputError) as caught:
        desk.perform(lambda place: ops.read_accounts_from_can(place, kit))
    assert caught.value.code == "accounts.can_none"
    assert caught.value.params["host"].startswith(listing_can.origin)
    assert desk.perform(lambda place: ops.last_accounts(place, KIT)) == before


@pytest.mark.parametrize(
    ("office", "offers"),
    [
        (Office(), False),
        (Office(url="https://can.example.com"), False),
        (Office(url="https://can.example.com", profile="can-verb"), False),
        (Office(url="https://can.example.com", profile="can-rest"), True),
        (Office(profile="can-rest"), False),
    ],
)
def test_who_offers_accounts(perform, office, offers):
    kit = Kit(Setup(id="k3v9q2", office=office))

    async def main(place: Any) -> bool:
        return ops.can_offers_accounts(place, kit)

    assert perform(main) is offers


# -- the rules --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("13800000000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("86-138-0000-0000", "13800000000"),
        ("＋８６１３８００００００００", "13800000000"),
        ("+44 (7700) 900123", "+447700900123"),
        ("138****0000", ""),
        ("1.38E+10", ""),
        ("无", ""),
        ("", ""),
    ],
)
def test_mobile_keys(text, key):
    assert mobile_key(text) == key


def test_email_keys():
    assert email_key(" A@Example.COM ") == "a@example.com"
    assert email_key("nobody") == ""


@pytest.mark.parametrize(
    ("column", "held", "brought", "visible", "change"),
    [
        (Column.NAME, "张三", "张三 ", True, ""),
        (Column.NAME, "", "张三", True, "name"),
        (Column.EMAIL, "A@x.com", "a@x.com", True, ""),
        (Column.EMAIL, "n/a", "a@x.com", True, "email"),
        (Column.MOBILE, "1**", "13800000000", True, ""),
        (Column.MOBILE, "13800000001", "", True, "would_blank:mobile"),
        (Column.MOBILE, "13800000001", "x", False, "would_blank:mobile"),
        (Column.MOBILE, " ", "", True, ""),
    ],
)
def test_changes(column, held, brought, visible, change):
    assert change_of(column, held, brought, visible) == change
