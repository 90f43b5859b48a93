"""One run of a walk: several listings at once, each page kept, failures borne or told."""

from __future__ import annotations

import asyncio

import msgspec

from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.operations.walk.frontier import Frontier
from feishu_wizard.operations.walk.news import WalkNewsDesk
from feishu_wizard.operations.walk.plan import OF_THE_LISTING, SPENT_TOKEN, Fetched, Plan, api_of
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal
from feishu_wizard.services.storage.rehearsal.told import told_people
from feishu_wizard.services.storage.rehearsal.walk import Head, Listing, WalkJournal

# 500 calls a minute are 8 a second: four at once keep that up while an answer takes half a second.
# More make every call dearer: the connection pool looks at all of its connections each time.
IN_FLIGHT = 4
# Seconds between the tries of one call when there is no answer; then the walk breaks off, unless
# other calls were answered meanwhile.
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
_MOST_TRIES = 20
_TRIES_OF_AN_ERROR = 3
_RESTARTS = 3
_TICK_S = 0.5
_THROTTLED, _INTERNAL, _NO_SCOPE = 99991400, 40003, 99991672
# These need a permission that the rest of a walk does not.
_OPTIONAL = frozenset({"people", "group", "group_departments"})


class WalkRun:
    """Walks what is open in a journal."""

    def __init__(
        self,
        client: FeishuClient,
        rehearsal: Rehearsal,
        journal: WalkJournal,
        head: Head,
        report: Report,
    ) -> None:
        self._client = client
        self._rehearsal = rehearsal
        self._journal = journal
        self._plan = Plan(client, head.range_kind)
        known = [one for state in ("done", "refused") for one in journal.listings(state)]
        self._frontier = Frontier(known, journal.listings())
        self._news = WalkNewsDesk(report, client.pace, *rehearsal.counts())
        self._news.done, self._news.calls = len(known), head.calls
        self._news.expected = told_people(rehearsal)
        self._calls, self._throttled = client.calls, client.throttled
        self._answered_at = _clock()
        self._halted = False  # one has failed: the others make no further call

    async def walk(self) -> None:
        """Walk to the end; the journal says complete then. Cancelled: paused; failed: broken off.

        Raises as ``rehearse_sync``.
        """
        try:
            await self._all()
        except asyncio.CancelledError:
            self._stop(WalkState.PAUSED)
            raise
        except BaseExceptionGroup as group:
            self._stop(WalkState.BROKEN_OFF)
            raise _first(group) from None
        except BaseException:
            self._stop(WalkState.BROKEN_OFF)
            raise
        self._stop(WalkState.RUNNING)
        self._journal.end(told_people(self._rehearsal), now_ms())
        self._tell(at_once=True)

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(self._tick())
            async with asyncio.TaskGroup() as workers:
                for _number in range(IN_FLIGHT):
                    workers.create_task(self._work())
            ticking.cancel()

    async def _tick(self) -> None:
        """The time left passes also while no answer comes."""
        while True:
            self._tell()
            await asyncio.sleep(_TICK_S)

    async def _work(self) -> None:
        while not self._halted and (listing := await self._frontier.take()) is not None:
            try:
                await self._whole(listing)
            except BaseException:
                self._halted = True
                raise
            finally:
                self._frontier.done()
            self._news.done += 1

    async def _whole(self, listing: Listing) -> None:
        """Walk one listing from where it stands to its end."""
        restarts = 0
        more: Listing | None = listing
        while more is not None and not self._halted:
            listing = more
            try:
                more = self._keep(listing, await self._fetched(listing))
            except FeishuError as error:
                if error.feishu_code == SPENT_TOKEN and listing.page_token and restarts < _RESTARTS:
                    restarts += 1
                    self._journal.restart(listing)
                    more = Listing(listing.kind, listing.department)
                    continue
                self._refuse(listing, error)
                return
            except NetworkError as error:
                if error.code != "net.unexpected":
                    raise
                self._journal.refuse([listing], error.code, error.evidence)
                return

    def _keep(self, listing: Listing, fetched: Fetched) -> Listing | None:
        """Store a page; the listing at its next page, None at its end."""
        page = fetched.page
        page.evidence = msgspec.json.encode(fetched.evidence).decode()
        calls, self._calls = self._client.calls - self._calls, self._client.calls
        new = self._journal.store(listing, page, calls)
        self._frontier.add(page.opens)
        self._news.page(len(page.people), new, len(page.departments))
        self._news.calls += calls
        if listing.kind in ("range", "department"):
            self._news.expected = told_people(self._rehearsal)
        self._tell()
        if page.done:
            return None
        if page.page_token == listing.page_token:  # it would never end
            raise NetworkError(
                "net.unexpected",
                {"host": fetched.evidence.host, "status": "200", "at": "$.data.page_token"},
                evidence=(fetched.evidence,),
            )
        return Listing(listing.kind, listing.department, page.page_token)

    def _refuse(self, listing: Listing, error: FeishuError) -> None:
        """Note a refused listing; raise what is not of the listing alone."""
        refused = [listing]
        if error.feishu_code == _NO_SCOPE and listing.kind in _OPTIONAL:
            refused += self._frontier.drop(listing.kind)
        elif error.feishu_code not in OF_THE_LISTING or listing.kind == "range":
            raise error
        self._journal.refuse(refused, error.code, error.evidence)

    async def _fetched(self, listing: Listing) -> Fetched:
        """The next page, tried again when nothing came, as long as the line is not dead."""
        tries, errors = 0, 0
        while True:
            await self._wait(api_of(listing))
            try:
                fetched = await self._plan.fetch(listing)
            except FeishuError as error:
                self._answered_at = _clock()
                errors += error.feishu_code == _INTERNAL
                again = error.feishu_code == _INTERNAL and errors < _TRIES_OF_AN_ERROR
                if not again and error.feishu_code != _THROTTLED:
                    raise
                if again:
                    await asyncio.sleep(PAUSES_S[errors])
            except NetworkError as error:
                if error.code == "net.unexpected":
                    raise
                tries += 1
                silent = _clock() - self._answered_at >= sum(PAUSES_S)
                if (tries > len(PAUSES_S) and silent) or tries > _MOST_TRIES:
                    raise self._offline(error) from error
                await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S)) - 1])
            else:
                self._answered_at = _clock()
                return fetched

    async def _wait(self, api: str) -> None:
        """Wait as long as the platform asked to, and say so."""
        while (wait := self._client.pace.waiting(api)) > 0:
            self._tell()
            await asyncio.sleep(min(wait, _TICK_S))

    def _offline(self, error: NetworkError) -> WizardError:
        people, departments = self._rehearsal.counts()
        params = {"people": str(people), "departments": str(departments), "reason": error.code}
        return NetworkError(
            "walk.offline", {**error.params, **params}, who=error.who, evidence=error.evidence
        )

    def _stop(self, state: WalkState) -> None:
        """Keep where the walk stands, and what was called since the last page."""
        calls, self._calls = self._client.calls - self._calls, self._client.calls
        throttled = self._client.throttled - self._throttled
        self._throttled = self._client.throttled
        self._journal.set_state(state, calls=calls, throttled=throttled)

    def _tell(self, *, at_once: bool = False) -> None:
        self._news.open = len(self._frontier)
        self._news.tell(at_once=at_once)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first; the others only followed."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _clock() -> float:
    return asyncio.get_running_loop().time()
