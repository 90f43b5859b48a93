"""Which parameters the words of a finding can name: the others need not leave this computer."""

from __future__ import annotations

from feishu_wizard.domain.finding import Finding
from feishu_wizard.text import book

# ``detail`` chooses the entry, ``seconds`` makes "drift", ``scope`` and ``scopes`` the link,
# ``feishu_code`` is what support asks for first.
_ALWAYS = frozenset({"detail", "seconds", "scope", "scopes", "feishu_code", "proxy", "why", "by"})


def named_values(finding: Finding) -> frozenset[str]:
    """Names of the parameters that the error book fills in for this finding."""
    detail = finding.params.get("detail", "")
    layer = finding.id.split(".")[-1]
    codes = (
        finding.code,
        f"{finding.code}.{detail}",
        f"ok@{finding.id}",
        f"ok@{finding.group}",
        f"ok@net.{layer}",
    )
    texts = (
        text
        for entry in [book.find(finding.code), *(book.find(c) for c in codes if book.knows(c))]
        for part in (entry.title, entry.cause, entry.fix)
        for text in part.values()
    )
    named = (book.names_in(text.replace("[[", "").replace("]]", "")) for text in texts)
    return _ALWAYS.union(*named)
