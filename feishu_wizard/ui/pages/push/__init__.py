"""The panel of the test step that sends messages."""
