"""What a runbook says and what happens to a service: frozen dataclasses, ids, quantities.

Every layer imports from here; this package imports nothing of ours and nothing that touches the outside.
"""
