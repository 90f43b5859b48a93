"""Whether the other public brand knows an App ID that this one does not.

Asked with a secret that no app has: the real one never goes to a host that the page did not name.
"""

from __future__ import annotations

from feishu_wizard.domain.edition import Edition, hosts_of
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.setup import Feishu
from feishu_wizard.services.feishu.auth import knows_app
from feishu_wizard.services.net.http import Http

_OTHER = {Edition.FEISHU: Edition.LARK, Edition.LARK: Edition.FEISHU}


async def other_brand(http: Http, feishu: Feishu) -> Edition | None:
    """The other brand when it knows the app; None when it does not, or was not asked.

    An address of one's own is neither brand, so nobody else is asked about its apps. The question
    is a courtesy: the other brand being out of reach from here says nothing about the app.
    """
    other = _OTHER.get(feishu.edition)
    if other is None or feishu.open_url:
        return None
    try:
        return other if await knows_app(http, hosts_of(other), feishu.app_id) else None
    except WizardError:
        return None
