"""State, facts and now → a decision with its reason. Pure: no I/O, no clock, no randomness. Called by `app` and `acting`."""
