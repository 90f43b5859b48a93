"""What a paste turned into, and every code it can carry.

Codes of problems and warnings are those of the error book (``paste.*``, and ``address.*`` from
``domain.web_address``). No parameter ever holds the value of a secret, only positions and counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class FieldKind(StrEnum):
    """The box that something was pasted into."""

    APP_ID = "app_id"
    APP_SECRET = "app_secret"  # noqa: S105 - the name of a box, not its value
    CALLBACK_URL = "callback_url"
    CAN_URL = "can_url"
    API_KEY = "api_key"
    CA_FILE = "ca_file"
    PROXY_URL = "proxy_url"
    RECIPIENT = "recipient"


SECRETS = frozenset({FieldKind.APP_SECRET, FieldKind.API_KEY})
URLS = frozenset({FieldKind.CALLBACK_URL, FieldKind.CAN_URL, FieldKind.PROXY_URL})
# Boxes whose values are ASCII words, so that wide forms and invisible characters are slips.
WORDS = URLS | {FieldKind.APP_ID}


class EditCode(StrEnum):
    """What was done to get from what was typed to the value."""

    TRIMMED = "trimmed"  # count, where: start | end | both
    LINE_BREAK = "line_break_removed"  # count
    NBSP = "nbsp"  # count
    ZERO_WIDTH = "zero_width"  # count
    FULL_WIDTH = "full_width"  # count
    QUOTES = "quotes"
    BRACKETS = "brackets"
    PUNCTUATION = "punctuation"
    LABEL = "label"  # label
    EXPORT = "export"  # name
    JSON_VALUE = "json_value"  # key
    BEARER = "bearer_prefix"
    PAIR = "pair"  # App ID and App Secret were pasted together, without labels


class ProposalCode(StrEnum):
    """What a proposed value mends."""

    SCHEME_TYPO = "scheme_typo"
    SCHEME_MISSING = "scheme_missing"
    SLASHES = "slashes"
    FULL_WIDTH = "full_width"
    JOINED = "joined"
    USERINFO = "userinfo_removed"
    CALLBACK_PATH = "callback_path"
    PREFIX = "app_id_prefix"
    SMALL_LETTERS = "small_letters"
    FROM_ADDRESS = "app_id_from_address"


class ProblemCode(StrEnum):
    """Why a value cannot be used. ``position`` counts from 1 in what was typed."""

    EMPTY = "paste.empty"
    TOO_LONG = "paste.too_long"  # limit, length
    NESTED = "paste.nested"  # wrapped in more quotes and labels than can be a slip
    MASKED = "paste.masked"
    CUT_OFF = "paste.cut_off"
    BLANK = "paste.blank"  # position
    LINE_BREAK = "paste.line_break"  # position
    ZERO_WIDTH = "paste.zero_width"  # position
    CONTROL = "paste.control"  # position
    DIRECTION = "paste.direction"  # position
    LOOK_ALIKE = "paste.look_alike"  # position
    FULL_WIDTH = "paste.full_width"  # position
    NOT_TEXT = "paste.not_text"  # position
    NON_ASCII = "paste.non_ascii"  # position
    CHARACTERS = "paste.characters"  # position
    APP_ID = "paste.app_id"  # an App ID in another box; and so on
    APP_SECRET = "paste.app_secret"  # noqa: S105 - a code
    API_KEY = "paste.api_key"
    TOKEN = "paste.token"  # noqa: S105 - a code; token: tenant | user | app | refresh
    JWT = "paste.jwt"
    WEBHOOK = "paste.webhook"
    EVENT_KEY = "paste.event_key"  # label
    PLATFORM_ID = "paste.platform_id"  # prefix
    EMAIL = "paste.email"
    URL = "paste.url"
    CERTIFICATE = "paste.certificate"
    OTHER_BOX = "paste.other_box"  # field: only values for another box were found
    SCHEME_TYPO = "address.scheme_typo"
    SLASHES = "address.slashes"
    FULL_WIDTH_ADDRESS = "address.full_width"
    LOOK_ALIKE_HOST = "address.look_alike"  # position
    FEISHU = "address.feishu"  # host


class WarningCode(StrEnum):
    """What is unusual and yet may be right."""

    SECRET_LENGTH = "paste.secret_length"  # noqa: S105 - a code; length
    SECRET_CHARACTERS = "paste.secret_characters"  # noqa: S105 - a code; position
    APP_ID_SHAPE = "paste.app_id_shape"
    CALLBACK_PATH = "paste.callback_path"  # path
    CALLBACK_QUERY = "paste.callback_query"
    MANUAL_SAMPLE = "paste.manual_sample"  # host
    LOCALHOST = "address.localhost"  # host
    PLAIN_HTTP = "address.plain_http"  # host


Params = Mapping[str, str]
_NONE: Params = MappingProxyType({})


# The window needs these for its first paint, and a named tuple is made in a sixth of the time
# that a dataclass takes.
class Edit(NamedTuple):
    """One thing that was done, see ``EditCode``."""

    code: str
    params: Params = _NONE


class Problem(NamedTuple):
    """One thing that is wrong or unusual, see ``ProblemCode`` and ``WarningCode``."""

    code: str
    params: Params = _NONE


class Proposal(NamedTuple):
    """A value that is offered with one button and used only when it is pressed."""

    value: str
    code: str = ""
    params: Params = _NONE

    def __repr__(self) -> str:
        """Show no value: it may be a secret."""
        return f"Proposal(code={self.code!r}, params={self.params!r})"


class Pasted(NamedTuple):
    """What came of a paste. ``repr`` shows no value, because any of them may be a secret.

    ``typed``: as it came. ``value``: what would be used. ``edits``: how one became the other.
    ``elsewhere``: values found for other boxes. ``problem`` blocks, ``warning`` does not.
    """

    kind: FieldKind
    typed: str
    value: str
    edits: tuple[Edit, ...] = ()
    proposal: Proposal | None = None
    elsewhere: Mapping[FieldKind, str] = MappingProxyType({})
    problem: Problem | None = None
    warning: Problem | None = None

    @property
    def usable(self) -> bool:
        """There is a value, and nothing stands against using it."""
        return bool(self.value) and self.problem is None

    def __repr__(self) -> str:
        """Show no value: any of them may be a secret."""
        return (
            f"Pasted(kind={self.kind!r}, edits={self.edits!r}, proposal={self.proposal!r}, "
            f"problem={self.problem!r}, warning={self.warning!r})"
        )
