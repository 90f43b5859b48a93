"""The developer console on the open host's origin: pages for people, control calls for tests."""

from __future__ import annotations
