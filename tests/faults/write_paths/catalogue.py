"""Every write path of the program, by name."""

from __future__ import annotations

from tests.faults.write_paths.files import FILES
from tests.faults.write_paths.tables import TABLES

PATHS = {path.name: path for path in (*FILES, *TABLES)}
