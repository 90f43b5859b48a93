"""Teaching the program a CAN: record or add, decide, look, trust."""
