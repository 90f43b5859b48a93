"""Values of our own types: the same as msgspec gives, and from many threads at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from feishu_wizard.domain.setup import SecretRef
from feishu_wizard.domain.typed import from_json, from_table, reader

KEPT = {"kind": "keyring", "value": "demo"}

# Types that refer to each other by name take long to learn, and every round has new ones.
CROWD = """
import sys, threading, types
from feishu_wizard.domain.typed import from_json, from_table

sys.setswitchinterval(1e-6)
TEXT = b'{"f1": {"f2": {"g3": "word"}}}'
TABLE = {"f1": {"f2": {"g3": "word"}}}
LAST = "class A9:\\n    x: int = 0\\n"
LINES = [f"    f{i}: 'A{{next}} | None' = None\\n    g{i}: str = ''\\n" for i in range(6)]

def learn(module):
    inner = from_json(TEXT, module.A1).f1
    assert inner.f2.g3 == "word", inner
    assert from_table(TABLE, module.A0).f1.f2.g3 == "word"

for number in range(40):
    name = f"crowd{number}"
    module = sys.modules[name] = types.ModuleType(name)
    source = "import dataclasses\\n"
    for k in range(9):
        source += f"@dataclasses.dataclass\\nclass A{k}:\\n" + "".join(LINES).format(next=k + 1)
    exec(source + "@dataclasses.dataclass\\n" + LAST, module.__dict__)
    barrier, failures = threading.Barrier(4), []
    def run():
        barrier.wait()
        try:
            learn(module)
        except BaseException as error:
            failures.append(error)
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
print("whole")
"""


def test_threads_that_meet_a_type_together_read_it_whole() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CROWD],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "whole\n"), ran.stderr[-2000:]


def test_the_same_value_from_text_and_table() -> None:
    assert from_json(msgspec.json.encode(KEPT), SecretRef) == from_table(KEPT, SecretRef)
    assert from_json('{"a": "b"}', dict[str, str]) == {"a": "b"}
    assert reader(SecretRef) is reader(SecretRef)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'{"kind": 1}', msgspec.ValidationError),
        (b"{", msgspec.DecodeError),
        (b'{"kind": "\xff"}', UnicodeDecodeError),
        (b"[" * 100_000, (msgspec.DecodeError, RecursionError)),
    ],
)
def test_what_is_no_such_value(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_json(data, SecretRef)
    with pytest.raises(msgspec.ValidationError):
        from_table({"kind": 1}, SecretRef)
