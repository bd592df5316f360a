"""Runs of procedures, on a server or in the process of the command; what they announce and look at."""
