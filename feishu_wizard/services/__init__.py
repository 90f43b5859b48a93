"""How the world is reached: network, platform, CAN server and this computer's storage."""
