"""What an administrator does in the browser's developer tools: record, export, copy as cURL.

Chromium's own DevTools page is opened in a second tab and its own exporters are called, so a HAR
and a cURL line are exactly what *Export HAR* and *Copy as cURL* give a person.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.browser import Browser, program

# Resolved once the DevTools page is connected to the tab that it looks at.
_CONNECTED = """
const {TargetManager} = await import('./core/sdk/sdk.js').then(sdk => sdk.TargetManager);
const targets = TargetManager.instance();
while (!targets.primaryPageTarget()) await new Promise(go => setTimeout(go, 20));
return true;
"""
# Waits until ``arguments`` paths were answered, then what the two exporters make of them.
_EXPORTED = """
const {NetworkLog} = await import('./models/logs/logs.js').then(logs => logs.NetworkLog);
const {Writer} = await import('./models/har/har.js').then(har => har.Writer);
const {NetworkLogView} = await import('./panels/network/network.js').then(n => n.NetworkLogView);
const log = NetworkLog.instance();
const answered = path => log.requests().some(
  one => one.finished && (one.requestMethod + ' ' + one.parsedURL.path) === path);
while (!given.paths.every(answered)) await new Promise(go => setTimeout(go, 20));
const requests = log.requests().filter(one => one.finished);
const har = await Writer.harStringForRequests(
  requests, {sanitize: given.sanitize}, {createSubProgress: () => ({})});
const commands = {bash: [], cmd: []};
for (const path of given.paths) {
  const one = requests.find(r => (r.requestMethod + ' ' + r.parsedURL.path) === path);
  commands.bash.push(await NetworkLogView.generateCurlCommand(one, 'unix'));
  commands.cmd.push(await NetworkLogView.generateCurlCommand(one, 'win'));
}
return {har, bash: commands.bash, cmd: commands.cmd};
"""


# Known to work; the modules of version 150 are built otherwise (seen in a Debian without updates).
OLDEST = 156


def chromium_version() -> int:
    """The major version of the browser that is driven."""
    told = subprocess.run(
        [program("chromium"), "--version"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return int(re.search(r"(\d+)\.", told)[1])  # type: ignore[index]


class DevTools:
    """The developer tools of a browser's only tab, recording from the start."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        port = int((folder / "profile" / "DevToolsActivePort").read_text().split()[0])
        front = f"http://127.0.0.1:{port}"
        pages = httpx.get(f"{front}/json", trust_env=False).json()
        page = next(one for one in pages if one["type"] == "page")
        self._site = browser.tab()
        self._tools = browser.new_tab()
        socket = f"127.0.0.1:{port}/devtools/page/{page['id']}"
        browser.open(f"{front}/devtools/devtools_app.html?ws={socket}&panel=network")
        self._ask(_CONNECTED)
        browser.use_tab(self._site)

    def export(self, calls: list[str], *, sanitize: bool) -> Mapping[str, Any]:
        """Keys ``har`` (text of the file), ``bash`` and ``cmd`` (a command for each call).

        ``calls``: such as "POST /lark/save"; waited for until all were answered.
        """
        self._browser.use_tab(self._tools)
        try:
            return dict(self._ask(_EXPORTED, {"paths": calls, "sanitize": sanitize}))
        finally:
            self._browser.use_tab(self._site)

    def _ask(self, script: str, given: Any = None) -> Any:
        return self._browser.run_until(
            f"const given = {json.dumps(given)}; return (async () => {{{script}}})();"
        )
