"""Reports from elsewhere: the same verdict in the reader's language, and nothing that harms."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from feishu_wizard.domain.diagnosis import ServerCheck
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.finding import Finding, Link, Status
from feishu_wizard.operations import open_report as operation
from feishu_wizard.operations.open_report import open_report
from feishu_wizard.report import html, markdown
from feishu_wizard.report.diagnosis import as_dict, as_text, render
from feishu_wizard.report.reading import AT_ONCE, LARGEST
from feishu_wizard.text.catalog import use
from feishu_wizard.text.verdict import verdict_sentence
from tests.unit.report.made import bot_off, plain


def opened(tmp_path, text, name="r.json"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return asyncio.run(open_report(str(path)))


def refused(tmp_path, text, name="r.json"):
    with pytest.raises(InputError) as failed:
        opened(tmp_path, text, name)
    assert failed.value.exit_code is ExitCode.USAGE
    assert failed.value.params["path"] == str(tmp_path / name)
    return failed.value


def sick():
    server = ServerCheck((Finding("net.open.dns", Status.FAIL, "net.dns"),), "can01", "", "curl")
    mobile = Finding("permission.mobile", Status.WARN, "feishu.99991672", {"scopes": "a:b"})
    return plain(bot_off(), mobile, server=server)


@pytest.mark.parametrize("write", [html.render, render], ids=["html", "json"])
def test_it_says_the_same_in_the_language_of_the_reader(tmp_path, write):
    use("zh_Hans")
    there = write(sick())
    use("en")
    found = opened(tmp_path, there, "r.html")
    assert found.verdict == sick().verdict
    assert verdict_sentence(found.diagnosis) == verdict_sentence(sick())
    assert [(f.id, f.status, f.code) for f in found.findings] == [
        (f.id, f.status, f.code) for f in sick().findings
    ]
    assert found.findings[0].evidence == sick().findings[0].evidence
    assert found.facts == sick().facts
    assert found.diagnosis.server.findings[0].code == "net.dns"
    assert (found.made, found.program) == (sick().at, sick().version)


def test_writing_what_was_opened_says_the_same(tmp_path):
    first = as_dict(sick())
    again = as_dict(opened(tmp_path, render(sick())).diagnosis)
    assert again == first


def test_a_large_one_is_decoded_by_another_process(tmp_path, monkeypatch):
    asked = []
    reduce = operation._reduced

    async def watched(content):
        asked.append(len(content))
        return await reduce(content)

    monkeypatch.setattr(operation, "_reduced", watched)
    content = as_dict(sick()) | {"padding": ["x" * 1000] * (2 * AT_ONCE // 1000)}
    assert opened(tmp_path, as_text(content)).verdict == sick().verdict
    assert asked[0] > AT_ONCE
    error = refused(tmp_path, as_text(content)[:-100_000])
    assert error.code == "report.truncated"


def changed(**news):
    return json.dumps(as_dict(sick()) | news)


def with_check(**news):
    content = as_dict(sick())
    content["checks"][4] |= news
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "report.truncated"),
        ("hello", "report.not_report"),
        (b"\x89PNG\r\n\x1a\n\x00", "report.not_report"),
        (b"\xff\xfe{\x00", "report.not_report"),
        ("{", "report.truncated"),
        ("{]", "report.invalid"),
        ("[]", "report.foreign"),
        ("{}", "report.foreign"),
        ('{"schema": 7}', "report.foreign"),
        ('{"schema": "feishu-wizard/report/1"}', "report.foreign"),
        ('{"schema": "feishu-wizard/diagnosis/2"}', "report.future"),
        ('{"schema": "feishu-wizard/diagnosis/1"}', "report.invalid"),
        ("<!DOCTYPE html><title>Sign in</title>", "report.foreign"),
        ('{"schema": ' + "[" * 200_000, "report.invalid"),
        ('{"schema": "feishu-wizard/diagnosis/1", "x": ' + '{"a":' * 200_000, "report.invalid"),
        (changed(checks="none"), "report.invalid"),
        (changed(checks=[None]), "report.invalid"),
        (changed(checks=as_dict(sick())["checks"] * 2), "report.invalid"),
        (changed(checks=[{}] * 501), "report.invalid"),
        (changed(feishu_calls=-1), "report.invalid"),
        (changed(elapsed_ms=1e400), "report.invalid"),
        (changed(facts={"can": ["x"]}), "report.invalid"),
        (changed(complete="yes"), "report.invalid"),
        (with_check(id="feishu.other"), "report.unknown_check"),
        (with_check(id="../../etc/passwd"), "report.unknown_check"),
        (with_check(status="fine"), "report.invalid"),
        (with_check(code=""), "report.invalid"),
        (with_check(params={"host": {"a": 1}}), "report.invalid"),
        (with_check(evidence=[{}]), "report.invalid"),
    ],
)
def test_what_is_no_report_is_refused_by_its_name(tmp_path, text, code):
    assert refused(tmp_path, text).code == code


@pytest.mark.parametrize("write", [html.render, render], ids=["html", "json"])
def test_a_report_cut_anywhere_is_refused(tmp_path, write):
    whole = write(sick()).encode()
    for end in range(1, len(whole) - 400, max(1, len(whole) // 60)):
        code = refused(tmp_path, whole[:end]).code
        assert code in ("report.truncated", "report.not_report", "report.foreign"), end


def test_markdown_is_for_reading(tmp_path):
    assert refused(tmp_path, markdown.render_diagnosis(sick()), "r.md").code == "report.not_report"


def test_what_is_no_file(tmp_path):
    with pytest.raises(InputError, match=r"report\.missing"):
        asyncio.run(open_report(str(tmp_path / "none.json")))
    with pytest.raises(InputError, match=r"report\.unreadable"):
        asyncio.run(open_report(str(tmp_path)))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match=r"report\.unreadable"):
        asyncio.run(open_report(str(pipe)))


def test_a_huge_one_is_not_read(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(InputError, match=r"report\.too_large"):
        asyncio.run(open_report(str(path)))


def test_text_of_others_stays_text(tmp_path):
    escape = "\x1b]0;x\x07\u202e<b>"
    content = as_dict(sick())
    check = content["checks"][4]
    check |= {
        "status": "fail",
        "code": "net.dns",
        "params": {"host": escape},
        "links": [
            {"label": escape, "url": "javascript:alert(1)"},
            {"label": "x", "url": "file:///x"},
        ],
        "link_codes": [],
    }
    finding = opened(tmp_path, json.dumps(content)).findings[4]
    assert finding.params["host"].strip() == "]0;x  <b>"
    assert finding.links == ()


def test_links_of_the_platform_survive(tmp_path):
    link = Link("platform_help", "https://open.feishu.cn/document/x")
    finding = Finding("feishu.app", Status.FAIL, "feishu.99999999", links=(link,))
    found = opened(tmp_path, render(plain(finding))).diagnosis.finding("feishu.app")
    assert found is not None
    assert link in found.links
