"""The JSON reading of a loaded runbook: the contract of `reading.contract`, and where its lines stand.

Called by `explain` and by the API. It adds nothing to a runbook in one file.
"""

from watchbook.app.documents.loading import Loaded


def contract_of(loaded: Loaded) -> dict[str, object]:
    """The contract; of a runbook over several files also `files`: which lines of the whole stand where."""
    from watchbook.reading.contract import contract

    found: dict[str, object] = contract(loaded.runbook)
    if loaded.composed is not None:
        found["files"] = [
            {"path": loaded.name_of(span.file), "line": span.line, "from": span.first, "to": span.last}
            for span in loaded.composed.spans()
        ]
    return found
