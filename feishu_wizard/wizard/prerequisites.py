"""Step 1: where CAN is, what is wanted, and whether the network lets it happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Status, open_count
from feishu_wizard.domain.names import BY_HAND, PROXY_PASSWORD
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.answers import ConsoleBy, with_entry, with_text
from feishu_wizard.wizard.controller import Controller, proceed
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.address import CanAddress
    from feishu_wizard.domain.outcomes import PrerequisiteCheck, ProfileOffer
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.operations.context import Workplace

# Answers that the result of the check rests on.
_RESTS_ON = frozenset(
    {"can_text", "no_can", "edition", "open_url", "accounts_url", "proxy", "proxy_user"}
    | {"ca_file", "plain_http", "pinned", f"secret:{PROXY_PASSWORD}"}
)


class PrerequisitesStep(Controller):
    """The CAN address, capabilities, who does the console part, and the network."""

    result: PrerequisiteCheck | None = None
    arriving: tuple[Finding, ...] = ()

    # -- shown by the page ------------------------------------------------------------

    @property
    def can_paste(self) -> Pasted:
        """The CAN address as typed, cleaned, with what was done and what is proposed."""
        return read_paste(FieldKind.CAN_URL, self.session.answers.can_text)

    @property
    def address(self) -> CanAddress | None:
        """Origin, API bases and callback; None while the address cannot be used."""
        pasted = self.can_paste
        if self.session.answers.no_can or not pasted.usable or not pasted.value:
            return None
        try:
            return _derived(pasted.value)
        except InputError:
            return None

    @property
    def can_origin(self) -> str:
        """The web origin of CAN; "" when there is none."""
        address = self.address
        return address.origin if address else ""

    @property
    def plain_http_host(self) -> str:
        """The origin that answers without TLS and was not confirmed yet; "" otherwise."""
        origin = self.can_origin
        if not origin.startswith("http://") or _loopback(origin):
            return ""
        return "" if origin in self.session.answers.plain_http else origin

    @property
    def secret_hosts(self) -> tuple[str, ...]:
        """Hosts that will be called, as shown before anything is."""
        return self.session.answers.hosts.names()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the last check found, or what has arrived of the one under way."""
        return self.result.findings if self.result else self.arriving

    @property
    def offer(self) -> ProfileOffer | None:
        """Whether CAN speaks a known profile."""
        return self.result.offer if self.result else None

    @property
    def plain_http_confirmed(self) -> bool:
        """CAN is reached without TLS and the admin agreed."""
        return self.can_origin in self.session.answers.plain_http

    @property
    def proxy_mode(self) -> str:
        """``system``, ``none``, or ``address``."""
        proxy = self.session.answers.proxy
        return proxy if proxy in ("system", "none") else "address"

    @property
    def proxy_paste(self) -> Pasted:
        """The proxy's address as typed, cleaned; empty when none is typed."""
        typed = self.session.answers.proxy if self.proxy_mode == "address" else ""
        return read_paste(FieldKind.PROXY_URL, typed)

    @property
    def ca_paste(self) -> Pasted:
        """The path of the certificate file as typed, cleaned."""
        return read_paste(FieldKind.CA_FILE, self.session.answers.ca_file)

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

    def set_can_text(self, text: str) -> None:
        """The address as typed."""
        self.session.update(can_text=text)

    def take_proposal(self) -> None:
        """Use the proposed address."""
        proposal = self.can_paste.proposal
        if proposal is not None:
            self.session.update(can_text=proposal.value)

    def set_no_can(self, none: bool) -> None:
        """No CAN is reachable: prepare only."""
        self.session.update(no_can=none)

    def set_capability(self, capability: Capability, wanted: bool) -> None:
        """Choose or leave out a capability."""
        chosen = self.session.answers.capabilities
        self.session.update(capabilities=chosen | {capability} if wanted else chosen - {capability})

    def set_console_by(self, who: ConsoleBy) -> None:
        """Who does the console part."""
        self.session.update(console_by=who)

    def set_edition(self, edition: Edition) -> None:
        """Feishu, Lark or a private deployment."""
        self.session.update(edition=edition)

    def set_open_url(self, text: str) -> None:
        """The open host of a private deployment."""
        self.session.update(open_url=text.strip())

    def set_accounts_url(self, text: str) -> None:
        """The login host of a private deployment."""
        self.session.update(accounts_url=text.strip())

    def set_proxy_mode(self, mode: str) -> None:
        """``system``, ``none``, or ``address`` for one that is typed."""
        if mode != self.proxy_mode:
            self.session.update(proxy="" if mode == "address" else mode)

    def set_proxy_url(self, text: str) -> None:
        """The proxy's address as typed."""
        self.session.update(proxy=text)

    def set_proxy_user(self, text: str) -> None:
        """User name of the proxy."""
        self.session.update(proxy_user=text.strip())

    def set_ca_file(self, text: str) -> None:
        """A file of certificates that are trusted besides the system's."""
        self.session.update(ca_file=text)

    def confirm_plain_http(self, confirmed: bool = True) -> None:
        """One clear confirmation per host, which can be taken back."""
        known, host = self.session.answers.plain_http, self.can_origin
        self.session.update(plain_http=known | {host} if confirmed else known - {host})

    def pin_certificate(self) -> None:
        """Trust the certificate that was shown, for the CAN host only."""
        finding = self.untrusted
        if finding is not None:
            from feishu_wizard.domain.web_address import parse_web_address

            host = parse_web_address(self.can_origin).host
            pinned = with_text(self.session.answers.pinned, host, finding.params["sha256"])
            self.session.update(pinned=pinned)
            self.check()

    def unpin(self, host: str) -> None:
        """Trust the certificate of ``host`` no longer."""
        self.session.update(pinned=with_text(self.session.answers.pinned, host, ""))

    def set_proxy_password(self, text: str) -> None:
        """Basic credentials of the proxy; kept as a secret of this run."""
        secret = Secret(text) if text else None
        self.session.update(
            secrets=with_entry(self.session.answers.secrets, PROXY_PASSWORD, secret)
        )

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

    def problems(self) -> list[FieldProblem]:
        """The address, and at least one capability."""
        found = self._address_problems()
        answers = self.session.answers
        if self.pressed and not answers.capabilities:
            found.append(FieldProblem("prerequisites.capabilities", "nothing_chosen"))
        return found + self._edition_problems() + self._network_problems()

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

    def _address_problems(self) -> list[FieldProblem]:
        if self.session.answers.no_can:
            return []
        pasted = self.can_paste
        name = "prerequisites.can_url"
        if not pasted.value:
            return [FieldProblem(name, "missing")] if self.pressed else []
        if pasted.problem is not None:
            return [FieldProblem(name, pasted.problem.code, dict(pasted.problem.params))]
        try:
            _derived(pasted.value)
        except InputError as error:
            return [FieldProblem(name, error.code, dict(error.params))]
        if self.plain_http_host:
            return [
                FieldProblem(
                    "prerequisites.plain_http", "plain_http", {"host": self.plain_http_host}
                )
            ]
        return []

    def _edition_problems(self) -> list[FieldProblem]:
        """The two addresses of a private deployment: the first has to be there, both be read."""
        answers = self.session.answers
        typed = {"open_url": answers.open_url, "accounts_url": answers.accounts_url}
        found = [
            FieldProblem(f"prerequisites.{name}", error.code, dict(error.params))
            for name, error in ((name, _unreadable(url)) for name, url in typed.items() if url)
            if error is not None
        ]
        if self.pressed and answers.edition is Edition.PRIVATE and not answers.open_url:
            found.append(FieldProblem("prerequisites.open_url", "missing"))
        if answers.open_url and not answers.accounts_url and not found:
            host = {"host": answers.hosts.names()[0]}
            name = "prerequisites.accounts_url"
            found.append(FieldProblem(name, "edition.no_accounts", host, Severity.WARNING))
        return found

    def _network_problems(self) -> list[FieldProblem]:
        found = []
        proxy, file = self.proxy_paste, self.ca_paste
        if proxy.typed and proxy.problem is not None:
            params = dict(proxy.problem.params)
            found.append(FieldProblem("prerequisites.proxy_url", proxy.problem.code, params))
        elif self.pressed and self.proxy_mode == "address" and not proxy.value:
            found.append(FieldProblem("prerequisites.proxy_url", "missing"))
        if file.typed and file.problem is not None:
            params = dict(file.problem.params)
            found.append(FieldProblem("prerequisites.ca_file", file.problem.code, params))
        return found

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


def _derived(url: str) -> CanAddress:
    """What follows from the address. The rules load with the first address, not at the start."""
    from feishu_wizard.domain.address import read_can_address

    return read_can_address(url)


def _unreadable(url: str) -> InputError | None:
    from feishu_wizard.domain.web_address import parse_web_address

    try:
        parse_web_address(url)
    except InputError as error:
        return error
    return None


def _loopback(origin: str) -> bool:
    from ipaddress import AddressValueError, IPv4Address, IPv6Address

    from feishu_wizard.domain.web_address import parse_web_address

    host = parse_web_address(origin).host
    try:
        address = IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback
