"""What step 2 asks for: the app's ID and secret, the callback URL, and where they are found."""

from __future__ import annotations

from feishu_wizard.domain.address import callback_candidates
from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.wizard.answers import Place, with_entry
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import secret_in, told_at


class CredentialsAsked(Controller):
    """App ID, App Secret and callback URL as typed, and where the secret is to be kept."""

    secret_paste: Pasted | None = None

    # -- shown by the page ------------------------------------------------------------

    @property
    def app_id(self) -> Pasted:
        """The App ID as typed, cleaned, with what was done."""
        return read_paste(FieldKind.APP_ID, self.session.answers.app_id_text)

    @property
    def callback(self) -> Pasted:
        """The callback URL as typed, cleaned, with what was done and proposed."""
        return read_paste(FieldKind.CALLBACK_URL, self.session.answers.callback_text)

    @property
    def callback_proposals(self) -> tuple[str, ...]:
        """Callback URLs that follow from the CAN address; best copied from CAN's own page."""
        address = self.session.prerequisites.address
        return callback_candidates(address) if address else ()

    @property
    def secret_known(self) -> bool:
        """A secret was typed or is kept already."""
        answers = self.session.answers
        return answers.secret(APP_SECRET) is not None or bool(answers.ref(APP_SECRET))

    @property
    def create_link(self) -> str:
        """The console's page where an app is created."""
        return console_link(self.session.answers.hosts, ConsolePage.APPS)

    @property
    def base_info_link(self) -> str:
        """The page where ID and secret are found."""
        app_id = self.app_id.value if self.app_id.usable else ""
        return console_link(self.session.answers.hosts, ConsolePage.BASE_INFO, app_id)

    # -- changed by the page ----------------------------------------------------------

    def set_app_id(self, text: str) -> None:
        """The App ID as typed."""
        self.session.update(app_id_text=text)

    def set_secret(self, text: str) -> None:
        """The App Secret as typed; "" keeps the one that is stored."""
        self.secret_paste = read_paste(FieldKind.APP_SECRET, text) if text else None
        secrets = with_entry(self.session.answers.secrets, APP_SECRET, secret_in(self.secret_paste))
        self.session.update(secrets=secrets)

    def set_callback(self, text: str) -> None:
        """The callback URL as typed."""
        self.session.update(callback_text=text)

    def set_place(self, place: Place) -> None:
        """Where the secret is to be kept."""
        self.session.update(place=place)

    def take_elsewhere(self) -> None:
        """Put values that were pasted together, or swapped, into their own boxes."""
        found = dict(self.app_id.elsewhere)
        if self.secret_paste is not None:
            found |= dict(self.secret_paste.elsewhere)
        if FieldKind.APP_ID in found:
            self.set_app_id(found[FieldKind.APP_ID])
        elif FieldKind.APP_SECRET in dict(self.app_id.elsewhere):
            self.set_app_id("" if self.app_id.problem else self.app_id.value)
        if FieldKind.APP_SECRET in found:
            self.set_secret(found[FieldKind.APP_SECRET])
        if FieldKind.CALLBACK_URL in found:
            self.set_callback(found[FieldKind.CALLBACK_URL])

    def take_callback_proposal(self, value: str = "") -> None:
        """Use a proposed callback URL."""
        proposal = self.callback.proposal
        chosen = value or (proposal.value if proposal else "")
        if chosen:
            self.session.update(callback_text=chosen)

    # -- what is missing --------------------------------------------------------------

    def pair_problems(self) -> list[FieldProblem]:
        """At the boxes of the pair: what is wrong with what was typed, or what is missing."""
        typed = self.secret_paste is not None
        secret_needed = self.pressed and (typed or not self.secret_known)
        return [
            *told_at("credentials.app_id", self.app_id, needed=self.pressed),
            *told_at("credentials.app_secret", self.secret_paste, needed=secret_needed),
        ]

    def callback_problems(self) -> list[FieldProblem]:
        """At the box of the callback URL; without CAN it may stay empty."""
        answers = self.session.answers
        if answers.no_can and not answers.callback_text:
            return []
        return told_at("credentials.callback_url", self.callback, needed=self.pressed)
