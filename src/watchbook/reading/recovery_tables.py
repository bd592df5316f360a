"""Tables of objectives (`System | RPO | RTO`) and of backups (`What | Frequency | Retention | Location`).

Called by `reading.recovery`. Every cell under one of these headers that holds a number is read or has a finding. The
strictest objective of a table is that of the whole, and the slowest of its backups; kinds of backups of one thing (full,
incremental, logs) are held to the quickest of them.
"""

import re
from dataclasses import replace

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Backup, BackupPlan, Objective, Recovery
from watchbook.reading.blocks import Line, Row, Table
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import find_cadence, find_duration, find_quantities
from watchbook.reading.synonyms import plain
from watchbook.reading.tables import Columns, columns_of

CONTINUOUS = re.compile(
    r"\b(?:continuous(?:ly)?|wal[ -]?(?:archive|archiving|stream|ship)|point[- ]in[- ]time|pitr|streaming replication|binlog"
    r"|log shipping|litestream|real[- ]?time)",
    re.IGNORECASE,
)
_NOTHING_LOST = re.compile(
    r"\W*(?:0|zero|none|near[- ]zero|no (?:data )?loss|instant|immediate(?:ly)?)\W*", re.IGNORECASE
)
_KINDS = re.compile(
    r"\b(?:full|incremental|differential|wal|logs?|binlog|snapshots?|transaction|hourly|daily|weekly|monthly)\b",
    re.IGNORECASE,
)
_SHOWN = {"rpo": "RPO", "rto": "RTO", "every": "Frequency", "retention": "Retention", "drill": "Testing"}
_EXAMPLES = {
    "rpo": "1 hour",
    "rto": "4 hours",
    "every": "Daily",
    "retention": "30 days",
    "drill": "Quarterly restore tests",
}


def is_objectives(table: Table) -> bool:
    """Whether a table has a column for what may be lost, or for how long it may take."""
    columns = columns_of(table, "objectives")
    return bool({"rpo", "rto"} & columns.at.keys()) and "what" in columns.at


def is_backups(table: Table) -> bool:
    """Whether a table lists backups: how often, beside how long they are kept or where."""
    columns = columns_of(table, "backups")
    return "every" in columns.at and bool({"retention", "location"} & columns.at.keys())


def read_objectives(table: Table, notes: Notes, recovery: Recovery) -> Recovery:
    """Each row is an objective of its own; the strictest of them is the service's."""
    columns = columns_of(table, "objectives")
    notes.also_read(table.header)
    found: list[Objective] = []
    for row in table.rows:
        if any(placeholder_in(cell) for cell in row.cells):
            continue
        rpo, rto = (_seconds(columns, row, use, notes) for use in ("rpo", "rto"))
        if rpo is None and rto is None:
            notes.prose(row)
            continue
        one = Objective(columns.text(row, "what"), rpo, rto, row.line)
        found.append(one)
        notes.read(row, "objective", say_objective(one))
    return replace(
        recovery,
        objectives=recovery.objectives + tuple(found),
        rpo_s=_of_all(recovery.rpo_s, [one.rpo_s for one in found], columns),
        rto_s=_of_all(recovery.rto_s, [one.rto_s for one in found], columns),
    )


def _of_all(known: float | None, values: list[float | None], columns: Columns) -> float | None:
    """The strictest of several systems; of several scenarios the one that holds in each of them."""
    given = [value for value in values if value is not None]
    if known is not None or not given:
        return known
    header = plain(columns.table.header.cells[columns.at["what"]].text)
    return max(given) if re.search(r"\b(?:scenario|failure|disaster|incident|case)\b", header) else min(given)


def say_objective(one: Objective) -> str:
    """The objective in one sentence."""
    parts = []
    if one.rpo_s is not None:
        parts.append(
            f"at most {say(one.rpo_s, Unit.SECONDS)} of data may be lost (RPO)"
            if one.rpo_s
            else "no data may be lost (RPO)"
        )
    if one.rto_s is not None:
        parts.append(f"it is back within {say(one.rto_s, Unit.SECONDS)} (RTO)")
    text = ", ".join(parts)
    return f"{one.name}: {text}." if one.name else f"{text[:1].upper()}{text[1:]}."


def say_objective_of(which: str, seconds: float) -> str:
    """One objective of the whole service in one sentence; `which` is rpo or rto."""
    time = say(seconds, Unit.SECONDS)
    if which == "rpo":
        return f"At most {time} of data may be lost (RPO)."
    return f"The service is back within {time} (RTO)."


