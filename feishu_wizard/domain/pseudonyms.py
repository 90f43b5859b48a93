"""People in a report: "person 7" in the place of names, addresses, numbers and ids.

Numbers go by first appearance, so they tell nothing, and the same person has the same number in
every field. Who is who stays in ``key()``, which does not leave this computer.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from operator import add
from urllib.parse import quote_plus, unquote

from feishu_wizard.domain.redact_shapes import ABROAD, EMAIL, MAINLAND

SEPARATOR = "\t"
WHOLE_WORD_BELOW = 6  # a shorter identifier in ASCII may be a part of an ordinary word
PSEUDONYM = re.compile(r"person [0-9]{1,6}")
# Source: user identity docs; open_id "ou_", union_id "on_", letters and digits after it.
_ID = re.compile(r"(?<![A-Za-z0-9])(?:ou_[0-9A-Za-z]{6,}|on_(?=[a-z]*[0-9])[0-9A-Za-z]{8,})")
_SHAPES = (_ID, EMAIL, MAINLAND, ABROAD)
# The endpoint that names a person in its address; what follows "users" is an id of any form,
# unless it is the name of another endpoint.
_IN_PATH = re.compile(
    r"(?<=/users/)"
    r"(?!(?:me|search|list|batch|basic_batch|batch_get_id|find_by_department)(?![^/?#\s]))"
    r"[^/?#\s{}]+"
)
_BARE = re.compile(r"(?<!\{)person [0-9]{1,6}")
_HEAD = 4

_Span = tuple[int, int, int]  # start, end, person


class Pseudonyms:
    """The people of one report.

    ``people``: identifiers that are known; several of one person in one string, separated by
    a tabulator. Others are recognised by their shape when they appear.
    """

    def __init__(self, people: Iterable[str] = ()) -> None:
        self._person: dict[str, int] = {}  # identifier in small letters -> person
        self._encoded: dict[str, int] = {}
        self._lengths: dict[str, list[int]] = {}  # by the first characters, see _head
        self._pairs: set[str] = set()  # the first two characters of these
        self._numbers: dict[int, int] = {}  # person -> number in the report
        self._known: dict[int, list[str]] = {}
        for one in people:
            self.add(*one.split(SEPARATOR))

    def add(self, *identifiers: str) -> None:
        """Let identifiers of one person be known; those of one character are ignored."""
        words = [w for i in identifiers if len(w := i.strip()) > 1 and not PSEUDONYM.fullmatch(w)]
        old = [self._person[k] for w in words for k in _forms(w) if k in self._person]
        person = old[0] if old else len(self._known)
        for word in words:
            if word not in self._known.setdefault(person, []):
                self._known[person].append(word)
            for form in _forms(word):
                self._person.setdefault(form, person)
                self._index(form)
            for encoded in _opaque(word):
                self._remember(encoded, person)

    def hide(self, text: str) -> str:
        """Return ``text`` with pseudonyms; unchanged when nobody is in it."""
        spans = sorted([*self._exact(text), *self._shaped(text)])
        return self._cut(text, spans) if spans else text

    def hide_path(self, path: str) -> str:
        """A path, pseudonyms in braces: ``/contact/v3/users/{person 3}``."""
        self.learn_path(path)
        hidden = self.hide(path)
        return hidden if hidden == path else _BARE.sub(r"{\g<0>}", hidden)

    def learn_path(self, path: str) -> None:
        """Let the person be known whom the address of an endpoint names."""
        for found in _IN_PATH.findall(path):
            self.add(unquote(found))

    def key(self) -> dict[str, tuple[str, ...]]:
        """Who is who, for those who appeared: "person 7" -> identifiers."""
        return {f"person {n}": tuple(self._known[p]) for p, n in self._numbers.items()}

    # --- what is known ----------------------------------------------------------------------

    def _remember(self, encoded: str, person: int) -> None:
        small = _small(encoded)
        if len(small) >= WHOLE_WORD_BELOW and small not in self._person:
            self._encoded.setdefault(small, person)
            self._index(small)

    def _index(self, small: str) -> None:
        self._pairs.add(small[:2])
        lengths = self._lengths.setdefault(_head(small), [])
        if len(small) not in lengths:
            lengths.append(len(small))
            lengths.sort(reverse=True)

    # --- where they are ---------------------------------------------------------------------

    def _exact(self, text: str) -> Iterator[_Span]:
        known, pairs = self._lengths, self._pairs
        small = _small(text) if known else ""
        end = 0
        # Nearly everywhere nobody begins: that is found out without a call or a slice.
        for at, pair in enumerate(map(add, small, small[1:])):
            if pair not in pairs or at < end:
                continue
            if pair not in known and small[at : at + _HEAD] not in known:
                continue
            length, person = self._longest(small, at)
            if length:
                end = at + length
                yield at, end, person

    def _longest(self, small: str, at: int) -> tuple[int, int]:
        known = self._lengths
        lengths = (*known.get(small[at : at + _HEAD], ()), *known.get(small[at : at + 2], ()))
        for length in lengths:
            word = small[at : at + length]
            person = self._person.get(word)
            if person is not None and _stands_alone(small, at, at + length):
                return length, person
            if word in self._encoded:
                return length, self._encoded[word]
        return 0, 0

    def _shaped(self, text: str) -> Iterator[_Span]:
        for shape in _SHAPES:
            for match in shape.finditer(text):
                if not any(form in self._person for form in _forms(match[0])):
                    self.add(match[0])
                yield match.start(), match.end(), self._person_of(match[0])

    def _person_of(self, identifier: str) -> int:
        return next(self._person[form] for form in _forms(identifier) if form in self._person)

    def _cut(self, text: str, spans: list[_Span]) -> str:
        parts: list[str] = []
        kept = 0
        for start, end, person in _merged(spans):
            parts += [text[kept:start], self._pseudonym(person)]
            kept = end
        return "".join([*parts, text[kept:]])

    def _pseudonym(self, person: int) -> str:
        return f"person {self._numbers.setdefault(person, len(self._numbers) + 1)}"


def _merged(spans: list[_Span]) -> Iterator[_Span]:
    """Spans that overlap become one, of the person of the longest."""
    start, end, person = spans[0]
    longest = end - start
    for begin, stop, other in spans[1:]:
        if begin >= end:
            yield start, end, person
            start, end, person, longest = begin, stop, other, stop - begin
            continue
        end = max(end, stop)
        if stop - begin > longest:
            person, longest = other, stop - begin
    yield start, end, person


def _forms(identifier: str) -> tuple[str, ...]:
    """How an identifier is looked up: in small letters; a telephone number also bare."""
    small = _small(identifier)
    digits = re.sub(r"[ \-]", "", small)
    if not re.fullmatch(r"\+?[0-9]{7,18}", digits):
        return (small,)
    national = re.sub(r"^\+?86(?=1[3-9][0-9]{9}$)", "", digits)
    return tuple(dict.fromkeys((small, digits, national)))


def _opaque(identifier: str) -> tuple[str, ...]:
    """Forms that cannot be recognised in the middle of other letters (``redact_nested``)."""
    raw = identifier.encode("utf-8", "surrogatepass")
    packed = (encode(raw).decode().rstrip("=") for encode in _PACK)
    plus = quote_plus(identifier, errors="surrogatepass") if " " in identifier else ""
    return (*packed, raw.hex(), plus)


_PACK = (base64.b64encode, base64.urlsafe_b64encode)


def _head(small: str) -> str:
    """What is looked up first: four characters, or two of an identifier that is shorter."""
    return small[:_HEAD] if len(small) >= _HEAD else small[:2]


def _small(text: str) -> str:
    # U+0130 is the one character whose small form is longer: positions have to fit the text.
    return text.replace("\u0130", "I").lower()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Short identifiers in letters of ASCII count only as words of their own."""
    word = text[start:end]
    if len(word) >= WHOLE_WORD_BELOW or not word.isascii():
        return True
    return not (_is_alnum(text[start - 1 : start]) or _is_alnum(text[end : end + 1]))


def _is_alnum(character: str) -> bool:
    return character.isascii() and character.isalnum()
