"""What the options of ``diagnose`` say, as a setup: read as the window reads its boxes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from feishu_wizard.cli.output import note
from feishu_wizard.cli.tree import DASH
from feishu_wizard.domain.address import CALLBACK_PATH, read_can_address
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.web_address import parse_web_address
from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import field_label
from feishu_wizard.text.pastes import paste_edit, paste_problem, paste_proposal

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace

_LARGEST = 65_536  # bytes of standard input: a secret has 32, a pasted page a few thousand
_FIELDS = {FieldKind.CAN_URL: "url", FieldKind.PROXY_URL: "proxy"}


@dataclass(frozen=True, slots=True)
class Given:
    """The options as they were typed; empty for what was not.

    ``secret_stdin``: an App Secret comes by standard input.
    """

    file: str = ""
    app_id: str = ""
    secret_stdin: bool = False
    callback: str = ""
    can: str = ""
    edition: str | None = None
    open_url: str = ""
    accounts_url: str = ""
    ca_file: str = ""
    proxy: str = ""

    @property
    def something(self) -> bool:
        """There is something to diagnose."""
        named = (self.file, self.app_id, self.callback, self.can, self.open_url, self.accounts_url)
        return self.secret_stdin or any(named)


async def kit_of(place: Workplace, given: Given) -> Kit:
    """The setup of the file, with what the options say instead for this run.

    Raises ``InputError`` for a file or a value that cannot be used.
    """
    from feishu_wizard.cli.opening import load_setup

    # Without a file there is no setup to name: the App ID names what is remembered.
    kit = await load_setup(place, given.file) if given.file else Kit(Setup())
    typed = _typed_secret() if given.secret_stdin else None
    app_id = _app_id(given, typed)
    setup = _with_app(kit.setup, app_id, typed is not None)
    setup = _with_hosts(setup, given)
    setup = _with_office(setup, given)
    setup = _with_network(setup, given)
    if typed is None and setup.feishu.app_id == kit.setup.feishu.app_id:
        return replace(kit, setup=setup)
    secrets = {name: one for name, one in kit.secrets.items() if name != APP_SECRET}
    if typed is None:
        return replace(kit, setup=setup, secrets=secrets)
    note(_("The App Secret goes to {host} only.").format(host=setup.feishu.hosts.open))
    return replace(kit, setup=setup, secrets={**secrets, APP_SECRET: Secret(typed.value)})


def _typed_secret() -> Pasted:
    """The App Secret from standard input; on a terminal it is asked for and not shown."""
    if sys.stdin.isatty():
        text = click.prompt(_("App Secret"), hide_input=True, err=True)
    else:
        text = sys.stdin.buffer.read(_LARGEST + 1).decode("utf-8-sig", "replace")
    if len(text) > _LARGEST:
        raise InputError("paste.too_long", {"limit": str(_LARGEST), "length": f"> {_LARGEST}"})
    if not text:
        raise InputError("paste.empty")
    return _told(read_paste(FieldKind.APP_SECRET, text))


def _app_id(given: Given, secret: Pasted | None) -> str:
    """The App ID of the option, else the one that came together with the secret."""
    if given.app_id:
        return _told(read_paste(FieldKind.APP_ID, given.app_id)).value
    return secret.elsewhere.get(FieldKind.APP_ID, "") if secret else ""


def _with_app(setup: Setup, app_id: str, secret_given: bool) -> Setup:
    feishu = setup.feishu
    if secret_given and not (app_id or feishu.app_id):
        raise InputError("diagnose.secret_without_app")
    if not app_id or app_id == feishu.app_id:
        return setup
    if feishu.app_secret and not secret_given:
        note(_("Another App ID than in the file: the App Secret of the file is not used."))
    changed = msgspec.structs.replace(feishu, app_id=app_id, app_secret="")
    return msgspec.structs.replace(setup, feishu=changed)


def _with_hosts(setup: Setup, given: Given) -> Setup:
    """The brand, or the hosts of a private deployment."""
    changes: dict[str, Any] = {}
    if given.open_url or given.accounts_url:
        changes = {"edition": Edition.PRIVATE}
    if given.edition:
        # The hosts of a file are those of its own brand.
        changes |= {"edition": Edition(given.edition), "open_url": "", "accounts_url": ""}
    for name in ("open_url", "accounts_url"):
        url = getattr(given, name)
        if url:
            changes[name] = parse_web_address(url.strip()).origin
    feishu = msgspec.structs.replace(setup.feishu, **changes)
    if not feishu.hosts.open:
        raise InputError("diagnose.no_open_url")
    if feishu.app_secret and feishu.hosts.open != setup.feishu.hosts.open:
        host = feishu.hosts.open
        note(_("The App Secret of the file goes to {host}, as asked for.").format(host=host))
    return msgspec.structs.replace(setup, feishu=feishu)


def _with_office(setup: Setup, given: Given) -> Setup:
    """CAN's address from any page of it; the callback URL when it is that very page."""
    changes: dict[str, Any] = {}
    if given.can:
        address = read_can_address(_told(read_paste(FieldKind.CAN_URL, given.can)).value)
        changes["url"] = address.origin
        if not setup.office.callback_url and address.callback != address.origin + CALLBACK_PATH:
            changes["callback_url"] = address.callback
    if given.callback:
        pasted = _told(read_paste(FieldKind.CALLBACK_URL, given.callback))
        changes["callback_url"] = pasted.value
    office = msgspec.structs.replace(setup.office, **changes)
    return msgspec.structs.replace(setup, office=office)


def _with_network(setup: Setup, given: Given) -> Setup:
    changes: dict[str, str] = {}
    if given.ca_file:
        path = Path(given.ca_file).expanduser()
        if not path.is_file():
            raise InputError("net.ca_file_missing", {"path": str(path)})
        changes["ca_file"] = str(path)
    if given.proxy in ("system", "none"):
        changes["proxy"] = given.proxy
    elif given.proxy:
        changes["proxy"] = _told(read_paste(FieldKind.PROXY_URL, given.proxy)).value
    network = msgspec.structs.replace(setup.network, **changes)
    return msgspec.structs.replace(setup, network=network)


def _told(pasted: Pasted) -> Pasted:
    """Say what was done to a value and what is unusual about it; refuse one that is wrong."""
    label = field_label(_FIELDS.get(pasted.kind, pasted.kind.value))
    for edit in pasted.edits:
        note(f"{label}{DASH}{paste_edit(edit)}")
    if not pasted.usable:
        note(_("{field} cannot be used as it is.").format(field=label))
        if pasted.proposal is not None:
            note(f"{label}{DASH}{paste_proposal(pasted.proposal)} {pasted.proposal.value}")
        problem = pasted.problem
        raise InputError(problem.code, problem.params) if problem else InputError("paste.empty")
    if pasted.warning is not None:
        note(f"{label}{DASH}{paste_problem(pasted.warning)}")
    return pasted
