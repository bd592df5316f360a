"""Markdown → Runbook, readings and findings. Pure: text in, value out. One module for each section of a runbook.

Called by app and cli through `read_runbook` and `read_runbooks`. It runs nothing, asks nobody and knows no date.
"""

from watchbook.model.runbook import Runbook


def read_runbook(text: str) -> Runbook:
    """What the document says. Never raises, whatever the text; time grows linearly with its size."""
    from watchbook.reading.runbook import read

    return read(text)


def read_runbooks(text: str) -> tuple[Runbook, ...]:
    """A runbook for each service that the document describes (`reading.dividing`), in its order; mostly exactly one.

    Lines are those of the whole document, and `digest` is that of its whole text. Never raises.
    """
    from watchbook.reading.runbook import read_all

    return read_all(text)
