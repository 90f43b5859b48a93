"""The parts of an app changing itself; the verb is ``change_app``."""
