"""Take an administrator from nothing to a proven Feishu integration of an office server."""

from __future__ import annotations

__version__ = "0.1.0"
