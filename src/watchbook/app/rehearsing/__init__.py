"""A runbook's own unit tests: scenarios are found, held against the runbook, and played on a virtual clock.

Called by `watchbook test`. Nothing here starts a server or a process, sends anything, or waits.
"""

from watchbook.app.rehearsing.playing import Played, play
from watchbook.app.rehearsing.sources import Source, find_sources
from watchbook.app.rehearsing.stage import misfits_of

__all__ = ["Played", "Source", "find_sources", "misfits_of", "play"]
