"""Small web pages in front of three differently built settings servers, to be recorded.

The servers are those of ``tests/peers``: strict about everything but what a browser adds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from tests.peers.dataease import DataEase, token
from tests.peers.hengshi import Hengshi
from tests.peers.serving import Peer
from tests.peers.sqlbot import SqlBot

# What a browser adds to every request of a page.
_OF_THE_BROWSER = frozenset({"origin", "referer", "priority", "cache-control", "pragma"})
_PAGE = """<!DOCTYPE html><html><head><title>Settings</title></head><body>
<label>App ID <input id=app_id></label> <label>App Secret <input id=app_secret></label>
<label>Callback <input id=callback></label> <label><input id=enabled type=checkbox> on</label>
<button id=save>Save</button> <p id=told></p>
<script>
const box = id => document.getElementById(id);
const send = async (method, path, headers, body) => {
  const type = body === undefined ? {} : {'Content-Type': 'application/json;charset=UTF-8'};
  const answer = await fetch(path, {method, headers: {...headers, ...type},
    body: body === undefined ? undefined : JSON.stringify(body)});
  return answer.json();
};
%s
const show = seen => {
  box('app_id').value = seen.id || ''; box('app_secret').value = seen.secret || '';
  box('callback').value = seen.callback || ''; box('enabled').checked = !!seen.on;
};
const open = async () => { show(await read()); box('told').textContent = 'shown'; };
box('save').onclick = async () => {
  box('told').textContent = '';
  await save(box('app_id').value, box('app_secret').value, box('callback').value);
  show(await read()); box('told').textContent = 'saved';
};
box('enabled').onchange = async () => {
  box('told').textContent = '';
  await turn(box('enabled').checked); box('told').textContent = 'switched';
};
open();
</script></body></html>"""

_DATAEASE = """
const mine = {'X-DE-TOKEN': %s, 'Accept-Language': 'zh-CN'};
let seen = {};
const read = async () => {
  seen = (await send('GET', '/de2api/lark/info', mine)).data;
  return {id: seen.appId, secret: seen.appSecret, callback: seen.callBack, on: seen.enable};
};
const save = (id, secret, callback) => send('POST', '/de2api/lark/create', mine,
  {appId: id, appSecret: secret, callBack: callback, enable: seen.enable, valid: seen.valid});
const turn = on => send('POST', '/de2api/lark/switchEnable', mine, {enable: on});
"""
_SQLBOT = """
const mine = {'X-SQLBOT-TOKEN': 'Bearer ' + %s};
let row = {};
const read = async () => {
  row = (await send('GET', '/api/v1/system/platform', mine)).data.find(one => one.type === 8);
  const config = JSON.parse(row.config);
  return {id: config.client_id, secret: config.client_secret, on: row.enable};
};
const save = (id, secret) => send(row.id ? 'PUT' : 'POST', '/api/v1/system/authentication', mine,
  {id: 8, type: 8, name: 'lark', config: JSON.stringify({client_id: id, client_secret: secret})});
const turn = on => send('PATCH', '/api/v1/system/authentication/enable', mine,
  {id: 8, enable: on});
"""
_HENGSHI = """
const csrf = document.cookie.split('; ').find(one => one.startsWith('csrf=')).slice(5);
let seen = {};
const read = async () => {
  seen = (await send('GET', '/api/authentication-configs/lark', {})).data;
  return {id: seen.config.appId, secret: seen.config.appSecret};
};
const save = (id, secret) => {
  const config = {...seen.config, appId: id, appSecret: secret};
  if (/^\\*+$/.test(secret)) delete config.appSecret;
  return send('PUT', '/api/authentication-configs/lark', {'X-CSRF-TOKEN': csrf},
    {id: seen.id, config});
};
const turn = async () => ({});
"""


@dataclass(frozen=True)
class Site:
    """A page and what is recorded on it. ``calls``: those that *Copy as cURL* is pressed on.
    ``secrets``: what must not be found anywhere afterwards. ``session``: what the administrator
    pastes for the run: the whole value of the header that the browser sent."""

    peer: Peer
    script: str
    calls: tuple[str, ...]
    secrets: tuple[str, ...]
    session: str
    switches: bool = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page, or let the server answer, without the browser's own headers."""
        if scope["path"] == "/":
            page = HTMLResponse(_PAGE % self.script)
            for cookie in self.session.split("; ") if "cookie" in self.peer.headers else ():
                page.headers.append("set-cookie", f"{cookie}; Path=/")
            await page(scope, receive, send)
            return
        kept = [pair for pair in scope["headers"] if not _added(pair[0].decode(), self.peer)]
        await self.peer({**scope, "headers": kept}, receive, send)


def _added(name: str, peer: Peer) -> bool:
    of_browser = name.startswith("sec-") or name in _OF_THE_BROWSER
    return of_browser or (name in ("accept-language", "cookie") and name not in peer.headers)


def dataease() -> Site:
    """A token in a header of its own, the secret in plain, a switch of its own."""
    mine = token("admin")
    return Site(
        DataEase(),
        _DATAEASE % json.dumps(mine),
        ("GET /de2api/lark/info", "POST /de2api/lark/create", "POST /de2api/lark/switchEnable"),
        (mine,),
        mine,
    )


def sqlbot() -> Site:
    """A list of platforms, the configuration as a text of JSON, three methods."""
    mine = SqlBot().secrets()["token"]
    return Site(
        SqlBot(),
        _SQLBOT % json.dumps(mine),
        (
            "GET /api/v1/system/platform",
            "PUT /api/v1/system/authentication",
            "PATCH /api/v1/system/authentication/enable",
        ),
        (mine,),
        f"Bearer {mine}",
    )


def hengshi() -> Site:
    """A session cookie with a second one against forgery, a masked secret, no switch."""
    cookies = [c for c in Hengshi().secrets()["cookie"].split("; ") if not c.startswith("_")]
    return Site(
        Hengshi(),
        _HENGSHI,
        ("GET /api/authentication-configs/lark", "PUT /api/authentication-configs/lark"),
        tuple(cookie.partition("=")[2] for cookie in cookies),
        "; ".join(cookies),
        switches=False,
    )


SITES = {"dataease": dataease, "sqlbot": sqlbot, "hengshi": hengshi}


def stored(site: Site, app_id: str, app_secret: str, callback: str) -> None:
    """What an earlier administrator entered there."""
    peer = site.peer
    peer.pairs[app_id] = app_secret
    made: Any = replace(peer.empty(), app_id=app_id, app_secret=app_secret)
    if peer.has_callback:
        made = replace(made, callback=callback)
    peer.changed("somebody", made)
