"""The listings that are still to be walked, and who takes the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from feishu_wizard.services.storage.rehearsal.walk import Listing


class Frontier:
    """Hands out open listings, each once; the end is when none is open and none is in work."""

    def __init__(self, known: Iterable[Listing], open_: Iterable[Listing]) -> None:
        self._known = {(one.kind, one.department) for one in known}
        self._open: deque[Listing] = deque()
        self._busy = 0
        self._changed = asyncio.Event()
        for listing in open_:
            self._known.add((listing.kind, listing.department))
            self._open.append(listing)

    def __len__(self) -> int:
        """How many listings are open, those in work among them."""
        return len(self._open) + self._busy

    def add(self, opened: Iterable[tuple[str, str, str]]) -> None:
        """Put listings behind the others, unless they were met before."""
        for kind, department, page_token in opened:
            if (kind, department) not in self._known:
                self._known.add((kind, department))
                self._open.append(Listing(kind, department, page_token))
        self._changed.set()

    async def take(self) -> Listing | None:
        """The next listing; waits while one in work may still open some. None: the end."""
        while not self._open:
            if not self._busy:
                return None
            self._changed.clear()
            await self._changed.wait()
        self._busy += 1
        return self._open.popleft()

    def drop(self, kind: str) -> list[Listing]:
        """Take away all listings of a kind that nobody works on; the ones that were taken away."""
        gone = [one for one in self._open if one.kind == kind]
        self._open = deque(one for one in self._open if one.kind != kind)
        return gone

    def done(self) -> None:
        """The one who took a listing has come to its end."""
        self._busy -= 1
        self._changed.set()
