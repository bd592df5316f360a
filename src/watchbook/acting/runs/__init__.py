"""Durable runs of procedures: claim, act, record (rules 23 to 28).

`app` talks to `runs.runs.Runs`. The ledger (run, attempt, question) is the only truth; `deciding.procedure` says
what comes next.
"""
