"""A real browser without a window, driven over W3C WebDriver, which is what Selenium speaks, too.

Debian's ``chromium`` and ``chromium-driver`` (packaging/linux/system_packages.py); nothing is
downloaded, nothing of the person's own browser is used. A handful of commands needs no library.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

SECONDS = 20.0
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver, 11: the web element identifier
_READY = re.compile(rb"started successfully on port (\d+)")


def program(name: str) -> str:
    """Where a program lies; a test that needs it fails without it, as without any other part."""
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: run `make system-test`")
    return found


class Browser:
    """Chromium with a profile of its own, for one test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._log = folder / "chromedriver.log"
        self._driver: subprocess.Popen[bytes] | None = None
        self._base = "/session"
        self._http = httpx.Client(trust_env=False, timeout=2 * SECONDS)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        environment = {**os.environ, "HOME": str(self._folder), "TMPDIR": str(self._folder)}
        with self._log.open("wb") as log:
            self._driver = subprocess.Popen(
                [program("chromedriver"), "--port=0", "--allowed-ips=127.0.0.1"],
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            if found := _READY.search(line):
                self._base = f"http://127.0.0.1:{int(found[1])}/session"
                break
        else:  # its output ended
            raise RuntimeError(f"the driver did not start: {self._log.read_text()}")
        made = self._answer("POST", "", {"capabilities": {"alwaysMatch": self._wishes()}})
        self._base += f"/{made['sessionId']}"

    def _wishes(self) -> dict[str, Any]:
        arguments = [
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={self._folder / 'profile'}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium's own sandbox does not run as root
        binary = program("chromium")
        return {
            "browserName": "chrome",
            "pageLoadStrategy": "normal",
            # What is looked for may be on a page that is still coming.
            "timeouts": {"implicit": int(SECONDS * 1000), "script": int(SECONDS * 1000)},
            "goog:chromeOptions": {"binary": binary, "args": arguments},
        }

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is loaded, redirects included."""
        self._answer("POST", "/url", {"url": url})

    def press(self, selector: str) -> None:
        """Press what a CSS selector finds. The page that comes is waited for by looking for
        something that only that page has."""
        found = self._answer("POST", "/element", {"using": "css selector", "value": selector})
        self._answer("POST", f"/element/{found[_ELEMENT]}/click", {})

    def text(self, selector: str = "body") -> str:
        """The text that is seen of what a CSS selector finds."""
        found = self._answer("POST", "/element", {"using": "css selector", "value": selector})
        return str(self._answer("GET", f"/element/{found[_ELEMENT]}/text"))

    @property
    def url(self) -> str:
        """What the address bar shows."""
        return str(self._answer("GET", "/url"))

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        return self._answer("POST", "/execute/sync", {"script": script, "args": []})

    def run_until(self, script: str) -> Any:
        """The value that the promise of a script comes to."""
        body = (
            f"const done = arguments[0]; Promise.resolve().then(() => {{{script}}})"
            ".then(value => done({value}), error => done({error: String(error.stack || error)}));"
        )
        told = self._answer("POST", "/execute/async", {"script": body, "args": []})
        assert "error" not in told, told["error"]
        return told.get("value")

    def fill(self, selector: str, text: str) -> None:
        """Empty a box and type into it."""
        found = self._answer("POST", "/element", {"using": "css selector", "value": selector})
        self._answer("POST", f"/element/{found[_ELEMENT]}/clear", {})
        self._answer("POST", f"/element/{found[_ELEMENT]}/value", {"text": text})

    def wait_for(self, selector: str, text: str) -> None:
        """Wait until an element says exactly this; the browser bounds the wait."""
        seen = f"document.querySelector({json.dumps(selector)})?.textContent"
        self.run_until(
            f"return (async () => {{ while ({seen} !== {json.dumps(text)}) "
            "await new Promise(go => setTimeout(go, 10)); })();"
        )

    def tab(self) -> str:
        """The tab that is used now."""
        return str(self._answer("GET", "/window"))

    def new_tab(self) -> str:
        """Open a tab and use it."""
        handle = str(self._answer("POST", "/window/new", {"type": "tab"})["handle"])
        self.use_tab(handle)
        return handle

    def use_tab(self, handle: str) -> None:
        """Let the next commands go to this tab."""
        self._answer("POST", "/window", {"handle": handle})

    def close(self) -> None:
        """Close the window as a person does, then end the driver that was started here."""
        driver, self._driver = self._driver, None
        if driver is None:
            return
        with driver, closing(self._http):
            try:
                if not self._base.endswith("/session"):
                    self._http.delete(self._base)
            finally:
                driver.terminate()

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        reply = self._http.request(method, self._base + path, json=body)
        value = reply.json()["value"]
        assert reply.status_code == 200, f"{method} {path}: {value}"
        return value
