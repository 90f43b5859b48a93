"""A flag is a boolean or it is no flag: "false" is not read as on."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import CanError
from tests.unit.can.answers import READ, fine, setting

pytestmark = pytest.mark.anyio
NO_BOOLEANS = ["false", "true", "", 0, 1, [], {"on": True}]


@pytest.mark.parametrize("told", NO_BOOLEANS)
async def test_what_is_no_boolean_is_another_shape(stub, client, rest, told):
    stub.queue(READ, fine(setting(appSecretSet=told)))
    with pytest.raises(CanError) as caught:
        await client(rest).read()
    assert caught.value.outcome == "unexpected"
    assert caught.value.params["at"] == rest.state.secret_set


@pytest.mark.parametrize("told", [True, False, None])
async def test_a_flag_that_is_not_told_is_unknown(stub, client, rest, told):
    stub.queue(READ, fine(setting(appSecretSet=told)))
    assert (await client(rest).read()).secret_set is told


@pytest.mark.parametrize("told", NO_BOOLEANS)
async def test_a_switch_that_stands_at_neither_value_is_another_shape(stub, client, rest, told):
    """Taken as "not told", the plan would switch and the read back would accept anything."""
    stub.queue(READ, fine(setting(enabled=told)))
    with pytest.raises(CanError) as caught:
        await client(rest).read()
    assert caught.value.outcome == "unexpected"
    assert caught.value.params["at"] == rest.state.enabled
