"""Markdown → Runbook, readings and findings. Pure: text in, value out. One module for each section of a runbook.

Called by app and cli through `read_runbook`. It runs nothing, asks nobody and knows no date.
"""

from watchbook.model.runbook import Runbook


def read_runbook(text: str) -> Runbook:
    """What the document says. Never raises, whatever the text; time grows linearly with its size."""
    from watchbook.reading.runbook import read

    return read(text)
