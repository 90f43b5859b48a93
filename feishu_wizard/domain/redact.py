"""What must not be seen is masked here, at every exit: logs, reports, error texts, stderr.

Two nets, laid over the same text and cut out together:

* exact values, registered by ``Secret``, in every encoding they are likely to travel in, and any
  prefix of them with eight characters or more (a cut-off value is still most of a value);
* shapes: tokens, keys, ``name=value`` pairs whose name says that the value is secret.

Time is linear in the text: exact values are found with ``str.find``, and no pattern below can
start twice inside the run of characters that it repeats.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import takewhile

MASK = "***"
SHORTEST = 6  # shorter values would mask ordinary words

# An encoded secret: what has to be seen to recognise it, and the whole of it.
_Variant = tuple[str, str]
_Span = tuple[int, int]

_lock = threading.Lock()
_known: dict[str, tuple[_Variant, ...]] = {}
_variants: tuple[_Variant, ...] = ()  # replaced as a whole, so readers need no lock


def register(value: str) -> None:
    """Mask this value from now on. Values under six characters are not registered."""
    global _variants  # noqa: PLW0603 - one registry per process is the point
    if len(value) < SHORTEST:
        return
    from feishu_wizard.domain.redact_encodings import encodings

    with _lock:
        if value not in _known:
            _known[value] = tuple(encodings(value))
            _variants = tuple(dict.fromkeys(v for group in _known.values() for v in group))


def forget_all() -> None:
    """Empty the registry. For tests."""
    global _variants  # noqa: PLW0603 - see register
    with _lock:
        _known.clear()
        _variants = ()


def redact(text: str) -> str:
    """Return ``text`` with every secret replaced by ``***``. Safe to apply again.

    A cut can lay bare the beginning of another token, so it goes on until nothing changes.
    """
    from feishu_wizard.domain import redact_shapes

    variants = _variants
    while True:
        found = [*_exact_spans(text, variants), *redact_shapes.spans(text)]
        if not found:
            return text
        masked = _cut(text, sorted(found))
        if masked == text:
            return masked
        text = masked


def redact_people(text: str) -> str:
    """Mask e-mail addresses (``z***@example.com``) and mobile numbers (``138****8000``)."""
    from feishu_wizard.domain import redact_shapes

    return redact_shapes.people(text)


# --- exact values ---------------------------------------------------------------------------


def _exact_spans(text: str, variants: tuple[_Variant, ...]) -> Iterator[_Span]:
    for head, whole in variants:
        at = text.find(head)
        while at >= 0:
            end = _common_end(text, at, head, whole)
            yield at, end
            # After a part only: the whole value may begin inside it.
            at = text.find(head, end if end - at == len(whole) else at + 1)


def _common_end(text: str, at: int, head: str, whole: str) -> int:
    """Where the text stops to agree with ``whole``, which begins at ``at``."""
    if text.startswith(whole, at):
        return at + len(whole)
    start = at + len(head)
    rest = zip(text[start : at + len(whole)], whole[len(head) :], strict=False)
    return start + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))


# --- cutting out ---------------------------------------------------------------------------


def _cut(text: str, spans: list[_Span]) -> str:
    """Replace the spans (sorted by start) by the mask; those that touch become one."""
    parts: list[str] = []
    kept = 0  # everything before it is written
    begin, end = -1, -1
    for start, stop in spans:
        if start <= end:
            end = max(end, stop)
            continue
        if end >= 0:
            parts += [text[kept:begin], MASK]
            kept = end
        begin, end = start, stop
    if end >= 0:
        parts += [text[kept:begin], MASK]
        kept = end
    parts.append(text[kept:])
    return "".join(parts)
