"""What a diagnosis is asked about: this sitting, a setup file, or a few values that are known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from feishu_wizard.domain.diagnosis import Question, Symptom
from feishu_wizard.domain.names import APP_SECRET, BY_HAND, new_id
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.answers import Answers
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import blocked_at, secret_in

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

GetKit = Callable[["Workplace"], Awaitable["Kit"]]


class Source(StrEnum):
    """What is diagnosed."""

    SITTING = "sitting"
    FILE = "file"
    TYPED = "typed"


class DiagnosisAsked:
    """Kept apart from the answers of the steps: nothing typed here changes what is there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._source: Source | None = None
        self._typed_id = new_id()
        self.path = ""
        self.app_id_text = ""
        self.secret_paste: Pasted | None = None
        self.callback_text = ""
        self.can_text = ""
        self.person = ""
        self.symptom: Symptom | None = None

    @property
    def source(self) -> Source:
        """What was chosen; else this sitting when it has something to diagnose."""
        return self._source or (Source.SITTING if self.sitting_known else Source.TYPED)

    @property
    def sitting_known(self) -> bool:
        """An unfinished sitting is offered, or something was entered in the steps."""
        session, answers = self.session, self.session.answers
        return session.keeping.offered is not None or bool(
            answers.app_id_text.strip() or session.prerequisites.can_origin
        )

    @property
    def file_paste(self) -> Pasted:
        """The path of the setup file as typed, cleaned."""
        return read_paste(FieldKind.CA_FILE, self.path)

    @property
    def app_id(self) -> Pasted:
        """The App ID as typed, cleaned."""
        return read_paste(FieldKind.APP_ID, self.app_id_text)

    @property
    def callback(self) -> Pasted:
        """The callback URL as typed, cleaned."""
        return read_paste(FieldKind.CALLBACK_URL, self.callback_text)

    @property
    def can_url(self) -> Pasted:
        """The address of CAN as typed, cleaned."""
        return read_paste(FieldKind.CAN_URL, self.can_text)

    @property
    def secret(self) -> Secret | None:
        """The App Secret that was typed here; it is never kept."""
        return secret_in(self.secret_paste)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that will be called, as far as they are known before a file is read."""
        if self.source is Source.FILE:
            return ()
        offered = self.session.keeping.offered if self.source is Source.SITTING else None
        if offered is not None:
            names = offered.setup.feishu.hosts.names()
            return _and(names, offered.setup.office.url)
        origin = (
            self._can_origin()
            if self.source is Source.TYPED
            else self.session.prerequisites.can_origin
        )
        return _and(self.session.answers.hosts.names(), origin)

    # -- changed by the page ----------------------------------------------------------

    def set_source(self, source: Source) -> None:
        """What to diagnose."""
        self._source = source
        self.session.changed()

    def set_path(self, text: str) -> None:
        """The setup file."""
        self.path = text
        self.session.changed()

    def set_app_id(self, text: str) -> None:
        """The App ID as typed."""
        self.app_id_text = text
        self.session.changed()

    def set_secret(self, text: str) -> None:
        """The App Secret as typed."""
        self.secret_paste = read_paste(FieldKind.APP_SECRET, text) if text else None
        self.session.changed()

    def set_callback(self, text: str) -> None:
        """The callback URL as typed."""
        self.callback_text = text
        self.session.changed()

    def set_can(self, text: str) -> None:
        """The address of CAN as typed."""
        self.can_text = text
        self.session.changed()

    def set_person(self, text: str) -> None:
        """Who gets nothing: a CAN account, e-mail, mobile number or ID; "" for nobody."""
        self.person = text
        self.session.changed()

    def set_symptom(self, symptom: Symptom | None) -> None:
        """What brought somebody here; None looks at everything."""
        self.symptom = symptom
        self.session.changed()

    # -- what the work needs ----------------------------------------------------------

    def question(self) -> Question:
        """Person and symptom."""
        return Question(person=self.person.strip(), symptom=self.symptom)

    def kit(self) -> GetKit:
        """How the setup is had; nothing is read before the button was pressed."""
        if self.source is Source.FILE:
            path = self.file_paste.value

            async def from_file(place: Workplace) -> Kit:
                from feishu_wizard.operations.load_setup import load_setup

                return await load_setup(place, path)

            return from_file
        kit = self._typed_kit() if self.source is Source.TYPED else self._sitting_kit()

        async def known(place: Workplace) -> Kit:
            return kit

        return known

    def _sitting_kit(self) -> Kit:
        from feishu_wizard.domain.kit import Kit

        offered = self.session.keeping.offered
        if offered is None:
            return self.session.keeping.kit()
        return Kit(offered.setup, api_base=offered.api_base, proxy_user=offered.proxy_user)

    def _typed_kit(self) -> Kit:
        """Only what is known; the way to the network and the edition are those of step 1."""
        from feishu_wizard.domain.kit import Kit
        from feishu_wizard.wizard.conversion import to_setup

        answers, secret, origin = self.session.answers, self.secret, self._can_origin()
        plain = answers.plain_http | ({origin} if origin.startswith("http://") else frozenset())
        bare = replace(
            answers,
            setup_id=self._typed_id,
            profile=BY_HAND,
            api_base="",
            inputs=(),
            refs=(),
            tenant_key="",
            app_type=Answers().app_type,
            plain_http=plain,  # no secret of CAN is known here, so none can cross the network
        )
        callback = self.callback.value if self.callback.usable else ""
        setup = to_setup(bare, app_id=self.app_id.value, callback=callback, can_url=origin)
        others = {n: s for n, s in answers.secrets if n != APP_SECRET and not n.startswith("can_")}
        own = {APP_SECRET: secret} if secret is not None else {}
        return Kit(setup, secrets=others | own, proxy_user=answers.proxy_user)

    def _can_origin(self) -> str:
        """The web origin of the typed address; "" while it cannot be used."""
        from feishu_wizard.domain.address import read_can_address
        from feishu_wizard.domain.errors import InputError

        pasted = self.can_url
        if not pasted.usable:
            return ""
        try:
            return read_can_address(pasted.value).origin
        except InputError:
            return ""

    def problems(self, *, pressed: bool) -> list[FieldProblem]:
        """What is missing (once ``pressed``) or cannot be used, at its field."""
        if self.source is Source.FILE:
            return self._file_problems(pressed)
        if self.source is Source.TYPED:
            return self._typed_problems(pressed)
        return self._sitting_problems(pressed)

    def _file_problems(self, pressed: bool) -> list[FieldProblem]:
        return blocked_at("diagnosis.file", self.file_paste, needed=pressed)

    def _sitting_problems(self, pressed: bool) -> list[FieldProblem]:
        missing = pressed and not self.sitting_known
        return [FieldProblem("diagnosis.source", "nothing_chosen")] if missing else []

    def _typed_problems(self, pressed: bool) -> list[FieldProblem]:
        pasted = (
            ("diagnosis.app_id", self.app_id),
            ("diagnosis.app_secret", self.secret_paste),
            ("diagnosis.callback_url", self.callback),
            ("diagnosis.can_url", self.can_url),
        )
        found = [problem for name, value in pasted for problem in blocked_at(name, value)]
        empty = not any(value is not None and value.value for _name, value in pasted)
        if pressed and empty:
            found.append(FieldProblem("diagnosis.app_id", "missing"))
        return found


def _and(names: tuple[str, ...], origin: str) -> tuple[str, ...]:
    host = origin.partition("://")[2]
    return tuple(dict.fromkeys(name for name in (*names, host) if name))
