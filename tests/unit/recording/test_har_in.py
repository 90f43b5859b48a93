"""HAR files: streamed, bounded, told about, and refused with the place that is wrong."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import resource
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.derive import derive
from feishu_wizard.domain.recording.har import call_of
from feishu_wizard.domain.recording.model import Form
from feishu_wizard.services.storage import har_in
from feishu_wizard.services.storage.har_in import read_har, read_har_bytes
from tests.unit.recording import servers
from tests.unit.recording.servers import ORIGIN, SECRET, TYPED, entry, har, page


def silent(_read: int, _size: int) -> None:
    pass


def written(tmp_path: Path, document) -> Path:
    path = tmp_path / "recorded.har"
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("server", servers.SERVERS.values(), ids=servers.SERVERS)
def test_a_file_gives_the_same_calls_as_its_entries(tmp_path, server):
    told = []
    path = written(tmp_path, har(server()))
    found = read_har(path, lambda read, size: told.append((read, size)))
    assert found.calls == servers.recording(server()).calls
    assert found.form is Form.HAR
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert read_har_bytes(path.read_bytes(), silent) == found


def test_pages_pictures_and_unknown_fields_are_left_out(tmp_path):
    picture = entry("GET", "/logo.png", None, "x")
    picture["_resourceType"] = "image"
    document = har([page(), picture, *servers.rest()[1:]])
    document["log"]["_future"] = {"a": [1, {"b": None}]}
    document["log"]["entries"][2]["_initiator"] = {"stack": [[[]]]}
    document["_other"] = [1.5e300, -0.0, True]
    found = read_har(written(tmp_path, document), silent)
    assert (len(found.calls), found.skipped) == (4, 2)


def test_base64_answers_and_a_byte_order_mark(tmp_path):
    document = har(servers.verb())
    for one in document["log"]["entries"]:
        content = one["response"]["content"]
        content["encoding"] = "base64"
        content["text"] = base64.b64encode(content["text"].encode()).decode()
    data = b"\xef\xbb\xbf" + json.dumps(document).encode()
    assert (
        read_har(written(tmp_path, data), silent).calls == servers.recording(servers.verb()).calls
    )


def test_a_form_of_which_only_the_fields_are_there():
    one = entry("POST", "/api/x", {"a": "1 2", "b": ""}, form=True)
    data = one["request"]["postData"]
    data["params"] = [{"name": "a", "value": "1%202"}, {"name": "b", "value": ""}]  # Firefox
    del data["text"]
    assert call_of(one, 0).body == {"a": "1 2", "b": ""}
    data["params"] = [{"name": "a", "value": "1 2"}, {"name": "b", "value": ""}]
    assert call_of(one, 0).body == {"a": "1 2", "b": ""}
    data["params"] = [{"name": "f", "fileName": "x.png"}]
    assert call_of(one, 0).encoding == "multipart"


def test_a_long_string_is_cut_before_it_is_held(tmp_path):
    """One answer of 40 MB: at no time are more than some MB held."""
    entries = servers.verb()
    long = entry("GET", "/api/export", None, "x")
    long["response"]["content"]["text"] = 'é\\"\\u00e9' * 2_000_000
    document = har([*entries[:2], long, *entries[2:]])
    data = json.dumps(document, ensure_ascii=False).encode()
    path = written(tmp_path, data)
    del data, document, long
    tracemalloc.start()
    found = read_har(path, silent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [call.at for call in found.calls] == [0, 1, 3, 4]
    assert peak < 20_000_000


@pytest.mark.parametrize("seed", range(8))
def test_cutting_leaves_what_is_short_as_it_is(monkeypatch, seed):
    """Chunks and limits of a few bytes: every split of every escape and letter."""
    pick = random.Random(seed)
    alphabet = ['"', "\\", "\n", "é", "中", "😀", "a", "\x01", "/", "u"]
    texts = ["".join(pick.choices(alphabet, k=pick.randint(0, 40))) for _ in range(30)]
    document = {"a": texts, "b": {text: [1, None, {"c": text}] for text in texts}}
    ascii_only = bool(seed % 2)
    data = json.dumps(document, ensure_ascii=ascii_only).encode()
    for chunk in (1, 2, 3, 5, 7, 16):
        monkeypatch.setattr(har_in, "_CHUNK", chunk)
        assert json.loads(_all_of(data)) == document
        monkeypatch.setattr(har_in, "MAX_STRING", 8)
        cut = json.loads(_all_of(data))
        for short, text in zip(cut["a"], texts, strict=True):
            assert units(text).startswith(units(short))
            whole = json.dumps(text, ensure_ascii=ascii_only).encode()
            assert len(whole) > 10 or short == text
        monkeypatch.setattr(har_in, "MAX_STRING", 1_500_000)


def units(text: str) -> bytes:
    """As JSON writes it: a pair of ``\\u`` may be cut in its middle."""
    return text.encode("utf-16-le", "surrogatepass")


def test_half_a_letter_does_no_harm(tmp_path):
    data = json.dumps(har(servers.verb())).encode().replace(b"lark", b"l\\ud83d")
    assert read_har(written(tmp_path, data), silent).calls


def _all_of(data: bytes) -> bytes:
    source = har_in._Cut(io.BytesIO(data), len(data), silent)
    parts = []
    while piece := source.read(65_536):
        parts.append(piece)
    return b"".join(parts)


def test_an_entry_of_many_values_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(har_in, "MAX_EVENTS", 1_000)
    big = entry("GET", "/api/x", None, {"a": 1})
    big["_more"] = [[0]] * 2_000
    found = read_har(written(tmp_path, har([big, *servers.verb()])), silent)
    assert (len(found.calls), found.skipped) == (4, 1)


def test_the_calls_that_are_kept_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(har_in, "MAX_CALLS", 3)
    found = read_har(written(tmp_path, har(servers.verb())), silent)
    assert (len(found.calls), found.skipped) == (3, 1)


GOOD = json.dumps(har(servers.verb())).encode()
BROKEN = [
    (b"", "recording.empty"),
    (b"  \n", "recording.empty"),
    ("{}".encode("utf-16"), "recording.encoding"),
    (b"<html>", "recording.not_har"),
    (b"curl https://x", "recording.not_har"),
    (b'{"a": 1}', "recording.not_har"),
    (b'{"log": {"entries": {}}}', "recording.not_har"),
    (b"[1, 2]", "recording.not_har"),
    (b'{"log": {"entries": []}}', "recording.no_entries"),
    (json.dumps(har([page()])).encode(), "recording.only_pages"),
    (GOOD[:-40], "recording.broken_json"),
    (GOOD + b"}", "recording.broken_json"),
    (GOOD.replace(b'"entries": [', b'"entries": [nul', 1), "recording.broken_json"),
    (b'{"log": {"entries": ["\xff"]}}', "recording.broken_json"),
]


@pytest.mark.parametrize(("data", "code"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_recording(tmp_path, data, code):
    with pytest.raises(InputError) as caught:
        read_har(written(tmp_path, data), silent)
    assert caught.value.code == code
    assert SECRET not in str(caught.value.params)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("at", [30, 700, 70_000, 300_000])
def test_the_byte_where_it_is_broken_is_told(tmp_path, at):
    entries = [entry("GET", f"/api/{n}", None, {"a": "x" * 50}) for n in range(900)]
    data = json.dumps(har(entries)).encode()
    place = data.index(b"false" if b"false" in data else b"null" if b"null" in data else b": [", at)
    broken = data[:place] + b"@" + data[place:]
    with pytest.raises(InputError) as caught:
        read_har(written(tmp_path, broken), silent)
    assert caught.value.code == "recording.broken_json"
    assert abs(int(caught.value.params["byte"]) - place) <= 2


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    for path in (tmp_path / "gone.har", tmp_path):
        with pytest.raises(InputError) as caught:
            read_har(path, silent)
        assert caught.value.code == "recording.unreadable"
    monkeypatch.setattr(har_in, "MAX_BYTES", 10)
    with pytest.raises(InputError) as caught:
        read_har(written(tmp_path, GOOD), silent)
    assert caught.value.code == "recording.too_large"


class StoppedError(Exception):
    pass


def test_who_is_told_may_end_it(tmp_path):
    def stop(_read: int, _size: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        read_har(written(tmp_path, GOOD), stop)


FILES = 2_500 if os.environ.get("TORTURE") == "all" else 250


def outcome(data: bytes) -> str:
    """Anything but an ``InputError`` ends the test."""
    try:
        found = read_har_bytes(data, silent)
        derive(found, TYPED, {}, profile_id="can-a", name="A")
    except InputError as error:
        return error.code
    return "read"


def test_a_mutated_file_gives_a_profile_or_a_reason():
    """5,000 files (here 500) with bytes lost, doubled, swapped, or values of another kind."""
    pick, codes = random.Random(3), set()
    whole = [json.dumps(har(server())).encode() for server in servers.SERVERS.values()]
    for _ in range(FILES):
        data = bytearray(pick.choice(whole))
        for _ in range(pick.randint(1, 4)):
            at = pick.randrange(len(data))
            data[at : at + pick.randint(0, 3)] = pick.choice(
                [b'"', b"\\", b"{", b"]", b"1", b"\xe9", b""]
            )
        codes.add(outcome(bytes(data)))
    for _ in range(FILES):
        codes.add(outcome(json.dumps(_other_kinds(pick)).encode()))
    assert {code for code in codes if not code.startswith("recording.")} == {"read"}
    assert len(codes) > 5


def _other_kinds(pick: random.Random):
    """A recording in which some values are of another kind."""
    kinds = [None, True, 0, -1.5, "", "x", [], {}, [[]], {"a": None}, "{", "https://", 10**30]

    def changed(value):
        if pick.random() < 0.01:
            return pick.choice(kinds)
        if isinstance(value, dict):
            return {key: changed(child) for key, child in value.items()}
        return [changed(child) for child in value] if isinstance(value, list) else value

    return changed(har(pick.choice([*servers.SERVERS.values()])()))


_MEASURE = """
import resource, sys
from pathlib import Path
from feishu_wizard.services.storage.har_in import read_har
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read_har(Path(sys.argv[1]), lambda read, size: None)
print(len(found.calls), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("SCALE") != "full", reason="SCALE=full reads 200 MB")
def test_200_mb_take_little_memory(tmp_path):
    path = tmp_path / "big.har"
    rows = json.dumps({"data": [{"k": n, "v": 'aé"b'} for n in range(4_000)]})
    one = entry("GET", "/api/rows")
    one["response"]["content"]["text"] = rows
    line = json.dumps(one)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"entries": [')
        file.writelines(f"{line}," for _ in range(200_000_000 // len(line)))
        file.write(json.dumps(servers.verb())[1:-1] + "]}}")
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], capture_output=True, check=True, timeout=110
    )
    calls, grown = map(int, done.stdout.split())
    assert calls == 4
    assert grown < 30_000  # KiB; measured: 5,000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_the_origin_has_no_default_port():
    one = entry("GET", "/api/x", None, {})
    one["request"]["url"] = "HTTPS://CAN.example.com:443/api/x"
    assert call_of(one, 0).origin == ORIGIN
