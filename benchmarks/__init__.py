"""Measures what Watchbook promises, beside peers where they run here, and writes docs/benchmarks.md.

Run as `python -m benchmarks [NAME…]` (`make bench`). All load goes to loopback, bounded in count and time.
It is no test: nothing here fails because a machine is slow.
"""
