"""What is true in the practice tenant: people, apps, tokens, messages. No HTTP here."""

from __future__ import annotations
