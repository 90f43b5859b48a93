"""Profiles: ours are good, broken ones are named, and the schema says the same as the code."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from feishu_wizard.domain.errors import InputError
from feishu_wizard.resources import resource_bytes, resource_text
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.pointer import MISSING
from feishu_wizard.services.can.profile import parse_profile
from tests.unit.can.conftest import load

OURS = ("can-rest", "can-verb")
SCHEMA = json.loads(resource_text("schemas/can-profile-1.json"))


def document(profile_id: str = "can-rest") -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(resource_bytes(f"can/profiles/{profile_id}.yaml"))
    return loaded


def rejected(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_profile(data, "acme.yaml")
    assert caught.value.code == "profile.invalid"
    assert caught.value.params["source"] == "acme.yaml"
    return caught.value


@pytest.mark.parametrize("profile_id", OURS)
def test_ours(profile_id):
    profile = load(profile_id)
    assert profile.id == profile_id
    assert profile.evidence == "proposed"
    assert all(profile.ops.__getattribute__(name) for name in ("get", "save", "enable", "test"))
    jsonschema.validate(document(profile_id), SCHEMA)


@pytest.mark.parametrize("profile_id", OURS)
def test_ours_hold_all_of_the_reference(profile_id, reference):
    """What the reference profiles say, ours say too; ours only add."""
    ours = document(profile_id)
    for path, value in leaves(reference[profile_id]):
        place: Any = ours
        for key in path:
            place = place[key]
        assert place == value, path


@pytest.fixture(scope="module")
def reference():
    """The two profiles of the reference contract, as handed over."""
    prefix = {"prefix": "/anymetrics/api/v1"}
    envelope = {"ok": [{"at": "/success", "in": [True]}, {"at": "/code", "in": ["200", 200, None]}]}
    fields = {"app_id": "/appId", "app_secret": "/appSecret", "callback_url": "/callbackUrl"}
    send = ["app_id", "app_secret", "callback_url"]
    return {
        "can-rest": {
            "base": prefix,
            "auth": {
                "headers": {
                    "tenant-id": "${input.tenant_id}",
                    "auth-type": "APIKEY",
                    "auth-value": "${secret.api_key}",
                }
            },
            "envelope": envelope,
            "concurrency": {"mode": "etag"},
            "secret": {"read": "hint", "keep": "omit"},
            "fields": fields,
            "ops": {
                "get": {"method": "GET", "path": "/office-software/feishu"},
                "save": {"method": "PUT", "path": "/office-software/feishu", "send": send},
                "enable": {"method": "PUT", "path": "/office-software/feishu/enabled"},
                "test": {"method": "POST", "path": "/office-software/feishu/test", "ok_at": "/ok"},
            },
        },
        "can-verb": {
            "base": prefix,
            "auth": {
                "login": {"method": "POST", "path": "/token/create"},
                "headers": {"auth-type": "TOKEN", "auth-value": "${login.token}"},
            },
            "envelope": envelope,
            "concurrency": {"mode": "field", "at": "/version"},
            "secret": {"read": "omitted", "keep": "omit"},
            "fields": fields,
            "ops": {
                "get": {"method": "GET", "path": "/officeSoftware/detail?type=FEISHU"},
                "save": {"method": "POST", "path": "/officeSoftware/save", "send": send},
                "enable": {"method": "POST", "path": "/officeSoftware/switchEnable"},
                "test": {"method": "POST", "path": "/officeSoftware/test", "ok_at": ""},
            },
        },
    }


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for key, child in value.items() for leaf in leaves(child, (*path, key))]
    return [(path, value)]


def test_the_contract_is_packed():
    parts = list(yaml.safe_load_all(resource_text("can/contract.yaml")))
    assert parts[0]["info"]["title"] == "CAN office-software settings"
    outline = parts[1]
    # The outline of the contract is a complete profile but for words and declarations.
    outline |= {
        "name": {"en": "Acme", "zh_Hans": "Acme"},
        "inputs": {
            name: {"label": {"en": name, "zh_Hans": name}} for name in ("key_id", "tenant_id")
        },
        "secrets": {"key_secret": {"label": {"en": "s", "zh_Hans": "s"}}},
    }
    parsed = parse_profile(yaml.safe_dump(outline).encode(), "contract.yaml")
    assert parsed.enabled_values() == {True: True, False: False}
    assert parsed.base.require_https


def with_value(path: str, value: Any, profile_id: str = "can-rest") -> dict[str, Any]:
    made = copy.deepcopy(document(profile_id))
    place: Any = made
    *parents, last = path.split(".")
    for key in parents:
        place = place.setdefault(key, {})
    if value is DROP:
        del place[last]
    else:
        place[last] = value
    return made


DROP = object()
POST = {"method": "POST", "path": "/x"}
FORM = {"method": "POST", "path": "/x", "encoding": "form", "send": ["app_id"]}
#: path, value, where it is told; and whether the schema sees it too
BROKEN = [
    ("schema", "can-profile/2", "$.schema", True),
    ("schema", DROP, "$", True),
    ("id", DROP, "$", True),
    ("id", "../x", "$.id", True),
    ("name", {"en": "only"}, "$.name", True),
    ("evidence", "sure", "$.evidence", True),
    ("typo", 1, "$", True),
    ("ops.get.typo", 1, "$.ops.get", True),
    ("ops.get", DROP, "$.ops", True),
    ("ops.get.method", "POST", "$.ops.get.method", True),
    ("ops.save.method", "DELETE", "$.ops.save.method", True),
    ("ops.save.path", "http://evil/", "$.ops.save.path", True),
    ("ops.save.path", "//evil/x", "$.ops.save.path", False),
    ("ops.save.path", "/a/../../b", "$.ops.save.path", False),
    ("ops.save.path", "/a b", "$.ops.save.path", False),
    ("ops.save.path", "/${secret.api_key}", "$.ops.save.path", False),
    ("ops.save.path", "/${current.x}", "$.ops.save.path", False),
    ("ops.save.path", "/${current./appSecret}", "$.ops.save.path", False),
    ("ops.save.path", "/x/%2e%2e/y", "$.ops.save.path", False),
    ("ops.get.path", "/${current./id}", "$.ops.get.path", False),
    ("ops.accounts.path", "/${current./id}", "$.ops.accounts.path", False),
    ("ops.save.method", "GET", "$.ops.save.method", True),
    ("ops.create", POST | {"method": "GET"}, "$.ops.create.method", True),
    ("ops.save.headers", {"Cookie": "a=1"}, "$.ops.save.headers.Cookie", False),
    ("ops.save.headers", {"Content-Type": "text/plain"}, "$.ops.save.headers.Content-Type", False),
    ("ops.save.headers", {"X-A": "1", "x-a": "2"}, "$.ops.save.headers", False),
    ("ops.save.headers", {"X-A": "${enabled}"}, "$.ops.save.headers", False),
    ("ops.save.encoding", "xml", "$.ops.save.encoding", True),
    ("ops.save", FORM | {"set": {"/a/b": 1}}, "$.ops.save.encoding", False),
    ("ops.save", FORM | {"set": {"/a": [1]}}, "$.ops.save.encoding", False),
    ("ops.save", FORM | {"carry": ["/a/b"]}, "$.ops.save.encoding", False),
    ("ops.get.absent", [401], "$.ops.get.absent", False),
    ("ops.get.absent", [500], "$.ops.get.absent", True),
    ("ops.save.absent", [404], "$.ops.save.absent", False),
    ("ops.save.ok_at", None, "$.ops.save", False),
    ("ops.save.set", {"/x": "${current.id}"}, "$.ops.save.set", False),
    ("ops.save.set", {"/x": "${current./appSecret}"}, "$.ops.save.set", False),
    ("ops.get.send", ["app_id"], "$.ops.get", True),
    ("ops", {"get": {"path": "/x"}, "create": POST}, "$.ops.save", False),
    ("ops.enable", {"via": "save"}, "$.ops.enable.set", False),
    ("ops.enable", {"via": "save", "path": "/x"}, "$.ops.enable.via", False),
    ("ops.app_ticket", {"path": "//x", "at": ""}, "$.ops.app_ticket.path", False),
    ("ops.app_ticket", {"path": "/x", "at": "x"}, "x", True),
    ("applies_to", {"versions": ["3.x"]}, "$.applies_to.versions[0]", True),
    ("applies_to", {"probe": {"path": "/${input.tenant_id}"}}, "$.applies_to.probe.path", False),
    ("secret.keep", "resend", "$.secret.keep", True),
    ("secret.keep", "mask", "$.secret.keep", True),
    ("secret.mask", "(a+)+$", "$.secret.mask", False),
    ("secret.mask", "a?a?a?a?", "$.secret.mask", False),
    ("secret.mask", r"\\\\*\\\\*\\\\*\\\\*", "$.secret.mask", False),
    ("fields.callback_url", "/appSecret", "$.fields.callback_url", False),
    ("fields.callback_url", None, "$.ops.save.send", False),
    ("state.valid", "/appSecret", "$.state.valid", False),
    ("values", {"enabled": {"true": 1, "false": 1}}, "$.values.enabled", False),
    ("inputs.tenant_id.keep", "run", "$.inputs.tenant_id.keep", False),
    ("secrets.api_key.keep", "disk", "$.secrets[...].keep", True),
    ("auth.cookies", {"source": "login"}, "$.auth.cookies.source", False),
    ("auth.cookies", {"source": "jar"}, "$.auth.cookies.source", True),
    ("auth.cookies", {"source": "secret"}, "$.auth.cookies.secret", False),
    ("auth.cookies", {"source": "secret", "secret": "api_key"}, "$.secrets.api_key.keep", False),
    ("auth.login", {"path": "/l", "token_at": None}, "$.auth.login.token_at", False),
    ("limits", {"max_body_kb": 0}, "$.limits.max_body_kb", True),
    ("verify", {"retries": 99}, "$.verify.retries", True),
    ("name", {"en": "x" * 500, "zh_Hans": "b"}, "$.name", True),
    ("ops.save.send", ["tenant"], "$.ops.save.send[0]", True),
    ("ops.save.via", "save", "$.ops.save.via", False),
    ("ops.enable.set", {"/x": "${secret.api_key}"}, "$.ops.enable.set", False),
    ("ops.enable.set", {"": "x"}, '""', True),
    ("ops.save.set", {"/x": ["${input.nobody}"]}, "$.ops.save.set", False),
    ("ops.test.set", {"/x": "${enabled}"}, "$.ops.test.set", False),
    ("auth.headers.auth-value", "${login.token}", "$.auth.headers", False),
    ("auth.headers.auth-value", "${secret.other}", "$.auth.headers", False),
    ("auth.headers.auth-value", "${env.HOME}", "$.auth.headers", False),
    ("auth.headers.Host", "evil", "$.auth.headers.Host", False),
    ("auth.headers.X Y", "v", "$.auth.headers.X Y", True),
    ("auth.headers.Content-Length", "0", "$.auth.headers.Content-Length", False),
    ("fields.app_id", "appId", "appId", True),
    ("fields.app_id", "", '""', True),
    ("state.enabled", "/a~2", "/a~2", True),
    ("base.prefix", "/a/../b", "$.base.prefix", False),
    ("base.prefix", "x", "$.base.prefix", True),
    ("base.timeout_s", 0, "$.base.timeout_s", True),
    ("base.timeout_s", 600, "$.base.timeout_s", True),
    ("base.redirects", "follow", "$.base.redirects", True),
    ("base.same_origin_only", False, "$.base.same_origin_only", True),
    ("concurrency", {"mode": "field"}, "$.concurrency.at", True),
    ("secret.mask", "(", "$.secret.mask", False),
    ("limits", {"allowed_headers": "["}, "$.limits.allowed_headers", False),
    ("limits", {"methods": ["GET"]}, "$.ops.save.method", False),
    ("ops.accounts.typo", 1, "$.ops.accounts", True),
    ("ops.accounts.method", "POST", "$.ops.accounts.method", True),
    ("ops.accounts.path", "//evil/users", "$.ops.accounts.path", False),
    ("ops.accounts.path", DROP, "$.ops.accounts", True),
    ("ops.accounts.page", {"rows": 5000}, "$.ops.accounts.page", True),
    ("ops.accounts.page", {"first": 2}, "$.ops.accounts.page", True),
    ("ops.accounts.page", {"number": "page size"}, "$.ops.accounts.page", True),
    ("ops.accounts.page", {"number": "p", "size": "p"}, "$.ops.accounts.page", False),
    ("ops.accounts.max_pages", 0, "$.ops.accounts.max_pages", True),
    ("ops.accounts.fields", {}, "$.ops.accounts.fields", True),
    ("ops.accounts.fields", {"name": "account"}, "account", True),
    ("ops.accounts.items_at", "data", "data", True),
    ("ops.accounts", {"path": "/users", "fields": {"name": "/n"}}, "$.ops.accounts.total_at", True),
    ("limits", {"methods": ["PUT", "POST"]}, "$.ops.get.method", False),
    ("errors.OS_X", "gone", "$.errors[...]", True),
    ("inputs.Tenant", {"label": {"en": "a", "zh_Hans": "b"}}, "$.inputs.Tenant", True),
    ("inputs.api_key", {"label": {"en": "a", "zh_Hans": "b"}}, "$.secrets.api_key", False),
    ("inputs.tenant_id.label", {"en": "only"}, "$.inputs.tenant_id.label", True),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "where", "seen"), BROKEN)
def test_broken(path, value, where, seen):
    made = with_value(path, value)
    error = rejected(yaml.safe_dump(made).encode())
    assert error.params["where"] == where
    problems = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(made))
    assert bool(problems) is seen


@pytest.mark.parametrize(
    ("data", "where", "detail"),
    [
        (b"a: [", "line 1", "not_yaml"),
        (b"a: 1\nb: &x 2\nc: *x\n", "line 3", "alias"),
        (b"\xff\xfe", "byte 0", "not_utf8"),
        (b"a: \x00", "$", "not_yaml"),
        (b"!!python/object/apply:os.system ['true']", "line 1", "not_yaml"),
        (b"x: 9999-99-99", "$", "not_yaml"),
        (b"[" * 60_000, "line 1", "too_deep"),
        (b"{a: " * 15_000, "line 1", "too_deep"),
        (b"- " * 30_000 + b"x", "line 1", "too_deep"),
        (b"#" * 70_000, "$", "too_large"),
        (b"", "$", None),
        (b"text", "$", None),
    ],
)
def test_not_a_profile(data, where, detail):
    error = rejected(data)
    assert error.params["where"] == where
    if detail:
        assert error.params["detail"] == detail


def test_keys_that_yaml_reads_as_values():
    made = document()
    made["values"] = {"enabled": {True: 1, False: 0}}
    made["errors"] = {40001: "forbidden"}
    parsed = parse_profile(b"\xef\xbb\xbf" + yaml.safe_dump(made).encode(), "x")
    assert parsed.enabled_values() == {True: 1, False: 0}
    assert parsed.errors == {"40001": "forbidden"}


def test_schema_and_code_know_the_same_keys():
    def compare(struct: type, schema: dict[str, Any], path: str) -> None:
        if "$ref" in schema:
            schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
        for option in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
            if option.get("type") == "object" or "$ref" in option:
                compare(struct, option, path)
                return
        fields = msgspec.structs.fields(struct)
        assert {f.encode_name for f in fields} == set(schema["properties"]), path
        needed = {f.encode_name for f in fields if f.required}
        assert needed == set(schema.get("required", ())), path
        for field in fields:
            for kind in (field.type, *getattr(field.type, "__args__", ())):
                if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                    inner = schema["properties"][field.encode_name]
                    inner = inner.get("items", inner)
                    inner = inner.get("additionalProperties") or inner
                    compare(kind, inner, f"{path}.{field.encode_name}")

    compare(type(load("can-rest")), SCHEMA, "$")


DOC = {"a": {"b/c": [10, {"~": 1}]}, "": 5}


class TestPointer:
    @pytest.mark.parametrize(
        ("at", "value"),
        [
            ("/a/b~1c/0", 10),
            ("/a/b~1c/1/~0", 1),
            ("/", 5),
            ("/a/b~1c/2", MISSING),
            ("/a/b~1c/-", MISSING),
            ("/a/b~1c/00", MISSING),
            ("/x/y", MISSING),
            ("/a/b~1c/0/z", MISSING),
        ],
    )
    def test_find(self, at, value):
        assert pointer.find(DOC, at) == value

    def test_the_whole(self):
        assert pointer.find(DOC, "") is DOC

    @pytest.mark.parametrize("text", ["a", "a/b", "/~", "/~2", "/a/~"])
    def test_no_pointer(self, text):
        assert not pointer.valid(text)

    def test_put_and_remove(self):
        made: dict[str, Any] = {"a": 1}
        pointer.put(made, "/a/b~1c/~0", 2)
        assert made == {"a": {"b/c": {"~": 2}}}
        pointer.remove(made, "/a/b~1c/~0")
        pointer.remove(made, "/x/y")
        assert made == {"a": {"b/c": {}}}


class TestTemplate:
    def test_a_lone_name_keeps_its_type(self):
        assert template.fill({"a": ["${x}", "v ${x}", 3]}, lambda _: False) == {
            "a": [False, "v False", 3]
        }

    def test_what_is_put_in_is_not_read_again(self):
        assert template.fill("a ${x}", lambda _: "${secret.key}") == "a ${secret.key}"

    def test_names(self):
        found = list(template.names_in({"a": ["${x.y} ${z}"], "b": "${}"}))
        assert found == ["x.y", "z", ""]
