"""Every file of the corpus is read without an exception and within a second, whatever kind of file it is.

Not collected where the corpus is absent.
"""

import time
from pathlib import Path

import pytest

from corpus import sources
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

FILES = sources.every_file()
_MOST_S = 1.0


if FILES:

    @pytest.mark.slow
    @pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(sources.CORPUS)))
    def test_every_file_is_read_in_time(path: Path) -> None:
        """No exception, no call over a second, every line of content told once, and a contract of version 0."""
        text = path.read_text(encoding="utf-8", errors="replace")
        runbook, seconds = _timed(text)
        if seconds >= _MOST_S:  # a busy machine counts against nobody
            seconds = min(_timed(text)[1], _timed(text)[1])
        assert seconds < _MOST_S
        coverage = runbook.coverage
        assert coverage.read + coverage.faulted + coverage.prose == coverage.lines
        assert contract(runbook)["version"] == 0


def _timed(text: str):  # type: ignore[no-untyped-def]
    began = time.process_time()
    runbook = read_runbook(text)
    return runbook, time.process_time() - began
