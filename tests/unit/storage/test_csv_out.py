"""Tables as CSV: a reader gets back what was written, and no spreadsheet executes it."""

from __future__ import annotations

import csv
import io
import re
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feishu_wizard.domain.csv_cells import cell, visible
from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage.csv_out import write_table

NUMBER = re.compile(
    r'\+[0-9]{4,15}"*[,"].*|\+[0-9]{4,15}', re.DOTALL
)  # with what a reader glues on
DANGEROUS = "=+-@\t\r\n＝＋－＠"
BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def is_phone(text: str) -> bool:
    return text[:1] == "+" and text[1:].isascii() and text[1:].isdigit() and len(text) <= 16


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("张三", "张三"),
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        ("\u200b\ufeff=1", "'\u200b\ufeff=1"),
        ("+8613800000000", "+8613800000000"),
        ("+447700900123", "+447700900123"),
        ("+86 138-0000", "'+86 138-0000"),
        ("+1+cmd|x", "'+1+cmd|x"),
        ("+12345678901234567890", "'+12345678901234567890"),
        ("a\nb", "a b"),
        ("\x1b[31mred", "␛[31mred"),
        ("\x9b31m", "[U+009B]31m"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("\ud800", "[U+D800]"),
        ("<script>", "<script>"),
        ('a;=1;b; "@x', "a;'=1;b;' \"@x"),
        ("", ""),
        (" ", " "),
    ],
)
def test_cells(text, written):
    assert cell(text) == written


@given(st.text(max_size=20))
@example("=x")
@example("\u2028=x")
@example("\u180e@")
def test_no_reader_ever_sees_a_dangerous_cell(text):
    made = cell(text)
    assert not made or made[0] not in DANGEROUS or is_phone(made)
    assert made.strip()[:1] not in DANGEROUS[:4] or not made.strip() or is_phone(made)
    assert not any(ord(ch) < 0x20 or 0x7F <= ord(ch) < 0xA0 or ord(ch) in BIDI for ch in made)
    assert made.replace("'", "") == visible(text).replace("'", "")
    made.encode()


@example([["", ";=cmd|x"], ["x", "a; \"'@x"]], False)
@example([["a", "b;"], ["=x"]], False)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), max_size=8), st.booleans())
def test_what_is_written_is_read_back(tmp_path_factory, rows, bom):
    path = tmp_path_factory.getbasetemp() / "round.csv"
    count = write_table(path, [["heading"], *rows], bom=bom)
    text = path.read_bytes().decode("utf-8-sig" if bom else "utf-8")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert count == len(rows)
    assert read == [["heading"], *([cell(one) for one in row] for row in rows)]
    # Another delimiter makes no dangerous cell of what stands inside one.
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        for one in row:
            start = one.strip()
            assert start[:1] not in DANGEROUS or not start or NUMBER.fullmatch(start)


def test_the_bytes(tmp_path):
    path = tmp_path / "out.csv"
    assert write_table(path, iter([["姓名"], ['a"b'], ["c"]]), bom=True) == 2
    assert path.read_bytes() == '\ufeff"姓名"\r\n"a""b"\r\n"c"\r\n'.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_a_table_of_many_slices(tmp_path):
    path = tmp_path / "out.csv"
    assert write_table(path, ([str(n)] for n in range(1201)), bom=False) == 1200
    assert path.read_text().split() == [f'"{n}"' for n in range(1201)]


def test_a_source_that_breaks_leaves_the_old_file(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def rows():
        yield ["heading"]
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_table(path, rows(), bom=False)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize(
    ("where", "code"),
    [("", "file.is_directory"), ("missing/out.csv", "file.no_folder"), ("link", "file.is_symlink")],
)
def test_places_that_are_refused(tmp_path: Path, where, code):
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(InputError) as caught:
        write_table(tmp_path / where, [["x"]], bom=False)
    assert caught.value.code == code
