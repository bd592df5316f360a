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
from watchbook.reading.quantities import duration_at, find_cadence, find_duration
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
_CONTINUOUS = re.compile(
    r"\b(?:continuous|wal[ -]?(?:archive|archiving|stream|ship)|point[- ]in[- ]time|pitr|streaming replication|binlog"
    r"|log shipping|litestream)",
    re.IGNORECASE,
)
_REPLICATION_ONLY = re.compile(
    r"^\s*(?:cross[- ]region |multi[- ]region )?(?:replicat(?:ion|ed)|replicas?)\s*$", re.IGNORECASE
)
_OBJECTIVE = re.compile(
    r"\b(?:(recovery point objective|rpo)|(recovery time objective|rto))\b(?:\s*\([^()]{1,40}\))?"
    r"\s*(?::|is|=|–|-|of|≤|<=?|\|)?\s*(?:≤|<=?|max(?:imum)?\.?|up to|under|less than|about|~)?\s*",
    re.IGNORECASE,
)


def read(section: Section, notes: Notes) -> Recovery:
    """Objectives and backup policy of the section; steps are left."""
    recovery = Recovery(line=section.line)
    for part in section.walk():
        for block in part.blocks:
            if isinstance(block, List):
                for item in block.items:
                    for line in item.lines:
                        recovery = _objectives(without_brackets(line), notes, recovery)
                    for found in fields_of_item(item):
                        recovery = _field(found, notes, recovery)
            elif isinstance(block, Paragraph):
                for line in block.lines:
                    recovery = _objectives(without_brackets(line), notes, recovery)
                for found in fields_in((block,)):
                    recovery = _field(found, notes, recovery)
            elif isinstance(block, Table):
                recovery = _table(block, notes, recovery)
    return recovery


def _objectives(line: Line, notes: Notes, recovery: Recovery) -> Recovery:
    """`(RPO): 24 hours`, `RTO = 4h`, several in one line."""
    for found in _OBJECTIVE.finditer(line.text):
        duration = duration_at(line.text, found.end())
        if duration is None:
            continue
        seconds = duration.quantity.value
        if found[1] and recovery.rpo_s is None:
            recovery = replace(recovery, rpo_s=seconds)
            notes.read(line, "objective", f"At most {say(seconds, Unit.SECONDS)} of data may be lost (RPO).")
        elif found[2] and recovery.rto_s is None:
            recovery = replace(recovery, rto_s=seconds)
            notes.read(line, "objective", f"The service is back within {say(seconds, Unit.SECONDS)} (RTO).")
    return recovery


def _field(found: Field, notes: Notes, recovery: Recovery) -> Recovery:
    """One field of the backup strategy."""
    key, value = plain(found.key), without_brackets(found.value)
    text = value.text.strip()
    if placeholder_in(value) is not None or not text or found.line in notes.read_lines:
        return recovery
    backup = recovery.backup if recovery.backup.line else replace(recovery.backup, line=found.line)
    if _CONTINUOUS.search(text):
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
    cadence = find_cadence(text)
    if cadence is None:
        notes.find(
            "recovery-not-understood",
            found.line,
            mark=text,
            field=found.key,
            text=text,
            example="Daily automated backups",
        )
        return backup
    every_s = cadence.quantity.value
    if every_s == 0:
        notes.read(found.line, "backup", "Changes are backed up continuously.")
        return replace(backup, continuous=True)
    notes.read(found.line, "backup", f"A backup is made every {say(every_s, Unit.SECONDS)}.")
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
    notes.read(found.line, "drill", f"A restore is tested every {say(cadence.quantity.value, Unit.SECONDS)}.")
    return replace(backup, drill_every_s=cadence.quantity.value)


def _table(table: Table, notes: Notes, recovery: Recovery) -> Recovery:
    """Rows of `Metric | Target` with RPO and RTO in them; the first that is read counts."""
    taken = False
    for row in table.rows:
        before = (recovery.rpo_s, recovery.rto_s)
        recovery = _objectives(Line(row.line, row.text), notes, recovery)
        taken = taken or before != (recovery.rpo_s, recovery.rto_s)
    if taken:
        notes.also_read(table.header)
    return recovery
