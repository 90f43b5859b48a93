"""What a box with pasted text says: its problem or its warning, and the secret that is in it."""

from __future__ import annotations

from feishu_wizard.domain.paste import Pasted
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity


def blocked_at(field: str, pasted: Pasted | None, *, needed: bool = False) -> list[FieldProblem]:
    """Why the text cannot be used; ``needed``: an empty box is a problem, too."""
    if pasted is not None and pasted.typed and pasted.problem is not None:
        return [FieldProblem(field, pasted.problem.code, dict(pasted.problem.params))]
    empty = pasted is None or not pasted.value
    return [FieldProblem(field, "missing")] if needed and empty else []


def told_at(field: str, pasted: Pasted | None, *, needed: bool = False) -> list[FieldProblem]:
    """The same; text that can be used may still deserve a warning."""
    blocked = blocked_at(field, pasted, needed=needed)
    if blocked or pasted is None or not pasted.value or pasted.warning is None:
        return blocked
    warning = pasted.warning
    return [FieldProblem(field, warning.code, dict(warning.params), Severity.WARNING)]


def secret_in(pasted: Pasted | None) -> Secret | None:
    """The secret that was pasted, when it can be used."""
    return Secret(pasted.value) if pasted is not None and pasted.usable else None
