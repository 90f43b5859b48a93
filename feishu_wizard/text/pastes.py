"""What was done to a pasted value, and what is proposed instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.text.book import fill
from feishu_wizard.text.catalog import N_, _, ngettext
from feishu_wizard.text.words import code_words

if TYPE_CHECKING:  # the rules of pasting are costly to load, and only their results come here
    from feishu_wizard.domain.paste import Edit, Problem, Proposal


def paste_edit(edit: Edit) -> str:
    """Say one thing that was done to get from what was pasted to the value."""
    if edit.code in EDITS:
        return fill(_(EDITS[edit.code]), edit.params)
    count = int(edit.params.get("count", "1") or "1")
    return fill(_counted(edit.code, count), {**edit.params, "count": str(count)})


def paste_problem(problem: Problem) -> str:
    """Say what is wrong or unusual about a value, and what mends it."""
    return code_words(problem.code, problem.params).short


def paste_proposal(proposal: Proposal) -> str:
    """Say what the proposed value mends; the value itself stands on the button."""
    text = PROPOSALS.get(proposal.code, "")
    return fill(_(text), proposal.params) if text else _("Proposed")


EDITS = {
    "quotes": N_("Removed the quotes around it"),
    "brackets": N_("Removed the brackets around it"),
    "punctuation": N_("Removed the punctuation at the end"),
    "label": N_("Removed the label “{label}”"),
    "export": N_("Took the value out of the assignment to {name}"),
    "json_value": N_("Took the value of “{key}” out of the text"),
    "bearer_prefix": N_("Removed the word “Bearer”"),
    "pair": N_("Found App ID and App Secret pasted together"),
}
COUNTED = ("trimmed", "line_break_removed", "nbsp", "zero_width", "full_width")
PROPOSALS = {
    "scheme_typo": N_("The beginning of the address looks mistyped. Meant:"),
    "scheme_missing": N_("The address lacks http:// or https://. Meant:"),
    "slashes": N_("The slashes of the address look mistyped. Meant:"),
    "full_width": N_("With half-width characters:"),
    "joined": N_("Without the blanks inside:"),
    "userinfo_removed": N_("Without user name and password:"),
    "callback_path": N_("With the path that CAN usually uses:"),
    "app_id_prefix": N_("App IDs begin with cli_. Meant:"),
    "small_letters": N_("App IDs have small letters. Meant:"),
    "app_id_from_address": N_("The App ID in this address:"),
}


def _counted(code: str, n: int) -> str:
    if code == "trimmed":
        return ngettext("Removed {count} blank around it", "Removed {count} blanks around it", n)
    if code == "line_break_removed":
        return ngettext("Removed {count} line break", "Removed {count} line breaks", n)
    if code == "nbsp":
        return ngettext("Removed {count} no-break space", "Removed {count} no-break spaces", n)
    if code == "zero_width":
        return ngettext(
            "Removed {count} invisible character", "Removed {count} invisible characters", n
        )
    if code == "full_width":
        return ngettext(
            "Changed {count} full-width character to half width",
            "Changed {count} full-width characters to half width",
            n,
        )
    return code.replace("_", " ")
