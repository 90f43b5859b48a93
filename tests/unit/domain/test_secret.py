"""No path of Python gives the value of a secret away but the one that is meant."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import sys
import traceback

import msgspec
import pytest
from rich.console import Console

from feishu_wizard.domain import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import SecretRef

VALUE = "baBqE5um9LbFGDy3X7LcfxQX1sqpXlwy"


@pytest.fixture
def secret():
    return Secret(VALUE)


@dataclasses.dataclass
class Holder:
    name: str
    secret: Secret


SHOWN = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": lambda s: f"{s}",
    "format spec": lambda s: f"{s:>40}",
    "format repr": lambda s: f"{s!r:.99}",
    "str.format": "{0} {0!s} {0!r}".format,
    "percent": lambda s: "%s %r" % (s, s),  # noqa: UP031 - another way to print
    "in a list": lambda s: str([s, {"a": s}]),
    "dataclass": lambda s: repr(Holder("x", s)),
    "as dict": lambda s: str(dataclasses.asdict(Holder("x", s))),
    "pprint": pprint.pformat,
    "exception": lambda s: str(ValueError(s)),
    "dir": lambda s: str(dir(s)),
    "hash": lambda s: str(hash(s)),
    "copy": lambda s: str(copy.copy(s)) + str(copy.deepcopy([s])),
    "bytes of length": lambda s: str(len(s)),
}


@pytest.mark.parametrize("way", SHOWN)
def test_nothing_that_prints_shows_it(way, secret):
    assert VALUE not in SHOWN[way](secret)
    assert VALUE[:8] not in SHOWN[way](secret)


REFUSED = {
    "pickle": pickle.dumps,
    "reduce": lambda s: s.__reduce__(),
    "reduce_ex": lambda s: s.__reduce_ex__(4),
    "getstate": lambda s: s.__getstate__(),
    "json": json.dumps,
    "msgspec": msgspec.json.encode,
    "msgpack": msgspec.msgpack.encode,
    "builtins": msgspec.to_builtins,
    "vars": vars,
    "join": "".join,
    "bytes": bytes,
    "iteration": list,
    "index": lambda s: s[0],
    "concatenation": lambda s: "x" + s,
    "order": lambda s: s < s,  # noqa: PLR0124 - order is what is asked
    "contains": lambda s: "a" in s,
}


@pytest.mark.parametrize("way", REFUSED)
def test_what_would_give_it_away_refuses(way, secret):
    with pytest.raises((TypeError, AttributeError)) as caught:
        REFUSED[way](secret)
    assert VALUE not in str(caught.value)


def test_it_cannot_be_given_further_attributes(secret):
    with pytest.raises(AttributeError):
        secret.value = VALUE
    assert not hasattr(secret, "__dict__")


def test_logging_and_rich_print_stars(secret):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logger = logging.getLogger("secret-test")
    logger.addHandler(handler)
    logger.warning("%s %r", secret, secret)
    logger.warning("%(held)s", {"held": secret})
    logger.removeHandler(handler)
    Console(file=out).print(secret, [secret], Holder("x", secret))
    assert VALUE not in out.getvalue()
    assert "***" in out.getvalue()


def test_a_traceback_with_local_variables_shows_stars(secret):
    def fail(held: Secret) -> None:
        raise ValueError(f"refused {held}")

    try:
        fail(secret)
    except ValueError:
        told = traceback.TracebackException(*sys.exc_info(), capture_locals=True)
    text = "".join(told.format())
    assert "Secret(***)" in text
    assert VALUE not in text


def test_equality_is_identity(secret):
    twin = Secret(VALUE)
    assert secret == secret  # noqa: PLR0124 - identity is what is asked
    assert secret != twin
    assert secret != VALUE
    assert len({secret, twin}) == 2
    assert copy.copy(secret) is secret
    assert copy.deepcopy(secret) is secret


def test_matching_is_asked_for_by_name(secret):
    assert secret.matches(Secret(VALUE))
    assert not secret.matches(Secret(VALUE[:-1]))
    assert Secret("\ud800 odd").matches(Secret("\ud800 odd"))


def test_emptiness_and_length_can_be_asked(secret):
    assert secret
    assert not Secret("")
    assert len(secret) == len(VALUE)
    assert secret.reveal() == VALUE


def test_making_one_registers_it_with_the_redactor(secret):
    assert secret
    assert redact.redact(f"leak: {VALUE}") == "leak: ***"


def test_a_plain_reference_hides_its_value():
    reference = SecretRef("plain", VALUE)
    out = io.StringIO()
    Console(file=out).print(reference, [reference])
    for text in (repr(reference), str(reference), f"{reference}", out.getvalue()):
        assert VALUE not in text
    assert "keyring:app_secret" in repr(SecretRef("keyring", "app_secret"))
