"""`make corpus`: what Watchbook makes of strangers' runbooks, in figures.

A person runs it before and after a change of the reading, and compares. It reads the corpus beside the
repository when it is there, never writes to it, and copies nothing out of it.
"""
