"""``rehearse-login``: one real sign-in, by a code or in a browser on this computer."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from feishu_wizard.cli.output import data, note, progress_printer
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.sign_in import (
    LISTENER_PORT,
    SignedIn,
    SignInOffer,
    SignInProgress,
    SignInWay,
)
from feishu_wizard.text.catalog import _, current
from feishu_wizard.text.words import evidence_words, finding_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from feishu_wizard.domain.progress import Progress
    from feishu_wizard.operations.context import Workplace

SCHEMA = "feishu-wizard/sign-in/1"
_SHOWN = ("user_id", "open_id", "union_id", "email", "enterprise_email", "mobile", "employee_no")


@dataclass(frozen=True, slots=True)
class Asked:
    """How to sign in, as typed; ``way`` None: by a code where that is offered."""

    way: str | None = None
    port: int = LISTENER_PORT
    open: bool = False
    as_json: bool = False


async def rehearse_login(place: Workplace, file: str, asked: Asked) -> int:
    """Offer, wait, tell who came. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.operations.claim_setup import hold_for
    from feishu_wizard.operations.rehearse_login import sign_in

    kit = await load_setup(place, file)
    await hold_for(place, kit, "rehearse-login")
    way = SignInWay(asked.way) if asked.way else None
    result = await sign_in(place, kit, way, asked.port, _teller(open_it=asked.open), lang=current())
    if asked.as_json:
        data(json.dumps(document(result), ensure_ascii=False, indent=2))
    else:
        _as_text(result)
    failed = any(one.status is Status.FAIL for one in result.findings)
    return int(ExitCode.FINDINGS if failed else ExitCode.OK)


def document(result: SignedIn) -> dict[str, Any]:
    """What ``--json`` prints: resources/schemas/sign-in-1.json."""
    person = {name: getattr(result, name) for name in ("name", *_SHOWN, "tenant_key")}
    findings = [
        {"id": one.id, "status": one.status.value, "code": one.code, **_words(one)}
        for one in result.findings
    ]
    return {
        "schema": SCHEMA,
        "way": result.way.value,
        "person": person,
        "fields": sorted(result.fields),
        "scopes": list(result.scopes),
        "account": result.account,
        "matches": result.matches,
        "findings": findings,
        "evidence": [asdict(one) for one in result.evidence],
    }


def _words(finding: Any) -> dict[str, str]:
    words = finding_words(finding)
    return {"title": words.sentence, "cause": words.cause, "fix": words.fix}


def _teller(*, open_it: bool) -> Callable[[Progress], None]:
    """Says what to open, once; the rest as every command does."""
    tell = progress_printer()

    def show(progress: Progress) -> None:
        if isinstance(progress, SignInProgress) and progress.offer is not None:
            _offer(progress.offer, open_it=open_it)
        else:
            tell(progress)

    return show


def _offer(offer: SignInOffer, *, open_it: bool) -> None:
    minutes = max(round(offer.seconds / 60), 1)
    if offer.way is SignInWay.DEVICE:
        note(_("Open this address, or scan it with Feishu, and confirm the code:"))
    else:
        note(_("Open this address in a browser on this computer and sign in:"))
    # Printed as it is: the state in it belongs to this one sign-in and is masked in every log.
    click.echo(offer.url, err=True)
    if offer.way is SignInWay.DEVICE:
        note(_("Code: {code}").format(code=offer.user_code))
        if sys.stderr.isatty():
            _picture(offer.url)
    note(
        _(
            "It is valid for {minutes} minutes. A closed page cannot be seen from here: "
            "Ctrl+C ends the waiting."
        ).format(minutes=minutes)
    )
    if open_it:
        click.launch(offer.url)


def _picture(url: str) -> None:
    """The address as a QR code of half blocks."""
    import segno  # only a terminal shows it

    segno.make(url, error="l", micro=False).terminal(out=sys.stderr, compact=True)


def _as_text(result: SignedIn) -> None:
    data("✓ " + _("{name} signed in.").format(name=result.name or result.open_id))
    for name in _SHOWN:
        value = getattr(result, name)
        if value:
            data(f"  {name}: {value}")
        else:
            absent = _("blank") if name in result.fields else _("did not come")
            data(f"  {name}: ({absent})")
    if result.matches is None:
        data("  " + _("CAN's accounts are not known here, so none was compared."))
    elif result.matches:
        data("  " + _("CAN account: {account}").format(account=result.account))
    for finding in result.findings:
        words = finding_words(finding)
        data(f"✗ {words.sentence}")
        for line in (words.cause, words.fix, *(evidence_words(e) for e in finding.evidence)):
            if line:
                note(f"    {line}")
    note(_("This proves that the app signs people in. Whether CAN does shows at its own page."))
