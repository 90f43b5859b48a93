"""A value that must not be seen: its characters leave this class through ``reveal`` only."""

from __future__ import annotations

from typing import NoReturn

from feishu_wizard.domain import redact


class Secret:
    """An App Secret, an API key, a proxy password.

    No formatting, copying, pickling or comparison gives the value away. Making one registers the
    value with the redactor, so that a leak elsewhere is masked at every exit.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value
        redact.register(value)

    def reveal(self) -> str:
        """Return the value, for the one request or file that needs it."""
        return self.__value

    def matches(self, other: Secret) -> bool:
        """Tell whether both hold the same value, in time that does not depend on it."""
        mine, theirs = (s.encode("utf-8", "surrogatepass") for s in (self.__value, other.__value))
        import hmac  # OpenSSL takes its time to load, and the window opens without it

        return hmac.compare_digest(mine, theirs)

    def __len__(self) -> int:
        return len(self.__value)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    # Identity is the only equality: an == that answers by value is an oracle in logs and tests.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")
