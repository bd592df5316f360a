"""The catalogue of findings: code, level, what it says, how to mend it, why it matters. Pure data.

Used by `reading.notes` and `deciding.freshness` (which fill the sentences), by the reference page
`docs/reference/findings.md` (a test holds both together) and by faces that list codes. It finds nothing itself.

Codes are grouped by area: WB0 the document, WB1 service and environments, WB2 checks and metrics, WB3 alerts,
WB4 procedures and commands, WB5 troubleshooting, WB6 emergency, maintenance and recovery, WB7 people and
review, WB8 safety of the text. A code is never used again for something else.
"""

from dataclasses import dataclass
from functools import cache

from watchbook.model.findings_of_acting import PEOPLE, PROCEDURES, RECOVERY, SAFETY, TROUBLESHOOTING
from watchbook.model.findings_of_watching import ALERTS, CHECKS, DOCUMENT, SERVICE
from watchbook.model.runbook import Finding, Level


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of finding. `message` and `mend` hold `{names}` that `Notes.find` fills."""

    code: str
    name: str
    level: Level
    message: str
    mend: str
    why: str


# Findings that `watchbook fix` mends where the document or git holds what is missing (`reading.fixes`).
FIXABLE = frozenset(
    (
        "placeholder-left", "field-missing", "date-not-understood", "severity-missing", "curl-without-fail",
    )
)  # fmt: skip


@cache
def catalogue() -> dict[str, Entry]:
    """Every kind of finding by name, in order of codes."""
    groups = (
        DOCUMENT,
        SERVICE,
        CHECKS,
        ALERTS,
        PROCEDURES,
        TROUBLESHOOTING,
        RECOVERY,
        PEOPLE,
        SAFETY,
    )
    return {row[1]: Entry(*row) for group in groups for row in group}


def entry(name: str) -> Entry:
    """The entry of that name. A name that is not in the catalogue is a bug, and raises KeyError."""
    return catalogue()[name]


def finding(
    kind: str, line: int, column: int = 0, length: int = 0, /, *, level: Level | None = None, **values: object
) -> Finding:
    """A finding of that kind, its sentences filled in with `values`."""
    known = entry(kind)
    message, mend = known.message.format_map(values), known.mend.format_map(values)
    return Finding(known.code, level or known.level, line, message, mend, column, length)
