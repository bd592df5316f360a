"""Disaster recovery: backups, objectives and drills; the steps of the recovery are read by `reading.procedures`.

Called by `reading.runbook`. Measuring RPO and RTO is done by drills.
"""

import re
from dataclasses import replace

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Backup, Recovery
from watchbook.reading.blocks import Field, Line, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.fields import fields_in, fields_of_item
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import Found, duration_at, find_cadence, find_duration, find_quantities
from watchbook.reading.recovery_tables import (
    CONTINUOUS,
    is_backups,
    is_objectives,
    not_understood,
    read_backups,
    read_objectives,
    say_objective_of,
)
from watchbook.reading.synonyms import plain

_FREQUENCY = frozenset(
    {
        "frequency",
        "backup frequency",
        "schedule",
        "backup schedule",
        "cadence",
        "full backup",
        "full backups",
        "backups",
        "automated backups",
        "database backup",
        "database backups",
    }
)
_RETENTION = frozenset({"retention", "retention period", "backup retention", "kept for", "retention policy"})
_LOCATION = frozenset(
    {
        "location",
        "backup location",
        "storage",
        "backup storage",
        "stored in",
        "destination",
        "storage location",
    }
)
_TESTING = frozenset(
    {
        "testing",
        "restore testing",
        "restore tests",
        "test",
        "drill",
        "drills",
        "backup testing",
        "verification",
        "dr testing",
        "test frequency",
        "restore test",
        "dr drill",
    }
)
_REPLICATION_ONLY = re.compile(
    r"^\s*(?:cross[- ]region |multi[- ]region )?(?:replicat(?:ion|ed)|replicas?)\s*$", re.IGNORECASE
)
_OBJECTIVE = re.compile(
    r"\b(?:(recovery point objective|rpo)|(recovery time objective|rto))\b(?:\s*\([^()]{1,40}\))?"
    r"\s*(?::|is|=|–|-|of|≤|<=?|\|)?\s*(?:≤|<=?|max(?:imum)?\.?|up to|under|less than|about|~)?\s*",
    re.IGNORECASE,
)


_PAIR = re.compile(
    r"\b(rpo|rto)\b\s*(?:/|&|and)\s*(rpo|rto)\b\s*(?:targets?)?\s*(?::|=|is|are|of)?\s*(?:≤|<=?|~)?\s*",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"\b(?:backups?|backed up|snapshots?|dumps?|archives?|archiving|replicas?|exports?)\b", re.IGNORECASE
)
_KEPT = re.compile(
    r"\b(?:kept|keep|keeps|retain(?:ed|s)?|retention|stored|held|saved)\b\s*(?:period|of|for|is|:|=)?\s*"
    r"(?:for|up to|about)?\s*|\bfor\s+", re.IGNORECASE,
)  # fmt: skip
_DRILLED = re.compile(
    r"\b(?:resto\w+|recovery|dr|disaster recovery|backups?)\b[^.;]*?\b(?:tests?|tested|drills?|exercises?|verif\w+)\b"
    r"|\b(?:tests?|tested|drills?|verify|verified)\b[^.;]*?\b(?:resto\w+|recovery|backups?)\b", re.IGNORECASE,
)  # fmt: skip


def read(section: Section, notes: Notes) -> Recovery:
    """Objectives and backup policy of the section; steps are left."""
    recovery = Recovery(line=section.line)
    for part in section.walk():
        about_backups = _THINGS.search(part.title) is not None
        for block in part.blocks:
            if isinstance(block, List):
                for item in block.items:
                    for line in item.lines:
                        recovery = _objectives(without_brackets(line), notes, recovery)
                    for found in fields_of_item(item):
                        recovery = _field(found, notes, recovery)
                    if not block.ordered and item.task is None:
                        recovery = _spoken(item.first, about_backups, notes, recovery)
            elif isinstance(block, Paragraph):
                for line in block.lines:
                    recovery = _objectives(without_brackets(line), notes, recovery)
                for found in fields_in((block,)):
                    recovery = _field(found, notes, recovery)
                for line in block.lines:
                    recovery = _spoken(line, about_backups, notes, recovery)
            elif isinstance(block, Table):
                recovery = _table(block, notes, recovery)
    return recovery


def _objectives(line: Line, notes: Notes, recovery: Recovery) -> Recovery:
    """`(RPO): 24 hours`, `RTO = 4h`, several in one line, `RPO/RTO: 15 min / 4h`; a number without a unit is told."""
    if (pair := _PAIR.search(line.text)) is not None:
        return _pair(line, pair, notes, recovery)
    for found in _OBJECTIVE.finditer(line.text):
        duration = duration_at(line.text, found.end())
        if duration is None:
            if re.match(r"[<≤~]?\s*\d", line.text[found.end() :]) and placeholder_in(line) is None:
                not_understood(line, "rpo" if found[1] else "rto", line.text[found.end() :].strip(), notes)
            continue
        seconds = duration.quantity.value
        if found[1] and recovery.rpo_s is None:
            recovery = replace(recovery, rpo_s=seconds)
            notes.read(line, "objective", say_objective_of("rpo", seconds))
        elif found[2] and recovery.rto_s is None:
            recovery = replace(recovery, rto_s=seconds)
            notes.read(line, "objective", say_objective_of("rto", seconds))
    return recovery


