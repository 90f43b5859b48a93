"""Decodes a large report in a process of its own, so that no window stands still meanwhile.

``python -m feishu_wizard.report.reduce``: the file on stdin; on stdout the same report without
anything that is not read (bounded by ``reading.AT_ONCE``), or ``{"error": CODE, "params"}``.
"""

from __future__ import annotations

import json
import sys

from feishu_wizard.domain.errors import InputError
from feishu_wizard.report.diagnosis import as_text, document
from feishu_wizard.report.outgoing import Outgoing
from feishu_wizard.report.reading import AT_ONCE, data_of, parse


def reduced(content: bytes) -> bytes:
    """The report with only what is read of it; ``InputError`` as ``reading``."""
    report, diagnosis = parse(data_of(content))
    data = as_text(document(Outgoing(diagnosis, report, {}))).encode()
    if len(data) > AT_ONCE:
        raise InputError("report.too_large", {"limit": str(AT_ONCE)})
    return data


def main() -> None:
    """Read stdin, write stdout."""
    try:
        answer = reduced(sys.stdin.buffer.read())
    except InputError as error:
        answer = json.dumps({"error": error.code, "params": error.params}).encode()
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
