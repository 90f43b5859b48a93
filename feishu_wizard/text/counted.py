"""Messages of the strip that count something, in the form that fits the number."""

from __future__ import annotations

from collections.abc import Mapping

from feishu_wizard.text.catalog import ngettext

CODES = ("recipients_unresolved", "all_delivered", "some_not_delivered")


def counted_message(code: str, params: Mapping[str, str]) -> str:
    """Return the sentence of one of ``CODES``; ``params`` hold ``count``, and may ``total``."""
    count = int(params["count"])
    if code == "recipients_unresolved":
        told = ngettext(
            "{count} recipient was not found; the reason is given below.",
            "{count} recipients were not found; the reason is given at each.",
            count,
        )
    elif code == "all_delivered":
        told = ngettext(
            "Feishu accepted the message.",
            "Feishu accepted the message for all {count} recipients.",
            count,
        )
    else:
        told = ngettext(
            "The message was not accepted; the reason is given below.",
            "{count} of {total} recipients got no message; the reason is given at each.",
            int(params["total"]),
        )
    return told.format(**params)
