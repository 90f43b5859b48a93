"""Between answers and setup: what was typed becomes a file, and a file becomes answers.

Loaded with the first operation, not with the window.
"""

from __future__ import annotations

from feishu_wizard.domain.names import APP_SECRET, new_id
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.setup import Capabilities, Feishu, Network, Office, Setup
from feishu_wizard.wizard.answers import Answers


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
