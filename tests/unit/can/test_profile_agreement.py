"""Any document: the checks never break, and the schema and the code agree on it."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.resources import resource_text
from feishu_wizard.services.can.profile import Profile, checked, parse_profile
from tests.unit.can.conftest import load

SCHEMA = json.loads(resource_text("schemas/can-profile-1.json"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

#: A profile that uses every key of the format.
EVERYTHING: dict[str, Any] = {
    "schema": "can-profile/1",
    "id": "all",
    "name": {"en": "All", "zh_Hans": "全部"},
    "note": {"en": "n"},
    "evidence": "source",
    "applies_to": {
        "product": "Acme",
        "versions": ["3.4", "4.*"],
        "probe": {"path": "/version", "at": "/version"},
    },
    "inputs": {
        "space": {"label": {"en": "Space", "zh_Hans": "空间"}, "help": {"en": "h"}, "default": "1"}
    },
    "secrets": {
        "password": {"label": {"en": "P", "zh_Hans": "密码"}, "required": True},
        "cookie": {"label": {"en": "C", "zh_Hans": "会话"}, "keep": "run"},
    },
    "base": {"prefix": "/api", "require_https": False, "timeout_s": 5, "redirects": "deny"},
    "auth": {
        "login": {
            "method": "POST",
            "path": "/login/${input.space}",
            "headers": {"X-Login": "${input.space}"},
            "set": {"/password": "${secret.password}"},
            "encoding": "form",
            "token_at": None,
            "on_401": "fail",
        },
        "headers": {"X-Space": "${input.space}"},
        "cookies": {
            "source": "login",
            "names": ["sid"],
            "csrf": {"cookie": "csrf", "header": "X-CSRF"},
        },
    },
    "envelope": {
        "ok": [{"at": "/code", "in": [0, "0", None]}],
        "data": "/data",
        "message": ["/msg", ""],
        "detail": ["/detail"],
        "trace": ["/trace"],
        "soft_errors": True,
    },
    "errors": {"1": "forbidden"},
    "concurrency": {"mode": "field", "at": "/version"},
    "secret": {"read": "mask", "keep": "mask", "mask": r"^\*{3,9}$"},
    "select": {"at": "/type", "equals": "feishu"},
    "json_strings": ["/config"],
    "fields": {"app_id": "/config/a", "app_secret": "/config/s", "callback_url": "/config/c"},
    "state": {
        "enabled": "/on",
        "version": "/version",
        "secret_set": "/set",
        "secret_hint": "/config/s",
        "valid": "/ok",
        "updated_by": "/by",
        "updated_at": "/at",
    },
    "values": {"enabled": {"true": 1, "false": 0}},
    "ops": {
        "get": {"method": "GET", "path": "/s/${input.space}", "absent": [404, 204]},
        "create": {"method": "POST", "path": "/s", "send": ["app_id", "app_secret"]},
        "save": {
            "method": "PUT",
            "path": "/s/${current./id}?x=1",
            "headers": {"X-Op": "1"},
            "encoding": "form",
            "send": ["app_id", "app_secret", "callback_url", "enabled"],
            "set": {"/kind": "feishu", "/id": "${current./id}"},
            "carry": ["/config"],
        },
        "enable": {"via": "save", "set": {"/on": "${enabled}"}},
        "test": {
            "method": "POST",
            "path": "/s/test",
            "ok_at": None,
            "checks_at": "/checks",
            "user_at": "/user",
            "saves": True,
        },
        "audit": {"path": "/s/audit"},
        "accounts": {
            "path": "/users",
            "page": {"number": "p", "size": "n", "first": 0, "rows": 50},
            "items_at": "/rows",
            "fields": {"name": "/n", "display": "/d", "email": None, "mobile": "/m"},
            "total_at": "/total",
            "more_at": None,
            "max_pages": 10,
        },
        "app_ticket": {"path": "/ticket", "at": "/ticket"},
    },
    "verify": {"after_save": ["app_id", "callback_url", "enabled"], "retries": 1},
    "limits": {"max_body_kb": 16, "allowed_headers": "^[A-Za-z-]+$"},
}


def test_a_profile_that_uses_every_key_is_accepted_by_both():
    assert checked(EVERYTHING, "all").id == "all"
    assert list(VALIDATOR.iter_errors(EVERYTHING)) == []


def test_it_does_use_every_key():
    """What the format gets is tried here, too."""

    def missing(struct: type, value: Any, path: str) -> list[str]:
        found = []
        for field in msgspec.structs.fields(struct):
            place = f"{path}.{field.encode_name}"
            if field.encode_name not in value:
                found.append(place)
                continue
            inner = value[field.encode_name]
            inner = inner[0] if isinstance(inner, list) else inner
            for kind in (field.type, *getattr(field.type, "__args__", ())):
                nested = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
                if nested and kind.__name__ not in ("Op", "Declared"):
                    found += missing(kind, inner, place)
        return found

    assert missing(Profile, EVERYTHING, "$") == [
        "$.base.same_origin_only",
        "$.auth.cookies.secret",
        "$.ops.accounts.method",
        "$.ops.app_ticket.method",
        "$.limits.methods",
    ]


BASES = (EVERYTHING, *(msgspec.to_builtins(load(name)) for name in ("can-rest", "can-verb")))
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2**70, 0.5, float("nan"), float("inf"), 200.0, "", "x", "/", "/x",
    "/a~2", "//x", "/..", "/x?y=#", "${input.space}", "${current./id}", "${current.}", "${", "${}",
    "${secret.password}", "/${current./config/s}", "(a+)+$", "[", "a\nb", "密钥", "\x00",
    "😀" * 700,
    [], [None], ["x"], ["/x"], [[["x"]]], {}, {"x": 1}, {"": ""}, {"/x": {"y": ["${enabled}"]}},
    "GET", "POST", "DELETE", "form", "save", "login", "secret", "mask", "resend", "plain", "run",
    "3.*", "99999999999999999999.1", [404], [401], [204, 99999], b"x", ("x",), {1: 2}, {"x"},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    return found + [p for key, child in pairs for p in places(child, (*path, key))]


def mutated(base: Any, choose: random.Random) -> Any:
    made = copy.deepcopy(base)
    for _ in range(choose.choice((1, 1, 1, 2, 5))):
        *parents, last = choose.choice(places(made))
        place = made
        for key in parents:
            place = place[key]
        act = choose.random()
        if act < 0.25:
            del place[last]
        elif act < 0.35 and isinstance(place, dict):
            place[choose.choice(("typo", "", "X Y", "Cookie", "/x", "🙂"))] = choose.choice(ODD)
        elif act < 0.5:
            other = choose.choice(places(made))
            value = made
            for key in other:
                value = value[key]
            place[last] = copy.deepcopy(value)
        else:
            place[last] = copy.deepcopy(choose.choice(ODD))
    return made


def judged(document: Any) -> str:
    """ "" for a profile, else the detail of its refusal; nothing else may come."""
    try:
        checked(document, "m")
    except InputError as error:
        assert error.code == "profile.invalid"  # noqa: PT017
        assert set(error.params) == {"source", "where", "detail"}  # noqa: PT017
        return error.params["detail"] or "refused"
    return ""


def is_json(document: Any) -> bool:
    try:
        return bool(json.loads(json.dumps(document, allow_nan=False)) == document)
    except (TypeError, ValueError):
        return False


def agree(document: Any) -> str:
    """The code is never laxer than the schema, and where it refuses a shape, the schema does."""
    detail = judged(document)
    if not is_json(document):
        return detail
    fits = VALIDATOR.is_valid(document)
    assert fits or detail, list(VALIDATOR.iter_errors(document))[:2]
    # What msgspec says of a type has blanks, our own rules are single words. 1.0 is an integer
    # to a schema, and none in a profile, which tells 200 from 200.0.
    shape = " " in detail and detail != "Expected `int`, got `float`"
    assert not (fits and shape), detail
    return detail


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_mutated_profiles(seed):
    choose = random.Random(seed)
    told = [agree(mutated(choose.choice(BASES), choose)) for _ in range(250)]
    assert len(set(told)) > 15  # the mutations reach many rules
    assert "" in told  # and some profiles stay good


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(sorted(EVERYTHING)), inner, max_size=6)
        ),
        max_leaves=12,
    )
)
def test_documents_out_of_nothing(document):
    assert agree(document)


@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_bytes_out_of_nothing(data):
    with pytest.raises(InputError, match=r"profile\.invalid"):
        parse_profile(data, "x")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("a: 1\na: 2", "not_yaml"),
        ("x: 2020-01-01", "not_json"),
        ("x: .nan", "not_json"),
        ("x: !!binary aGk=", "not_json"),
        ("x: !!set {a, b}", "not_json"),
        ("x: 99999999999999999999999", "not_json"),
        ("x: " + "9" * 5000, "not_yaml"),
    ],
)
def test_what_yaml_knows_and_json_does_not(text, detail):
    with pytest.raises(InputError) as caught:
        parse_profile(text.encode(), "x")
    assert caught.value.params["detail"] == detail
