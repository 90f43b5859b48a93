"""Where in this window a finding is mended: the step and the field."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.finding import Finding
from feishu_wizard.wizard.steps import Step


@dataclass(frozen=True, slots=True)
class Remedy:
    """``step`` is None when the field is on the diagnosis itself."""

    step: Step | None
    field: str


_PROXY = Remedy(Step.PREREQUISITES, "prerequisites.proxy.system")
_CA_FILE = Remedy(Step.PREREQUISITES, "prerequisites.ca_file")
_CAN = Remedy(Step.PREREQUISITES, "prerequisites.can_url")
_SECRET = Remedy(Step.CREDENTIALS, "credentials.app_secret")
_APP_ID = Remedy(Step.CREDENTIALS, "credentials.app_id")
_KEY = Remedy(Step.SAVE, "save.secret.api_key")

# By check id, or the longest beginning of it.
_REMEDIES = {
    "setup.secrets": _SECRET,
    "net.proxy": _PROXY,
    "net.open": _PROXY,
    "net.accounts": _PROXY,
    "net.open.tls": _CA_FILE,
    "net.accounts.tls": _CA_FILE,
    "net.can": _CAN,
    "net.can.tls": _CA_FILE,
    "feishu.fingerprint": Remedy(Step.PREREQUISITES, "prerequisites.edition.feishu"),
    "feishu.credentials": _SECRET,
    "can.profile": _CAN,
    "can.auth": _KEY,
    "can.admin": _KEY,
    "can.status": Remedy(Step.SAVE, "save.to_can"),
    "can.saved": Remedy(Step.SAVE, "save.to_can"),
}
# Rows of the release plan that a finding of the same id leads to.
_PLANNED = ("feishu.app", "feishu.bot", "feishu.contact_range", "feishu.redirect_url")
# The platform does not know the App ID; a wrong secret has another code.
_NO_SUCH_APP = frozenset({"feishu.10003", "feishu.10012"})
_TYPED = {
    _SECRET: "diagnosis.app_secret",
    _APP_ID: "diagnosis.app_id",
    _CAN: "diagnosis.can_url",
}


def remedy_of(finding: Finding, *, typed: bool) -> Remedy | None:
    """The place to mend it; with ``typed`` values only fields of the diagnosis itself count."""
    found = _APP_ID if finding.code in _NO_SUCH_APP else _by_id(finding.id)
    if not typed or found is None:
        return found
    field = _TYPED.get(found)
    return Remedy(None, field) if field else None


def _by_id(check_id: str) -> Remedy | None:
    if check_id in _PLANNED or check_id.startswith("permission."):
        return Remedy(Step.PERMISSIONS, f"permissions.row.{check_id}")
    parts = check_id.split(".")
    for length in range(len(parts), 0, -1):
        found = _REMEDIES.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None
