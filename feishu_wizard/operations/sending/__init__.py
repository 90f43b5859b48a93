"""The parts of a sending; the verb is ``send_test``."""
