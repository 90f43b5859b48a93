"""Findings into a report that another person can read on another machine."""
