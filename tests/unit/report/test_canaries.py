"""Nothing secret and nobody's identifier is in a report, whatever encoding it travelled in."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.export_report import KINDS, export_diagnosis
from feishu_wizard.operations.keep_diagnosis import keep_diagnosis
from feishu_wizard.operations.open_report import open_report
from feishu_wizard.text.catalog import use
from tests.unit.report.made import ENCODINGS, SECRETS, forms, hostile, people

PEOPLE = people()
_BEGIN = 8


def loaded(crowd=PEOPLE):
    """Every secret in every encoding, and every identifier of 200 people in each in turn."""
    for one in SECRETS:
        if one.registered:
            Secret(one.value)
    encode = list(ENCODINGS.values())
    texts = [e(one.text) for one in SECRETS for e in encode]
    known = [i for person in crowd for i in person.identifiers]
    texts += [encode[n % len(encode)](one) for n, one in enumerate(known)]
    texts += [f"user {one} is not there" for one in known[::4]]
    return hostile(texts, tuple("\t".join(person.identifiers) for person in crowd))


@pytest.fixture(scope="module")
def searched():
    values = [one.value for one in SECRETS]
    values += [i for person in PEOPLE for i in person.identifiers]
    return {form for value in values for form in forms(value)}


def seen_in(text: str, searched: set[str]) -> list[str]:
    """12,000 forms in a megabyte: only those are searched for whose beginning is in the text."""
    begins = {text[at : at + _BEGIN] for at in range(len(text))}
    likely = (form for form in searched if len(form) < _BEGIN or form[:_BEGIN] in begins)
    return sorted(form for form in likely if form in text)


@pytest.mark.parametrize(
    ("kind", "language"), [*((kind, "en") for kind in KINDS), ("html", "zh_Hans")]
)
def test_a_report_holds_no_secret_and_nobody(tmp_path, searched, kind, language):
    async def work() -> str:
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            return await export_diagnosis(place, diagnosis, str(tmp_path / f"r.{kind}"))

    use(language)
    diagnosis = loaded(PEOPLE if kind == "json" else PEOPLE[:80])
    written = asyncio.run(work())
    text = Path(written).read_text(encoding="utf-8")
    assert "person 1" in text
    assert ("person 200" in text) == (kind == "json")
    assert seen_in(text, searched) == []


def test_what_is_searched_for_was_there(searched):
    """The search above could not fail if nothing had been planted."""
    planted = json.dumps([f.params for f in loaded().findings], ensure_ascii=False)
    assert len(seen_in(planted, searched)) > 1_000


def test_what_is_kept_holds_no_secret_and_nobody_but_the_key(tmp_path, searched):
    async def work() -> None:
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            await keep_diagnosis(place, loaded(PEOPLE[:60]))

    asyncio.run(work())
    kept = sorted((tmp_path / "state" / "diagnoses").glob("*.json"))
    assert [path.name for path in kept] == ["k3v9q2.last.json"]
    assert seen_in(kept[0].read_text(encoding="utf-8"), searched) == []
    assert kept[0].stat().st_mode & 0o777 == 0o600


def test_such_a_report_opens_with_the_same_verdict(tmp_path):
    async def work() -> None:
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            for kind in ("html", "json"):
                path = await export_diagnosis(place, diagnosis, str(tmp_path / f"r.{kind}"))
                opened = await open_report(path)
                assert opened.verdict == diagnosis.verdict
                assert [f.status for f in opened.findings] == [f.status for f in diagnosis.findings]

    diagnosis = loaded(PEOPLE[:20])
    asyncio.run(work())
