"""The calls of one change, in the order that the platform wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import cast

from feishu_wizard.domain.app_change import AppChange, Part, PartChange
from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.standing import PATCH_SCOPE
from feishu_wizard.operations.app_change.read import EVERYBODY, ON, Seen, listed_in
from feishu_wizard.services.feishu.application import granted_scopes, latest_versions
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.self_config import (
    Ability,
    AbilityChange,
    ConfigChange,
    ContactsRange,
    RangeKind,
    ScopeRef,
    Visibility,
    change_ability,
    change_config,
    publish,
    set_contacts_range,
)

# Official docs: application-v7 config (210041) and publish (210304).
BOT_FIRST, FIELD_MISSING = 210041, 210304
SELF_MANAGE = "application:application:self_manage"
# Without these nothing more can be changed or read, so they go last.
_LAST = (SELF_MANAGE, PATCH_SCOPE)
_AT_ONCE = (Part.SCOPES, Part.REDIRECT_URLS, Part.ALLOWED_IPS)
_AUDIENCE = (Part.CONTACTS_RANGE, Part.AVAILABILITY)
_Stage = Callable[[], Awaitable[None]]


class Run:
    """One change under way. ``taken``: parts that the platform took. ``error``: what ended it."""

    def __init__(
        self, client: FeishuClient, change: AppChange, before: Seen, report: Report
    ) -> None:
        self.change, self.before = change, before
        self.taken: list[PartChange] = []
        self.error: WizardError | None = None
        self.version_id = ""
        self.spared = False  # the version: what it would have carried acts already
        self.tell = report
        self._client = client
        self._parts = {part.part: part for part in change.parts}

    async def carry_out(self) -> None:
        """Config, ability, audience, version; the first failure ends it."""
        try:
            for code, stage in self._stages():
                self.tell(Progress(code))
                await stage()
        except WizardError as error:
            self.error = _forbidden(error) or error

    def _stages(self) -> Iterator[tuple[str, _Stage]]:
        if any(part in self._parts for part in (*_AT_ONCE, Part.BOT)):
            yield "changing_app", self._settings
        if any(part in self._parts for part in _AUDIENCE):
            yield "changing_app", self._audience
        if Part.VERSION in self._parts:
            yield "submitting_version", self._release

    # -- the calls --------------------------------------------------------------------

    async def _settings(self) -> None:
        """Some permissions want the bot to be on first; only the refusal says which."""
        try:
            await self._config()
        except FeishuError as error:
            if error.feishu_code != BOT_FIRST or Part.BOT not in self._parts:
                raise
            await self._bot()
            await self._config()
        else:
            await self._bot()

    async def _config(self) -> None:
        parts = self._of(*_AT_ONCE)
        for body in self._bodies():
            await change_config(self._client, body)
        self.taken += parts

    def _bodies(self) -> Iterator[ConfigChange]:
        scopes = self._parts.get(Part.SCOPES)
        urls = self._parts.get(Part.REDIRECT_URLS)
        addresses = self._parts.get(Part.ALLOWED_IPS)
        gone = scopes.removes if scopes else ()
        last = tuple(scope for scope in gone if scope in _LAST)
        first = ConfigChange(
            add_scopes=_refs(scopes.adds if scopes else ()),
            remove_scopes=_refs(scope for scope in gone if scope not in last),
            add_redirect_urls=urls.adds if urls else (),
            remove_redirect_urls=urls.removes if urls else (),
            add_ips=addresses.adds if addresses else (),
            remove_ips=addresses.removes if addresses else (),
        )
        if first.body():
            yield first
        if last:
            yield ConfigChange(remove_scopes=_refs(last))

    async def _bot(self) -> None:
        part = self._parts.get(Part.BOT)
        if part is not None:
            await change_ability(self._client, AbilityChange(bot=part.after == ON))
            self.taken.append(part)

    async def _audience(self) -> None:
        span = self._parts.get(Part.CONTACTS_RANGE)
        if span is not None and span.at_once:
            await set_contacts_range(self._client, _kind(span), listed_in(span.after[1:]))
            self.taken.append(span)
            span = None
        seen = self._parts.get(Part.AVAILABILITY)
        if span is None and seen is None:
            return
        contacts = ContactsRange(_kind(span), listed_in(span.after[1:])) if span else None
        visibility = _visibility(seen) if seen else None
        await change_config(self._client, ConfigChange(visibility=visibility, contacts=contacts))
        self.taken += [part for part in (span, seen) if part is not None]

    async def _release(self) -> None:
        version = self.change.version
        self.spared = version is not None and version.if_needed and await self._all_act()
        if self.spared:
            return
        try:
            await self._publish(self._ability())
        except FeishuError as error:
            # The draft may have a bot that no call tells of; nothing was made of the first try.
            if error.feishu_code != FIELD_MISSING or self._ability():
                raise
            await self._publish("bot")
        self.taken.append(self._parts[Part.VERSION])

    async def _all_act(self) -> bool:
        """Every permission that was added is listed as granted; without the list nothing is."""
        try:
            listed = await granted_scopes(self._client)
        except FeishuError:
            return False  # then the version is made, which is right in any case
        acting = {g.name for g in listed.value if g.granted and g.token_type != "user"}  # noqa: S105
        scopes = self._parts.get(Part.SCOPES)
        return set(scopes.adds if scopes else ()) <= acting

    async def _publish(self, ability: Ability) -> None:
        text = self.change.version
        assert text is not None
        try:
            made = await publish(self._client, text.number, text.note, text.note, ability)
        except NetworkError as error:
            if error.code != "net.outcome_unknown":
                raise
            self.version_id = await self._made(error)
        else:
            self.version_id = made.value.version_id

    def _ability(self) -> Ability:
        """What opens first: the bot where there is one, else what the last version had."""
        bot = self._parts.get(Part.BOT)
        if (bot.after if bot else self.before.bot) == ON:
            return "bot"
        newest = self.before.newest
        return "web_app" if newest is not None and newest.ability_web_app else ""

    async def _made(self, lost: NetworkError) -> str:
        """The answer was lost: the list of versions tells whether there is a new one."""
        if not self.before.versions_told:
            raise lost
        try:
            versions = await latest_versions(self._client)
        except (FeishuError, NetworkError) as error:
            raise lost from error
        number = self.change.version.number if self.change.version else ""
        for version in versions.value:
            if version.version_id not in self.before.version_ids and version.version == number:
                return version.version_id
        params = {"version": number}
        evidence = (*lost.evidence, versions.evidence)
        raise WizardError("change.not_released", params, evidence=evidence) from lost

    def _of(self, *kinds: Part) -> list[PartChange]:
        return [part for part in self.change.parts if part.part in kinds]


def _refs(scopes: Iterable[str]) -> tuple[ScopeRef, ...]:
    return tuple(ScopeRef(scope) for scope in scopes)


def _kind(part: PartChange) -> RangeKind:
    return cast("RangeKind", part.after[0])


def _visibility(part: PartChange) -> Visibility:
    everybody = part.after == EVERYBODY
    return Visibility(everybody, listed_in(part.after[1:]))


def _forbidden(error: WizardError) -> WizardError | None:
    """HTTP 403 in no language of the platform: some apps are refused this way."""
    status = error.evidence[-1].http_status if error.evidence else None
    if isinstance(error, FeishuError) or status != 403:
        return None
    return WizardError("change.forbidden", who=Who.DEVELOPER, evidence=error.evidence)
