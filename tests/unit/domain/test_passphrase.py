"""Passphrases: the made-up ones are good, weak ones are told."""

from __future__ import annotations

import re

import pytest

from feishu_wizard.domain.passphrase import SHORTEST, cleaned, new_passphrase, weakness

WEAK = {
    "nothing": ("", "passphrase.short"),
    "one too few": ("bado-kifu-l", "passphrase.short"),
    "blanks do not count": ("  bado-kifu-l  ", "passphrase.short"),
    "one key": ("aaaaaaaaaaaaaaaa", "passphrase.monotonous"),
    "two keys": ("abababababababab", "passphrase.monotonous"),
    "capitals do not help": ("aAbBaAbBcCcCaAbB", "passphrase.monotonous"),
    "one piece repeated": ("secret12secret12", "passphrase.monotonous"),
    "Chinese": ("飞书集成交接文件的口令请勿外传", "passphrase.unreadable"),
    "a line break": ("bado-kifu\nlemo-nipa", "passphrase.unreadable"),
}


@pytest.mark.parametrize(("text", "code"), WEAK.values(), ids=list(WEAK))
def test_what_is_easy_to_guess_is_told(text: str, code: str) -> None:
    assert weakness(text) == code


def test_a_made_up_one_is_good_and_another_each_time() -> None:
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        assert re.fullmatch(
            r"([bdfghjklmnprstv][aeiou]){2}(-([bdfghjklmnprstv][aeiou]){2}){5}", one
        )
        assert weakness(one) == ""
        assert len(one) > 2 * SHORTEST


def test_every_syllable_is_used() -> None:
    seen = {one[at : at + 2] for one in (new_passphrase() for _ in range(400)) for at in (0, 2, 5)}
    assert len(seen) == 75


def test_what_copying_brings_along_is_left_out() -> None:
    assert cleaned(" bado-kifu \r\n") == "bado-kifu"
