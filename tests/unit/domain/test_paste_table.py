"""Every slip that people make when they paste, in every box it can land in."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from feishu_wizard.domain.paste import (
    EditCode,
    FieldKind,
    ProblemCode,
    ProposalCode,
    WarningCode,
    read_paste,
)

APP_ID = "cli_a8c029e757e6500b"
SECRET = "baBqE5um9LbFGDy3X7LcfxQX1sqpXlwy"
KEY = "sk-4230a1b2c3d4e5f6"
CALLBACK = "https://can.example.com/user/softLogin"
PAGE = "https://can.example.com/metric/list"
PROXY = "http://proxy.example.com:3128"
GOOD = {
    FieldKind.APP_ID: APP_ID,
    FieldKind.APP_SECRET: SECRET,
    FieldKind.API_KEY: KEY,
    FieldKind.CALLBACK_URL: CALLBACK,
    FieldKind.CAN_URL: PAGE,
    FieldKind.PROXY_URL: PROXY,
    FieldKind.RECIPIENT: "zhang.san@example.com",
    FieldKind.CA_FILE: "/etc/ssl/company.pem",
}
CREDENTIALS = (FieldKind.APP_ID, FieldKind.APP_SECRET)
SECRETS = (FieldKind.APP_SECRET, FieldKind.API_KEY)
ADDRESSES = (FieldKind.CALLBACK_URL, FieldKind.CAN_URL, FieldKind.PROXY_URL)
PAGES = (FieldKind.CALLBACK_URL, FieldKind.CAN_URL)
WORDS = (FieldKind.APP_ID, *ADDRESSES)
LABELLED = (*CREDENTIALS, FieldKind.API_KEY, *ADDRESSES)
NAMES = {
    FieldKind.APP_ID: ("App ID", "FEISHU_APP_ID", "app_id"),
    FieldKind.APP_SECRET: ("App Secret", "FEISHU_APP_SECRET", "app_secret"),
    FieldKind.API_KEY: ("API Key", "CAN_API_KEY", "api_key"),
    FieldKind.CALLBACK_URL: ("Callback URL", "CALLBACK_URL", "callback_url"),
    FieldKind.CAN_URL: ("CAN URL", "CAN_URL", "can_url"),
    FieldKind.PROXY_URL: ("Proxy", "HTTPS_PROXY", "https_proxy"),
}


def codes(pasted):
    return [edit.code for edit in pasted.edits]


@pytest.mark.parametrize("kind", FieldKind)
def test_a_good_value_is_left_alone(kind):
    pasted = read_paste(kind, GOOD[kind])
    assert pasted.usable
    assert (pasted.value, pasted.edits) == (GOOD[kind], ())
    assert (pasted.problem, pasted.warning, pasted.proposal) == (None, None, None)
    assert pasted.elsewhere == {}


@pytest.mark.parametrize("kind", FieldKind)
def test_an_empty_box_is_no_problem_and_no_value(kind):
    pasted = read_paste(kind, "")
    assert not pasted.usable
    assert pasted.problem is None


# What comes along round a value, and how it is told.
AROUND = [
    (" {}", EditCode.TRIMMED, {"count": "1", "where": "start"}),
    ("{}   ", EditCode.TRIMMED, {"count": "3", "where": "end"}),
    ("\t{} ", EditCode.TRIMMED, {"count": "2", "where": "both"}),
    ("\u3000{}", EditCode.TRIMMED, {"count": "1", "where": "start"}),
    ("{}\n", EditCode.LINE_BREAK, {"count": "1"}),
    ("{}\r\n", EditCode.LINE_BREAK, {"count": "1"}),
    ("\r{}\n\n", EditCode.LINE_BREAK, {"count": "3"}),
    ("\u00a0{}", EditCode.NBSP, {"count": "1"}),
    ("{}\u200b", EditCode.ZERO_WIDTH, {"count": "1"}),
    ("\ufeff{}\u200c", EditCode.ZERO_WIDTH, {"count": "2"}),
    ("\u202a{}", EditCode.ZERO_WIDTH, {"count": "1"}),
    ('"{}"', EditCode.QUOTES, {}),
    ("'{}'", EditCode.QUOTES, {}),
    ("`{}`", EditCode.QUOTES, {}),
    ("“{}”", EditCode.QUOTES, {}),
    ("”{}”", EditCode.QUOTES, {}),
    ("‘{}’", EditCode.QUOTES, {}),
    ("「{}」", EditCode.QUOTES, {}),
    ("『{}』", EditCode.QUOTES, {}),
    ("```{}```", EditCode.QUOTES, {}),
]


@pytest.mark.parametrize("kind", FieldKind)
@pytest.mark.parametrize(("around", "code", "params"), AROUND, ids=[repr(a[0]) for a in AROUND])
def test_what_comes_along_is_taken_off_and_told(around, code, params, kind):
    pasted = read_paste(kind, around.format(GOOD[kind]))
    assert pasted.usable
    assert pasted.value == GOOD[kind]
    assert [(edit.code, dict(edit.params)) for edit in pasted.edits] == [(code, params)]


@pytest.mark.parametrize("kind", FieldKind)
def test_several_slips_at_once_are_all_told(kind):
    pasted = read_paste(kind, f"\ufeff \u00a0“{GOOD[kind]}”\r\n")
    assert pasted.value == GOOD[kind]
    assert set(codes(pasted)) == {
        EditCode.TRIMMED,
        EditCode.LINE_BREAK,
        EditCode.NBSP,
        EditCode.ZERO_WIDTH,
        EditCode.QUOTES,
    }


LABELS = [
    ("{label}: {value}", EditCode.LABEL),
    ("{label}：{value}", EditCode.LABEL),
    ("{label} = {value}", EditCode.LABEL),
    ("{env}={value}", EditCode.LABEL),
    ("{env}='{value}'", EditCode.LABEL),
    ("{key}: {value}", EditCode.LABEL),
    ('{key} = "{value}"', EditCode.LABEL),
    ("export {env}={value}", EditCode.EXPORT),
    ('export {env}="{value}"', EditCode.EXPORT),
    ("set {env}={value}", EditCode.EXPORT),
    ('$env:{env} = "{value}"', EditCode.EXPORT),
    ('"{key}": "{value}"', EditCode.JSON_VALUE),
    ('{{"{key}": "{value}"}}', EditCode.JSON_VALUE),
    ("{{'{key}': '{value}', 'x': 1}}", EditCode.JSON_VALUE),
]


@pytest.mark.parametrize("kind", LABELLED)
@pytest.mark.parametrize(("form", "code"), LABELS, ids=[form for form, _ in LABELS])
def test_a_label_is_taken_off_and_named(form, code, kind):
    label, env, key = NAMES[kind]
    pasted = read_paste(kind, form.format(label=label, env=env, key=key, value=GOOD[kind]))
    assert pasted.value == GOOD[kind]
    assert pasted.usable
    edit = next(edit for edit in pasted.edits if edit.code == code)
    assert set(edit.params.values()) <= {label, env, key}


@pytest.mark.parametrize("label", ["应用凭证", "应用凭证\nApp ID", "应用 ID", "飞书 App ID"])
def test_chinese_labels(label):
    assert read_paste(FieldKind.APP_ID, f"{label}：{APP_ID}").value == APP_ID


TOGETHER = [
    json.dumps({"app_id": APP_ID, "app_secret": SECRET}),
    json.dumps({"feishu": {"appId": APP_ID, "appSecret": SECRET}}, indent=2),
    f"app_id: {APP_ID}\napp_secret: {SECRET}\n",
    f'app_id = "{APP_ID}"\napp_secret = "{SECRET}"',
    f"client_id={APP_ID}&client_secret={SECRET}",
    f"export APP_ID={APP_ID}\nexport APP_SECRET={SECRET}",
    f"App ID\n{APP_ID}\nApp Secret\n{SECRET}",
    f"应用凭证\nApp ID\n{APP_ID}\nApp Secret\n{SECRET}",
    f"App ID: {APP_ID} App Secret: {SECRET}",
    f"App ID：{APP_ID}，App Secret：{SECRET}",
    f"{APP_ID} {SECRET}",
    f"{APP_ID}\n{SECRET}",
    f"{SECRET}\t{APP_ID}",
    f"{APP_ID}:{SECRET}",
]


@pytest.mark.parametrize("text", TOGETHER)
@pytest.mark.parametrize("kind", CREDENTIALS)
def test_both_pasted_together_find_their_boxes(kind, text):
    pasted = read_paste(kind, text)
    other = FieldKind.APP_SECRET if kind is FieldKind.APP_ID else FieldKind.APP_ID
    assert pasted.usable
    assert pasted.value == GOOD[kind]
    assert pasted.elsewhere == {other: GOOD[other]}


@pytest.mark.parametrize("kind", WORDS)
def test_full_width_letters_are_narrowed_in_ids_and_addresses(kind):
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in GOOD[kind])
    pasted = read_paste(kind, wide)
    assert pasted.value == GOOD[kind]
    assert pasted.edits[0].code == EditCode.FULL_WIDTH
    assert pasted.edits[0].params["count"] == str(sum(c.isalnum() for c in GOOD[kind]))


@pytest.mark.parametrize("kind", [*WORDS, FieldKind.RECIPIENT])
def test_invisible_characters_inside_are_removed_where_they_mean_nothing(kind):
    value = GOOD[kind]
    pasted = read_paste(kind, f"{value[:6]}\u200b{value[6:9]}\ufeff{value[9:]}")
    assert pasted.value == value
    assert [(e.code, dict(e.params)) for e in pasted.edits] == [
        (EditCode.ZERO_WIDTH, {"count": "2"})
    ]


INSIDE = [
    (" ", ProblemCode.BLANK),
    ("\u00a0", ProblemCode.BLANK),
    ("\n", ProblemCode.LINE_BREAK),
    ("\r\n", ProblemCode.LINE_BREAK),
    ("\u200b", ProblemCode.ZERO_WIDTH),
    ("\x00", ProblemCode.CONTROL),
    ("\x1b", ProblemCode.CONTROL),
    ("\u202e", ProblemCode.DIRECTION),
    ("а", ProblemCode.LOOK_ALIKE),
    ("ο", ProblemCode.LOOK_ALIKE),
    ("Ａ", ProblemCode.FULL_WIDTH),
    ("\ud800", ProblemCode.NOT_TEXT),
    ("😀", ProblemCode.NON_ASCII),
    ("é", ProblemCode.NON_ASCII),
    ("e\u0301", ProblemCode.NON_ASCII),
    ("密", ProblemCode.NON_ASCII),
]


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(("inside", "code"), INSIDE, ids=[repr(i) for i, _ in INSIDE])
def test_inside_a_secret_nothing_is_changed_and_the_position_is_told(inside, code, kind):
    value = GOOD[kind]
    typed = f"  {value[:10]}{inside}{value[10:]}"
    pasted = read_paste(kind, typed)
    assert pasted.value == typed[2:]
    assert not pasted.usable
    assert pasted.problem.code == code
    place = 14 if inside.startswith("e") else 13  # a combining mark stands after its letter
    assert dict(pasted.problem.params) == {"position": str(place)}


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("inside", [" ", "\n", "\r\n"])
def test_a_broken_word_is_a_problem_with_the_joined_word_proposed(inside, kind):
    value = GOOD[kind]
    pasted = read_paste(kind, value[:12] + inside + value[12:])
    assert pasted.problem.code in (ProblemCode.BLANK, ProblemCode.LINE_BREAK)
    assert pasted.problem.params["position"] == "13"
    assert (pasted.proposal.value, pasted.proposal.code) == (value, ProposalCode.JOINED)


TOKEN = "t-g1044ghJRUIJJ5ELPHUXXNRR3OF3XQ2K7P7SOJWI"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
WEBHOOK = "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-1111"
OPEN_ID = "ou_7d8a6e6df7621556ce0d21922b676706"
ALL_BOXES = tuple(FieldKind)


@dataclass
class Stray:
    text: str
    code: str
    boxes: tuple[FieldKind, ...]
    home: FieldKind | None = None


def others(*kinds):
    return tuple(kind for kind in FieldKind if kind not in kinds)


STRAYS = [
    Stray(APP_ID, ProblemCode.APP_ID, others(FieldKind.APP_ID), FieldKind.APP_ID),
    Stray(SECRET, ProblemCode.APP_SECRET, (FieldKind.APP_ID, *ADDRESSES), FieldKind.APP_SECRET),
    Stray(KEY, ProblemCode.API_KEY, others(FieldKind.API_KEY), FieldKind.API_KEY),
    Stray(TOKEN, ProblemCode.TOKEN, ALL_BOXES),
    Stray("u-" + TOKEN[2:], ProblemCode.TOKEN, ALL_BOXES),
    Stray(JWT, ProblemCode.JWT, others(FieldKind.API_KEY)),
    Stray(WEBHOOK, ProblemCode.WEBHOOK, ALL_BOXES),
    Stray(OPEN_ID, ProblemCode.PLATFORM_ID, others(FieldKind.RECIPIENT)),
    Stray("zhang@example.com", ProblemCode.EMAIL, (*CREDENTIALS, *ADDRESSES)),
    Stray(CALLBACK, ProblemCode.URL, others(*ADDRESSES), FieldKind.CALLBACK_URL),
    Stray(f"Verification Token: {SECRET}", ProblemCode.EVENT_KEY, LABELLED),
    Stray(f"Encrypt Key：{SECRET}", ProblemCode.EVENT_KEY, LABELLED),
    Stray("-----BEGIN CERTIFICATE-----\nMIIB\n", ProblemCode.CERTIFICATE, ALL_BOXES),
    Stray("https://open.feishu.cn/app", ProblemCode.FEISHU, PAGES),
    Stray("https://accounts.larksuite.com/x", ProblemCode.FEISHU, PAGES),
]


@pytest.mark.parametrize(
    ("stray", "kind"),
    [(stray, kind) for stray in STRAYS for kind in stray.boxes],
    ids=lambda v: v.code if isinstance(v, Stray) else v.value,
)
def test_a_value_in_the_wrong_box_is_named(stray, kind):
    pasted = read_paste(kind, f" {stray.text} ")
    assert not pasted.usable
    assert pasted.problem.code == stray.code
    if stray.home:
        assert pasted.elsewhere == {stray.home: stray.text}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_swapped_values_name_each_other(kind):
    other = FieldKind.APP_SECRET if kind is FieldKind.APP_ID else FieldKind.APP_ID
    pasted = read_paste(kind, f"{NAMES[other][0]}: {GOOD[other]}")
    assert not pasted.usable
    assert pasted.elsewhere == {other: GOOD[other]}


@pytest.mark.parametrize("kind", [k for k in FieldKind if k is not FieldKind.CA_FILE])
@pytest.mark.parametrize("text", ["****", "••••••••", "＊＊＊＊＊"])
def test_a_masked_value_is_named(text, kind):
    assert read_paste(kind, text).problem.code == ProblemCode.MASKED


@pytest.mark.parametrize("kind", [*CREDENTIALS, FieldKind.API_KEY, FieldKind.RECIPIENT])
@pytest.mark.parametrize("text", ["sk-423******", "cli_a8c0****500b", "baBq••••••••Xlwy"])
def test_a_partly_masked_value_is_named(text, kind):
    assert read_paste(kind, text).problem.code == ProblemCode.MASKED


@pytest.mark.parametrize("kind", [k for k in FieldKind if k is not FieldKind.CA_FILE])
@pytest.mark.parametrize("end", ["…", "..."])
def test_a_cut_off_value_is_named(end, kind):
    assert read_paste(kind, GOOD[kind][:12] + end).problem.code == ProblemCode.CUT_OFF


HOST = "can.example.com"
SLIPS = [
    (f"ttp://{HOST}/a", f"http://{HOST}/a", "address.scheme_typo"),
    (f"ttps://{HOST}/a", f"https://{HOST}/a", "address.scheme_typo"),
    (f"htp://{HOST}/a", f"http://{HOST}/a", "address.scheme_typo"),
    (f"htpps://{HOST}/a", f"https://{HOST}/a", "address.scheme_typo"),
    (f"hhttp://{HOST}/a", f"http://{HOST}/a", "address.scheme_typo"),
    (f"http//{HOST}/a", f"http://{HOST}/a", "address.slashes"),
    (f"https//{HOST}/a", f"https://{HOST}/a", "address.slashes"),
    (f"https:/{HOST}/a", f"https://{HOST}/a", "address.slashes"),
    (f"https:{HOST}/a", f"https://{HOST}/a", "address.slashes"),
    (f"http:///{HOST}/a", f"http://{HOST}/a", "address.slashes"),
    (f"http;//{HOST}/a", f"http://{HOST}/a", "address.slashes"),
    (f"http:\\\\{HOST}\\a", f"http://{HOST}/a", "address.slashes"),
    (f"http://https://{HOST}/a", f"https://{HOST}/a", "address.slashes"),
    (f"http://http//{HOST}/a", f"http://{HOST}/a", "address.slashes"),
    (f"https：//{HOST}/a", f"https://{HOST}/a", "address.full_width"),
    (f"https：／／{HOST}／a", f"https://{HOST}/a", "address.full_width"),
    ("https://can。example。com/a", f"https://{HOST}/a", "address.full_width"),
    (f"https://user:pw@{HOST}/a", f"https://{HOST}/a", "address.userinfo"),
]


@pytest.mark.parametrize("kind", ADDRESSES)
@pytest.mark.parametrize(("typed", "meant", "code"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_in_an_address_is_a_proposal_and_never_a_silent_change(typed, meant, code, kind):
    pasted = read_paste(kind, typed)
    assert pasted.value == typed
    assert not pasted.usable
    assert pasted.problem.code == code
    assert pasted.proposal.value == meant
    assert read_paste(kind, meant).usable


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (HOST, f"https://{HOST}"),
        (f"{HOST}/user/login", f"https://{HOST}/user/login"),
        (f"//{HOST}/a", f"https://{HOST}/a"),
        (f"{HOST}:443", f"https://{HOST}:443"),
        (f"{HOST}:8080/a", f"http://{HOST}:8080/a"),
        ("10.0.0.3", "http://10.0.0.3"),
        ("[::1]:8083", "http://[::1]:8083"),
        ("canserver", "http://canserver"),
        ("localhost:8000", "http://localhost:8000"),
    ],
)
def test_a_missing_scheme_is_proposed(typed, meant, kind):
    pasted = read_paste(kind, typed)
    assert pasted.value == typed
    assert pasted.problem.code == "address.no_scheme"
    assert (pasted.proposal.value, pasted.proposal.code) == (meant, ProposalCode.SCHEME_MISSING)


def test_the_callback_of_a_bare_host_is_proposed_in_two_steps():
    first = read_paste(FieldKind.CALLBACK_URL, HOST)
    second = read_paste(FieldKind.CALLBACK_URL, first.proposal.value)
    assert second.usable
    assert second.warning.code == WarningCode.CALLBACK_PATH
    assert second.proposal.value == CALLBACK
    assert read_paste(FieldKind.CALLBACK_URL, CALLBACK).warning is None


def test_the_sample_of_the_manual_is_proposed_with_http_and_then_known():
    typed = "ttp://release.can.aloudata.work/user/softLogin"
    pasted = read_paste(FieldKind.CALLBACK_URL, typed)
    assert (pasted.value, pasted.usable) == (typed, False)
    assert pasted.proposal.value == "h" + typed
    assert read_paste(FieldKind.CALLBACK_URL, "h" + typed).warning.code == (
        WarningCode.MANUAL_SAMPLE
    )


UNUSUAL = [
    (FieldKind.APP_SECRET, "Gnn5WOGqsorJEz5s2OPaYbNRnjXOn", "paste.secret_length", "29"),
    (FieldKind.APP_SECRET, SECRET[:31] + "-", "paste.secret_characters", "32"),
    (FieldKind.APP_ID, "my_app", "paste.app_id_shape", None),
    (FieldKind.CALLBACK_URL, "https://can.example.com/sso", "paste.callback_path", "/sso"),
    (FieldKind.CALLBACK_URL, f"{CALLBACK}?a=1", "paste.callback_query", None),
    (FieldKind.CALLBACK_URL, f"{CALLBACK}#/x", "paste.callback_query", None),
    (FieldKind.CALLBACK_URL, f"http://{HOST}/user/softLogin", "address.plain_http", HOST),
    (FieldKind.CAN_URL, f"http://{HOST}", "address.plain_http", HOST),
    (FieldKind.CAN_URL, "http://localhost:8000/", "address.localhost", "localhost"),
    (FieldKind.CAN_URL, "http://127.0.0.1", "address.localhost", "127.0.0.1"),
    (FieldKind.CAN_URL, "https://[::1]", "address.localhost", "::1"),
]


@pytest.mark.parametrize(("kind", "text", "code", "told"), UNUSUAL)
def test_the_unusual_warns_and_never_blocks(kind, text, code, told):
    pasted = read_paste(kind, text)
    assert pasted.usable
    assert pasted.value == text
    assert pasted.warning.code == code
    assert told is None or told in pasted.warning.params.values()


@pytest.mark.parametrize(
    ("text", "meant", "code"),
    [
        ("CLI_A8C029E757E6500B", APP_ID, ProposalCode.SMALL_LETTERS),
        ("a8c029e757e6500b", APP_ID, ProposalCode.PREFIX),
        (f"https://open.feishu.cn/app/{APP_ID}/baseinfo", APP_ID, ProposalCode.FROM_ADDRESS),
    ],
)
def test_an_app_id_that_can_be_guessed_is_proposed(text, meant, code):
    pasted = read_paste(FieldKind.APP_ID, text)
    assert pasted.value == text
    assert (pasted.proposal.value, pasted.proposal.code) == (meant, code)


@pytest.mark.parametrize("path", ["/user/softlogin", "/user/softLogin/", "/can/user/SOFTLOGIN"])
def test_a_callback_that_differs_in_case_or_slash_gets_the_right_one_proposed(path):
    pasted = read_paste(FieldKind.CALLBACK_URL, f"https://{HOST}{path}")
    assert pasted.warning.code == WarningCode.CALLBACK_PATH
    assert pasted.proposal.value.endswith("/user/softLogin")
    assert pasted.proposal.value.startswith(f"https://{HOST}{path[:4] if 'can' in path else ''}")


def test_bearer_and_header_names_are_taken_off_a_key():
    pasted = read_paste(FieldKind.API_KEY, f"Authorization: Bearer {JWT}")
    assert pasted.value == JWT
    assert codes(pasted) == [EditCode.LABEL, EditCode.BEARER]


@pytest.mark.parametrize("word", ["system", "none"])
def test_the_words_for_a_proxy_are_values(word):
    assert read_paste(FieldKind.PROXY_URL, f" {word} ").usable


def test_several_recipients_on_lines_are_one_value():
    text = "a@example.com, 138 0013 8000\nuser_id:4c87bec3"
    assert read_paste(FieldKind.RECIPIENT, text).value == text


def test_an_address_with_addresses_in_its_query_is_one_address():
    text = f"https://{HOST}/user/login?redirect_uri=https%3A%2F%2Fx&callback_url=/y#/z?url=a"
    assert read_paste(FieldKind.CAN_URL, text).value == text
    bare = read_paste(FieldKind.CAN_URL, text.removeprefix("https://"))
    assert bare.proposal.value == text


def test_nothing_shown_of_a_paste_holds_its_value():
    pasted = read_paste(FieldKind.APP_SECRET, f'{{"app_id": "{APP_ID}", "app_secret": "{SECRET}"}}')
    assert SECRET not in repr(pasted)
    swapped = read_paste(FieldKind.APP_ID, SECRET)
    assert SECRET not in repr(swapped)
    assert SECRET not in str([pasted.edits, swapped.problem, swapped.warning])
