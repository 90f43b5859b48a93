"""The match keys as SQL compares them: addresses whatever their case, a mobile with or without +86.

They are written out only where what stands in the journal needs it; else its indexes are enough.
"""

from __future__ import annotations

SPACED = "mobile GLOB '*[- ()]*'"
BARE = "replace(replace(replace(replace(mobile, ' ', ''), '-', ''), '(', ''), ')', '')"
WITHOUT_PREFIX = (
    f"CASE WHEN {BARE} GLOB '+86*' THEN substr({BARE}, 4)"
    f" WHEN {BARE} GLOB '0086*' THEN substr({BARE}, 5) ELSE {BARE} END"
)
