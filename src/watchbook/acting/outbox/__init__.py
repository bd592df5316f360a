"""The outbox: pages are rows before they are sent, and leave also when no row can be written (rules 14 and 15).

`Outbox` is what `app` uses. What is sent to whom is decided in `deciding`; how, in `world.channels`.
"""

from watchbook.acting.outbox.outbox import Outbox, OutboxHealth, Recorded

__all__ = ["Outbox", "OutboxHealth", "Recorded"]
