"""One diagnosis under way: what is diagnosed, and what was read so far, each asked once."""

from __future__ import annotations

from dataclasses import dataclass, field

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Link
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.pseudonyms import SEPARATOR
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.diagnose.graph import Once
from feishu_wizard.operations.diagnose.reads import Reads
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.http import Http

# A full diagnosis makes at most eight calls, with a person eleven; repetitions included it stays
# within the fifteen promised.
RETRIES = 7
RETRIES_WITH_PERSON = 4


@dataclass
class Case:
    """What every check works with.

    ``people``: identifiers of persons that findings mention, those of one person joined, so that
    a report can hide them.
    """

    place: Workplace
    kit: Kit
    question: Question
    http: Http
    once: Once = field(default_factory=Once)
    people: list[str] = field(default_factory=list)
    client: FeishuClient | None = None
    calls_before: int = 0
    throttled_before: int = 0

    @property
    def feishu_calls(self) -> int:
        """Authenticated calls that this diagnosis has made."""
        return self.client.calls - self.calls_before if self.client else 0

    async def signed_in(self) -> FeishuClient:
        """The platform's client; raises what is wrong with the credentials."""
        if self.client is None:
            self.client = await self.place.feishu(self.kit)
            self.calls_before = self.client.calls
            self.throttled_before = self.client.throttled
            self.client.spare_calls(RETRIES_WITH_PERSON if self.question.person else RETRIES)
        return self.client

    @property
    def may_sign_in(self) -> bool:
        """A secret was given, or the setup refers to one."""
        return APP_SECRET in self.kit.secrets or bool(self.kit.setup.feishu.app_secret)

    def link(self, page: ConsolePage, scopes: str = "") -> Link:
        """A console page of this very app."""
        return app_page(self.kit, page, scopes)

    async def has_secret(self) -> bool:
        """An App Secret is at hand: in this run, or where the setup's reference leads."""
        return await self.place.secret(self.kit, APP_SECRET) is not None

    async def reads(self) -> Reads:
        """What the platform says, read when first asked for."""
        return Reads(await self.signed_in(), self.once)

    def mention(self, *identifiers: str) -> None:
        """Remember whom findings are about; the identifiers of one person stay together."""
        told = tuple(dict.fromkeys(one for one in identifiers if one))
        joined = SEPARATOR.join(told)
        self.people = [one for one in self.people if one not in told and one != joined]
        if told:
            self.people.append(joined)

    async def close(self) -> None:
        """Stop what is still under way; the client may repeat calls again as it likes."""
        await self.once.close()
        if self.client is not None:
            self.client.spare_calls(None)
