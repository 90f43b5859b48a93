"""What the practice CAN stores, in SQLite: settings, accounts, keys, audit and history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

PLATFORMS: Final = ("feishu", "dingtalk", "wecom")
_SCHEMA = """
create table setting (platform text primary key, enabled integer not null default 0,
  app_id text not null default '', app_secret text not null default '',
  callback_url text not null default '', capabilities text not null default '{}',
  version integer not null default 0, updated_at text not null default '',
  updated_by text not null default '', last_test text);
create table account (name text primary key, nickname text not null, email text not null,
  role text not null, source text not null);
create table api_key (key text primary key, key_id text not null, key_secret text not null,
  account text not null, enabled integer not null default 1);
create table token (value text primary key, account text not null, expires real not null);
create table audit (id integer primary key autoincrement, platform text not null, at text not null,
  actor text not null, action text not null, version integer not null, changes text not null,
  trace_id text not null);
create table history (id integer primary key autoincrement, kind text not null,
  entry text not null);
"""


@dataclass(frozen=True)
class Setting:
    """One platform's stored setting; the secret in clear, as only the server knows it."""

    platform: str
    enabled: bool = False
    app_id: str = ""
    app_secret: str = ""
    callback_url: str = ""
    capabilities: Mapping[str, bool] | None = None
    version: int = 0
    updated_at: str = ""
    updated_by: str = ""
    last_test: Mapping[str, Any] | None = None

    @property
    def configured(self) -> bool:
        """App ID and secret are there."""
        return bool(self.app_id and self.app_secret)

    @property
    def active(self) -> bool:
        """Enabled and configured."""
        return self.enabled and self.configured

    @property
    def etag(self) -> str:
        """The version as an entity tag."""
        return f'"v{self.version}"'


