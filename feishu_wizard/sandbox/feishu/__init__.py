"""Feishu's open host: ``/open-apis/...`` with the documented shapes, codes and headers."""

from __future__ import annotations
