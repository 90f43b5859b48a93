"""Creates an app, or completes one, by a scan that somebody confirms on the phone.

The flow is OAuth's device grant (RFC 8628) as the official SDKs drive it: ask whether it is
offered, begin, show the link as a code, poll until there is a decision. Nothing is sent to the
other brand's hosts before the admin agreed: the caller comes back with ``resume``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.launch import launch_url
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.scan import OtherBrand, Scanned, ScanOffer, ScanWish
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.feishu import registration
from feishu_wizard.services.feishu.registration import Polled
from feishu_wizard.services.net.http import Http

SLOWER = 5.0  # RFC 8628, section 3.5: "slow_down" adds five seconds to the interval
SHORTEST = 1.0  # an answer that names no sensible interval does not make us hammer the host
_ENDS = {"denied": "scan.denied", "expired": "scan.expired", "taken": "scan.taken"}


@dataclass(frozen=True, slots=True)
class ScanProgress(Progress):
    """What the window shows meanwhile. ``matrix``: the link as a QR code, see ``qr_matrix``; with
    the first news only. ``trouble``: why the last poll got no answer; the scan goes on until its
    code expires."""

    offer: ScanOffer | None = None
    matrix: tuple[bytes, ...] = ()
    trouble: WizardError | None = None


async def scan(
    place: Workplace, kit: Kit, wish: ScanWish, report: Report, resume: OtherBrand | None = None
) -> Scanned | OtherBrand:
    """Have somebody scan and confirm. The offer to show comes as ``ScanProgress``.

    ``resume`` goes on polling at the other brand, which the admin has agreed to. Raises
    ``scan.denied``, ``scan.expired``, ``scan.taken`` (another program took the result),
    ``scan.not_offered``, ``scan.refused``, ``scan.wrong_brand`` (with hosts of one's own there is
    no other brand to go to), and the network's errors while there is no code yet.
    """
    http = await place.http(kit)
    switched = resume is not None
    if resume is None:
        hosts = kit.setup.feishu.hosts
        offer = await _begun(http, hosts, wish)
        matrix = await asyncio.to_thread(qr_matrix, offer.url)
        report(ScanProgress("scan_waiting", offer=offer, matrix=matrix))
    else:
        hosts, offer = hosts_of(resume.edition), resume.offer
    code = offer.device_code
    wait = _Wait(offer, report, lambda: registration.poll(http, hosts, code, switched=switched))
    polled = await wait.decided()
    return _outcome(kit, resume, polled, wait.left)


async def _begun(http: Http, hosts: Hosts, wish: ScanWish) -> ScanOffer:
    """A code whose link asks for the wish. Where the host is silent on whether it offers scans,
    beginning one tells."""
    try:
        offered = await registration.supported(http, hosts)
    except NetworkError as error:
        if error.code != "net.not_json":
            raise
        offered = True
    if not offered:
        raise WizardError("scan.not_offered")
    offer = await registration.begin(http, hosts)
    return replace(offer, url=launch_url(offer.url, wish))


def qr_matrix(text: str) -> tuple[bytes, ...]:
    """A QR code, line by line: 1 is a dark module, 0 a light one; no quiet zone. Takes 0.2 s.

    The lowest level of correction: on a screen nothing is torn or dirty, and larger modules are
    read from further away.
    """
    import segno  # only a scan needs it

    return tuple(bytes(line) for line in segno.make(text, error="l", micro=False).matrix)


class _Wait:
    """Polls until somebody decided, or the code has expired."""

    def __init__(
        self, offer: ScanOffer, report: Report, poll: Callable[[], Awaitable[Polled]]
    ) -> None:
        self._offer, self._report, self._poll = offer, report, poll
        self._end = time.monotonic() + offer.lifetime
        self._interval = max(offer.interval, SHORTEST)
        self._trouble: WizardError | None = None

    @property
    def left(self) -> ScanOffer:
        """The offer with the seconds that it is still valid."""
        return replace(self._offer, lifetime=max(self._end - time.monotonic(), 0.0))

    async def decided(self) -> Polled:
        """The first answer that is a decision. The last poll is made when the time is up:
        somebody may have confirmed in the last second."""
        while (rest := self._end - time.monotonic()) > 0:
            await asyncio.sleep(min(self._interval, rest))
            polled = await self._asked()
            if polled is None or polled.state == "pending":
                continue
            if polled.state == "slow_down":
                self._interval += SLOWER
            elif polled.state in _ENDS:
                raise WizardError(_ENDS[polled.state])
            else:
                return polled
        seen = self._trouble.evidence if self._trouble is not None else ()
        raise WizardError("scan.expired", evidence=seen)

    async def _asked(self) -> Polled | None:
        """One poll; None when no answer came, which is told and survived."""
        try:
            polled = await self._poll()
        except NetworkError as error:
            self._trouble = error
            self._tell()
            return None
        if self._trouble is not None:
            self._trouble = None
            self._tell()
        return polled

    def _tell(self) -> None:
        self._report(ScanProgress("scan_waiting", offer=self.left, trouble=self._trouble))


def _outcome(
    kit: Kit, resume: OtherBrand | None, polled: Polled, left: ScanOffer
) -> Scanned | OtherBrand:
    here = resume.edition if resume is not None else kit.setup.feishu.edition
    told = Edition(polled.brand) if polled.brand else here
    if polled.state != "other_brand":
        # A host of one's own serves one tenant, whatever brand that calls itself.
        edition = told if _public(kit) else None
        return Scanned(polled.app_id, polled.secret, polled.open_id, edition)
    if not _public(kit):
        raise WizardError("scan.wrong_brand", {"edition": told.value})
    return OtherBrand(told, left)


def _public(kit: Kit) -> bool:
    feishu = kit.setup.feishu
    own = feishu.open_url or feishu.accounts_url or feishu.edition is Edition.PRIVATE
    return not own
