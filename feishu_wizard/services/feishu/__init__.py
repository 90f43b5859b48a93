"""Client of the Open Platform: one typed coroutine per endpoint."""