class CanStore:
    """The database; one connection, used from the event loop's thread only."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(str(path) if path else ":memory:", isolation_level=None)
        if path:
            path.chmod(0o600)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)
        self._db.executemany("insert into setting(platform) values (?)", [(p,) for p in PLATFORMS])

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def setting(self, platform: str) -> Setting:
        """The stored setting; KeyError for an unknown platform."""
        row = self._db.execute("select * from setting where platform = ?", (platform,)).fetchone()
        if row is None:
            raise KeyError(platform)
        return Setting(
            platform=platform,
            enabled=bool(row["enabled"]),
            app_id=row["app_id"],
            app_secret=row["app_secret"],
            callback_url=row["callback_url"],
            capabilities=json.loads(row["capabilities"]),
            version=row["version"],
            updated_at=row["updated_at"],
            updated_by=row["updated_by"],
            last_test=json.loads(row["last_test"]) if row["last_test"] else None,
        )

    def save(self, setting: Setting, *, at: str, actor: str) -> Setting:
        """Store the next version of a setting."""
        stored = replace(setting, version=setting.version + 1, updated_at=at, updated_by=actor)
        self._db.execute(
            "update setting set enabled = ?, app_id = ?, app_secret = ?, callback_url = ?,"
            " capabilities = ?, version = ?, updated_at = ?, updated_by = ? where platform = ?",
            (
                stored.enabled, stored.app_id, stored.app_secret, stored.callback_url,
                json.dumps(dict(stored.capabilities or {})), stored.version, at, actor,
                stored.platform,
            ),
        )  # fmt: skip
        return stored

    def remember_test(self, platform: str, at: str, ok: bool) -> None:
        """Keep the result of the last test, without a new version."""
        text = json.dumps({"at": at, "ok": ok})
        self._db.execute("update setting set last_test = ? where platform = ?", (text, platform))

    def add_audit(self, platform: str, entry: Mapping[str, Any]) -> None:
        """Append to the audit of a platform."""
        self._db.execute(
            "insert into audit(platform, at, actor, action, version, changes, trace_id)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                platform, entry["at"], entry["actor"], entry["action"], entry["version"],
                json.dumps(entry["changes"], ensure_ascii=False), entry["traceId"],
            ),
        )  # fmt: skip

    def audit(self, platform: str, offset: int = 0, limit: int = -1) -> list[dict[str, Any]]:
        """Audit entries, newest first."""
        rows = self._db.execute(
            "select id, at, actor, action, version, changes, trace_id from audit"
            " where platform = ? order by id desc limit ? offset ?",
            (platform, limit, offset),
        )
        return [
            {
                "id": row["id"],
                "at": row["at"],
                "actor": row["actor"],
                "action": row["action"],
                "version": row["version"],
                "changes": json.loads(row["changes"]),
                "traceId": row["trace_id"],
            }
            for row in rows
        ]

    def audit_total(self, platform: str) -> int:
        """How many audit entries a platform has."""
        query = "select count(*) from audit where platform = ?"
        return int(self._db.execute(query, (platform,)).fetchone()[0])

    def put_accounts(self, accounts: Iterable[tuple[str, str, str, str, str]]) -> int:
        """Insert or update (name, nickname, email, role, source); returns how many were new."""
        before = self._count_accounts()
        self._db.execute("begin")
        self._db.executemany(
            "insert into account values (?, ?, ?, ?, ?) on conflict(name) do update"
            " set nickname = excluded.nickname, email = excluded.email",
            accounts,
        )
        self._db.execute("commit")
        return self._count_accounts() - before

    def _count_accounts(self) -> int:
        return int(self._db.execute("select count(*) from account").fetchone()[0])

    def accounts(self) -> list[dict[str, str]]:
        """All accounts by name."""
        rows = self._db.execute("select name, nickname, email, role, source from account")
        return [dict(row) for row in rows]

    def accounts_page(self, offset: int, limit: int) -> list[dict[str, str]]:
        """Some of the accounts, in the order of their names."""
        rows = self._db.execute(
            "select name, nickname, email, role, source from account"
            " order by name limit ? offset ?",
            (limit, offset),
        )
        return [dict(row) for row in rows]

    def accounts_total(self) -> int:
        """How many accounts there are."""
        return self._count_accounts()

    def account(self, name: str) -> dict[str, str] | None:
        """One account."""
        row = self._db.execute("select * from account where name = ?", (name,)).fetchone()
        return dict(row) if row else None

    def add_key(self, key: str, key_id: str, key_secret: str, account: str) -> None:
        """Store an API key of an account."""
        self._db.execute(
            "insert into api_key values (?, ?, ?, ?, 1)", (key, key_id, key_secret, account)
        )

    def revoke_keys(self) -> None:
        """Switch every API key off."""
        self._db.execute("update api_key set enabled = 0")
        self._db.execute("delete from token")

    def key_account(self, key: str) -> str | None:
        """The account of an enabled API key."""
        row = self._db.execute(
            "select account from api_key where key = ? and enabled", (key,)
        ).fetchone()
        return row["account"] if row else None

    def pair_account(self, key_id: str, key_secret: str) -> str | None:
        """The account of an enabled API key pair."""
        row = self._db.execute(
            "select account from api_key where key_id = ? and key_secret = ? and enabled",
            (key_id, key_secret),
        ).fetchone()
        return row["account"] if row else None

    def keys(self) -> list[dict[str, Any]]:
        """All API keys, for state.json."""
        return [dict(row) for row in self._db.execute("select * from api_key")]

    def add_token(self, value: str, account: str, expires: float) -> None:
        """Store an access token."""
        self._db.execute("insert into token values (?, ?, ?)", (value, account, expires))

    def token_account(self, value: str, now: float) -> str | None:
        """The account of a token that is still valid."""
        row = self._db.execute(
            "select account from token where value = ? and expires > ?", (value, now)
        ).fetchone()
        return row["account"] if row else None

    def remember(self, kind: str, entry: Mapping[str, Any]) -> None:
        """Append to the history: ``login``, ``sync_run`` or ``push``."""
        text = json.dumps(dict(entry), ensure_ascii=False)
        self._db.execute("insert into history(kind, entry) values (?, ?)", (kind, text))

    def history(self, kind: str) -> list[dict[str, Any]]:
        """The history of a kind, oldest first."""
        rows = self._db.execute("select entry from history where kind = ? order by id", (kind,))
        return [json.loads(row["entry"]) for row in rows]
