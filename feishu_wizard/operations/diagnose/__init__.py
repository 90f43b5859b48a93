"""Finds out why an integration does not work: what is wrong, what proves it, who can mend it."""

from feishu_wizard.operations.diagnose.run import diagnose

__all__ = ["diagnose"]
