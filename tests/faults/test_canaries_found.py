"""What the search for secrets searches for is found, wherever it was put: it could fail."""

from __future__ import annotations

import json
import os
import random
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.watch.bench import Bench
from tests.faults.watch.canaries import Cage, Canary, canary
from tests.faults.watch.tap import Tap
from tests.unit.report.made import ENCODINGS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
DRAW = random.Random(7)
CANARIES = (canary("plain", DRAW, "mine"), canary("hard", DRAW, "mine", hard=True))


@pytest.fixture
def tap() -> Iterator[Tap]:
    with Tap("foreign") as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, tap: Tap) -> Bench:
    return Bench(Cage(CANARIES), (tmp_path,), (tap,), dict(os.environ))


def run(bench: Bench, code: str, *arguments: str, **environ: str) -> None:
    """A program that does something with the secrets that are given as JSON by stdin."""
    given = json.dumps([one.value for one in CANARIES])
    before = "import json, sys, time\nall = json.load(sys.stdin)\n"
    bench.run("planted", ["-c", before + code, *arguments], stdin=given, **environ)


def told(work: Callable[[], None], where: str) -> None:
    """Both canaries are found there, and the failure names step and place."""
    with pytest.raises(AssertionError, match="after “") as caught:
        work()
    for one in CANARIES:
        assert f"{one.name} {where}" in str(caught.value), caught.value


@pytest.mark.parametrize("one", CANARIES, ids=lambda one: one.name)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding(one: Canary, encoding: str) -> None:
    cage = Cage(CANARIES)
    hidden = f"before {ENCODINGS[encoding](one.value)} behind".encode()
    assert cage.found(hidden) == [one.name]
    assert cage.found(hidden, allowed=[one.name]) == []
    assert cage.found(b"before behind") == []


@pytest.mark.parametrize("one", CANARIES, ids=lambda one: one.name)
def test_the_beginning_and_the_wide_form(one: Canary) -> None:
    assert Cage(CANARIES).found(one.value[:12].encode()) == [one.name]
    assert Cage(CANARIES).found(one.value.encode("utf-16-le")) == [one.name]


@pytest.mark.parametrize("channel", ["stdout", "stderr"])
def test_in_what_is_said(bench: Bench, channel: str) -> None:
    told(lambda: run(bench, f"print(*all, file=sys.{channel})"), f"in {channel}")


def test_in_the_arguments_of_a_child(bench: Bench) -> None:
    run(bench, "import subprocess\nsubprocess.run(['sleep', '0.3'])")  # nothing there
    code = (
        "import subprocess\n"
        "subprocess.run([sys.executable, '-c', 'import time; time.sleep(.5)', *all])"
    )
    told(lambda: run(bench, code), "in cmdline of ")


def test_in_the_environment_of_a_child(bench: Bench) -> None:
    code = (
        "import subprocess, os\nmore = {f'X{n}': v for n, v in enumerate(all)}\n"
        "subprocess.run(['sleep', '0.5'], env={**os.environ, **more})"
    )
    told(lambda: run(bench, code), "in environ of ")


def test_in_a_file_and_not_where_it_is_allowed(bench: Bench, tmp_path: Path) -> None:
    code = (
        "import pathlib\npathlib.Path('deep').mkdir(exist_ok=True)\n"
        "open('deep/.x.tmp', 'w').write(' '.join(all))"
    )
    told(lambda: run(bench, code), f"in {tmp_path}/deep/.x.tmp")
    bench.allow(tmp_path / "deep" / ".x.tmp", "plain", "hard")
    run(bench, code)


def test_in_a_file_that_has_no_name(bench: Bench, tmp_path: Path) -> None:
    code = (
        "import os\nfile = open('gone', 'w')\nos.unlink('gone')\nfile.write(' '.join(all))\n"
        "file.flush()\ntime.sleep(0.5)"
    )
    told(lambda: run(bench, code), f"in {tmp_path}/gone (deleted) when open")


def test_in_the_name_of_a_file(bench: Bench, tmp_path: Path) -> None:
    code = "import urllib.parse\nfor one in all: open(urllib.parse.quote(one, safe=''), 'w')"
    told(lambda: run(bench, code), f"in the name {tmp_path}/")


def test_in_a_free_page_of_a_database(bench: Bench, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite3")) as db:
        db.execute("PRAGMA secure_delete = 0")
        db.execute("CREATE TABLE x (y)")
        db.executemany("INSERT INTO x VALUES (?)", [(one.value,) for one in CANARIES])
        db.commit()
        db.execute("DROP TABLE x")
        db.commit()
    told(lambda: bench.check("dropped", {}), f"in {tmp_path}/x.sqlite3")


def test_on_its_way_to_a_foreign_host(bench: Bench, tap: Tap) -> None:
    lines = "\r\n".join(f"X-{one.name}: {one.value}" for one in CANARIES)
    with socket.create_connection(("127.0.0.1", tap.port)) as client:
        client.sendall(f"GET / HTTP/1.1\r\n{lines}\r\n\r\n".encode())
        assert b"502" in client.recv(100)
    told(lambda: bench.check("sent", {}), "sent to foreign")
