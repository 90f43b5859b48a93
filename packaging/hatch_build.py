"""Build hook: compiled catalogues and ``resources/`` go into the wheel.

An editable install gets neither: there the loader reads the checkout's ``resources/``, and a
copy in site-packages would only grow stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_OUT = {"images"}  # pictures of the README


class ResourcesHook(BuildHookInterface[Any]):
    """Adds the packaged files to a standard wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues and map ``resources/`` into the package."""
        if version != "standard":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "packaging"))
        try:
            from build_locale import compile_all
        finally:
            sys.path.pop(0)
        compile_all(root)
        for folder in sorted((root / "resources").iterdir()):
            if folder.name not in LEFT_OUT:
                target = f"feishu_wizard/_resources/{folder.name}"
                build_data["force_include"][str(folder)] = target
