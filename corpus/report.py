"""The report as lines of text: a table for each group of documents, the sums, the lists and the scores.

Called by `python -m corpus`. It formats what `corpus.measure` counted.
"""

from collections.abc import Iterable, Iterator, Sequence

from tests.corpus.scoring import Score

from corpus.measure import Measured, added, share_of_quantities
from corpus.sources import Listed
from corpus.table import table
from watchbook.model.runbook import Role
from watchbook.model.safety import Safety

_HEAD = (
    "document", "lines", "read", "fault", "prose", "read %",
    "alert", "target", "band", "trigg", "check",
    "proc", "steps",
    "r-only", "endl", "inter", "cost", "reveal", "unkn", "chang", "destr",
    "issues", "cont", "amts", "find", "ms",
)  # fmt: skip
_LEGEND = (
    "alert target band trigg(er) check(list): conditions by role.  proc(edures), steps.  r(ead)-only to destr(uctive): "
    "commands by class.\nissues, cont(acts), am(oun)ts: numbers that are no condition, find(ings).  "
    "fault: lines with a finding only.  ms: one reading, warm."
)


def section(group: str, parts: Sequence[Measured], *, each: bool = True) -> Iterator[str]:
    """One group: its documents when `each`, and their sum."""
    yield f"{group} ({len(parts)} documents)"
    rows = [row(part) for part in parts] if each else []
    yield from table(_HEAD, [*rows, row(added("in sum", parts))], total=True)
    slowest = max(parts, key=lambda part: part.milliseconds)
    yield f"slowest: {slowest.name}, {slowest.milliseconds:.0f} ms"
    yield ""


def sums(groups: dict[str, list[Measured]]) -> Iterator[str]:
    """The sum of each group, and of all."""
    yield "all"
    parts = [added(f"{name} ({len(found)})", found) for name, found in groups.items()]
    yield from table(_HEAD, [*(row(part) for part in parts), row(added("in sum", parts))], total=True)
    yield from _LEGEND.split("\n")
    yield ""


def row(part: Measured) -> list[str | int]:
    """The cells of one line of the table."""
    coverage = part.coverage
    share = f"{100 * coverage.read / coverage.lines:.0f}" if coverage.lines else "·"
    return [
        part.name, coverage.lines, coverage.read, coverage.faulted, coverage.prose, share,
        *(part.roles[role] for role in Role),
        part.procedures, part.steps,
        *(part.classes[safety] for safety in Safety),
        part.issues, part.contacts, part.amounts, part.findings, round(part.milliseconds),
    ]  # fmt: skip


def of_lists(lists: Iterable[tuple[str, tuple[Listed, ...]]], *, told: int = 3) -> Iterator[str]:
    """How many of the lines that carry a number are read as quantities, with the first that are not."""
    rows: list[list[str | int]] = []
    missing: list[str] = []
    for name, lines in lists:
        numbered, taken, missed = share_of_quantities(lines)
        share = f"{100 * taken / numbered:.0f}" if numbered else "·"
        rows.append([name, len(lines), numbered, taken, share])
        missing += [f"not read in {name}: {text}" for text in missed[:told]]
        if len(missed) > told:
            missing.append(f"not read in {name}: … and {len(missed) - told} more")
    yield "lists (lines that carry a number, and those read as quantities)"
    yield from table(("list", "lines", "numbered", "read", "read %"), rows)
    yield from missing
    yield ""


def scores(found: Sequence[tuple[str, Score]], *, told: int = 5) -> Iterator[str]:
    """The scores on the documents labelled by hand: quantity understood, and role. What is wrong is told first."""
    whole = sum((score for _name, score in found), start=Score())
    rows = [*((name, score) for name, score in found), ("in sum", whole)]
    yield f"labelled by hand ({len(found)} documents)"
    yield from table(
        ("document", "rows", "understood", "recall %", "no finding", "conditions", "classes", "wrong", "armed wrongly"),
        [
            [
                name, score.rows, score.understood, f"{100 * score.recall:.1f}", len(score.uncovered), score.conditions,
                score.classes, len(score.wrong), len(score.armed),
            ]
            for name, score in rows
        ],
        total=True,
    )  # fmt: skip
    for what, texts in (
        ("armed wrongly", whole.armed), ("wrong", whole.wrong), ("neither read nor told", whole.uncovered),
        ("not understood", whole.missed),
    ):  # fmt: skip
        yield from (f"{what}: {text}" for text in texts[:told])
        if len(texts) > told:
            yield f"{what}: … and {len(texts) - told} more"