def _pair(line: Line, pair: "re.Match[str]", notes: Notes, recovery: Recovery) -> Recovery:
    """`RPO/RTO: 15 min / 4 hours`: each in its order."""
    first = duration_at(line.text, pair.end())
    gap = (
        re.compile(r"\s*(?:/|,|and|&)\s*(?:≤|<=?)?\s*").match(line.text, first.end)
        if first is not None
        else None
    )
    second = duration_at(line.text, gap.end()) if gap is not None else None
    if first is None or second is None:
        if re.search(r"\d", line.text[pair.end() :]) and placeholder_in(line) is None:
            not_understood(line, pair[1].casefold(), line.text[pair.end() :].strip(), notes)
        return recovery
    seconds = {pair[1].casefold(): first.quantity.value, pair[2].casefold(): second.quantity.value}
    if len(seconds) < 2:
        return recovery
    rpo, rto = seconds["rpo"], seconds["rto"]
    notes.read(line, "objective", f"At most {say(rpo, Unit.SECONDS)} of data may be lost (RPO), and the service is back"
               f" within {say(rto, Unit.SECONDS)} (RTO).")  # fmt: skip
    return replace(
        recovery,
        rpo_s=rpo if recovery.rpo_s is None else recovery.rpo_s,
        rto_s=rto if recovery.rto_s is None else recovery.rto_s,
    )


def _spoken(line: Line, about_backups: bool, notes: Notes, recovery: Recovery) -> Recovery:
    """`Daily at 02:00 UTC, kept 30 days` below a title about backups, or in a line that names them."""
    if line.number in notes.read_lines or placeholder_in(line) is not None or len(line.text) > 300:
        return recovery
    for sentence in re.split(r"(?<=[a-z\d)])\.\s+", line.text):
        recovery = _sentence(sentence, line, about_backups, notes, recovery)
    return recovery


def _sentence(text: str, line: Line, about_backups: bool, notes: Notes, recovery: Recovery) -> Recovery:
    every_s, drill_s = _cadences(text)
    if drill_s:
        _tell_drill(line.number, drill_s, notes)
        recovery = replace(
            recovery,
            backup=replace(recovery.backup, drill_every_s=recovery.backup.drill_every_s or drill_s),
        )
    if not (about_backups or _THINGS.search(text)) or every_s is None:
        return recovery
    backup = recovery.backup
    duration = _kept_for(text)
    parts = ["A backup is made " + (f"every {say(every_s, Unit.SECONDS)}" if every_s else "continuously")]
    if duration is not None:
        parts.append(f"kept for {say(duration.quantity.value, Unit.SECONDS)}")
    notes.read(line, "backup", f"{', '.join(parts)}.")
    return replace(
        recovery,
        backup=replace(
            backup,
            every_s=backup.every_s if backup.every_s is not None or not every_s else every_s,
            continuous=backup.continuous or not every_s or CONTINUOUS.search(text) is not None,
            retention_s=backup.retention_s
            if backup.retention_s is not None or duration is None
            else duration.quantity.value,
            line=backup.line or line.number,
        ),
    )


_TESTED = re.compile(r"\b(?:tests?|tested|drills?|exercises?|exercised|verif\w+)\b", re.IGNORECASE)


def _cadences(text: str) -> tuple[float | None, float | None]:
    """How often a backup is made (the most frequent kind counts, 0 is always) and how often a restore is tested."""
    drilled = _DRILLED.search(text) is not None
    made: list[float] = []
    tested: list[float] = []
    parts = re.split(r"[,;]\s|\s\+\s|\band\s", text)
    for part in parts if any(map(find_cadence, parts)) else [text]:
        cadence = find_cadence(part)
        if cadence is not None:
            is_test = drilled and (len(parts) == 1 or _TESTED.search(part) is not None)
            (tested if is_test else made).append(cadence.quantity.value)
    often = [every_s for every_s in made if every_s]
    return (min(often) if often else 0.0 if made else None), next(
        (every_s for every_s in tested if every_s), None
    )


def _kept_for(text: str) -> Found | None:
    """How long something is kept: `kept 30 days`, `with 14 days retention`."""
    for kept in _KEPT.finditer(text):
        if (duration := duration_at(text, kept.end())) is not None:
            return duration
    behind = re.search(r"\bretention\b", text, re.IGNORECASE)
    before = find_quantities(text[: behind.start()]) if behind is not None else []
    return before[-1] if before and before[-1].quantity.unit is Unit.SECONDS else None


