"""The envelope: decided by ``code`` at any status, and nothing raw ever comes out."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.finding import Who
from feishu_wizard.services.feishu.envelope import answer_of
from tests.unit.feishu.fake import ENDPOINTS, HTML, FakeHttp, client, fixture, reply

pytestmark = pytest.mark.anyio


def opened(body: Any, status: int = 200, headers: dict[str, str] | None = None):
    return answer_of(reply(body, status, headers)("GET", "https://open.example.com/x"), dict)


@pytest.mark.parametrize("status", [200, 400, 404, 500, 503])
def test_code_zero_is_success_at_any_status(status):
    assert opened({"code": 0, "msg": "x", "data": {}}, status).value["code"] == 0


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_another_code_is_a_refusal_at_any_status(status):
    with pytest.raises(FeishuError) as caught:
        opened({"code": 10014, "msg": "app secret invalid"}, status)
    assert caught.value.feishu_code == 10014
    assert caught.value.who is Who.YOU
    assert caught.value.evidence[0].http_status == status
    assert caught.value.params["msg"] == "app secret invalid"


def test_a_code_nobody_knows_survives():
    with pytest.raises(FeishuError) as caught:
        opened({"code": 424242, "msg": "new", "error": {"new_field": [1]}}, 418)
    assert caught.value.code == "feishu.424242"


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"code": 0, "error": {"log_id": "BODY"}}, {"X-Tt-Logid": "HEADER"}, "BODY"),
        ({"code": 0, "error": {"logid": "OLD"}}, {"X-Tt-Logid": "HEADER"}, "OLD"),
        ({"code": 0}, {"X-Tt-Logid": "HEADER"}, "HEADER"),
        ({"code": 0}, {}, ""),
    ],
)
def test_log_id_from_body_or_header(body, headers, expected):
    assert opened(body, 200, headers).evidence.log_id == expected


def test_log_id_is_kept_with_a_refusal():
    with pytest.raises(FeishuError) as caught:
        opened({"code": 1, "msg": "m"}, 400, {"X-Tt-Logid": "HEADER"})
    assert caught.value.params["log_id"] == "HEADER"


def test_missing_scopes_and_the_link_that_asks_for_them():
    with pytest.raises(FeishuError) as caught:
        opened(fixture("missing_scope"), 400)
    error = caught.value
    assert error.violations == (
        "contact:contact.base:readonly",
        "contact:contact:readonly_as_app",
    )
    assert error.links[0].url.startswith("https://open.feishu.cn/app/cli_a8c029e757e6500b/auth?q=")
    assert error.params["log_id"] == "202611220800000102030405060708090A"


def test_the_older_shape_of_missing_scopes():
    older = {"permission_violations": [{"scope": "im:message", "url": "https://open.feishu.cn/a"}]}
    with pytest.raises(FeishuError) as caught:
        opened({"code": 99991672, "msg": "", "error": older}, 400)
    assert caught.value.violations == ("im:message",)
    assert caught.value.links[0].url == "https://open.feishu.cn/a"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://evil.example/", "file:///etc/passwd", "//x", "http://["]
)
def test_only_safe_links_are_offered(url):
    with pytest.raises(FeishuError) as caught:
        opened({"code": 1, "msg": "", "error": {"helps": [{"url": url}]}})
    assert caught.value.links == ()


def test_field_and_waiting_time_are_told():
    error = {"field_violations": [{"field": "lang", "value": "", "description": "required"}]}
    with pytest.raises(FeishuError) as caught:
        opened({"code": 99992402, "msg": "", "error": error}, 400, {"x-ogw-ratelimit-reset": "7"})
    assert caught.value.params["field"] == "lang"
    assert caught.value.params["retry_after"] == "7"


ODD_BODIES = [
    b"",
    HTML,
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b'{"code": 0} trailing',
    b'{"code":0,"msg":"ok","data":',
    b'{"msg": "no code"}',
    b'{"code": "0"}',
    b'{"code": true}',
    b'{"code": 0.0}',
    b'{"code": null}',
    b'{"code": 99999999999999999999999999999}',
    b"\xff\xfe\x00{",
    b'{"code": 0, "msg": "\xff"}',
    b'{"code":' + b"[" * 100_000,
    b'{"code":0,"data":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
]


@pytest.mark.parametrize("body", ODD_BODIES, ids=range(len(ODD_BODIES)))
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_what_is_no_answer_is_a_typed_error(endpoint, body):
    http = FakeHttp([reply(body, 200)] * 3)
    with pytest.raises(NetworkError) as caught:
        await ENDPOINTS[endpoint](client(http))
    assert caught.value.code in ("net.not_json", "net.unexpected")
    assert caught.value.params["host"] == "open.example.com"
    assert caught.value.evidence[0].host == "open.example.com"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_byte_order_mark_does_no_harm(endpoint):
    body = b"\xef\xbb\xbf" + json.dumps(fixture(endpoint)).encode()
    plain = await ENDPOINTS[endpoint](client(FakeHttp([reply(fixture(endpoint))])))
    marked = await ENDPOINTS[endpoint](client(FakeHttp([reply(body)])))
    assert marked.value == plain.value


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_unknown_fields_are_ignored_everywhere(endpoint):
    plain = await ENDPOINTS[endpoint](client(FakeHttp([reply(fixture(endpoint))])))
    more = _with_extra(fixture(endpoint))
    answer = await ENDPOINTS[endpoint](client(FakeHttp([reply(more)])))
    if hasattr(answer.value, "present"):
        assert answer.value.present == plain.value.present | {"brand_new"}
    elif isinstance(answer.value, list) and hasattr(answer.value[0], "present"):
        pairs = zip(answer.value, plain.value, strict=True)
        assert all(more.present == one.present | {"brand_new"} for more, one in pairs)
    else:
        assert _known(answer.value) == _known(plain.value)


def _known(value: Any) -> str:
    """The value without what the extra fields left in free-form dictionaries."""
    return repr(value).replace("'brand_new': {'x': [1]}", "").replace(", }", "}")


def _with_extra(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _with_extra(v) for k, v in value.items()} | {"brand_new": {"x": [1]}}
    return [_with_extra(v) for v in value] if isinstance(value, list) else value


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path] if path else []
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, child in value.items():
            found += places(child, (*path, key))
    return found


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


DROP = object()
WRONG = [DROP, None, True, -1, 10**30, 1.5, "", "文字", [], [[]], [None], {}, {"a": 1}]
CASES = [(name, path) for name in ENDPOINTS for path in places(fixture(name))]


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda case: str(case)[:60])
async def test_any_field_dropped_retyped_or_null(name, path):
    """Every single change gives a value or a typed error, never anything raw."""
    for wrong in WRONG:
        body = changed(fixture(name), path, wrong)
        http = FakeHttp([reply(body)] * 3)
        try:
            answer = await ENDPOINTS[name](client(http))
        except WizardError as error:
            assert error.code.startswith(("net.unexpected", "feishu."))  # noqa: PT017
            assert error.evidence  # noqa: PT017
        else:
            assert answer.evidence.feishu_code == 0


EXAMPLES = 200 if os.environ.get("TORTURE") == "all" else 30
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["code", "msg", "data", "error", "app", "user", "items", "helps", "bot"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=DOCUMENTS, status=st.sampled_from([200, 400, 404, 429, 500, 502]))
async def test_any_document_at_any_status(document, status):
    for call in ENDPOINTS.values():
        try:
            await call(client(FakeHttp([reply(json.dumps(document).encode(), status)] * 3)))
        except WizardError as error:
            assert error.evidence  # noqa: PT017
