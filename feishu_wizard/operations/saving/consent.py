"""What a person has to agree to before a plan is carried out."""

from __future__ import annotations

from feishu_wizard.domain.change import Consent, SavePlan
from feishu_wizard.domain.errors import ConflictError, CredentialError


def demand(plan: SavePlan, agreed: frozenset[Consent]) -> None:
    """Refuse a plan that nobody agreed to.

    ``ConflictError`` can.conflict and file.conflict (where, fields, by, at), ``CredentialError``
    can.weak_auth (where).
    """
    lacking = plan.needs - agreed
    if Consent.OVERWRITE in lacking:
        fields = ", ".join(row.field for row in plan.conflicts)
        params = {"where": plan.where, "fields": fields}
        params |= {"by": plan.changed_by, "at": plan.changed_at}
        raise ConflictError(f"{plan.target.value}.conflict", {k: v for k, v in params.items() if v})
    if Consent.WEAK_AUTH in lacking:
        raise CredentialError("can.weak_auth", {"where": plan.where})