def merged(first: Recovery | None, second: Recovery) -> Recovery:
    """What two sections say; the first one counts where both say something."""
    if first is None:
        return second
    one, two = first.backup, second.backup
    backup = Backup(
        one.every_s if one.every_s is not None else two.every_s,
        one.retention_s if one.retention_s is not None else two.retention_s,
        one.location or two.location,
        one.drill_every_s if one.drill_every_s is not None else two.drill_every_s,
        one.continuous or two.continuous,
        one.line or two.line,
    )
    return replace(
        first,
        rpo_s=first.rpo_s if first.rpo_s is not None else second.rpo_s,
        rto_s=first.rto_s if first.rto_s is not None else second.rto_s,
        backup=backup,
        objectives=first.objectives + second.objectives,
        backups=first.backups + second.backups,
    )


def _field(found: Field, notes: Notes, recovery: Recovery) -> Recovery:
    """One field of the backup strategy."""
    key, value = plain(found.key), without_brackets(found.value)
    text = value.text.strip()
    if placeholder_in(value) is not None or not text or found.line in notes.read_lines:
        return recovery
    backup = recovery.backup if recovery.backup.line else replace(recovery.backup, line=found.line)
    if CONTINUOUS.search(text):
        backup = replace(backup, continuous=True)
    known: Backup | None = None
    if key in _FREQUENCY:
        known = _frequency(backup, found, text, notes)
    elif key in _RETENTION:
        known = _retention(backup, found, text, notes)
    elif key in _LOCATION:
        known = replace(backup, location=value.marked)
        notes.read(found.line, "backup", f"Backups are kept in {value.marked}.")
        if _REPLICATION_ONLY.match(text):
            notes.find("location-is-replication", found.line, mark=text, text=text)
    elif key in _TESTING:
        known = _testing(backup, found, text, notes)
    return (
        replace(recovery, backup=known)
        if known is not None
        else replace(recovery, backup=replace(recovery.backup, continuous=backup.continuous))
    )


def _frequency(backup: Backup, found: Field, text: str, notes: Notes) -> Backup:
    every_s, drill_s = _cadences(text)
    if drill_s:
        backup = replace(backup, drill_every_s=backup.drill_every_s or drill_s)
        _tell_drill(found.line, drill_s, notes)
    if every_s is None and drill_s:  # `Schedule: verify backups monthly`
        return backup
    if every_s is None:
        notes.find(
            "recovery-not-understood",
            found.line,
            mark=text,
            field=found.key,
            text=text,
            example="Daily automated backups",
        )
        return backup
    if every_s == 0:
        notes.read(found.line, "backup", "Changes are backed up continuously.")
        return replace(backup, continuous=True)
    kept = _kept_for(text)
    if kept is not None and backup.retention_s is None:
        backup = replace(backup, retention_s=kept.quantity.value)
    behind = f", kept for {say(kept.quantity.value, Unit.SECONDS)}" if kept is not None else ""
    notes.read(found.line, "backup", f"A backup is made every {say(every_s, Unit.SECONDS)}{behind}.")
    return replace(backup, every_s=every_s if backup.every_s is None else min(backup.every_s, every_s))


def _retention(backup: Backup, found: Field, text: str, notes: Notes) -> Backup:
    duration = find_duration(text)
    if duration is None:
        notes.find(
            "recovery-not-understood", found.line, mark=text, field=found.key, text=text, example="30 days"
        )
        return backup
    notes.read(found.line, "backup", f"Backups are kept for {say(duration.quantity.value, Unit.SECONDS)}.")
    return replace(backup, retention_s=duration.quantity.value)


def _testing(backup: Backup, found: Field, text: str, notes: Notes) -> Backup:
    cadence = find_cadence(text)
    if cadence is None or not cadence.quantity.value:
        notes.find(
            "recovery-not-understood",
            found.line,
            mark=text,
            field=found.key,
            text=text,
            example="Quarterly restore tests",
        )
        return backup
    _tell_drill(found.line, cadence.quantity.value, notes)
    return replace(backup, drill_every_s=cadence.quantity.value)


def _tell_drill(line: int, every_s: float, notes: Notes) -> None:
    notes.read(line, "drill", f"A restore is tested every {say(every_s, Unit.SECONDS)}.")


def _table(table: Table, notes: Notes, recovery: Recovery) -> Recovery:
    """Objectives and backups in their tables; rows of `Metric | Target` with RPO and RTO in them."""
    if is_objectives(table):
        return read_objectives(table, notes, recovery)
    if is_backups(table):
        return read_backups(table, notes, recovery)
    taken = False
    for row in table.rows:
        before = (recovery.rpo_s, recovery.rto_s)
        recovery = _objectives(Line(row.line, row.text), notes, recovery)
        taken = taken or before != (recovery.rpo_s, recovery.rto_s)
    if taken:
        notes.also_read(table.header)
    return recovery
