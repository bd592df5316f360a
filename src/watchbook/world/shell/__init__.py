"""Shell commands: steps of a run under their own supervisor process, and single read-only commands for diagnosis.

Called by `acting.runs` and by diagnosis. The modules that the supervisor process loads (`shim` and what it imports)
use the standard library only. Nothing here decides whether a command may run.
"""
