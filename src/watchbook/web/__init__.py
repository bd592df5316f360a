"""The board: pages rendered on the server, that work without scripts and stay fresh with them.

Called by `api.server`, which mounts it. It asks `app.application.Application`, and decides nothing about services.
"""
