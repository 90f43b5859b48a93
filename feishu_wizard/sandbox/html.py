"""Server-rendered pages: templates with everything escaped, no script, no outside asset."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'"
MAX_FORM = 256 * 1024


@cache
def _templates() -> Environment:
    # Imported when the first page is asked for: the API must be up before that.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """A template with its values escaped."""
    return _templates().get_template(template).render(**values)


def page(body: str, status: int = 200) -> HTMLResponse:
    """A page under a policy that allows no script and nothing from elsewhere."""
    headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(body, status, headers)


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form; a repeated field keeps its values by line."""
    raw = (await request.body())[:MAX_FORM].decode("utf-8", "replace")
    fields: dict[str, str] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields
