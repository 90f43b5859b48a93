"""Measured program: the official SDK walks the same directory and stores nothing.

Reads lines ``KIND URL APP_ID SECRET`` from stdin, where KIND is ``sync`` or ``async``, and answers
each with a line of JSON: rows seen, CPU seconds of the walk alone (import and first token are paid
before), and the
process's peak memory so far. The walk is the one its users write: children of the root with
``fetch_child``, then the members of the root and of every department, page after page.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")  # written for older Pythons; not ours to repair
asyncio.set_event_loop(asyncio.new_event_loop())  # its websocket module wants one at import

import lark_oapi as lark  # noqa: E402
from lark_oapi.api.contact.v3 import (  # noqa: E402
    ChildrenDepartmentRequest,
    FindByDepartmentUserRequest,
)

PAGE = 50


def departments(token: str) -> Any:
    """A request for a page of all departments."""
    built = ChildrenDepartmentRequest.builder().department_id("0").fetch_child(True)
    built = built.user_id_type("open_id").department_id_type("open_department_id").page_size(PAGE)
    return (built.page_token(token) if token else built).build()


def members(department: str, token: str) -> Any:
    """A request for a page of the people of a department."""
    built = FindByDepartmentUserRequest.builder().department_id(department)
    built = built.user_id_type("open_id").department_id_type("open_department_id").page_size(PAGE)
    return (built.page_token(token) if token else built).build()


def checked(response: Any) -> Any:
    """The data of an answer; any refusal ends the measurement."""
    if not response.success():
        raise SystemExit(f"refused: {response.code} {response.msg}")
    return response.data


def rows(data: Any) -> list[Any]:
    return data.items or []


def sync_pages(call: Any, request: Any) -> Iterator[Any]:
    token = ""
    while True:
        data = checked(call(request(token)))
        yield from rows(data)
        if not data.has_more:
            return
        token = data.page_token


async def async_pages(call: Any, request: Any) -> AsyncIterator[Any]:
    token = ""
    while True:
        data = checked(await call(request(token)))
        for row in rows(data):
            yield row
        if not data.has_more:
            return
        token = data.page_token


def sync_walk(client: Any) -> int:
    book = client.contact.v3
    places = [
        "0",
        *(d.open_department_id for d in sync_pages(book.department.children, departments)),
    ]
    return sum(
        1
        for place in places
        for _ in sync_pages(book.user.find_by_department, lambda t, p=place: members(p, t))
    )


async def async_walk(client: Any) -> int:
    book = client.contact.v3
    places = ["0"]
    places += [
        d.open_department_id async for d in async_pages(book.department.achildren, departments)
    ]
    count = 0
    for place in places:
        call = book.user.afind_by_department
        async for _ in async_pages(call, lambda t, p=place: members(p, t)):
            count += 1
    return count


def peak_mb() -> float:
    """Peak memory of this program in MB.

    Where the system tells that of the program (Linux), and not of the process, which remembers
    how large the one was that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        kind, url, app_id, secret = line.split()
        client = lark.Client.builder().app_id(app_id).app_secret(secret).domain(url).build()
        checked(client.contact.v3.department.children(departments("")))  # the first token
        began = time.process_time()
        people = sync_walk(client) if kind == "sync" else asyncio.run(async_walk(client))
        took = time.process_time() - began
        print(json.dumps({"rows": people, "cpu": took, "peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    main()
