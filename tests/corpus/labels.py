"""What ten strangers' runbooks say, labelled by hand from the documents alone: facts, never their sentences.

Called by `scoring` and the tests. It loads `labels/NN.json`, checks their shape, and finds the documents that they
are about; it reads no runbook. A label file holds:

- `figures`: every condition on a metric. `line` (with `from_line` or `end_line` where the form has several lines),
  `role` (`symptom` is a condition that describes a trouble), `or_roles` where the document does not settle it,
  `severity`, `signal` (null: none of the catalogue, or unsure), `op` and `values` in base units, `window_s` (*for*),
  `over_s` (*over*, *in*); `query` for a rule whose condition is an expression, `any_value` where another
  reading of the same signal is as right, `against_direction` for one that must be refused with a finding;
- `quantities`: what else carries a number that an operator would want understood;
- `rows_with_numbers`: the lines of both, the denominator of recall. `optional` entries are right where they are read and
  are demanded of nobody;
- `procedures`, and `commands` with the classes (`a|b`: either is right) of the first line of each.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
FOLDER = Path(__file__).resolve().parent / "labels"

ROLES = frozenset({"alert", "target", "band", "trigger", "checklist", "symptom"})
SEVERITIES = frozenset({"critical", "high", "medium", "low", "info"})
OPERATORS = frozenset({">", "<", ">=", "<=", "==", "!="})
UNITS = frozenset({"ratio", "seconds", "bytes", "per_second", "count", "time_of_day"})
CLASSES = frozenset(
    {"read_only", "reveals", "costly", "changes", "destructive", "interactive", "endless", "unknown"}
)
KINDS = frozenset(
    {
        "response_time",
        "update_interval",
        "rpo",
        "rto",
        "backup_frequency",
        "retention",
        "notice",
        "ladder",
        "drill",
        "duration",
        "timeout",
        "cadence",
        "hours",
        "other",
    }
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One condition on a metric, in base units."""

    line: int
    role: str
    severity: str | None
    signal: str | None
    op: str | None
    values: tuple[float, ...]
    unit: str | None
    window_s: float | None = None
    over_s: float | None = None
    from_line: int = 0
    end_line: int = 0
    or_roles: tuple[str, ...] = ()
    query: bool = False
    any_value: bool = False
    against_direction: bool = False
    optional: bool = False

    @property
    def lines(self) -> range:
        """The lines on which a reading of it may stand."""
        return range(self.from_line or self.line, (self.end_line or self.line) + 1)

    @property
    def roles(self) -> frozenset[str]:
        """Every role that the document admits."""
        return frozenset((self.role, *self.or_roles))


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is no condition: a response time, a retention, how long a task takes."""

    line: int
    what: str
    values: tuple[float | str, ...]
    unit: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The facts of one document; `text` is the document itself."""

    name: str
    text: str
    figures: tuple[Figure, ...]
    quantities: tuple[Amount, ...]
    rows: tuple[int, ...]
    procedures: dict[int, str]
    commands: dict[int, frozenset[str]]


def all_labels() -> list[Path]:
    """The label files whose corpus is on this machine; none where it is absent."""
    return sorted(FOLDER.glob("*.json")) if CORPUS.is_dir() else []


def load(path: Path) -> Labels:
    """One label file with its document, or a `ValueError` that says what is wrong with it."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    source = (CORPUS / facts["document"]).read_bytes()
    _demand(hashlib.sha256(source).hexdigest() == facts["sha256"], path, "the document is another version")
    text = source.decode("utf-8")
    labels = Labels(
        path.stem,
        text,
        tuple(_figure(entry) for entry in facts["figures"]),
        tuple(_amount(entry) for entry in facts["quantities"]),
        tuple(facts["rows_with_numbers"]),
        {entry["line"]: entry["name"] for entry in facts["procedures"]},
        {entry["line"]: frozenset(entry["class"].split("|")) for entry in facts["commands"]},
    )
    _check(labels, path)
    return labels


def _figure(entry: dict[str, Any]) -> Figure:
    lists: dict[str, Any] = {key: tuple(entry[key]) for key in ("values", "or_roles") if key in entry}
    return Figure(**(entry | lists))


def _amount(entry: dict[str, Any]) -> Amount:
    return Amount(**{**entry, "values": tuple(entry["values"])})


def _check(labels: Labels, path: Path) -> None:
    """Vocabulary, lines inside the document, and the denominator."""
    lines = labels.text.splitlines()
    for figure in labels.figures:
        known = (
            figure.roles <= ROLES
            and figure.severity in SEVERITIES | {None}
            and figure.op in OPERATORS | {None}
        )
        _demand(known and figure.unit in UNITS | {None}, path, f"line {figure.line}: an unknown word")
        _demand(figure.severity is None or "alert" in figure.roles, path, f"line {figure.line}: a severity")
    for amount in labels.quantities:
        known = amount.what in KINDS and amount.unit in UNITS and bool(amount.values)
        _demand(known, path, f"line {amount.line}: an unknown word")
    for line, classes in labels.commands.items():
        command = bool(classes) and not lines[line - 1].lstrip().startswith("#")
        _demand(command and classes <= CLASSES, path, f"line {line}: no command, or an unknown class")
    told = (*(one.line for one in labels.figures), *(one.line for one in labels.quantities))
    for line in (*told, *labels.procedures, *labels.commands):
        _demand(0 < line <= len(lines) and bool(lines[line - 1].strip()), path, f"line {line}: nothing there")
    _demand(
        labels.rows == tuple(sorted(_demanded(labels))), path, "rows_with_numbers differ from the entries"
    )


def _demanded(labels: Labels) -> set[int]:
    required: Iterable[Figure | Amount] = (*labels.figures, *labels.quantities)
    return {one.line for one in required if one.values and not one.optional}


def _demand(holds: bool, path: Path, what: str) -> None:
    if not holds:
        raise ValueError(f"{path.name}: {what}")
