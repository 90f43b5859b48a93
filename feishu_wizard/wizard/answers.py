"""What the admin said so far: typed, frozen, and surviving Back."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.change import Target
from feishu_wizard.domain.edition import AppType, Edition, Hosts, hosts_of
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import (
    APP_SECRET,
    BY_HAND,
    Capabilities,
    Feishu,
    Network,
    Office,
    Setup,
    new_id,
)


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
    # permissions
    declined: frozenset[str] = frozenset()
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


def to_setup(answers: Answers, *, app_id: str, callback: str, can_url: str) -> Setup:
    """The setup that the answers describe; the cleaned values are given by the steps."""
    can_refs = {
        name.removeprefix("can_"): ref for name, ref in answers.refs if name.startswith("can_")
    }
    return Setup(
        id=answers.setup_id,
        feishu=Feishu(
            edition=answers.edition,
            open_url=answers.open_url,
            accounts_url=answers.accounts_url,
            app_type=answers.app_type,
            app_id=app_id,
            app_secret=answers.ref(APP_SECRET),
            tenant_key=answers.tenant_key,
        ),
        office=Office(
            url=can_url,
            profile=answers.profile,
            callback_url=callback,
            inputs=dict(answers.inputs),
            secrets=can_refs,
        ),
        capabilities=Capabilities.of(answers.capabilities),
        network=Network(
            proxy=_proxy(answers.proxy),
            ca_file=read_paste(FieldKind.CA_FILE, answers.ca_file).value,
            pinned=dict(answers.pinned),
            plain_http=sorted(answers.plain_http),
        ),
    )


def _proxy(typed: str) -> str:
    """``system``, ``none`` or the cleaned address; an empty box is what the system says."""
    if typed in ("system", "none"):
        return typed
    return read_paste(FieldKind.PROXY_URL, typed).value or "system"


def from_setup(setup: Setup) -> Answers:
    """Answers that describe an existing setup, as when a file is opened."""
    refs = {f"can_{name}": ref for name, ref in setup.office.secrets.items()}
    if setup.feishu.app_secret:
        refs[APP_SECRET] = setup.feishu.app_secret
    return Answers(
        setup_id=setup.id or new_id(),
        can_text=setup.office.url,
        no_can=not setup.office.url,
        capabilities=setup.capabilities.chosen(),
        edition=setup.feishu.edition,
        open_url=setup.feishu.open_url,
        accounts_url=setup.feishu.accounts_url,
        proxy=setup.network.proxy,
        ca_file=setup.network.ca_file,
        plain_http=frozenset(setup.network.plain_http),
        pinned=tuple(setup.network.pinned.items()),
        app_type=setup.feishu.app_type,
        tenant_key=setup.feishu.tenant_key,
        app_id_text=setup.feishu.app_id,
        callback_text=setup.office.callback_url,
        refs=tuple(refs.items()),
        profile=setup.office.profile,
        inputs=tuple(setup.office.inputs.items()),
    )
