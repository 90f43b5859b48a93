"""What happened: requests seen and messages delivered. Never a body or an Authorization header."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_REQUESTS = 100_000


@dataclass
class Seen:
    """One request; handlers fill in what the middleware cannot know.

    ``agent`` is the User-Agent: it tells CAN's own calls (``practice-can``) from the others.
    """

    at: str
    host: str
    method: str
    path: str
    status: int = 0
    app_id: str = ""
    code: int | str | None = None
    log_id: str = ""
    authenticated: bool = False
    agent: str = ""


@dataclass
class Message:
    """A delivered message; ``user_id``/``open_id`` name the person, ``chat_id`` the chat."""

    message_id: str
    app_id: str
    receive_id_type: str
    receive_id: str
    user_id: str
    open_id: str
    chat_id: str
    msg_type: str
    content: str
    uuid: str
    at: str
    create_time: int
    urgent: list[str] = field(default_factory=list)
    recalled: bool = False


@dataclass
class Journal:
    """The sandbox's memory of requests and messages."""

    requests: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    messages: dict[str, Message] = field(default_factory=dict)
    by_uuid: dict[tuple[str, str], Message] = field(default_factory=dict)

    def add_message(self, message: Message) -> None:
        """Remember a delivered message."""
        self.messages[message.message_id] = message
        if message.uuid:
            self.by_uuid[message.app_id, message.uuid] = message

    def as_json(self) -> dict[str, Any]:
        """``requests`` and ``messages`` for state.json."""
        return {
            "requests": [asdict(seen) for seen in self.requests],
            "messages": [asdict(message) for message in self.messages.values()],
        }
