"""How findings are reported: text with the source line and a caret, JSON, GitHub annotations, SARIF.

Called by `watchbook check`. It prints what it is given; finding and counting are done elsewhere.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watchbook import __version__
from watchbook.app.documents.checking import Checked
from watchbook.deciding.baseline import MISSING
from watchbook.model.findings import catalogue, entry
from watchbook.model.runbook import Finding, Level

_COLOURS = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}
_SECRET = entry("secret-in-text").code
RANK = {Level.NOTE: 0, Level.WARNING: 1, Level.ERROR: 2}


def in_text(checked: Checked, colour: bool) -> Iterable[str]:
    """Each finding with its source line, a caret under the part that is meant, and how to mend it.

    What is missing stands at no line: that comes last, a line each. A secret in a line that is shown is hidden there
    already, whichever finding shows the line: a log of checks must not repeat it.
    """
    for finding in checked.findings:
        if finding.code not in MISSING:
            place = f"{checked.path}:{finding.line}:{finding.column + 1}"
            yield _headed(place, finding, colour)
            yield from _source(checked.shown, finding)
            yield f"      = {finding.mend}"
            yield ""
    missing = [finding for finding in checked.findings if finding.code in MISSING]
    for finding in sorted(missing, key=lambda one: -RANK[one.severity]):
        yield f"{_headed(checked.path, finding, colour)} {finding.mend}"
    if missing:
        yield ""


def _headed(place: str, finding: Finding, colour: bool) -> str:
    level = _painted(f"{finding.severity.value} {finding.code}", _COLOURS[finding.severity], colour)
    return f"{_painted(place, '1', colour)}: {level}: {finding.message}"


def _source(lines: Mapping[int, str], finding: Finding) -> Iterable[str]:
    """The source line and its caret; long lines are cut around the mark."""
    line = lines.get(finding.line, "")
    if not line.strip() or finding.code == _SECRET:
        return
    start = max(0, finding.column - 60) if finding.column > 100 else 0
    shown = line[start : start + 160].replace("\t", " ")
    length = max(1, min(finding.length or len(line.strip()), len(shown) - (finding.column - start)))
    yield f"{finding.line:5} | {shown}"
    yield f"      | {' ' * (finding.column - start)}{'^' * length}"


def _painted(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def summary(checked: Checked) -> str:
    """One line: how many findings of each level, and how much of the document was understood."""
    counts = {level: sum(finding.severity is level for finding in checked.findings) for level in Level}
    said = ", ".join(
        f"{count} {level.value}{'s' if count != 1 else ''}" for level, count in counts.items() if count
    )
    coverage = checked.coverage
    understood = (
        f"{coverage.lines} lines: {coverage.read} read, {coverage.faulted} not understood, {coverage.prose} prose"
        if coverage is not None
        else "a part of the runbook above"
    )
    return f"{checked.path}: {said or 'nothing found'}{_left_out(checked)} ({understood})"


def _left_out(checked: Checked) -> str:
    """What was found and is not shown, and what of the baseline is mended."""
    parts = (
        (checked.ignored, "ignored by a comment"), (checked.known, "in the baseline"),
        (checked.unchanged, "not of this change"), (checked.mended, "of the baseline mended"),
    )  # fmt: skip
    said = ", ".join(f"{count} {what}" for count, what in parts if count)
    return f"; {said}" if said else ""


def in_json(documents: Sequence[Checked]) -> str:
    """All documents as one JSON object, version 0."""
    from watchbook.reading.contract import finding_json

    files = [
        {
            "path": one.path,
            "findings": [finding_json(finding) for finding in one.findings],
            "coverage": {"lines": one.coverage.lines, "read": one.coverage.read, "faulted": one.coverage.faulted,
                         "prose": one.coverage.prose} if one.coverage is not None else None,
            "left_out": {"ignored": one.ignored, "known": one.known, "unchanged": one.unchanged},
        }
        for one in documents
    ]  # fmt: skip
    return json.dumps({"version": 0, "files": files}, indent=2, ensure_ascii=False)


def in_github(checked: Checked) -> Iterable[str]:
    """Workflow commands that GitHub shows beside the changed lines."""
    names = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
    for finding in checked.findings:
        where = f"file={_property(checked.path)},line={finding.line},col={finding.column + 1},title={finding.code}"
        yield f"::{names[finding.severity]} {where}::{_data(f'{finding.message} {finding.mend}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def in_sarif(documents: Sequence[Checked]) -> str:
    """One SARIF 2.1.0 log with every rule of the catalogue."""
    rules = [
        {"id": entry.code, "name": entry.name, "shortDescription": {"text": entry.name.replace("-", " ")},
         "fullDescription": {"text": entry.why}, "help": {"text": entry.why},
         "defaultConfiguration": {"level": entry.level.value}}
        for entry in catalogue().values()
    ]  # fmt: skip
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_result(one, finding, index) for one in documents for finding in one.findings]
    driver = {"name": "watchbook", "version": __version__, "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _result(checked: Checked, finding: Finding, index: dict[Any, int]) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": max(finding.line, 1)}
    if finding.length:
        region |= {"startColumn": finding.column + 1, "endColumn": finding.column + finding.length + 1}
    place = {"artifactLocation": {"uri": checked.path}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity.value,
        "message": {"text": f"{finding.message} {finding.mend}"},
        "locations": [{"physicalLocation": place}],
    }
