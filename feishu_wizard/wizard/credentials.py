"""Step 2: the app's ID and secret, the callback URL, and whether the pair works."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feishu_wizard.domain.address import callback_candidates
from feishu_wizard.domain.edition import AppType, ConsolePage, Edition, console_link
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, open_count
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.answers import Place, with_entry
from feishu_wizard.wizard.controller import Controller, proceed
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity, Step, Verb
from feishu_wizard.wizard.store_app import AT_FIELD, NO_TOKEN, StoreApp
from feishu_wizard.wizard.store_app import RESTS_ON as STORE_RESTS_ON

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.domain.scan import Scanned
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.scan import ScanFlow
    from feishu_wizard.wizard.secret_change import SecretChangeFlow

_RESTS_ON = frozenset({"app_id_text", "edition", "open_url", "accounts_url", "app_type", "proxy"})
_WORK_RESTS_ON = _RESTS_ON | STORE_RESTS_ON | {f"secret:{APP_SECRET}"}
# Codes by which the platform says that it does not know the App ID.
_UNKNOWN_APP = frozenset({"feishu.10003", "feishu.99991543", "feishu.20048"})


class CredentialsStep(Controller):
    """App ID, App Secret, callback URL and the connectivity check."""

    result: CredentialCheck | None = None
    arriving: tuple[Finding, ...] = ()
    secret_paste: Pasted | None = None
    secret_place: SecretPlace | None = None

    # -- shown by the page ------------------------------------------------------------

    @cached_property
    def scan(self) -> ScanFlow:
        """The scan that makes the app; made with the page that shows it."""
        from feishu_wizard.wizard.scan import ScanFlow

        return ScanFlow(self.session, completing=False)

    @cached_property
    def store(self) -> StoreApp:
        """The kind of the app, and what a store app needs besides."""
        return StoreApp(self.session)

    @cached_property
    def change(self) -> SecretChangeFlow:
        """The change of the App Secret, one that was left unfinished too."""
        from feishu_wizard.wizard.secret_change import SecretChangeFlow

        return SecretChangeFlow(self.session)

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

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The connectivity check, line by line."""
        return self.result.findings if self.result else self.arriving

    @property
    def lacks_token(self) -> bool:
        """A store app's pair passed, and there is no ticket to ask for more with."""
        return any(finding.code in NO_TOKEN for finding in self.findings)

    @property
    def self_built(self) -> bool:
        """It was called a store app, and the platform says that it is none."""
        return any(finding.code == "store.self_built" for finding in self.findings)

    @property
    def unknown_here(self) -> bool:
        """An address of one's own does not know the App ID: another address or brand may."""
        answers, result = self.session.answers, self.result
        own = bool(answers.open_url) or answers.edition is Edition.PRIVATE
        first = result.findings[0].code if result else ""
        return own and first in _UNKNOWN_APP

    # -- changed by the page ----------------------------------------------------------

    def set_app_id(self, text: str) -> None:
        """The App ID as typed."""
        self.session.update(app_id_text=text)

    def set_secret(self, text: str) -> None:
        """The App Secret as typed; "" keeps the one that is stored."""
        self.secret_paste = read_paste(FieldKind.APP_SECRET, text) if text else None
        pasted = self.secret_paste
        usable = pasted is not None and pasted.usable and bool(pasted.value)
        secret = Secret(pasted.value) if usable and pasted is not None else None
        self.forget_result()
        self.session.update(secrets=with_entry(self.session.answers.secrets, APP_SECRET, secret))

    def switch_app_type(self) -> None:
        """The platform says that it is a self-built app."""
        self.session.update(app_type=AppType.SELF_BUILT)

    def choose_edition(self) -> None:
        """To the first step, where the address and the edition are chosen."""
        self.session.go(Step.PREREQUISITES)
        self.session.focus = "prerequisites.edition"
        self.session.changed()

    def take_scanned(self, scanned: Scanned) -> None:
        """App ID and secret that a scan brought; they never touch the clipboard."""
        edition = scanned.edition or self.session.answers.edition
        if edition is not self.session.answers.edition:
            self.session.update(edition=edition, open_url="", accounts_url="")
        self.session.update(app_id_text=scanned.app_id, scanned_by=scanned.open_id)
        self.set_secret(scanned.secret.reveal())

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

    def switch_edition(self) -> None:
        """The other brand knows this app: go there, and check again."""
        other = self.result.other_edition if self.result else None
        if other is not None:
            self.session.update(edition=other, open_url="", accounts_url="")

    def check(self, *, then_advance: bool = False, pair_only: bool = False) -> None:
        """Test the pair and read what the platform tells about app and tenant.

        ``pair_only``: a scan brought it; what other boxes lack is said when the step is left.
        """
        known = self.result
        self.forget_result()  # what it says of a box is no problem of what is in it now
        if not pair_only and self.stop_at_problems():
            self.result = known
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> CredentialCheck:
            from feishu_wizard.operations.check_credentials import check_credentials

            return await check_credentials(place, kit, report)

        self.session.start(
            "checking_credentials",
            work,
            lambda result: self._checked(result, then_advance),
            failed=self._check_failed,
            rests_on=_WORK_RESTS_ON,
        )

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """Check first; once checked, go on."""
        if self.result is None:
            return Verb("check_and_continue", {})
        return proceed(self.open_items())

    def press(self) -> None:
        """Check and go on, or leave."""
        if self.result is None:
            self.check(then_advance=True)
        elif self.pressed or not self.stop_at_problems():
            self.session.advance()

    def done(self) -> bool:
        """The pair passed."""
        return self.result is not None and self.result.passed

    def open_items(self) -> int:
        """Failed lines of the check, and what a store app lacks to be proven."""
        return open_count(self.findings) + self.lacks_token

    def problems(self) -> list[FieldProblem]:
        """At each box: what is wrong with what was typed, or what is missing."""
        found = self._field("app_id", self.app_id)
        found += self._secret_problems()
        found += self.store.problems(self.result.findings if self.result else ())
        answers = self.session.answers
        if answers.callback_text or not answers.no_can:
            found += self._field("callback_url", self.callback)
        return found

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app or host: the result is void, and so is the stored secret's fit."""
        if names & (_RESTS_ON | STORE_RESTS_ON):
            self.forget_result()

    def answers_replaced(self) -> None:
        """Drop the result and the typed secrets."""
        self.forget_result()
        self.secret_paste = None
        self.store.replaced()
        if "change" in vars(self):
            self.change.replaced()
        self.pressed = False

    def entered(self) -> None:
        """Propose the callback that follows from the CAN address when the box is empty."""
        if self.secret_place is None:
            self.session.keeping.look_where(self._place_known)
        self.change.look_back()

    def progressed(self, progress: Progress) -> None:
        """Lines appear as they come."""
        if progress.finding is not None and progress.finding.id.startswith("secret_change."):
            self.change.arrived(progress.finding)
        elif progress.finding is not None and self.result is None:
            kept = tuple(f for f in self.arriving if f.id != progress.finding.id)
            self.arriving = (*kept, progress.finding)

    # -- inside -----------------------------------------------------------------------

    def forget_result(self) -> None:
        """What was checked rests on other values."""
        self.result = None
        self.arriving = ()

    def _place_known(self, place: SecretPlace) -> None:
        self.secret_place = place
        if place.place != Place.KEYRING.value and self.session.answers.place is Place.KEYRING:
            self.session.update(place=Place(place.place))

    def _field(self, name: str, pasted: Pasted) -> list[FieldProblem]:
        field = f"credentials.{name}"
        if pasted.problem is not None and pasted.typed:
            return [FieldProblem(field, pasted.problem.code, dict(pasted.problem.params))]
        if not pasted.value:
            return [FieldProblem(field, "missing")] if self.pressed else []
        if pasted.warning is not None:
            params = dict(pasted.warning.params)
            return [FieldProblem(field, pasted.warning.code, params, Severity.WARNING)]
        return []

    def _secret_problems(self) -> list[FieldProblem]:
        if self.secret_paste is not None:
            return self._field("app_secret", self.secret_paste)
        if self.pressed and not self.secret_known:
            return [FieldProblem("credentials.app_secret", "missing")]
        return []

    def _checked(self, result: CredentialCheck, then_advance: bool) -> None:
        self.result = result
        self.arriving = ()
        if result.passed:
            self.session.keeping.keep_secret(APP_SECRET)
        if not self.shown:
            return
        if self.open_items() == 0 and then_advance:
            self.session.advance()
            return
        failed = [f for f in result.findings if f.status.value == "fail"]
        if failed:
            self._say_failed(failed[0], result.other_edition)
            return
        lack = next((f for f in result.findings if f.code in NO_TOKEN), None)
        if lack is not None:
            self.session.say(Severity.WARNING, lack.code, dict(lack.params), finding=lack)

    def _check_failed(self, error: WizardError) -> bool:
        """A stored secret that is gone has to be typed again: point to its box."""
        if error.code == "secret.missing" and self.shown:
            self.session.focus = "credentials.app_secret"
        return False

    def _say_failed(self, first: Finding, other: Edition | None) -> None:
        if other is not None:
            self.session.say(
                Severity.ERROR,
                "other_edition",
                {"edition": other.value},
                finding=first,
                actions=("switch_edition",),
            )
            return
        params = dict(first.params)
        if self.unknown_here:
            params["host"] = urlsplit(self.session.answers.hosts.open).netloc
            self.session.say(
                Severity.ERROR,
                "edition.unknown_here",
                params,
                finding=first,
                actions=("choose_edition",),
            )
            self.session.focus = "credentials.app_id"
            return
        offered: tuple[str, ...] = ("switch_app_type",) if self.self_built else ()
        self.session.say(Severity.ERROR, first.code, params, finding=first, actions=offered)
        if first.id == "feishu.credentials" and not self.self_built:
            usual = "credentials.app_id" if _unknown(first) else "credentials.app_secret"
            self.session.focus = AT_FIELD.get(first.code, usual)

    def act(self, action: str) -> None:
        """The strip's button."""
        if action == "switch_edition":
            self.switch_edition()
        elif action == "choose_edition":
            self.choose_edition()
        elif action == "switch_app_type":
            self.switch_app_type()


def _unknown(finding: Finding) -> bool:
    return finding.params.get("feishu_code", "") == "10003"
