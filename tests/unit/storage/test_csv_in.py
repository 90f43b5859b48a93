"""Accounts out of CSV files: what is understood, what is left out, what is refused."""

from __future__ import annotations

import codecs
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.accounts import Account
from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import csv_in
from feishu_wizard.services.storage.csv_in import AccountsFile, SkippedRow

HEADED = "账号,姓名,邮箱,手机号\nzhang.san,张三,zs@example.com,+86 138 0000 0001\n"
ZHANG = Account("zhang.san", "张三", "zs@example.com", "+86 138 0000 0001", 2)


@pytest.fixture
def write(tmp_path: Path):
    def made(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "accounts.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return made


def read(path: Path) -> tuple[list[Account], list[tuple[int, str]]]:
    rows = list(AccountsFile(path).rows())
    good = [row for row in rows if isinstance(row, Account)]
    return good, [(row.line, row.code) for row in rows if isinstance(row, SkippedRow)]


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.params["path"] == str(path)
    return caught.value


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_encodings(write, written, found):
    path = write(HEADED, written)
    assert AccountsFile(path).encoding == found
    assert read(path) == ([ZHANG], [])


def test_utf_16_of_the_other_order(write):
    path = write(codecs.BOM_UTF16_BE + HEADED.encode("utf-16-be"))
    assert read(path) == ([ZHANG], [])


def test_rare_characters_of_gb18030(write):
    path = write("账号,姓名\n a1 ,𠮷野\U0001f600\n", "gb18030")
    assert read(path)[0] == [Account(" a1 ", "𠮷野\U0001f600", line=2)]


def test_a_fault_beyond_the_first_piece_is_named(write):
    text = ("账号,姓名\n" + "zs,张三\n" * 20_000).encode("gb18030")
    at = text.index(b"\n", 100_000) + 1
    error = refused(write(text[:at] + b"zs,\xff\xff\n" + text[at:]))
    assert error.code == "accounts.encoding"
    assert error.params["byte"] == f"{at + 4:,}"
    assert error.params["line"] == f"{text[:at].count(bytes([10])) + 1:,}"


def test_damaged_utf_8_is_not_taken_for_another_encoding(write):
    text = ("账号,姓名\n" + "zs,张三丰\n" * 50).encode()
    error = refused(write(text[:-5] + text[-4:]))
    assert (error.code, error.params["line"]) == ("accounts.encoding", "51")


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + "账号\n张\n".encode("gbk"),
        codecs.BOM_UTF16_LE + b"a\x00\x00\xd8b\x00",  # half of a pair
        codecs.BOM_UTF16_LE + b"a\x00b",  # half of a character
    ],
)
def test_a_mark_that_lies(write, content):
    assert refused(write(content)).code == "accounts.encoding"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest", "accounts.is_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "accounts.is_workbook"),
        ("a,b\n".encode("utf-16-le") * 9, "accounts.is_binary"),
        (bytes(2000), "accounts.is_binary"),
        (b"", "accounts.empty"),
        (b"\xef\xbb\xbf", "accounts.empty"),
        (b"\n\n,,\n", "accounts.empty"),
    ],
)
def test_what_is_no_list(write, content, code):
    assert refused(write(content)).code == code


