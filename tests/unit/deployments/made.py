"""Profiles for tests: ours under another id, and one that uses what ours do not."""

from __future__ import annotations

import re
from pathlib import Path

from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.resources import resource_bytes

SESSION = """\
schema: can-profile/1
id: session-can
name: {en: A CAN with a session, zh_Hans: 会话登录的 CAN}
evidence: source
applies_to:
  product: Data Board
  versions: ["3.*"]
  probe: {path: /about, at: /version}
secrets:
  cookie:
    label: {en: Cookie of the browser, zh_Hans: 浏览器 Cookie}
    keep: run
base: {prefix: /de2api, require_https: true}
auth:
  cookies: {source: secret, secret: cookie, csrf: {cookie: csrf, header: X-CSRF}}
envelope: {ok: [{at: /code, in: [0]}], data: /data, message: [/msg]}
secret: {read: plain, keep: resend}
fields: {app_id: /appId, app_secret: /appSecret, callback_url: /callBack}
state: {enabled: /enable}
ops:
  get: {method: GET, path: /lark/info}
  create: {method: POST, path: /lark/create, send: [app_id, app_secret, callback_url]}
  save: {method: POST, path: /lark/save, send: [app_id, app_secret, callback_url]}
  enable: {via: save, set: {/enable: "${enabled}"}}
  test: {method: POST, path: /lark/validate, send: [app_id, app_secret], ok_at: null, saves: true}
"""


def ours(profile_id: str, source: str = "can-rest", **changes: str) -> bytes:
    """A built-in profile under another id; ``changes``: text that is replaced, by key."""
    text = resource_bytes(f"can/profiles/{source}.yaml").decode()
    text = re.sub(rf"^id: {source}$", f"id: {profile_id}", text, flags=re.M)
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def workplace(root: Path) -> Workplace:
    """A workplace with folders of its own."""
    return Workplace(Program(state_root=root, use_keyring=False))
