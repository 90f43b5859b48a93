"""What signing in to a CAN server gave: a token, cookies; in memory, never anywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.cookies import BadCookieError, Jar
from feishu_wizard.services.can.envelope import Opened, error_of
from feishu_wizard.services.can.model import Cookies, Login
from feishu_wizard.services.net.http import Reply

_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Session:
    """What the calls carry besides the headers of the profile."""

    token: Secret | None = None
    jar: Jar | None = None


def opened_session(
    login: Login, cookies: Cookies | None, reply: Reply, opened: Opened
) -> tuple[Secret | None, Jar | None]:
    """Token and cookies of a login's answer; ``CanError`` ``unexpected`` (at) for want of one."""
    token = _token(login.token_at, reply, opened) if login.token_at is not None else None
    if cookies is None or cookies.source != "login":
        return token, None
    try:
        return token, Jar.of_answer(cookies, reply.set_cookies)
    except BadCookieError as error:
        raise error_of("unexpected", opened.evidence, at="Set-Cookie") from error


def _token(at: str, reply: Reply, opened: Opened) -> Secret:
    # The pointer to the token starts at the whole answer, not at its data.
    token = pointer.find(reply.json(), at) if reply.body.strip() else None
    if isinstance(token, list) and len(token) == 1:
        token = token[0]  # CAN's documentation says "array" and shows a text
    if not isinstance(token, str) or not token:
        raise error_of("unexpected", opened.evidence, at=at)
    return Secret(token)


def filled_headers(
    templates: Mapping[str, str], session: Session, lookup: template.Lookup
) -> dict[str, str]:
    """Headers with their values; an empty one is left out.

    Raises ``InputError`` ``can.header_invalid`` (param header) for a value no header can carry.
    """

    def with_token(name: str) -> str:
        if name == "login.token":
            return session.token.reveal() if session.token else ""
        return str(lookup(name))

    filled = {name: str(template.fill(text, with_token)) for name, text in templates.items()}
    for name, value in filled.items():
        if value and not _VALUE.fullmatch(value):
            raise InputError("can.header_invalid", {"header": name})
    return {name: value for name, value in filled.items() if value}


def merged(*parts: Mapping[str, str]) -> dict[str, str]:
    """Headers of several sources; a later one wins, however its name is written."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts:
        found |= {name.lower(): (name, value) for name, value in part.items()}
    return dict(found.values())
