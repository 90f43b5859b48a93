"""What is pasted for a store app: its ticket, and the key of the company that installed it."""

from __future__ import annotations

import re

from feishu_wizard.domain.paste import FieldKind, Pasted, Problem, read_paste

# Official docs: app_ticket-events. The whole event may be pasted; only the ticket is taken.
_EVENT = re.compile(r'"app_ticket"\s*:\s*"(?P<ticket>[^"\\\s]{1,4096})"')
_EVENT_KEY = re.compile(r'"tenant_key"\s*:\s*"(?P<key>[^"\\\s]{1,256})"')
# Samples of the official docs; the form is not promised, so another one is only warned about.
_TENANT_KEY = re.compile(r"[0-9A-Za-z]{16}")
_ONE_WORD = re.compile(r"[\x21-\x7e]+")
_SHORTEST_TICKET = 16


def read_ticket(text: str) -> Pasted:
    """Read a ticket, or the event that brought it. Never raises; nothing in it is changed."""
    event = _EVENT.search(text)
    pasted = read_paste(FieldKind.API_KEY, event["ticket"] if event else text)
    pasted = pasted._replace(typed=text, elsewhere={})
    if not pasted.value or pasted.problem is not None:
        return pasted
    if not _ONE_WORD.fullmatch(pasted.value) or len(pasted.value) < _SHORTEST_TICKET:
        return pasted._replace(problem=Problem("store.ticket_shape"))
    return pasted


def read_tenant_key(text: str) -> Pasted:
    """Read a tenant key, or the event that names it; an unusual form is a warning."""
    event = _EVENT_KEY.search(text)
    value = event["key"] if event else text.strip().strip("\"'").strip()
    pasted = Pasted(FieldKind.API_KEY, text, value)
    if not value:
        return pasted
    if not _ONE_WORD.fullmatch(value) or len(value) > 256:
        return pasted._replace(problem=Problem("store.tenant_key_form"))
    if not _TENANT_KEY.fullmatch(value):
        return pasted._replace(warning=Problem("store.tenant_key_shape"))
    return pasted
