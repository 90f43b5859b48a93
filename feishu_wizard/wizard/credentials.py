"""Step 2: whether App ID and secret work, and what to do when they do not."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, open_count
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.controller import proceed
from feishu_wizard.wizard.credentials_asked import CredentialsAsked
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


class CredentialsStep(CredentialsAsked):
    """The connectivity check of what was asked for, and what its result leads to."""

    result: CredentialCheck | None = None
    arriving: tuple[Finding, ...] = ()
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

    def set_secret(self, text: str) -> None:
        """The App Secret as typed: what was checked rests on another one."""
        self.forget_result()
        super().set_secret(text)

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
        refused = self.store.problems(self.result.findings if self.result else ())
        return [*self.pair_problems(), *refused, *self.callback_problems()]

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
        """Find out where secrets are kept, and whether a change of one was left unfinished."""
        if self.secret_place is None:
            self.session.keeping.secrets.look_where(self._place_known)
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

    def _checked(self, result: CredentialCheck, then_advance: bool) -> None:
        self.result = result
        self.arriving = ()
        if result.passed:
            self.session.keeping.secrets.keep(APP_SECRET)
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
