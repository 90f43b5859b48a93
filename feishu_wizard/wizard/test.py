"""Step 5: a real message to real people, the way CAN will send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.names import new_id
from feishu_wizard.domain.recipient import (
    Delivery,
    DeliveryState,
    Recipient,
    RecipientKind,
    Resolved,
    Unresolved,
    parse_recipients,
)
from feishu_wizard.wizard.controller import Controller, proceed
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace

_RESTS_ON = frozenset({"recipients_text", "recipient_kind", "app_id_text", "edition"})
_MESSAGE = frozenset({"template", "message_lang"})


class TestStep(Controller):
    """Recipients, resolved to names before anything is sent; then one message each."""

    __test__ = False  # the name is the step's; pytest need not collect it
    resolved: tuple[Resolved, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    batch: str = ""  # one message for each recipient, however often the sending is begun

    # -- shown by the page ------------------------------------------------------------

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Who was typed."""
        answers = self.session.answers
        kind = RecipientKind(answers.recipient_kind)
        return tuple(parse_recipients(answers.recipients_text, kind))

    @property
    def failed(self) -> tuple[Delivery, ...]:
        """Deliveries that were refused or whose outcome is unknown."""
        return tuple(d for d in self.deliveries if d.state is not DeliveryState.DELIVERED)

    @property
    def proves_push(self) -> bool:
        """A message reached a person the way CAN addresses people."""
        return any(
            d.state is DeliveryState.DELIVERED and d.resolved.recipient.as_can
            for d in self.deliveries
        )

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
        kit = self.session.keeping.kit()
        answers = self.session.answers
        people = tuple(d.resolved for d in self.failed) if only_failed else self.resolved
        repeat = self.failed if only_failed else ()
        lang = answers.message_lang or self.session.lang
        self.batch = self.batch or new_id()
        batch = self.batch

        async def work(place: Workplace, report: Report) -> tuple[Delivery, ...]:
            from feishu_wizard.operations.send_test import Sending, send_test

            sending = Sending(answers.template, lang, repeat, batch)
            return await send_test(place, kit, people, sending, report)

        self.session.start("sending", work, lambda sent: self._sent(sent, only_failed))

    def send_another(self) -> None:
        """Start over with the same recipients: a new message, not a repeat."""
        self.deliveries = ()
        self.batch = ""
        self.send()

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """Find who it is, send, go on. Without recipients one may go on with it open."""
        if self.deliveries:
            return proceed(self.open_items())
        if self.resolved:
            return Verb("send_test_message", {"count": str(len(self.resolved))})
        if self.unresolved:
            return proceed(self.open_items())  # nobody was found: no reason to be held here
        if not self.recipients:
            return Verb("continue_open", {"count": "1"})
        return Verb("find_recipients", {})

    def press(self) -> None:
        """What the verb says."""
        code = self.verb().code
        if code in ("continue", "continue_open"):
            self.session.advance()
        elif code == "send_test_message":
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

    def answers_changed(self, names: frozenset[str]) -> None:
        """Other recipients: look them up again."""
        if names & _RESTS_ON:
            self.answers_replaced()
        if names & _MESSAGE:
            self.batch = ""  # another content is another message

    def answers_replaced(self) -> None:
        """Drop what was looked up; what was sent was sent, and stays in the journal."""
        self.resolved = ()
        self.unresolved = ()
        self.deliveries = ()
        self.batch = ""
        self.pressed = False

    # -- inside -----------------------------------------------------------------------

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
            kept = tuple(d for d in self.deliveries if d.state is DeliveryState.DELIVERED)
            sent = kept + sent
        self.deliveries = sent
        self.batch = ""  # a cancelled sending keeps it, and goes on where it stopped
        if self.failed:
            params = {"count": str(len(self.failed)), "total": str(len(sent))}
            self.session.say(Severity.ERROR, "some_not_delivered", params)
        else:
            self.session.say(Severity.SUCCESS, "all_delivered", {"count": str(len(sent))})
        self.session.keeping.soon()
