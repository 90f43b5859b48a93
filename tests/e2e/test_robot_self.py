"""The robot tests itself: were it blind or numb, every other end-to-end test would mean nothing."""

from __future__ import annotations

import base64
import gzip
import os
import re
import signal
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.e2e.robot import App, Desk, RobotError, encodings, scan_for, wait_until
from tests.e2e.robot.processes import with_variable

SAMPLE = Path(__file__).parent / "robot" / "sample_window.py"
SECRET = "k7Pq+zW9/mR2xT4v&密钥"


@pytest.fixture
def sample(desk, start):
    return start(desk, sys.executable, SAMPLE, name="sample")


# ---- seeing ------------------------------------------------------------------------------------


def test_finds_by_identifier_and_by_object_name(sample: App):
    assert sample.find("sample.name").role == "text"
    assert sample.name("sample.name") == "Your name"
    assert "sample" not in sample.find("fancy").id
    assert sample.find("fancy").name == "fancy"
    assert sample.identifiers()[:3] == ["sample.name", "sample.secret", "sample.note"]
    assert "fancy" not in " ".join(sample.identifiers())


def test_failure_says_what_was_seen(sample: App):
    sample.set_text("sample.name", "张三")
    with pytest.raises(RobotError) as failure:
        sample.find("sample.nowhere", timeout=0.2)
    said = str(failure.value)
    assert "'sample.nowhere' is showing; it is: there is none" in said
    assert "text [sample.name] 'Your name' = '张三'" in said
    assert "push button [sample.locked] 'Locked' (not enabled)" in said
    with pytest.raises(RobotError, match=r"push button 'sample\.locked'"):
        sample.press("sample.locked", timeout=0.2)


def test_reads_states_value_and_items(sample: App):
    assert "enabled" not in sample.states("sample.locked")
    assert {"enabled", "showing", "editable"} <= sample.states("sample.name")
    assert sample.value("sample.amount") == 7
    assert [item.name for item in sample.items("sample.fruits")] == [
        "apple",
        "banana",
        "cherry",
        "梨",
    ]
    assert len(sample.items("sample.many")) == 300  # of 5,000: Qt would make an object for each
    with pytest.raises(ValueError, match="'shown' is no state"):
        sample.wait_for("sample.name", "shown")


def test_hidden_is_gone_but_its_states_can_be_read(sample: App):
    sample.press("sample.hide")
    sample.wait_gone("sample.name")
    assert not sample.exists("sample.name")
    assert "showing" not in sample.states("sample.name")
    sample.wait_for("sample.name", "!showing")


def test_walks_while_objects_vanish(sample: App):
    sample.toggle("sample.churn", True)
    for _ in range(5):
        assert len(sample.find_all(role="spin box")) == 1
        assert sample.exists("sample.locked")
    sample.toggle("sample.churn", False)


def test_walk_is_fast(sample: App):
    def seconds() -> float:
        start = time.perf_counter()
        sample.elements()
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 1  # 0.15 s where this was written


# ---- acting ------------------------------------------------------------------------------------


def test_writes_text_also_chinese(sample: App):
    sample.set_text("sample.name", "张三 & “Zhang”")
    assert sample.text("sample.said") == "name 张三 & “Zhang”"
    sample.set_text("sample.note", "first\n第二行")
    assert sample.text("sample.note") == "first\n第二行"
    sample.set_text("sample.name", "")
    assert sample.text("sample.name") == ""


def test_masked_field_takes_text_and_shows_bullets(sample: App):
    sample.set_text("sample.secret", SECRET)
    assert set(sample.text("sample.secret")) == {"●"}
    sample.press("sample.tell")
    sample.wait_text("sample.said", re.compile(f", {len(SECRET)} letters"))
    assert SECRET not in sample.dump()


def test_toggles_check_box_and_radio_button(sample: App):
    sample.toggle("sample.agree", True)
    sample.toggle("sample.agree", True)
    assert "checked" in sample.states("sample.agree")
    sample.toggle("sample.agree")
    assert "checked" not in sample.states("sample.agree")
    sample.toggle("plain", True)
    sample.toggle("fancy", True)
    assert "checked" not in sample.states("plain")


def test_selects_with_the_keyboard(sample: App):
    assert sample.selected("sample.fruits") == []
    for fruit in ("cherry", "梨", "apple", "apple"):
        sample.select("sample.fruits", fruit)
        assert sample.selected("sample.fruits") == [fruit]
    sample.select("sample.colors", "绿")
    assert sample.selected("sample.colors") == ["绿色"]
    sample.press("sample.tell")
    sample.wait_text("sample.said", lambda text: text.endswith("apple, 绿色"))
    with pytest.raises(RobotError, match="'melon' is not one of"):
        sample.select("sample.fruits", "melon")


def test_real_keys_and_mouse(sample: App):
    sample.focus("sample.name")
    sample.type_text('say "hi" $HOME')
    sample.wait_text("sample.name", 'say "hi" $HOME')
    sample.key("Return")
    sample.wait_text("sample.said", "Return")
    sample.key("Tab")
    sample.wait_for("sample.secret", "focused")
    assert sample.tab_to("sample.name", "shift+Tab").has("focused")
    sample.click("sample.agree")
    sample.wait_for("sample.agree", "checked")
    with pytest.raises(RobotError, match="xdotool"):
        sample.key("NoSuchKey")


def test_answers_a_message_box(sample: App):
    sample.press("sample.ask")
    sample.wait_look("a question", lambda: "Question" in [w.name for w in sample.windows()])
    sample.press_element(sample.find_all(role="push button", name="OK")[0])
    sample.wait_text("sample.said", "answered")


def test_waits_for_work_and_hears_its_end(sample: App):
    sample.press("sample.work")
    assert sample.wait_for("sample.locked", "enabled").has("enabled")
    assert sample.wait_announcement("完成") == "work is done 完成"


# ---- the desk ----------------------------------------------------------------------------------


def test_clipboard_and_browser(sample: App, desk: Desk):
    sample.press("sample.copy")
    wait_until(lambda: desk.clipboard() == "复制 copied", 10, "text in the clipboard")
    sample.press("sample.browse")
    assert wait_until(desk.opened_urls, 10, "an address") == ["https://example.com/a?b=c"]


def test_screenshot_shows_the_window(sample: App, tmp_path: Path):
    picture = sample.screenshot(tmp_path / "screen.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (1280, 900)
    size = int.from_bytes(picture[33:37], "big")
    pixels = zlib.decompress(picture[41 : 41 + size])
    assert len(pixels) == height * (1 + 3 * width)
    assert len(set(pixels)) > 10  # a black screen has one value


def test_keyring_round_trip(keyring_desk: Desk, start):
    app = start(keyring_desk, sys.executable, SAMPLE)
    app.set_text("sample.secret", SECRET)
    app.press("sample.keep")
    app.wait_text("sample.said", "kept")
    (entry,) = keyring_desk.stored_secrets()
    assert entry.secret == SECRET
    assert entry.attributes["service"] == "sample-window"
    assert scan_for(SECRET, keyring_desk.folders()) == []
    assert app.processes_showing(SECRET) == []


def test_nothing_remains_after_the_desk():
    with Desk(keyring=True) as desk:
        app = App(desk, [sys.executable, SAMPLE]).start()
        mark = desk.variables["ROBOT_DESK"]
        assert len(with_variable("ROBOT_DESK", mark)) >= 7
        assert app.child.exit_code() is None
    assert with_variable("ROBOT_DESK", mark) == []
    assert app.child.wait(5) == -signal.SIGTERM
    assert not desk.root.exists()


def test_desks_do_not_see_each_other(desk: Desk, start):
    with Desk() as other:
        assert other.screen.display != desk.screen.display
        first = start(desk, sys.executable, SAMPLE, name="first")
        second = start(other, sys.executable, SAMPLE, name="second")
        first.set_text("sample.name", "first")
        assert second.text("sample.name") == ""


# ---- starting and ending -----------------------------------------------------------------------


def test_closing_terminating_killing_and_starting_again(sample: App):
    assert sample.close() == 0
    sample.start()
    assert sample.terminate() == -signal.SIGTERM
    sample.start()
    assert sample.kill() == -signal.SIGKILL
    assert sample.start().text("sample.said") == "ready"


def test_program_that_ends_at_once_is_told_with_its_words(desk: Desk):
    words = "import sys; sys.exit('no such setup')"
    with pytest.raises(RobotError, match=r"ended with exit code 1\n(.|\n)*no such setup"):
        App(desk, [sys.executable, "-c", words]).start()


def test_waiting_stops_when_the_program_ends(sample: App):
    killer = threading.Timer(0.3, os.kill, (sample.pid, signal.SIGKILL))
    killer.start()
    start = time.monotonic()
    with pytest.raises(RobotError, match="ended with exit code -9"):
        sample.wait_for("sample.nowhere", timeout=30)
    killer.join()
    assert time.monotonic() - start < 10


# ---- looking for secrets -----------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_scan_sees_base64_wherever_it_begins(tmp_path: Path, before, encode):
    (tmp_path / "log").write_bytes(b"sent " + encode(f"{before}{SECRET}:tail".encode()))
    assert scan_for(SECRET, [tmp_path]) == [tmp_path / "log"]


@pytest.mark.parametrize("form", sorted(encodings(SECRET)))
def test_scan_sees_every_encoding(tmp_path: Path, form):
    (tmp_path / "log").write_bytes(b"\0head " + form + b" tail")
    assert scan_for(SECRET, [tmp_path]) == [tmp_path / "log"]


def test_scan_looks_into_archives_and_names(tmp_path: Path):
    (tmp_path / "old.log.gz").write_bytes(gzip.compress(SECRET.encode()))
    with zipfile.ZipFile(tmp_path / "report.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", SECRET)
    (tmp_path / "harmless").write_text(SECRET[::-1], encoding="utf-8")
    named = tmp_path / SECRET.replace("/", "")
    named.touch()
    found = scan_for(SECRET, [tmp_path])
    assert [path.name for path in found] == ["old.log.gz", "report.zip"]
    assert scan_for(named.name, [tmp_path]) == [named]


def test_scan_spares_what_is_allowed_and_refuses_what_proves_nothing(tmp_path: Path):
    setup = tmp_path / "setup.toml"
    setup.write_text(SECRET, encoding="utf-8")
    assert scan_for(SECRET, [tmp_path], allow=[setup]) == []
    with pytest.raises(FileNotFoundError, match="nothing to search"):
        scan_for(SECRET, [tmp_path / "missing"])
    with pytest.raises(ValueError, match="3 characters"):
        scan_for("abc", [tmp_path])


def test_process_scan_sees_arguments_and_environment(desk: Desk, start):
    app = start(desk, sys.executable, SAMPLE, f"--token={SECRET}", env={"TOKEN": SECRET})
    assert app.processes_showing(SECRET) == [f"{app.pid} arguments", f"{app.pid} environ"]
    assert app.arguments()[app.pid][-1] == f"--token={SECRET}"
    assert app.environ()[app.pid]["TOKEN"] == SECRET
