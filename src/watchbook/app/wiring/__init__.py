"""The wiring: `watchbook.toml`, where it is found, what it says, and which data folder is meant.

Called by the commands and by whatever starts the application. Importing it is cheap. It opens no store and no socket,
and holds no secret's value: those are fetched when they are used.
"""

from watchbook.app.wiring.finding import data_folder, find_data_folder, find_wiring, load_wiring, wiring_for
from watchbook.app.wiring.values import CONSOLE, ChannelWiring, MetricsWiring, Secret, SourceWiring, Wiring

__all__ = [
    "CONSOLE",
    "ChannelWiring",
    "MetricsWiring",
    "Secret",
    "SourceWiring",
    "Wiring",
    "data_folder",
    "find_data_folder",
    "find_wiring",
    "load_wiring",
    "wiring_for",
]
