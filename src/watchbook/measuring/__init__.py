"""Figures of a service: samples in memory, their formats, queries over them, and the catalogue of signals. Pure.

Called by `app.watching` and `world.metrics`. It neither scrapes nor probes, and reads no clock:
every call is told the time.
"""
