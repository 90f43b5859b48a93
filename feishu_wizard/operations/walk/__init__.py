"""The parts of a walk through the address book; the verb is ``rehearse_sync``."""
