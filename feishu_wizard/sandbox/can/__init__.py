"""A CAN server to practise on: the reference contract, its web pages, and its part of the work."""

from __future__ import annotations
