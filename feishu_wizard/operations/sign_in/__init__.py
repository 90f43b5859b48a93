"""The parts of a sign-in rehearsal; the verb is ``rehearse_login``."""
