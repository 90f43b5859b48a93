"""The parts of a save to CAN: the goal, the comparison, consent, the writes, the journal."""
