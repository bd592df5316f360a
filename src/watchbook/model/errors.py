"""The one tree of errors that a user may see. Raised everywhere, printed by the faces.

An error prints as one line: what is wrong, where, what to do. Bugs are not in this tree: they keep their traceback.
"""


class WatchbookError(Exception):
    """Something the user can mend. `str()` is the one line that is printed."""

    code = "error"
    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where, mend)
        self.what, self.where, self.mend = what, where, mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.mend}" if self.mend else ""
        return (
            f"{place}{self.what}.{advice}"
            if not self.what.endswith((".", "?", "!"))
            else f"{place}{self.what}{advice}"
        )


class UsageError(WatchbookError):
    """The call itself makes no sense: unknown name, missing parameter."""

    code, exit_code = "usage", 2


class DocumentError(WatchbookError):
    """A runbook or wiring file that cannot be loaded at all (missing, binary, unknown key)."""

    code, exit_code = "document", 2


class NotFoundError(WatchbookError):
    """The named service, alert, run, question or incident is not there."""

    code, exit_code = "not_found", 2


class ConflictError(WatchbookError):
    """The thing is there but in another state: already answered, already acknowledged, text changed since."""

    code = "conflict"


class RefusedError(WatchbookError):
    """Something that Watchbook will not do: foreign origin, unsafe command, missing confirmation."""

    code = "refused"


class StoreError(WatchbookError):
    """The data folder cannot be used: full, read-only, locked, newer version, other server."""

    code = "store"


class UnreachableError(WatchbookError):
    """A server, channel or target that did not answer."""

    code = "unreachable"
