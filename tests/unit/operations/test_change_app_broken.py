"""A change of the app that meets a refusal, another hand, a lost answer or a kill."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import respx

from feishu_wizard.domain.app_change import AppChange, Part, PartChange
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.standing import PATCH_SCOPE
from tests.unit.operations.app_change_practice import CALLBACK, PracticeApp

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = "https://old.example.com/login"


def by_part(parts):
    return {part.part: part for part in parts}


# -- refusals -----------------------------------------------------------------------------


def test_while_a_version_is_under_review_nothing_is_proposed(app, propose):
    app.does("release")
    with pytest.raises(ConflictError, match=r"change\.under_review") as caught:
        propose(app)
    assert caught.value.params == {"version": "1.0.0"}


def test_a_version_submitted_meanwhile_is_told_before_anything_is_written(app, propose, carry_out):
    change = propose(app)
    app.does("release")
    result = carry_out(app, change)
    assert result.refused.code == "change.stale"
    assert (result.done, result.left, result.undo) == ((), change.parts, None)
    assert app.writes() == []


def test_a_concurrent_change_is_shown_and_not_overwritten(app, propose, carry_out):
    change = propose(app)
    app.does("redirect-url", add=[FOREIGN])
    result = carry_out(app, change)
    assert result.refused.code == "change.stale"
    assert app.writes() == []
    again = propose(app)
    assert by_part(again.parts)[Part.REDIRECT_URLS].before == (FOREIGN,)
    assert carry_out(app, again).refused is None
    assert app.now["redirect_urls"] == [FOREIGN, CALLBACK]


def test_an_app_made_by_a_scan_is_refused_and_left_as_it_was(tenant, propose, carry_out):
    app = PracticeApp.made(tenant, "scan")
    before = app.now
    change = propose(app)
    result = carry_out(app, change)
    assert result.refused.code == "feishu.210043"
    assert result.refused.evidence[0].log_id
    assert (result.done, result.left, result.undo) == ((), change.parts, None)
    assert app.now == before


def test_without_the_permission_the_refusal_names_it(app, propose, carry_out):
    change = propose(app)
    app.does("grant", remove=[PATCH_SCOPE])
    result = carry_out(app, AppChange(change.parts[1:2]))
    assert result.refused.code == "feishu.99991672"
    assert result.refused.params["scopes"] == PATCH_SCOPE
    assert (result.done, result.left) == ((), change.parts[1:2])


@respx.mock(assert_all_called=False)
def test_a_403_that_is_no_answer_of_the_platform_has_its_own_code(respx_mock, app, carry_out):
    host = "https://open.feishu.cn/open-apis"
    token = {"code": 0, "msg": "ok", "tenant_access_token": "t-practice", "expire": 7200}
    respx_mock.post(url__regex=f"{host}/auth/.*").respond(json=token)
    respx_mock.get(url__regex=f"{host}/.*").respond(400, json={"code": 99991672, "msg": "no"})
    patch = respx_mock.patch(url__regex=f"{host}/.*/config").mock(
        return_value=httpx.Response(403, html="<h1>Forbidden</h1>")
    )
    part = PartChange(Part.REDIRECT_URLS, None, (CALLBACK,), (CALLBACK,), at_once=True)
    result = carry_out(app, AppChange((part,)), app.at("https://open.feishu.cn"))
    assert patch.called
    assert result.refused.code == "change.forbidden"
    assert (result.done, result.left) == ((), (part,))


@respx.mock(assert_all_called=False)
def test_what_the_platform_took_and_does_not_show_is_not_called_done(respx_mock, app, carry_out):
    host = "https://open.feishu.cn/open-apis"
    token = {"code": 0, "msg": "ok", "tenant_access_token": "t-practice", "expire": 7200}
    respx_mock.post(url__regex=f"{host}/auth/.*").respond(json=token)
    described = {"code": 0, "data": {"app": {"redirect_urls": [], "status": 1}}}
    respx_mock.get(url__regex=f"{host}/.*/applications/me.*").respond(json=described)
    respx_mock.get(url__regex=f"{host}/.*").respond(400, json={"code": 99991672, "msg": "no"})
    respx_mock.patch(url__regex=f"{host}/.*/config").respond(json={"code": 0, "msg": "ok"})
    part = PartChange(Part.REDIRECT_URLS, (), (CALLBACK,), (CALLBACK,), at_once=True)
    result = carry_out(app, AppChange((part,)), app.at("https://open.feishu.cn"))
    assert result.refused.code == "change.not_seen"
    assert (result.done, result.left) == ((), (part,))


# -- lost answers and killed runs -----------------------------------------------------------


class _Forward(http.server.BaseHTTPRequestHandler):
    """Passes requests on; of a release the request, the answer, or neither gets through."""

    protocol_version = "HTTP/1.1"

    def _pass(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        lost = self.path.partition("?")[0].endswith("/publish") and self.server.lose
        if lost == "request":
            self.close_connection = True
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        with httpx.Client(trust_env=False, timeout=30) as client:
            url = self.server.upstream + self.path
            reply = client.request(self.command, url, content=body, headers=headers)
        status, data = reply.status_code, reply.content
        if lost == "answer":
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _pass  # noqa: N815 - named by the standard library

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def losing(upstream, what):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Forward)
    server.upstream, server.lose = upstream, what
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_lost_answer_to_the_release_is_decided_by_the_list_of_versions(app, propose, carry_out):
    change = propose(app)
    with losing(app.sandbox["feishu"], "answer") as address:
        result = carry_out(app, change, app.at(address))
    assert result.refused is None
    assert Part.VERSION in by_part(result.done)
    (version,) = app.now["versions"]
    assert result.version_id == version["version_id"]
    assert app.now["releases"] == 1


def test_a_release_that_never_arrived_is_told_and_can_be_repeated(app, propose, carry_out):
    change = propose(app)
    with losing(app.sandbox["feishu"], "request") as address:
        result = carry_out(app, change, app.at(address))
    assert result.refused.code == "change.not_released"
    assert result.refused.params["version"] == "1.0.0"
    assert [part.part for part in result.left] == [Part.VERSION]
    assert app.now["releases"] == 0
    again = carry_out(app, propose(app))
    assert again.refused is None
    assert app.now["releases"] == 1
    assert app.now["redirect_urls"] == [CALLBACK]


_KILLED = """
import asyncio, sys
from pathlib import Path
from feishu_wizard.operations.change_app import carry_out
from feishu_wizard.operations.context import Program, Workplace
from tests.unit.operations.app_change_practice import PracticeApp

