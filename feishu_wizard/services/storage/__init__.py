"""This computer: secrets, setup files, drafts, journal, locks, log."""
