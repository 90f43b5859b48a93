"""What step 1 asks for: where CAN is, what is wanted, and how the network is passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.names import PROXY_PASSWORD
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.answers import ConsoleBy, with_entry, with_text
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import blocked_at
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.address import CanAddress


class PrerequisitesAsked(Controller):
    """Addresses, capabilities, who does the console part, and the way through the network."""

    # -- shown by the page ------------------------------------------------------------

    @property
    def can_paste(self) -> Pasted:
        """The CAN address as typed, cleaned, with what was done and what is proposed."""
        return read_paste(FieldKind.CAN_URL, self.session.answers.can_text)

    @property
    def address(self) -> CanAddress | None:
        """Origin, API bases and callback; None while the address cannot be used."""
        pasted = self.can_paste
        if self.session.answers.no_can or not pasted.usable:
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

    def unpin(self, host: str) -> None:
        """Trust the certificate of ``host`` no longer."""
        self.session.update(pinned=with_text(self.session.answers.pinned, host, ""))

    def set_proxy_password(self, text: str) -> None:
        """Basic credentials of the proxy; kept as a secret of this run."""
        secret = Secret(text) if text else None
        self.session.update(
            secrets=with_entry(self.session.answers.secrets, PROXY_PASSWORD, secret)
        )

    # -- what is missing --------------------------------------------------------------

    def problems(self) -> list[FieldProblem]:
        """The address, and at least one capability."""
        found = self._address_problems()
        answers = self.session.answers
        if self.pressed and not answers.capabilities:
            found.append(FieldProblem("prerequisites.capabilities", "nothing_chosen"))
        return found + self._edition_problems() + self._network_problems()

    def _address_problems(self) -> list[FieldProblem]:
        if self.session.answers.no_can:
            return []
        pasted = self.can_paste
        name = "prerequisites.can_url"
        if not pasted.value:
            return [FieldProblem(name, "missing")] if self.pressed else []
        if pasted.problem is not None:
            return blocked_at(name, pasted)
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
        typed = self.pressed and self.proxy_mode == "address"
        return [
            *blocked_at("prerequisites.proxy_url", self.proxy_paste, needed=typed),
            *blocked_at("prerequisites.ca_file", self.ca_paste),
        ]


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
