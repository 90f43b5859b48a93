"""``feishu-wizard explain`` as support staff use it: a code, a phrase, a log on standard input."""

from __future__ import annotations

import json

import pytest

APP_ID = "cli_a8c029e757e6500b"
SECRET = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
LOG_ID = "20261122143000A1B2C3D4E5F60708"


@pytest.fixture
def explain(run_python):
    def run(*arguments: str, stdin: str = "", **environment: str):
        return run_python("-m", "feishu_wizard", "explain", *arguments, stdin=stdin, **environment)

    return run


def test_a_code_is_explained_with_causes_fix_person_link_and_source(explain):
    done = explain("20029", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("feishu.20029")
    assert "not registered" in lines[1]
    for part in (
        "  1. ",
        "  2. ",
        "What helps: ",
        "Who can fix it: ",
        "Trying again: ",
        "Source: ",
    ):
        assert part in done.stdout
    assert done.stdout.rstrip().endswith(": https://open.feishu.cn/app")


def test_in_chinese_on_request(explain):
    done = explain("no dept authority", "--lang", "zh_Hans")
    assert done.returncode == 0
    assert "40004" in done.stdout
    assert "应用无权读取该部门" in done.stdout
    assert "官方文档" in done.stdout


def test_the_language_of_the_system_is_the_usual_one(explain):
    assert "应用无权" in explain("40004", LANG="zh_CN.UTF-8").stdout
    assert "may not read" in explain("40004", LANG="C.UTF-8").stdout


def test_a_log_on_standard_input_with_the_app_of_the_right_brand(explain):
    reply = {
        "code": 99991672,
        "msg": "Access denied.",
        "app_secret": SECRET,
        "error": {
            "log_id": LOG_ID,
            "permission_violations": [
                {"type": "action_scope_required", "subject": "contact:user.email:readonly"}
            ],
        },
    }
    log = f"2026 POST https://open.larksuite.com/open-apis/x {APP_ID}\n{json.dumps(reply)}\n"
    done = explain("-", "--lang", "en", stdin=log)
    assert done.returncode == 0
    assert f"Log id: {LOG_ID}" in done.stdout
    assert f"https://open.larksuite.com/app/{APP_ID}/auth?q=contact:user.email:" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_a_code_that_the_book_lacks_is_said_so_and_ends_with_1(explain):
    done = explain('{"code": 424242, "msg": "odd"}', "--lang", "en")
    assert done.returncode == 1
    assert "not in the error book" in done.stdout
    assert "“odd”" in done.stdout
    assert "https://open.feishu.cn/search?from=openapi&code=424242" in done.stdout


def test_a_text_without_anything_known_ends_with_1_and_is_not_repeated(explain):
    done = explain("hunter2 is my password", "--lang", "en")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip()
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(("arguments", "stdin"), [((" ",), ""), (("-",), ""), ((), "")])
def test_no_text_is_a_usage_error(explain, arguments, stdin):
    done = explain(*arguments, stdin=stdin)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_escape_sequences_and_bytes_that_are_no_text_do_no_harm(explain):
    done = explain("-", "--lang", "en", stdin='\x1b[2J\x07{"code": 424242, "msg": "\\u001b[31mx"}')
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert "424242" in done.stdout


def test_a_huge_paste_is_read_at_both_ends_and_said_so(explain):
    log = "2026-11-22 INFO nothing to see\n" * 330_000 + "ERROR code=230013 msg=Bot\n"
    done = explain("-", "--lang", "en", stdin=log)
    assert done.returncode == 0
    assert "230013" in done.stdout
    assert "beginning and its end" in done.stderr
