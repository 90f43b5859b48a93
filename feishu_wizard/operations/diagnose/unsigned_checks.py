"""What an App ID alone tells when there is no App Secret to try.

No credential leaves this computer: the brand is asked with a secret that no app has.
"""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Finding, Proof, Status, Who, not_done
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.sign_in_page import authorize_page, callback
from feishu_wizard.operations.find_brand import other_brand
from feishu_wizard.services.feishu.auth import knows_app

__all__ = ["authorize_page", "brand", "callback"]

CREDENTIALS = "feishu.credentials"


async def brand(case: Case) -> Finding:
    """``feishu.credentials`` without a secret: which brand knows the App ID.

    The other public brand is asked only when this one does not know the app, and no address of
    one's own is used.
    """
    feishu = case.kit.setup.feishu
    if not feishu.app_id:
        return not_done(CREDENTIALS, "credentials.app_id_needed")
    params = {"app_id": feishu.app_id, "edition": feishu.edition.value}
    known = await knows_app(case.http, feishu.hosts, feishu.app_id)
    if known:
        return Finding(CREDENTIALS, Status.UNKNOWN, "credentials.secret_needed", params)
    if known is None:
        return Finding(CREDENTIALS, Status.UNKNOWN, "credentials.brand_unclear", params)
    other = await other_brand(case.http, feishu)
    if other is not None:
        params["edition"] = other.value
        return Finding(CREDENTIALS, Status.FAIL, "credentials.other_brand", params, Proof.PROVEN)
    link = case.link(ConsolePage.APPS)
    found = Finding(CREDENTIALS, Status.FAIL, "credentials.app_unknown", params, Proof.PROVEN)
    return replace(found, who=Who.DEVELOPER, links=(link,))
