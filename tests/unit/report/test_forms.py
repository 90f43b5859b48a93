"""The forms of a report: the promised document, an inert page, plain Markdown."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from dataclasses import asdict, replace
from html.parser import HTMLParser

import jsonschema
import pytest

from feishu_wizard.domain.diagnosis import ServerCheck, Verdict, order_of, verdict_of
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence, Finding, Link, Status, blocked, not_done
from feishu_wizard.domain.redact import redact
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.export_report import KINDS, export_diagnosis, preview
from feishu_wizard.report import html, markdown
from feishu_wizard.report.diagnosis import as_dict
from feishu_wizard.resources import resource_text
from feishu_wizard.text.catalog import use
from feishu_wizard.text.verdict import verdict_sentence
from tests.unit.report.made import PERMISSIONS, bot_off, plain

SCHEMA = json.loads(resource_text("schemas/diagnosis-1.json"))
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202e"


def attacked():
    """Markup and control characters in everything that others write."""
    seen = Evidence("GET", ATTACK, f"/{ATTACK}", 200, 1, ATTACK, ATTACK)
    bad = Finding(
        "net.open.http",
        Status.FAIL,
        "net.portal",
        {"title": ATTACK, "host": ATTACK},
        evidence=(seen,),
        links=(
            Link("platform_help", "javascript:alert(1)"),
            Link("platform_help", "https://a@evil.example"),
        ),
    )
    server = ServerCheck((bad,), host=ATTACK, at=ATTACK, tool=ATTACK)
    return plain(bad, facts={"can": ATTACK, "os": ATTACK}, server=server)


class _Page(HTMLParser):
    """Every element with its attributes, and the text of the data element."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_document_is_the_promised_one(language):
    use(language)
    findings = (
        bot_off(),
        blocked("permission.mobile", "feishu.credentials"),
        not_done("capability.push", "not_proven"),
        attacked().findings[5],
    )
    for diagnosis in (plain(*findings), attacked(), plain()):
        content = as_dict(diagnosis)
        jsonschema.Draft202012Validator(SCHEMA).validate(content)
        assert len(content["checks"]) == len(diagnosis.findings)
        assert content["summary"] == diagnosis.summary


def test_a_check_says_what_is_wrong_who_mends_it_and_where():
    check = next(c for c in as_dict(plain(bot_off()))["checks"] if c["id"] == "feishu.bot")
    assert (check["status"], check["code"], check["who"]) == ("fail", "feishu.11205", "developer")
    assert all(check[name] for name in ("title", "sentence", "cause", "fix"))
    assert check["evidence"] == [asdict(bot_off().evidence[0])]
    assert any(one["url"].endswith("/bot") for one in check["links"])
    assert check["depends_on"] == ["feishu.credentials"]


def test_only_known_fields_leave():
    odd = Finding("feishu.app", Status.WARN, "feishu.11205", {"stray": "x1", "msg": "m"})
    content = as_dict(
        plain(odd, Finding("feishu.tenant", Status.PASS), facts={"app_id": "cli_1", "stray": "x2"})
    )
    text = json.dumps(content)
    assert "x1" not in text
    assert "x2" not in text
    foreign = replace(plain(), findings=(Finding("odd.check", Status.PASS),))
    assert as_dict(foreign)["checks"] == []


def test_the_page_runs_nothing_and_loads_nothing():
    text = html.render(attacked())
    elements = _Page(text).elements
    names = {tag for tag, _attrs in elements}
    assert not names & {"script", "img", "link", "iframe", "object", "form", "base", "svg"}
    for tag, attrs in elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "style")]
        if tag == "a":
            assert attrs["href"].startswith(("https://", "http://"))
            assert "evil" not in attrs["href"]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"@import|url\(", text)


def test_the_page_allows_itself_its_own_style_only():
    text = html.render(plain())
    policy = dict(next(a for t, a in _Page(text).elements if "http-equiv" in a))["content"]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy


def test_the_page_says_the_verdict_first_and_status_by_word_and_shape():
    text = html.render(plain(bot_off()))
    body = text[text.index("<main>") :]
    assert body.index(verdict_sentence(plain(bot_off()))) < body.index("feishu.credentials")
    assert "✗</span> Problem" in body
    assert "✓</span> OK" in body
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_markdown_holds_no_markup_of_others():
    text = markdown.render_diagnosis(attacked())
    assert not re.search(r"(?<!\\)<", text)
    assert "\x1b" not in text
    assert "javascript" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_is_what_is_written(tmp_path, kind):
    async def work() -> str:
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            return await export_diagnosis(place, plain(bot_off()), str(tmp_path / f"r.{kind}"))

    shown = asyncio.run(preview(plain(bot_off()), kind))
    written = asyncio.run(work())
    assert (tmp_path / f"r.{kind}").read_text(encoding="utf-8") == shown
    assert written == str(tmp_path / f"r.{kind}")
    assert not (tmp_path / "state" / "people").exists()  # nobody is named


@pytest.mark.parametrize("name", ["r.txt", "r", "r.html.gz"])
def test_another_ending_is_refused(tmp_path, name):
    async def work() -> None:
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            await export_diagnosis(place, plain(), str(tmp_path / name))

    with pytest.raises(InputError, match=r"report\.format"):
        asyncio.run(work())
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_redactor_leaves_every_verdict_whole(language):
    """A title such as "App Secret" before a colon would look like a secret with its value."""
    use(language)
    for check in order_of(PERMISSIONS):
        for status in (Status.FAIL, Status.WARN, Status.UNKNOWN):
            finding = Finding(check, status, "net.dns", {"host": "open.feishu.cn"})
            diagnosis = plain(finding, verdict=verdict_of((finding,)))
            sentence = verdict_sentence(diagnosis)
            assert redact(sentence) == sentence
            assert "open.feishu.cn" in sentence or check.startswith("capability")


def test_each_verdict_is_one_line_that_ends():
    for code in ("problem", "note", "unknown", "well", "offline"):
        for others in (0, 3):
            verdict = Verdict(f"verdict.{code}", "feishu.bot", others)
            sentence = verdict_sentence(plain(bot_off(), verdict=verdict))
            assert sentence.endswith(".")
            assert "\n" not in sentence
