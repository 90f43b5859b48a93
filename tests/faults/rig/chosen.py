"""Which cells run: a small part always, all of them by ``make faults`` (FAULT_CELLS=all)."""

from __future__ import annotations

import os

from tests.faults.rig.cells import Cell, all_cells, sample


def cells_of(*groups: str) -> list[Cell]:
    """The cells of these groups of faults."""
    cells = all_cells()
    chosen = cells if os.environ.get("FAULT_CELLS") == "all" else sample(cells)
    return [cell for cell in chosen if cell.kind.group in groups]
