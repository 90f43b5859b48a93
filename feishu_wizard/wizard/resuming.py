"""Between a sitting and its draft: every answer goes into it and comes back, no result does.

Loaded with the first draft, not with the window.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.wizard.answers import Answers, ConsoleBy, Place
from feishu_wizard.wizard.conversion import from_setup

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session

# Answers that no draft brings back: a secret is in no file, and a confirmation belongs to the
# sitting that showed what was confirmed.
LEFT_OUT = frozenset({"secrets", "enable_open"})


def sitting_of(session: Session) -> Sitting:
    """What the draft holds: no secret, no result that has to be looked at again."""
    answers = session.answers
    return Sitting(
        setup=session.keeping.setup(),
        step=session.step.value,
        visited=[step.value for step in session.visited()],
        can_text=answers.can_text,
        app_id_text=answers.app_id_text,
        callback_text=answers.callback_text,
        no_can=answers.no_can,
        colleague=answers.console_by is ConsoleBy.COLLEAGUE,
        declined=sorted(answers.declined),
        console_done=sorted(answers.console_done),
        scanned_by=answers.scanned_by,
        stated=sorted(answers.stated),
        targets=sorted(target.value for target in answers.targets),
        file_path=answers.file_path,
        api_base=answers.api_base,
        refs=dict(answers.refs),
        recipients=answers.recipients_text,
        recipient_kind=RecipientKind(answers.recipient_kind),
        template=answers.template,
        message_lang=answers.message_lang,
        enable=answers.enable,
        place=answers.place.value,
        proxy_user=answers.proxy_user,
        file_plain=answers.file_plain,
        waiting_since=session.permissions.waiting_since,
    )


def answers_of(sitting: Sitting) -> Answers:
    """The answers that a draft brings back."""
    return replace(
        from_setup(sitting.setup),
        can_text=sitting.can_text,
        app_id_text=sitting.app_id_text,
        callback_text=sitting.callback_text,
        no_can=sitting.no_can,
        console_by=ConsoleBy.COLLEAGUE if sitting.colleague else ConsoleBy.ME,
        declined=frozenset(sitting.declined),
        console_done=frozenset(sitting.console_done),
        scanned_by=sitting.scanned_by,
        stated=frozenset(sitting.stated),
        targets=frozenset(sitting.target_set()),
        file_path=sitting.file_path,
        api_base=sitting.api_base,
        refs=tuple(sitting.refs.items()),
        recipients_text=sitting.recipients,
        recipient_kind=sitting.recipient_kind.value,
        template=sitting.template,
        message_lang=sitting.message_lang,
        enable=sitting.enable,
        place=Place(sitting.place),
        proxy_user=sitting.proxy_user,
        file_plain=sitting.file_plain,
    )
