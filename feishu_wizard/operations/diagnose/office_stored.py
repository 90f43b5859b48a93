"""``can.saved``: what CAN has stored, compared with the setup.

No server shows the App Secret: its last characters are compared where they are shown, and
otherwise the platform decides, which refuses the stored one to CAN and takes ours from us.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from feishu_wizard.domain.errors import FeishuError, WizardError
from feishu_wizard.domain.finding import Finding, Link, Proof, Status, Who
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.office_reads import stored, tried
from feishu_wizard.services.can.client import CanTest, Setting

SAVED = "can.saved"
_SHOWN = 4  # characters of a secret that a read may show (reference contract)
# 10014: wrong secret, as observed; 10015: the same by the error table (facts: token calls).
_PAIR_REFUSED = frozenset({"10014", "10015"})


async def compared(case: Case) -> Finding:
    """Equal, different, or nothing stored; read back, so ``configured``."""
    seen = await stored(case)
    if isinstance(seen, WizardError):
        return seen.finding(SAVED)
    if seen.empty:
        return _failed(case, seen, "can.nothing_stored", {})
    wanted = _wanted(case)
    params = {"stored": _line(seen.app_id, seen.callback_url), "wanted": _line(*wanted.values())}
    if not any(wanted.values()):
        return _found(seen, Status.UNKNOWN, "can.nothing_to_compare", params)
    differ = [name for name, value in wanted.items() if value and getattr(seen, name) != value]
    if differ:
        params["fields"] = ", ".join(differ)
        for name in differ:
            params |= {f"{name}_setup": wanted[name], f"{name}_can": getattr(seen, name)}
        return _failed(case, seen, "can.saved_differs", params)
    return await _secret(case, seen, params)


async def _secret(case: Case, seen: Setting, params: dict[str, str]) -> Finding:
    if seen.secret_set is False:
        return _failed(case, seen, "can.secret_not_stored", params)
    ours = await _ours(case)
    if ours is not None and seen.secret_hint and not _fits(seen.secret_hint, ours):
        return _failed(case, seen, "can.secret_differs", params)
    if await _refused_to_can_only(case):
        return _failed(case, seen, "can.secret_refused", params)
    shown = ours is not None and bool(seen.secret_hint)
    code = "can.saved_equal_hint" if shown else "can.saved_equal"
    return _found(seen, Status.PASS, code, params)


async def _ours(case: Case) -> Secret | None:
    try:
        return await case.place.secret(case.kit, APP_SECRET)
    except WizardError:  # told by setup.secrets; nothing is left to compare with
        return None


def _fits(hint: str, secret: Secret) -> bool:
    tail = hint[-_SHOWN:]
    return hmac.compare_digest(tail.encode(), secret.reveal()[-len(tail) :].encode())


async def _refused_to_can_only(case: Case) -> bool:
    """CAN's own test got "wrong secret" while this setup's pair gives a token."""
    test = await tried(case)
    if not isinstance(test, CanTest):
        return False
    if not any(row.upstream_code in _PAIR_REFUSED for row in test.checks):
        return False
    if not case.kit.setup.feishu.app_id or await _ours(case) is None:
        return False
    try:
        await (await case.signed_in()).tenant_token()
    except FeishuError:  # ours is refused as well: told by feishu.credentials
        return False
    return True


def _wanted(case: Case) -> dict[str, str]:
    """What the setup says, of what this server keeps."""
    setup = case.kit.setup
    wanted = {"app_id": setup.feishu.app_id}
    if case.place.profile(case.kit).fields.callback_url is not None:
        wanted["callback_url"] = setup.office.callback_url
    return wanted


def _line(app_id: str, callback_url: str = "") -> str:
    return " · ".join(value for value in (app_id, callback_url) if value)


def _failed(case: Case, seen: Setting, code: str, params: dict[str, str]) -> Finding:
    found = Finding(SAVED, Status.FAIL, code, params, Proof.CONFIGURED, Who.CAN_ADMIN)
    link = Link("can_web", case.kit.setup.office.url)
    return replace(found, evidence=(seen.evidence,), links=(link,))


def _found(seen: Setting, status: Status, code: str, params: dict[str, str]) -> Finding:
    proof = Proof.CONFIGURED if status is Status.PASS else Proof.NONE
    return Finding(SAVED, status, code, params, proof, evidence=(seen.evidence,))
