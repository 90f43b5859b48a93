"""A person's browser on the practice console: opens a page, fills its forms, presses its buttons.

It knows nothing but the pages themselves, so that a link that leads to the wrong page, or to one
without the form, fails the test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.sandbox_process import SandboxProcess


@dataclass
class Form:
    """A form: where it goes, what it holds now, and its buttons (name, value)."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms as a browser would send them when nobody touched them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._area: tuple[str, list[str]] | None = None
        self._select = ""
        self.named: dict[str, str] = {}
        self._named = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._named = given.get("id") or ""
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._form = Form(given.get("action") or "")
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if name and ticked:
                self._form.fields.append((name, value))
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._form.fields.append((self._select, value))
        elif tag == "button":
            self._form.buttons.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area and self._form:
            self._form.fields.append((self._area[0], "".join(self._area[1])))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)
        self.words.append(data)
        if self._named:
            self.named.setdefault(self._named, data.strip())


class Visitor:
    """One person with one page open."""

    def __init__(self, practice: SandboxProcess) -> None:
        self._practice = practice
        self.url = ""
        self.text = ""
        self.forms: list[Form] = []
        self.named: dict[str, str] = {}

    def pair(self) -> tuple[str, str]:
        """App ID and App Secret as the page of the app shows them when one asks for it."""
        self.open(self.url.partition("?")[0] + "?reveal=1")
        return self.named["app-id"], self.named["app-secret"]

    def open(self, url: str) -> Visitor:
        """Follow a link as it was opened in the browser."""
        return self._load("GET", url)

    def press(self, value: str, **typed: str) -> Visitor:
        """Press the button of that value, with ``typed`` in the boxes of its form."""
        form, button = self._with_button(value, typed)
        kept = [(n, v) for n, v in form.fields if n not in typed]
        names = {n for n, _ in form.fields} | set(typed)
        assert set(typed) <= names, f"{self.url} has no box {set(typed) - names}"
        fields = kept + list(typed.items()) + ([button] if button[0] else [])
        return self._load("POST", urljoin(self.url, form.action), fields)

    def _with_button(self, value: str, typed: dict[str, str]) -> tuple[Form, tuple[str, str]]:
        for form in self.forms:
            for button in form.buttons:
                if button[1] == value:
                    return form, button
        raise AssertionError(f"{self.url} has no button {value}: {self.forms}")

    def _load(self, method: str, url: str, fields: list[tuple[str, str]] | None = None) -> Visitor:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        data: dict[str, Any] = {}
        for name, value in fields or []:
            data.setdefault(name, []).append(value)
        with self._practice.client(follow_redirects=True) as client:
            reply = client.request(method, url, data=data or None, headers={"Origin": origin})
        assert reply.status_code == 200, f"{method} {url}: {reply.status_code} {reply.text[:400]}"
        reader = _Reader()
        reader.feed(reply.text)
        self.url, self.text, self.forms = str(reply.url), " ".join(reader.words), reader.forms
        self.named = reader.named
        return self
