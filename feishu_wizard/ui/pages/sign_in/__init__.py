"""The panel of the test step that signs in."""