@pytest.mark.parametrize("made", ["nothing", "folder"])
def test_what_cannot_be_opened(tmp_path, made):
    path = tmp_path / "x.csv"
    if made == "folder":
        path.mkdir()
    error = refused(path)
    assert error.code == "accounts.unreadable"
    assert error.params["detail"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(write, delimiter, end):
    text = HEADED.replace(",", delimiter).replace("\n", end)
    assert read(write(text)) == ([ZHANG], [])


def test_the_delimiter_that_excel_notes(write):
    rows, _ = read(write('sep=;\n账号;姓名\nzs;"张,三"\n'))
    assert rows == [Account("zs", "张,三", line=3)]


def test_quoted_line_ends_commas_and_quotes(write):
    rows, skipped = read(write('账号,姓名\nzs,"张\r\n三"\nls,"李, ""四"""\n'))
    assert [(row.name, row.display, row.line) for row in rows] == [
        ("zs", "张\r\n三", 2),
        ("ls", '李, "四"', 4),
    ]
    assert skipped == []


@pytest.mark.parametrize(
    ("first", "columns"),
    [
        ("用户名,昵称", {"name": "用户名", "display": "昵称"}),
        ("帐号,姓名,电子邮箱", {"name": "帐号", "display": "姓名", "email": "电子邮箱"}),
        ("User_Name*,Display Name", {"name": "User_Name*", "display": "Display Name"}),
        ("姓名,登录名（必填）", {"name": "登录名（必填）", "display": "姓名"}),
        ("用户ID,用户名", {"name": "用户名"}),
        ("E-mail,login,Phone No", {"name": "login", "email": "E-mail"}),
        ("login,Mobile Phone", {"name": "login", "mobile": "Mobile Phone"}),
        ("ｎａｍｅ,Account", {"name": "Account", "display": "ｎａｍｅ"}),
        ("name,email", {"name": "name", "email": "email"}),
        ("用户名", {"name": "用户名"}),
    ],
)  # fmt: skip
def test_headings(write, first, columns):
    width = first.count(",") + 1
    path = write(f"{first}\n" + ",".join(["a1", "b@example.com", "c3"][:width]) + "\n")
    assert AccountsFile(path).columns.headings == columns


@pytest.mark.parametrize(
    ("text", "code", "param"),
    [
        ("姓名,邮箱\n张三,a@b.cn\n", "accounts.no_account_column", ("headings", "姓名, 邮箱")),
        ("name,邮箱\n张三,a@b.cn\n", "accounts.no_account_column", ("headings", "name, 邮箱")),
        ("账号,账号\na,b\n", "accounts.heading_twice", ("heading", "账号")),
        ("a1,b1\na2,b2\n", "accounts.which_column", ("columns", "2")),
        ("张三,李四\n王五,赵六\n", "accounts.which_column", ("columns", "2")),
        ("a@example.com,张三\nb@example.com,李四\n", "accounts.which_column", ("columns", "2")),
    ],
)  # fmt: skip
def test_a_file_that_could_mean_two_things_says_what_it_lacks(write, text, code, param):
    error = refused(write(text))
    assert error.code == code
    assert error.params[param[0]] == param[1]


def test_two_columns_without_headings(write):
    path = write("zhang.san,张三\nli.si,李四\n")
    assert AccountsFile(path).columns.headings == {"name": "1", "display": "2"}
    assert [row.name for row in read(path)[0]] == ["zhang.san", "li.si"]


def test_unknown_headings_are_left_out_and_told(write):
    rows, skipped = read(write("工牌,称呼,信箱\nzs,张三,zs@example.com\nls,李四,ls@example.com\n"))
    assert [row.email for row in rows] == ["zs@example.com", "ls@example.com"]
    assert skipped == [(1, "accounts.row_heading")]


def test_one_column_is_names(write):
    rows, skipped = read(write("zhang.san\n\nli.si\n"))
    assert [(row.name, row.line) for row in rows] == [("zhang.san", 1), ("li.si", 3)]
    assert skipped == []


def test_rows_with_a_fault_are_named_and_the_others_stay(write):
    text = (
        "账号,姓名\n"
        "a1,一\n"
        "a2\n"
        "a3,三,3\n"
        "a4,四,,\n"
        " , \n"
        " ,无\n"
        "a\0,零\n"
        f"a8,{'长' * 10_001}\n"
        f"a9,{'长' * 10_000}\n"
        'a10,"十"x\n'
        "a11,十一\n"
    )
    rows, skipped = read(write(text))
    assert [row.name for row in rows] == ["a1", "a4", "a9", "a11"]
    assert skipped == [
        (3, "accounts.row_ragged"),
        (4, "accounts.row_ragged"),
        (6, "accounts.row_empty"),
        (7, "accounts.row_no_name"),
        (8, "accounts.row_nul"),
        (9, "accounts.row_too_long"),
        (11, "accounts.row_quotes"),
    ]


@pytest.mark.parametrize("after", [3, 3000, 60_000])
def test_an_unclosed_quote_costs_its_own_row_only(write, after):
    rest = "".join(f"b{n},乙\n" for n in range(after))
    rows, skipped = read(write(f'账号,姓名\na1,甲\na2,"乙\n{rest}'))
    assert len(rows) == after + 1
    assert rows[-1].line == after + 3
    assert skipped == [(3, "accounts.row_quotes")]


def test_quotes_that_run_away_again_and_again_refuse_the_file(write):
    error = refused(write("账号,姓名\n" + 'a,"乙\nb,乙\nc,乙"x\n' * 101))
    assert (error.code, error.params["line"]) == ("accounts.quotes", "2")


def test_a_line_without_an_end_costs_no_memory(write):
    rows, skipped = read(write(f"账号,姓名\na1,甲\nx,{'长' * 3_000_000}\na2,乙\n"))
    assert [(row.name, row.line) for row in rows] == [("a1", 2), ("a2", 4)]
    assert skipped == [(3, "accounts.row_too_long")]


def test_a_row_that_never_ends_is_given_back(write):
    text = "账号,姓名\n" + '"a\n","' * 300_000
    error = refused(write(text))
    assert error.code == "accounts.quotes"


def test_too_many_rows(write, monkeypatch):
    monkeypatch.setattr(csv_in, "MAX_ROWS", 1000)
    assert len(read(write("账号\n" + "a\n" * 1000))[0]) == 1000
    error = refused(write("账号\n" + "a\n" * 1001))
    assert (error.code, error.params["limit"]) == ("accounts.too_many_rows", "1,000")


def test_too_many_bytes(tmp_path):
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.truncate(csv_in.MAX_BYTES + 1)
    error = refused(path)
    assert (error.code, error.params["limit"]) == ("accounts.too_large", "500")
    assert error.params["size"] == "500.0"


HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\x1b[31mred", "\u202egnp.exe", "@x"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_hostile_names_are_data(write, name, encoding):
    rows, skipped = read(write(f'账号,姓名\n"{name}","{name}"\n', encoding))
    assert [(row.name, row.display) for row in rows] == [(name, name)]
    assert skipped == []


@given(st.binary(max_size=300), st.sampled_from(["", "账号,姓名\n", "account;name\r\n", "name\n"]))
def test_any_bytes_are_read_or_refused_with_a_code(tmp_path_factory, content, first):
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(first.encode() + content)
    try:
        rows, skipped = read(path)
    except InputError as error:
        assert error.code.startswith("accounts.")  # noqa: PT017 - either is right
    else:
        lines = [row.line for row in rows] + [line for line, _ in skipped]
        assert len(set(lines)) == len(lines)
        assert all(row.name.strip() for row in rows)


CHILD = """
import sys
from pathlib import Path
from feishu_wizard.services.storage.csv_in import AccountsFile
rows = sum(1 for _ in AccountsFile(Path(sys.argv[1])).rows())
status = Path("/proc/self/status").read_text().split()
print(rows, status[status.index("VmHWM:") + 1])
"""


def peak_kb(path: Path, rows: int) -> int:
    """Peak memory of a process that reads the file and nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    count, peak = done.stdout.split()
    assert int(count) == rows
    return int(peak)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("rows", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_file(tmp_path, rows):
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    for path, count in ((small, 1000), (large, rows)):
        with path.open("w", encoding="gbk") as file:
            file.write("账号,姓名,邮箱,手机\n")
            file.writelines(f"u{n},张三{n},z{n}@example.com,138{n:08d}\n" for n in range(count))
    assert peak_kb(large, rows) - peak_kb(small, 1000) < 5_000