def seconds_of(text: str, use: str) -> float | None:
    """One duration in a cell: `< 1h`, `4 hours (best effort)`, `zero`; two of them, or a range, are none."""
    bare = re.sub(r"\s*\([^()]*\)", "", text).strip()
    if use == "rpo" and _NOTHING_LOST.fullmatch(bare):
        return 0.0
    found = find_quantities(bare)
    durations = [one.quantity.value for one in found if one.quantity.unit is Unit.SECONDS]
    if not found and (spoken := find_duration(bare)) is not None:
        return spoken.quantity.value
    return durations[0] if len(durations) == 1 and len(found) == 1 else None


def _seconds(columns: Columns, row: Row, use: str, notes: Notes) -> float | None:
    cell = columns.cell(row, use)
    if cell is None:
        return None
    text = without_brackets(cell).text.strip()
    seconds = seconds_of(text, use)
    if seconds is None and re.search(r"\d", text):
        not_understood(row, use, text, notes)
    return seconds


def not_understood(place: "Row | Line", use: str, text: str, notes: Notes) -> None:
    """The finding for a number of the recovery that was not read."""
    notes.find(
        "recovery-not-understood", place, mark=text, field=_SHOWN[use], text=text, example=_EXAMPLES[use]
    )


def read_backups(table: Table, notes: Notes, recovery: Recovery) -> Recovery:
    """Each row is a plan; `Recovery.backup` is the one that the objective has to be held against."""
    columns = columns_of(table, "backups")
    notes.also_read(table.header)
    plans: list[BackupPlan] = []
    drill_s = recovery.backup.drill_every_s
    continuous = recovery.backup.continuous
    for row in table.rows:
        if any(placeholder_in(cell) for cell in row.cells):
            continue
        plan = _plan(columns, row, notes)
        continuous = continuous or plan.every_s == 0.0 or bool(CONTINUOUS.search(row.text))
        drill = columns.cell(row, "drill")
        cadence = find_cadence(drill.text) if drill is not None else None
        drill_s = drill_s or (cadence.quantity.value if cadence is not None else None)
        if plan.every_s is None and plan.retention_s is None:
            notes.prose(row)
            continue
        plans.append(plan)
        notes.read(row, "backup", say_plan(plan))
    backup = _of_the_whole(plans, replace(recovery.backup, drill_every_s=drill_s, continuous=continuous))
    return replace(recovery, backup=backup, backups=recovery.backups + tuple(plans))


def _plan(columns: Columns, row: Row, notes: Notes) -> BackupPlan:
    every, kept, place = (columns.cell(row, use) for use in ("every", "retention", "location"))
    every_s = None
    if every is not None:
        cadence = find_cadence(every.text)
        spoken = find_duration(every.text) if cadence is None else None
        known = cadence or (
            spoken if spoken is not None and spoken.end - spoken.start == len(every.text.strip()) else None
        )
        every_s = (
            0.0 if CONTINUOUS.search(every.text) else (known.quantity.value if known is not None else None)
        )
        if every_s is None and re.search(r"\d", every.text):
            not_understood(row, "every", every.text.strip(), notes)
    retention_s = None
    if kept is not None:
        retention_s = seconds_of(kept.text, "retention")
        if retention_s is None and re.search(r"\d", kept.text):
            not_understood(row, "retention", kept.text.strip(), notes)
    name = columns.text(row, "what")
    return BackupPlan(
        name, every_s, retention_s, place.marked.strip() if place is not None else None, row.line
    )


def say_plan(plan: BackupPlan) -> str:
    """The plan in one sentence."""
    often = "continuously" if plan.every_s == 0 else f"every {say(plan.every_s or 0, Unit.SECONDS)}"
    parts = [f"is backed up {often}" if plan.every_s is not None else "is backed up"]
    if plan.retention_s:
        parts.append(f"kept for {say(plan.retention_s, Unit.SECONDS)}")
    if plan.location:
        parts.append(f"in {plan.location}")
    return f"{plan.name or 'It'} {', '.join(parts)}."


def _of_the_whole(plans: list[BackupPlan], backup: Backup) -> Backup:
    """The slowest plan, or the quickest where all are kinds of backups of one thing."""
    timed = [plan for plan in plans if plan.every_s]
    if timed and backup.every_s is None:
        one_thing = all(_KINDS.search(plan.name) for plan in timed)
        held = (min if one_thing else max)(timed, key=lambda plan: plan.every_s or 0.0)
        backup = replace(backup, every_s=held.every_s, line=backup.line or held.line)
    kept = [plan.retention_s for plan in plans if plan.retention_s]
    places = [plan.location for plan in plans if plan.location]
    return replace(
        backup,
        retention_s=backup.retention_s or (min(kept) if kept else None),
        location=backup.location or (places[0] if places else None),
        line=backup.line or (plans[0].line if plans else 0),
    )
