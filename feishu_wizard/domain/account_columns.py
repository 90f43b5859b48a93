"""Which column of a table of accounts holds what: by its headings, else by what stands in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feishu_wizard.domain.account_match import email_key, mobile_key
from feishu_wizard.domain.errors import InputError

FIELDS = ("name", "display", "email", "mobile")

# The first of a list that a file has is taken: a login name rather than a number of the database.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": (
        "账号", "帐号", "账号名", "帐号名", "账号名称", "帐号名称", "登录名", "登录账号",
        "登录帐号", "登陆名", "登陆账号", "用户账号", "用户帐号", "账户", "账户名", "用户名",
        "account", "accountname", "loginname", "login", "loginid", "username", "useraccount",
        "用户id", "userid", "uid", "用户标识",
    ),
    "display": (
        "姓名", "昵称", "显示名", "显示名称", "用户姓名", "用户昵称", "中文名", "真实姓名", "名称",
        "displayname", "nickname", "nick", "fullname", "realname", "display", "name",
    ),
    "email": (
        "邮箱", "电子邮箱", "邮箱地址", "电子邮箱地址", "电子邮件", "邮件", "邮件地址", "工作邮箱",
        "企业邮箱", "email", "emailaddress", "mail", "mailaddress",
    ),
    "mobile": (
        "手机", "手机号", "手机号码", "移动电话", "联系电话", "电话", "电话号码", "mobile",
        "mobilephone", "mobilenumber", "cellphone", "phone", "phonenumber", "telephone", "tel",
    ),
}  # fmt: skip
_UNCLEAR = "name"  # a heading that some use for the login, some for the person
_ASIDE = re.compile(r"[(\[【（].*$")
_BETWEEN = re.compile(r"[\s_*:：.\-/]+")
_LOGIN = re.compile(r"[\x21-\x7e]{1,128}")
_MOST = 0.8  # of the filled cells have to have a shape


@dataclass(frozen=True, slots=True)
class Columns:
    """``places``: field to position. ``headings``: field to what stood above, or to the number
    of the column where nothing did. ``width``: of a row. ``first_is_data``: no headings.
    ``guessed``: no heading was known; a first row that is no data is left out."""

    places: dict[str, int]
    headings: dict[str, str]
    width: int
    first_is_data: bool
    guessed: bool


def normal(heading: str) -> str:
    """A heading without what people write around it: ``User_Name*`` is ``username``."""
    text = unicodedata.normalize("NFKC", heading).strip().casefold()
    return _BETWEEN.sub("", _ASIDE.sub("", text))


def known(headings: Sequence[str]) -> int:
    """How many of the cells are headings that this program knows."""
    return sum(1 for one in headings if any(normal(one) in words for words in HEADINGS.values()))


def recognise(rows: Sequence[Sequence[str]], path: str) -> Columns:
    """Tell the columns from the first rows of a file, headings included.

    Raises ``InputError`` accounts.empty, accounts.no_account_column (path, headings),
    accounts.heading_twice (path, heading), accounts.which_column (path, columns).
    """
    if not rows:
        raise InputError("accounts.empty", {"path": path})
    first = rows[0]
    if not known(first):
        return _by_content(rows, path)
    places = _by_heading(first, path)
    if "name" not in places:
        places = _unclear_name(places, rows, path)
    headings = {field: first[at].strip() for field, at in places.items()}
    return Columns(places, headings, len(first), False, False)


def _by_heading(first: Sequence[str], path: str) -> dict[str, int]:
    cells = [normal(one) for one in first]
    places: dict[str, int] = {}
    for field in FIELDS:
        word = next((word for word in HEADINGS[field] if word in cells), "")
        if not word:
            continue
        at = cells.index(word)
        if cells.count(word) > 1:
            raise InputError("accounts.heading_twice", {"path": path, "heading": first[at].strip()})
        places[field] = at
    return places


def _unclear_name(
    places: dict[str, int], rows: Sequence[Sequence[str]], path: str
) -> dict[str, int]:
    """``name`` above login names, and nothing else that could be one."""
    at = places.get("display")
    if at is not None and normal(rows[0][at]) == _UNCLEAR and _share(rows[1:], at, _is_login) == 1:
        rest = {field: place for field, place in places.items() if field != "display"}
        return {"name": at, **rest}
    shown = ", ".join(one.strip()[:40] for one in rows[0][:12])
    raise InputError("accounts.no_account_column", {"path": path, "headings": shown})


def _by_content(rows: Sequence[Sequence[str]], path: str) -> Columns:
    width = max(len(row) for row in rows)
    if width == 1:
        return Columns({"name": 0}, {"name": "1"}, 1, True, True)
    kinds = [_kind(rows, at) for at in range(width)]
    places = {
        kind: kinds.index(kind) for kind in FIELDS if kinds.count(kind) == 1 and kind in kinds
    }
    if "name" not in places or any(kinds.count(kind) > 1 for kind in ("email", "mobile")):
        raise InputError("accounts.which_column", {"path": path, "columns": str(width)})
    numbers = {field: str(at + 1) for field, at in places.items()}
    return Columns(places, numbers, width, _fits(rows[0], kinds), True)


def _kind(rows: Sequence[Sequence[str]], at: int) -> str:
    """What a column seems to hold; rows after the first decide, unless there is only one."""
    rows = rows[1:] or rows
    for kind, looks in _SHAPES.items():
        if _share(rows, at, looks) >= _MOST:
            return kind
    return ""


def _share(rows: Sequence[Sequence[str]], at: int, looks: Callable[[str], bool]) -> float:
    cells = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
    return sum(map(looks, cells)) / len(cells) if cells else 0.0


def _is_login(text: str) -> bool:
    return _LOGIN.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    return not text.isascii() or " " in text


def _is_mobile(text: str) -> bool:
    return len(mobile_key(text)) >= 8


_SHAPES: dict[str, Callable[[str], bool]] = {
    "email": lambda text: bool(email_key(text)),
    "mobile": _is_mobile,
    "display": _is_name,
    "name": _is_login,
}


def _fits(row: Sequence[str], kinds: Sequence[str]) -> bool:
    """Whether a row has the shape of the others; headings that nobody knows have not."""
    return all(
        not kinds[at] or not text.strip() or _SHAPES[kinds[at]](text.strip())
        for at, text in enumerate(row)
    )
