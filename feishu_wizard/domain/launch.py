"""The link behind a registration code: what it asks the platform to prefill.

Source: official SDK ``lark-oapi`` 1.7.5, scene/registration. Only permissions travel here;
redirect URLs, addresses and other security settings are not allowed in it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from feishu_wizard.domain.scan import ScanWish

MAX_ADDONS = 64 * 1024
# The platform's page turned links away that do not name an SDK (community observation).
_SDK = "python-sdk"
_GZIP = 31  # zlib's name for "with the header of gzip"


def encode_addons(
    scopes: Iterable[str], user_scopes: Iterable[str] = (), preset: bool = False
) -> str:
    """``addons``: base64url, unpadded, of gzip of compact JSON.

    ``preset`` False asks for the minimal base (a bot) instead of the platform's agent template.
    The template without anything of one's own is refused, as by the SDK: ValueError.
    """
    wanted = {"tenant": list(scopes), "user": list(user_scopes)}
    lists = {identity: names for identity, names in wanted.items() if names}
    if preset and not lists:
        raise ValueError("addons need a permission")
    addons: dict[str, object] = {"preset": preset}
    if lists:
        addons["scopes"] = lists
    text = json.dumps(addons, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), mtime=0)
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode_addons(text: str) -> dict[str, object]:
    """What ``encode_addons`` packed, at most ``MAX_ADDONS`` bytes; ValueError for anything else."""
    try:
        if "=" in text:
            raise ValueError("padded")
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(_GZIP)
        plain = unpacker.decompress(packed, MAX_ADDONS)
        decoded = json.loads(plain) if unpacker.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise ValueError("addons cannot be decoded") from error
    if not isinstance(decoded, dict):
        raise ValueError("addons cannot be decoded")
    return decoded


def launch_url(uri: str, wish: ScanWish, source: str = "feishu-wizard") -> str:
    """The link to show for a wish. ``uri``: ``verification_uri_complete`` as it was answered.

    A new app is asked for with ``createOnly``, so that one tap cannot alter an existing app; an
    existing one with ``clientID``. Never both: the platform ignores the latter then.
    """
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query |= {"from": "sdk", "tp": "sdk", "source": f"{_SDK}/{source}" if source else _SDK}
    for name in ("createOnly", "clientID"):
        query.pop(name, None)
    for name, value in (("name", wish.name), ("desc", wish.description)):
        if value:
            query[name] = value
    query["addons"] = encode_addons(wish.scopes)
    query |= {"clientID": wish.app_id} if wish.app_id else {"createOnly": "true"}
    return urlunsplit(parts._replace(query=urlencode(query)))
