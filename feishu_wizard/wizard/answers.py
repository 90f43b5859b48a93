"""What the admin said so far: typed, frozen, and surviving Back."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.edition import AppType, Edition, Hosts, hosts_of
from feishu_wizard.domain.names import BY_HAND, new_id
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import Target


class ConsoleBy(StrEnum):
    """Who does the console part."""

    ME = "me"
    COLLEAGUE = "colleague"


class Place(StrEnum):
    """Where secrets are kept; values equal those of the secret store."""

    KEYRING = "keyring"
    SESSION = "session"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Answers:
    """Typed values are kept as typed; what is used of them is derived by the steps.

    ``secrets``: entry name ("app_secret", "can_api_key", "proxy_password") to the value of this
    run. ``refs``: entry name to the reference where it is kept ("keyring:app_secret").
    ``stated``: what a person said was done by hand, by field.
    """

    setup_id: str = field(default_factory=new_id)
    # prerequisites
    can_text: str = ""
    no_can: bool = False
    capabilities: frozenset[Capability] = ALL
    console_by: ConsoleBy = ConsoleBy.ME
    edition: Edition = Edition.FEISHU
    open_url: str = ""
    accounts_url: str = ""
    proxy: str = "system"
    proxy_user: str = ""
    ca_file: str = ""
    plain_http: frozenset[str] = frozenset()
    pinned: tuple[tuple[str, str], ...] = ()
    # credentials
    app_type: AppType = AppType.SELF_BUILT
    tenant_key: str = ""
    app_id_text: str = ""
    callback_text: str = ""
    secrets: tuple[tuple[str, Secret], ...] = ()
    refs: tuple[tuple[str, str], ...] = ()
    place: Place = Place.KEYRING
    scanned_by: str = ""  # open_id of who scanned: a person to send the first message to
    # permissions
    declined: frozenset[str] = frozenset()
    console_done: frozenset[str] = frozenset()  # said to be done, where only a release shows it
    # save
    targets: frozenset[Target] = frozenset()
    profile: str = BY_HAND
    api_base: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    file_path: str = ""
    file_plain: bool = False
    enable: bool = True
    enable_open: bool = False
    stated: frozenset[str] = frozenset()
    # test
    recipients_text: str = ""
    recipient_kind: str = "can_account"
    template: str = "card"
    message_lang: str = ""

    @property
    def hosts(self) -> Hosts:
        """Origins of the platform that these answers name."""
        return hosts_of(self.edition, self.open_url, self.accounts_url)

    def secret(self, name: str) -> Secret | None:
        """A secret typed or loaded in this run."""
        return dict(self.secrets).get(name)

    def ref(self, name: str) -> str:
        """Where a secret is kept; "" when nowhere."""
        return dict(self.refs).get(name, "")


def with_entry(
    pairs: tuple[tuple[str, Secret], ...], name: str, value: Secret | None
) -> tuple[tuple[str, Secret], ...]:
    """The pairs with one entry replaced, or removed when ``value`` is None."""
    kept = tuple(pair for pair in pairs if pair[0] != name)
    return kept if value is None else (*kept, (name, value))


def with_text(
    pairs: tuple[tuple[str, str], ...], name: str, value: str
) -> tuple[tuple[str, str], ...]:
    """The pairs with one text entry replaced, or removed when empty."""
    kept = tuple(pair for pair in pairs if pair[0] != name)
    return (*kept, (name, value)) if value else kept


def changed_names(before: Answers, after: Answers) -> frozenset[str]:
    """Fields that differ; a secret counts by its own name ("secret:app_secret")."""
    plain = (f.name for f in fields(Answers) if f.name != "secrets")
    names = {name for name in plain if getattr(before, name) != getattr(after, name)}
    old, new = dict(before.secrets), dict(after.secrets)
    return frozenset(
        names | {f"secret:{n}" for n in old | new if not _same(old.get(n), new.get(n))}
    )


def _same(one: Secret | None, other: Secret | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.matches(other)
