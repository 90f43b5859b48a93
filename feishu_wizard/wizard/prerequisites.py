"""Step 1: whether network, platform and CAN let happen what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.finding import Finding, Status, open_count
from feishu_wizard.domain.names import BY_HAND, PROXY_PASSWORD
from feishu_wizard.wizard.answers import with_text
from feishu_wizard.wizard.controller import proceed
from feishu_wizard.wizard.prerequisites_asked import PrerequisitesAsked
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.outcomes import PrerequisiteCheck, ProfileOffer
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.operations.context import Workplace

# Answers that the result of the check rests on.
_RESTS_ON = frozenset(
    {"can_text", "no_can", "edition", "open_url", "accounts_url", "proxy", "proxy_user"}
    | {"ca_file", "plain_http", "pinned", f"secret:{PROXY_PASSWORD}"}
)


class PrerequisitesStep(PrerequisitesAsked):
    """The check of network, platform and CAN, and what its result leads to."""

    result: PrerequisiteCheck | None = None
    arriving: tuple[Finding, ...] = ()

    # -- shown by the page ------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the last check found, or what has arrived of the one under way."""
        return self.result.findings if self.result else self.arriving

    @property
    def offer(self) -> ProfileOffer | None:
        """Whether CAN speaks a known profile."""
        return self.result.offer if self.result else None

    @property
    def network_open(self) -> bool:
        """Something about network or edition is not as usual, or failed: worth showing."""
        answers = self.session.answers
        usual = answers.edition is Edition.FEISHU and answers.proxy == "system"
        usual = usual and not (answers.open_url or answers.ca_file or answers.pinned)
        return not usual or any(f.status is Status.FAIL and f.group == "net" for f in self.findings)

    @property
    def untrusted(self) -> Finding | None:
        """The TLS finding about CAN whose certificate may be pinned after a look."""
        for finding in self.findings:
            if finding.id == "net.can.tls" and finding.code == "net.tls.untrusted":
                return finding
        return None

    # -- changed by the page ----------------------------------------------------------

    def pin_certificate(self) -> None:
        """Trust the certificate that was shown, for the CAN host only."""
        finding = self.untrusted
        if finding is not None:
            from feishu_wizard.domain.web_address import parse_web_address

            host = parse_web_address(self.can_origin).host
            pinned = with_text(self.session.answers.pinned, host, finding.params["sha256"])
            self.session.update(pinned=pinned)
            self.check()

    def check(self) -> None:
        """Look at the network layer by layer, at the platform, and at CAN."""
        if self.stop_at_problems():
            return
        self.arriving = ()
        self.result = None
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> PrerequisiteCheck:
            from feishu_wizard.operations.check_prerequisites import check_prerequisites

            return await check_prerequisites(place, kit, report)

        self.session.start("checking_network", work, self._checked, rests_on=_RESTS_ON)

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """Check first; once checked, go on (with open items when there are)."""
        if self.result is None:
            return Verb("check_and_continue", {})
        return proceed(self.open_items())

    def press(self) -> None:
        """Check, or leave."""
        if self.result is not None:
            self.session.advance()
        else:
            self.check()

    def done(self) -> bool:
        """Checked in this sitting, with nothing failed."""
        return self.result is not None

    def open_items(self) -> int:
        """Failed checks."""
        return open_count(self.findings)

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another address or route: the result is void. Another CAN: so is what it speaks."""
        if names & _RESTS_ON:
            self.answers_replaced()
        if "can_text" in names:
            self.session.update(profile=BY_HAND, api_base="")

    def answers_replaced(self) -> None:
        """Drop the result."""
        self.result = None
        self.arriving = ()
        self.pressed = False

    def progressed(self, progress: Progress) -> None:
        """Findings appear as they come."""
        if progress.finding is not None and self.result is None:
            kept = tuple(f for f in self.arriving if f.id != progress.finding.id)
            self.arriving = (*kept, progress.finding)

    # -- inside -----------------------------------------------------------------------

    def _checked(self, result: PrerequisiteCheck) -> None:
        self.result = result
        self.arriving = ()
        offer = result.offer
        if offer is not None and offer.reason != "unreachable":
            # Only what was heard from this CAN changes what is known of it.
            profile = offer.profile if offer.fits else BY_HAND
            self.session.update(profile=profile, api_base=offer.api_base)
        if not self.shown:
            return
        if open_count(result.findings) == 0:
            warned = any(f.status is Status.WARN for f in result.findings)
            self.session.advance()
            if warned:
                self.session.say(Severity.WARNING, "checked_with_warnings")
            return
        first = next(f for f in result.findings if f.status is Status.FAIL)
        self.session.say(Severity.ERROR, first.code, dict(first.params), finding=first)
