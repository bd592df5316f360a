"""The demo: a small real service in a folder of its own, watched by its runbook, with a phone that shows the pages.

Called by `watchbook demo`. The service itself is the example `01-shop`, which knows nothing of Watchbook; what is here
starts and stops things, breaks the shop on request, and plays a fault from the first page to the resolved incident.
"""
