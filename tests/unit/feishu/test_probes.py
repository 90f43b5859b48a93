"""Probes: what they ask cannot do anything, and what their refusals prove."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import FeishuError, InputError, NetworkError
from feishu_wizard.services.feishu import probes
from tests.unit.feishu.fake import HOSTS, client, reply

pytestmark = pytest.mark.anyio


async def test_the_message_has_no_receiver_and_no_content(http):
    http.queue.append(reply({"code": 99992402, "msg": "receive_id is required"}, 400))
    answer = await probes.may_send(client(http))
    assert (answer.value, answer.evidence.feishu_code) == (True, 99992402)
    sent = http.sent[0]
    assert (sent.method, sent.url) == ("POST", f"{HOSTS.open}/open-apis/im/v1/messages")
    assert sent.params == {"receive_id_type": "open_id"}
    assert sent.json == {"receive_id": "", "msg_type": "text", "content": ""}


@pytest.mark.parametrize("code", [99992402, 99992351, 99992361, 230001, 230034])
async def test_a_refusal_of_the_parameters_proves_the_permission(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}, 400))
    assert (await probes.may_send(client(http))).value is True


async def test_no_permission_to_send(http):
    http.queue.append(reply({"code": 99991672, "msg": "no"}, 400))
    answer = await probes.may_send(client(http))
    assert (answer.value, answer.evidence.http_status) == (False, 400)


@pytest.mark.parametrize("code", [230006, 230027, 99991401, 99991403, 99991662])
async def test_what_proves_neither_is_raised(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}, 400))
    with pytest.raises(FeishuError) as caught:
        await probes.may_send(client(http))
    assert caught.value.feishu_code == code


async def test_success_is_impossible_and_proves_nothing(http):
    http.queue.append(reply({"code": 0, "data": {"message_id": "om_1"}}))
    with pytest.raises(NetworkError) as caught:
        await probes.may_send(client(http))
    assert caught.value.code == "net.unexpected"


async def test_a_probe_is_repeated_when_the_host_is_busy(http):
    http.queue += [
        reply({"code": 99991400, "msg": "later"}, 429),
        reply({"code": 230001, "msg": "no"}, 400),
    ]
    assert (await probes.may_send(client(http))).value is True
    assert http.sent[0].json == http.sent[1].json


async def test_looking_up_asks_for_nobody(http):
    http.queue.append(reply({"code": 0, "data": {"user_list": [{"email": "x"}]}}))
    assert (await probes.may_find_ids(client(http))).value is True
    assert http.sent[0].params == {"user_id_type": "open_id"}
    assert http.sent[0].json == {"emails": ["nobody@example.invalid"], "mobiles": []}


@pytest.mark.parametrize(("code", "told"), [(99991672, False), (99991401, None)])
async def test_looking_up_without_permission(http, code, told):
    http.queue.append(reply({"code": code, "msg": "no"}, 400))
    if told is not None:
        assert (await probes.may_find_ids(client(http))).value is told
        return
    with pytest.raises(FeishuError) as caught:
        await probes.may_find_ids(client(http))
    assert caught.value.feishu_code == code


async def test_a_department(http):
    department = {"open_department_id": "od-4e6ac4d14bcd5071a37a39de902c7141", "name": "数据部"}
    http.queue.append(reply({"code": 0, "data": {"department": department}}))
    found = (await probes.first_department(client(http), department["open_department_id"])).value
    assert (found.name, found.present) == ("数据部", frozenset(department))
    path = f"/open-apis/contact/v3/departments/{department['open_department_id']}"
    assert http.sent[0].url == HOSTS.open + path
    assert http.sent[0].params["department_id_type"] == "open_department_id"


async def test_a_department_without_a_name(http):
    http.queue.append(reply({"code": 0, "data": {"department": {"open_department_id": "od-1"}}}))
    found = (await probes.first_department(client(http), "od-1")).value
    assert (found.name, "name" in found.present) == ("", False)


async def test_an_id_that_names_another_endpoint(http):
    with pytest.raises(InputError) as caught:
        await probes.first_department(client(http), "..")
    assert caught.value.code == "feishu.bad_id"
