"""The operations in a terminal: data on stdout, progress and errors on stderr."""