def report(news):
    print(news.code, flush=True)
    sys.stdin.readline()

async def main(feishu, console, app_id, secret, state):
    app = PracticeApp({"feishu": feishu, "accounts": console}, app_id, secret)
    async with Workplace(Program(state_root=Path(state), use_keyring=False)) as place:
        change = await app.propose(place)
        await carry_out(place, app.kit, change, report)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("at", ["changing_app", "submitting_version", "reading_back"])
def test_a_run_that_was_killed_is_finished_by_the_next_and_changes_nothing_twice(
    app, propose, carry_out, tmp_path, at
):
    hosts = (app.sandbox["feishu"], app.sandbox["accounts"])
    arguments = (*hosts, app.app_id, app.secret, str(tmp_path / "killed"))
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        heard: list[str] = []
        times = 2 if at == "changing_app" else 1  # the second: the settings are written
        while heard.count(at) < times:
            if heard:
                process.stdin.write("\n")
                process.stdin.flush()
            heard.append(process.stdout.readline().strip())
            assert heard[-1], heard
    finally:
        process.kill()
        process.communicate()
    if at == "reading_back":  # the version was submitted: nothing is left to do but wait
        with pytest.raises(ConflictError, match=r"change\.under_review"):
            propose(app)
    else:
        result = carry_out(app, propose(app))
        assert result.refused is None
    app.does("approve")
    assert propose(app).parts == ()
    now = app.now
    assert (now["releases"], now["reviews"]) == (1, 1)
    assert now["redirect_urls"] == [CALLBACK]
