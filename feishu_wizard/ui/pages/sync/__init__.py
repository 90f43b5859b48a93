"""The panel of the test step that walks through the people."""
