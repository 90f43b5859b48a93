"""Labels: steps, verbs, work under way, links, fields, and what was done to a pasted value.

Codes of the wizard arrive as plain strings or as objects with ``code`` and ``params``, because
words are made from domain values and this package knows no steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from feishu_wizard.text import book, counted, tables, way
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.spoken import field_name, spoken
from feishu_wizard.text.titles import check_title, is_check

if TYPE_CHECKING:
    from feishu_wizard.domain.capability import Capability
    from feishu_wizard.domain.edition import ConsolePage, Edition
    from feishu_wizard.domain.recipient import DeliveryState, RecipientKind
    from feishu_wizard.domain.states import Act, Target


class Coded(Protocol):
    """A text code with its parameters: a verb, work under way, a problem at a field."""

    @property
    def code(self) -> str:
        """The text code."""
        ...

    @property
    def params(self) -> Mapping[str, str]:
        """What the text names."""
        ...


class Row(Protocol):
    """A row of the step list: a state of its own and what was left open."""

    @property
    def state(self) -> str:
        """One of ``not_yet``, ``current``, ``done``, ``open``."""
        ...

    @property
    def open_items(self) -> int:
        """How many items were left open."""
        ...


def step_title(step: str) -> str:
    """Return the heading of a step id."""
    return _look(way.STEP_TITLES, step)


def step_intro(step: str) -> str:
    """Return what the admin does in a step, in a sentence or two."""
    return _look(way.STEP_INTROS, step)


def step_state_word(row: Row) -> str:
    """Return how a step stands, as the step list says it."""
    if row.state == "open" and row.open_items:
        return _open(row.open_items)
    return _look(way.STEP_STATES, row.state)


def verb(verb: Coded) -> str:
    """Return the label of the positive button: "Continue, 3 open"."""
    if verb.code == "continue_open":
        return _("Continue, {count} open").format(count=verb.params["count"])
    if verb.code == "save_replace":
        count = int(verb.params["count"])
        return ngettext(
            "Save and replace {count} change", "Save and replace {count} changes", count
        ).format(count=count)
    return phrase(way.VERBS, verb.code, verb.params)


def busy(busy: Coded) -> str:
    """Return what the program is doing now; the id of a check says what is looked at."""
    if is_check(busy.code):
        return check_title(busy.code)
    return phrase(way.BUSY, busy.code, busy.params)


def action_label(code: str) -> str:
    """Return the label of a button in the message strip."""
    return _look(way.ACTIONS, code)


def message(message: Coded) -> str:
    """Return the sentence of the message strip: what happened, else what the error book says."""
    if message.code in counted.CODES:
        return counted.counted_message(message.code, message.params)
    if message.code in way.MESSAGES:
        return phrase(way.MESSAGES, message.code, message.params)
    from feishu_wizard.text.words import code_words  # the window opens without a message

    return code_words(message.code, message.params).sentence


def problem(problem: Coded) -> str:
    """Return what is wrong at a field and what mends it, for the line below the field."""
    from feishu_wizard.text.words import code_words

    return code_words(problem.code, problem.params).short


def link_label(code: str) -> str:
    """Return the label of a link: a page of the developer console, or a help page."""
    return _look(tables.LINKS, code)


def page_name(page: ConsolePage) -> str:
    """Return the name of a console page as the console's menu writes it."""
    return _look(tables.PAGES, page.value)


def capability_word(capability: Capability) -> str:
    """Return the name of a capability in the words of CAN's manual."""
    return _(tables.CAPABILITIES[capability])


def capability_meaning(capability: Capability) -> str:
    """Say what a capability does for the people in the company."""
    return _(tables.CAPABILITY_MEANINGS[capability])


def edition_word(edition: Edition) -> str:
    """Return the name of a brand of the platform."""
    return _(tables.EDITIONS[edition])


def target_word(target: Target) -> str:
    """Return where a configuration is written."""
    return _(tables.TARGETS[target])


def act_word(act: Act) -> str:
    """Return what a save does to one field."""
    return _(tables.ACTS[act])


def recipient_kind_word(kind: RecipientKind) -> str:
    """Return how a recipient was named."""
    return _(tables.RECIPIENT_KINDS[kind])


def recipient_kind_proof(kind: RecipientKind) -> str:
    """Say what a message that is sent this way proves, and what it does not."""
    return _(tables.RECIPIENT_PROOFS[kind])


def delivery_word(state: DeliveryState) -> str:
    """Return what became of a message."""
    return _(tables.DELIVERIES[state])


def place_word(place: str) -> str:
    """Return where a secret is kept: ``keyring``, ``session`` or ``file``."""
    return _look(tables.PLACES, place)


def field_label(field: str) -> str:
    """Return the label of a field: ``credentials.app_id``, or ``app_id`` of a difference."""
    return field_name(field)


def phrase(table: Mapping[str, str], code: str, params: Mapping[str, str]) -> str:
    """Translate the text of ``code`` and fill it; an unknown code stays visible as it is."""
    return book.fill(_look(table, code), spoken(params, code))


def _look(table: Mapping[str, str], code: str) -> str:
    return _(table[code]) if code in table else code.replace("_", " ")


def _open(n: int) -> str:
    return ngettext("{n} item open", "{n} items open", n).format(n=n)
