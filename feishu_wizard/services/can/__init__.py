"""Client of a CAN server's office-software settings, driven by a deployment profile."""
