"""The accounts host: the authorize page, app registration by scan, and the device grant."""

from __future__ import annotations
