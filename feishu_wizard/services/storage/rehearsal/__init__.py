"""The journal of a walk through the address book, and what is read from it."""
