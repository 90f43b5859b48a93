"""The ledger of proofs: notes what was seen to work, and tells what has changed since then."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Basis, BasisPart, Entry, LedgerLook
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.proofs import lay_beside
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.basis import basis_of, read_basis
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import PlatformView
from feishu_wizard.services.net.clock import now


@dataclass(slots=True)
class _Known:
    """What this run of the program read last of an app, and when (RFC 3339)."""

    basis: Basis = field(default_factory=Basis)
    at: str = ""


# By workplace, then by setup and its fingerprint: another app or another CAN knows nothing yet.
_KNOWN: WeakKeyDictionary[Workplace, dict[tuple[str, str], _Known]] = WeakKeyDictionary()


def proof_fingerprint(setup: Setup) -> str:
    """What a proof was made with: another app or another CAN makes it void."""
    feishu, office = setup.feishu, setup.office
    values = (feishu.hosts.open, feishu.app_id, office.url, office.callback_url)
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def note(place: Workplace, kit: Kit, entry: Entry) -> None:
    """Keep a proof, or a try that failed; on disk before this returns, and nobody is called.

    A try that failed has ``good`` False; the code of its words is ``what`` with ``_not`` behind.
    An entry without a basis rests on what this run read last, and on setup and secret as they are.
    The reading may be older than the proof: a change in between is then told as one that came
    after it, so that the proof is made again rather than believed. A setup without an id has no
    ledger.
    """
    if not kit.setup.id:
        return
    read = entry.basis if entry.basis.parts else _known(place, kit).basis
    place.journal.add_proof(kit.setup.id, replace(entry, basis=_whole(place, kit, read)))


def entries(place: Workplace, kit: Kit) -> tuple[Entry, ...]:
    """Everything that is kept of the setup, void ones too, the oldest first. Calls nobody."""
    return tuple(place.journal.proofs(kit.setup.id)) if kit.setup.id else ()


async def look(place: Workplace, kit: Kit) -> LedgerLook:
    """The ledger beside what this run has read already. Calls nobody, and fetches no secret."""
    known = _known(place, kit)
    kept = await asyncio.to_thread(entries, place, kit)
    return lay_beside(kept, _whole(place, kit, known.basis), known.at)


async def check_now(place: Workplace, kit: Kit, report: Report) -> LedgerLook:
    """The ledger beside what is in force now; at most six authenticated calls.

    Raises what ``Workplace.feishu`` raises, and network failures.
    """
    report(Progress("reading_basis"))
    found = await basis(place, kit)
    kept = await asyncio.to_thread(entries, place, kit)
    return lay_beside(kept, found, _known(place, kit).at)


async def basis(place: Workplace, kit: Kit) -> Basis:
    """What is in force now, in at most six authenticated calls; unreadable parts are absent.

    Raises what ``Workplace.feishu`` raises, and network failures.
    """
    client = await place.feishu(kit)
    view = await read_basis(client)
    remember(place, kit, view)
    return _whole(place, kit, _known(place, kit).basis)


def remember(place: Workplace, kit: Kit, view: PlatformView) -> None:
    """What a check of this run read is what the next proof rests on."""
    known = _Known(basis_of(view), now())
    _KNOWN.setdefault(place, {})[_key(kit)] = known


def _known(place: Workplace, kit: Kit) -> _Known:
    return _KNOWN.get(place, {}).get(_key(kit), _Known())


def _key(kit: Kit) -> tuple[str, str]:
    return kit.setup.id, proof_fingerprint(kit.setup)


def _whole(place: Workplace, kit: Kit, read: Basis) -> Basis:
    """What was read, with what needs no reading: the setup, and the secret of this run."""
    at_hand = {BasisPart.SETUP.value: proof_fingerprint(kit.setup)}
    secret = place.paired(kit)
    if secret is not None:
        at_hand[BasisPart.SECRET.value] = _mark(kit, secret)
    return replace(read, parts={**at_hand, **read.parts})


def _mark(kit: Kit, secret: Secret) -> str:
    """Tells two secrets apart without telling either; salted with the setup's id."""
    salt = f"ledger {kit.setup.id}".encode()
    return hmac.new(salt, secret.reveal().encode(), hashlib.sha256).hexdigest()[:16]
