"""The push rehearsal: a real message to real people, the way CAN will send it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from feishu_wizard.domain.names import APP_SECRET, new_id
from feishu_wizard.domain.recipient import (
    Delivery,
    DeliveryState,
    Recipient,
    RecipientKind,
    Resolved,
    Unresolved,
)
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.rehearsal import Rehearsal
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.recipient_list import RecipientList
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.push_after import PushAfter
    from feishu_wizard.wizard.push_sources import PushSources
    from feishu_wizard.wizard.push_unfinished import Unfinished

APP = frozenset({"app_id_text", "edition", "open_url", f"secret:{APP_SECRET}"})
_RESTS_ON = frozenset({"recipients_text", "recipient_kind", "app_id_text", "edition"})
_MESSAGE = frozenset({"template", "message_lang"})


class PushFlow(Rehearsal):
    """Recipients, resolved to names before anything is sent; then one message each.

    ``insist``: send also to those whom the app is not available to.
    """

    resolved: tuple[Resolved, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    insist = False
    values: Mapping[str, str] = MappingProxyType({})  # in place of the sample's figures
    batch: str = ""  # one message for each recipient, however often the sending is begun
    _read: tuple[str, str, RecipientList] | None = None

    @cached_property
    def sources(self) -> PushSources:
        """Where recipients come from besides the box."""
        from feishu_wizard.wizard.push_sources import PushSources

        return PushSources(self)

    @cached_property
    def unfinished(self) -> Unfinished:
        """A sending of an earlier sitting that was cut off."""
        from feishu_wizard.wizard.push_unfinished import Unfinished

        return Unfinished(self)

    @cached_property
    def after(self) -> PushAfter:
        """What can be done with what was sent."""
        from feishu_wizard.wizard.push_after import PushAfter

        return PushAfter(self)

    # -- shown by the page ------------------------------------------------------------

    @property
    def understood(self) -> RecipientList:
        """What was typed, as it is understood."""
        from feishu_wizard.domain.recipient_list import parse_list

        answers = self.session.answers
        typed = (answers.recipients_text, answers.recipient_kind)
        if self._read is None or self._read[:2] != typed:
            parsed = parse_list(typed[0], RecipientKind(typed[1]))
            self._read = (*typed, parsed)
        return self._read[2]

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Who was typed."""
        return self.understood.recipients

    @property
    def outside(self) -> tuple[Resolved, ...]:
        """Found, but the app is not available to them: their message would be refused."""
        return tuple(one for one in self.resolved if one.available is False)

    @property
    def going_to(self) -> int:
        """How many get a message now."""
        return len(self.resolved) - (0 if self.insist else len(self.outside))

    @property
    def tried(self) -> bool:
        """Something was sent."""
        return bool(self.deliveries)

    @property
    def failed(self) -> tuple[Delivery, ...]:
        """Deliveries that reached nobody, or of which nobody knows."""
        return tuple(d for d in self.deliveries if not d.reached)

    @property
    def proves_push(self) -> bool:
        """A message reached a person the way CAN addresses people."""
        return any(d.reached and d.resolved.recipient.as_can for d in self.deliveries)

    # -- changed by the page ----------------------------------------------------------

    def set_recipients(self, text: str) -> None:
        """Recipients as typed."""
        self.session.update(recipients_text=text)

    def set_kind(self, kind: RecipientKind) -> None:
        """How entries without a kind of their own are meant."""
        self.session.update(recipient_kind=kind.value)

    def set_template(self, template: str) -> None:
        """``text`` or ``card``."""
        self.session.update(template=template)

    def set_message_lang(self, lang: str) -> None:
        """``en`` or ``zh_Hans``: the language of the message, not of this program."""
        self.session.update(message_lang=lang)

    def set_value(self, name: str, text: str) -> None:
        """Another figure: another message."""
        kept = {**self.values, name: text.strip()}
        self.values = {name: value for name, value in kept.items() if value}
        self.batch = ""
        self.session.changed()

    def set_insist(self, insist: bool) -> None:
        """Send also to those whom the app is not available to."""
        if insist != self.insist:
            self.insist = insist
            self.session.changed()

    @property
    def may_take_scanner(self) -> bool:
        """Somebody scanned a code in this setup and is not among the recipients yet."""
        return bool(self.session.answers.scanned_by) and not self.recipients

    def take_scanner(self) -> None:
        """Put down who scanned the code: by the account that CAN would use, where it is told."""
        kit, who = self.session.keeping.kit(), self.session.answers.scanned_by

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.resolve_recipients import account_of

            return await account_of(place, kit, who)

        self.session.start("resolving", work, self._take, rests_on=_RESTS_ON)

    def resolve(self) -> None:
        """Look up who that is, before anything is sent."""
        if self.stop_at_problems():
            return
        kit = self.session.keeping.kit()
        wanted = self.recipients

        async def work(
            place: Workplace, report: Report
        ) -> tuple[tuple[Resolved, ...], tuple[Unresolved, ...]]:
            from feishu_wizard.operations.resolve_recipients import resolve_recipients

            return await resolve_recipients(place, kit, wanted, report)

        self.session.start("resolving", work, self._resolved, rests_on=_RESTS_ON)

    def send(self, only_failed: bool = False) -> None:
        """Send one message to each; again only to those who got nothing when asked so."""
        if not self.resolved and not only_failed:
            self.resolve()
            return
        self.batch = self.batch or new_id()
        repeat = self.failed if only_failed else ()
        people = tuple(d.resolved for d in repeat) or self.resolved
        self.start(people, repeat, only_failed=only_failed)

    def send_another(self) -> None:
        """Start over with the same recipients: a new message, not a repeat."""
        self.deliveries = ()
        self.batch = ""
        self.send()

    # -- the step ---------------------------------------------------------------------

    def verb(self) -> Verb | None:
        """Find who it is, send, go on. Without recipients one may go on with it open."""
        if self.deliveries or not self.recipients:
            return None
        if self.going_to:
            return Verb("send_test_message", {"count": str(self.going_to)})
        if self.resolved or self.unresolved:
            return None  # nobody can be reached: no reason to be held here
        return Verb("find_recipients", {})

    def press(self) -> None:
        """What the verb says."""
        if self.resolved:
            self.send()
        else:
            self.resolve()

    def done(self) -> bool:
        """A message was sent and nobody was left out."""
        return bool(self.deliveries) and not (self.failed or self.unresolved)

    def open_items(self) -> int:
        """Recipients who got nothing; at least one when nothing was sent."""
        left = len(self.unresolved) + len(self.failed)
        return left if self.deliveries else max(left, 1)

    def problems(self) -> list[FieldProblem]:
        """Recipients are needed, and each must be known."""
        if self.pressed and not self.recipients:
            return [FieldProblem("test.recipients", "missing")]
        return []

    def shown(self) -> None:
        """Look once whether an earlier sitting left a sending half done; this calls nobody."""
        self.unfinished.look()

    def answers_changed(self, names: frozenset[str]) -> None:
        """Other recipients: look them up again."""
        if names & APP:
            self._forget_app()
        if names & _RESTS_ON:
            self._forget()
        if names & _MESSAGE:
            self.batch = ""  # another content is another message

    def answers_replaced(self) -> None:
        """Drop what was looked up; what was sent was sent, and stays in the journal."""
        self.values = {}
        self._forget_app()
        self._forget()

    # -- inside -----------------------------------------------------------------------

    def _forget(self) -> None:
        self.resolved = ()
        self.unresolved = ()
        self.deliveries = ()
        self.batch = ""
        self.pressed = self.insist = False

    def _forget_app(self) -> None:
        """Another app is in other groups and began no sending."""
        for name in ("sources", "after", "unfinished"):
            vars(self).pop(name, None)

    def start(
        self,
        people: tuple[Resolved, ...],
        repeat: tuple[Delivery, ...] = (),
        *,
        only_failed: bool = False,
    ) -> None:
        """Begin the sending ``batch``, or take it up again."""
        kit, answers, batch = self.session.keeping.kit(), self.session.answers, self.batch
        lang, insist = answers.message_lang or self.session.lang, self.insist
        values = dict(self.values)

        async def work(place: Workplace, report: Report) -> tuple[Delivery, ...]:
            from feishu_wizard.operations.send_test import Sending, send_test

            sending = Sending(answers.template, lang, repeat, batch, values, insist)
            return await send_test(place, kit, people, sending, report)

        self.session.start("sending", work, lambda sent: self._sent(sent, only_failed))

    def _take(self, account: str) -> None:
        kind = RecipientKind.CAN_ACCOUNT
        self.session.update(recipients_text=account, recipient_kind=kind.value)

    def _resolved(self, found: tuple[tuple[Resolved, ...], tuple[Unresolved, ...]]) -> None:
        self.resolved, self.unresolved = found
        if self.unresolved:
            count = {"count": str(len(self.unresolved))}
            self.session.say(Severity.WARNING, "recipients_unresolved", count)

    def _sent(self, sent: tuple[Delivery, ...], only_failed: bool) -> None:
        if only_failed:
            kept = tuple(d for d in self.deliveries if d.reached)
            sent = kept + sent
        self.deliveries = sent
        self.unfinished.over()
        self.batch = ""  # a cancelled sending keeps it, and goes on where it stopped
        self.tell()
        self.session.keeping.soon()

    def tell(self) -> None:
        """Say in the strip what became of it."""
        sent = self.deliveries
        if self.failed:
            params = {"count": str(len(self.failed)), "total": str(len(sent))}
            self.session.say(Severity.ERROR, "some_not_delivered", params)
        elif all(d.state is DeliveryState.RECALLED for d in sent):
            self.session.say(Severity.SUCCESS, "all_recalled", {"count": str(len(sent))})
        else:
            self.session.say(Severity.SUCCESS, "all_delivered", {"count": str(len(sent))})
