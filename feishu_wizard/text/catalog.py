"""The message catalogue: gettext, switchable at run time.

English is written in the source; the other languages lie compiled under ``resources/locale``.
Marked text holds ``{names}`` that are filled after translation: ``_("{n} open").format(n=3)``.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterator, Mapping

from feishu_wizard.resources import ResourceMissingError, resource_bytes

ENGLISH = "en"
CHINESE = "zh_Hans"
SYSTEM = "system"
DOMAIN = "feishu_wizard"


class _Chosen:
    """The language in use and its messages, replaced together."""

    def __init__(self, language: str, messages: gettext.NullTranslations) -> None:
        self.language = language
        self.messages = messages


_chosen = _Chosen(ENGLISH, gettext.NullTranslations())


def languages() -> list[tuple[str, str]]:
    """Return the languages as (code, name in that language)."""
    return [(ENGLISH, "English"), (CHINESE, "简体中文")]


def use(lang: str) -> None:
    """Switch to ``en``, ``zh_Hans`` or ``system``; any locale name is taken (``zh_CN.UTF-8``).

    A language without a compiled catalogue shows the English source, and the error book, which
    needs no catalogue, still answers in the chosen language.
    """
    global _chosen  # noqa: PLW0603 - one language for the whole program
    code = system_language() if lang == SYSTEM else language_of(lang)
    _chosen = _Chosen(code, _load(code))


def current() -> str:
    """Return the code of the language in use."""
    return _chosen.language


def language_of(name: str) -> str:
    """Return our language for a locale name: ``zh*`` is Chinese, everything else English."""
    return CHINESE if name.strip().lower().startswith(("zh", "chinese")) else ENGLISH


def system_language() -> str:
    """Return our language for what the system says."""
    return language_of(next(_system_names(), ""))


def _system_names() -> Iterator[str]:
    # The order of gettext(3). LANGUAGE is a list and means nothing in the C locale.
    plain = next(
        (os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), ""
    )
    if plain.partition(".")[0] in ("C", "POSIX"):
        yield ENGLISH
    if os.environ.get("LANGUAGE"):
        yield os.environ["LANGUAGE"].partition(":")[0]
    if plain:
        yield plain
    # Windows sets none of them, a macOS app started from the Dock neither.
    import locale  # before the first paint only where it is asked

    yield locale.getlocale()[0] or ""


def _load(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    try:
        data = resource_bytes(f"locale/{code}/LC_MESSAGES/{DOMAIN}.mo")
    except ResourceMissingError:
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(data))


def _(message: str) -> str:
    """Translate ``message``."""
    return _chosen.messages.gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate in the form that fits the number ``n``."""
    return _chosen.messages.ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """Translate ``message`` where the same English word means two things."""
    return _chosen.messages.pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802 - the name that every gettext tool knows
    """Mark a text for translation that is translated when it is shown, by ``_``."""
    return message


def pick(words: Mapping[str, str]) -> str:
    """Choose the language in use from bilingual data such as ``{"en": ..., "zh_Hans": ...}``."""
    return words.get(current()) or words.get(ENGLISH, "")
