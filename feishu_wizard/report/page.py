"""What the HTML papers share: the template, and the one style sheet that they allow themselves."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, Template

from feishu_wizard.resources import resource_text


@cache
def template(name: str) -> Template:
    """A template of resources/report; what is put in is escaped."""
    environment = Environment(autoescape=True, auto_reload=False)
    return environment.from_string(resource_text(f"report/{name}"))


def style_hash(style: str) -> str:
    """The source of a style sheet for the page's Content-Security-Policy (CSP, level 2)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
