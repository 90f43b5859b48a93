"""Codes into words: the message catalogue and the error book. Knows domain values only."""
