"""Safe edits for findings that have one: what `watchbook fix` shows and writes. Pure.

Called by `app.documents.mending`. An edit replaces one line or puts one in; every other line stays as it is, with its
own line end. Only what the document or git itself says is written: nothing is guessed, and a fix whose finding would
still be there afterwards, or that would bring a new one, is dropped. It reads no files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from watchbook.model.findings import entry
from watchbook.model.runbook import Finding, Runbook
from watchbook.reading.blocks import Row, Table
from watchbook.reading.document import parse_document, source_lines
from watchbook.reading.runbook import read
from watchbook.reading.severities import read_severity
from watchbook.reading.suppressions import suppress
from watchbook.reading.synonyms import field_named

_LINE_END = re.compile(r"\r\n|\r|\n")
_PLACEHOLDER, _MISSING, _UNDATED = (
    entry(name).code for name in ("placeholder-left", "field-missing", "date-not-understood")
)
_CURL, _SEVERITY = entry("curl-without-fail").code, entry("severity-missing").code


@dataclass(frozen=True, slots=True)
class Known:
    """What stands outside the document. `committed` is the day of the file's last commit (`2026-11-23`), if there is one."""

    committed: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Line `line` (from 1) becomes `after`; with `inserted`, `after` is put in before it."""

    line: int
    after: str
    inserted: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends `mends` findings of `code`, the first of them on `line`. `says` is what it does, in words."""

    code: str
    line: int
    says: str
    edits: tuple[Edit, ...]
    mends: int = 1


@dataclass(frozen=True, slots=True)
class Mended:
    """The document with its fixes in it."""

    text: str
    fixes: tuple[Fix, ...]


def mend(text: str, known: Known) -> Mended:
    """The document with every safe fix in it. Mending that again changes nothing.

    A finding that a comment ignores is left alone. Each round leaves fewer findings, so the rounds end.
    """
    fixes: list[Fix] = []
    while found := find_fixes(text, known):
        text = apply_edits(text, [edit for fix in found for edit in fix.edits])
        fixes += found
    return Mended(text, tuple(fixes))


def find_fixes(text: str, known: Known) -> tuple[Fix, ...]:
    """Fixes that can be put in together, none of them touching another's line, in order of lines.

    They take their findings away and bring none.
    """
    runbook = read(text)
    source = source_lines(text)
    wanted = suppress(source, runbook.findings).findings
    return _sound(text, wanted, (), _apart(_proposed(text, source, runbook, wanted, known)))


def _sound(
    text: str, before: Sequence[Finding], kept: tuple[Fix, ...], fixes: tuple[Fix, ...]
) -> tuple[Fix, ...]:
    """`kept` and those of `fixes` that do good beside them; halved as long as the whole does not."""
    if _better(text, before, (*kept, *fixes)):
        return (*kept, *fixes)
    if len(fixes) == 1:
        return kept
    half = len(fixes) // 2
    return _sound(text, before, _sound(text, before, kept, fixes[:half]), fixes[half:])


def _apart(proposed: Iterable[Fix]) -> tuple[Fix, ...]:
    """Those of the fixes whose lines no earlier one touches."""
    kept: list[Fix] = []
    touched: set[int] = set()
    for fix in proposed:
        lines = {edit.line for edit in fix.edits}
        if not lines & touched:
            touched |= lines
            kept.append(fix)
    return tuple(sorted(kept, key=lambda fix: fix.line))


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits in it; line ends and every other line stay byte for byte."""
    pieces = _with_ends(text)
    for edit in sorted(edits, key=lambda edit: edit.line, reverse=True):
        _, end = pieces[edit.line - 1]
        if edit.inserted:
            pieces.insert(edit.line - 1, (edit.after, end or _usual_end(text)))
        else:
            pieces[edit.line - 1] = (edit.after, end)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + "".join(content + end for content, end in pieces)


def _with_ends(text: str) -> list[tuple[str, str]]:
    """Each line and what ends it, numbered as `document.source_lines` does."""
    text = text.removeprefix("\ufeff")
    pieces, at = [], 0
    for found in _LINE_END.finditer(text):
        pieces.append((text[at : found.start()], found[0]))
        at = found.end()
    return [*pieces, (text[at:], "")] if at < len(text) or not pieces else pieces


def _usual_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _better(text: str, before: Sequence[Finding], fixes: Sequence[Fix]) -> bool:
    """Whether each fix takes its findings away, and nothing new is found."""
    if not fixes:
        return True
    changed = apply_edits(text, [edit for fix in fixes for edit in fix.edits])
    after = Counter(one.code for one in suppress(source_lines(changed), read(changed).findings).findings)
    mended: Counter[str] = Counter()
    for fix in fixes:
        mended[fix.code] += fix.mends
    counted = Counter(one.code for one in before)
    return all(after[code] <= counted[code] - mended[code] for code in {*after, *mended})


def _proposed(
    text: str, source: Sequence[str], runbook: Runbook, findings: Sequence[Finding], known: Known
) -> Iterator[Fix]:
    """What could be mended; two fixes may want the same line."""
    values = _values(runbook)
    day = runbook.review.last_updated or known.committed
    yield from _severities(text, source, findings)
    for finding in findings:
        line = source[finding.line - 1] if 0 < finding.line <= len(source) else ""
        fix = None
        if finding.code == _CURL:
            fix = _failing_curl(line, finding)
        elif finding.code in (_PLACEHOLDER, _UNDATED) and _is_update(line):
            fix = _dated(line, finding, day) if day else None
        elif finding.code == _PLACEHOLDER:
            fix = _filled(line, finding, values)
        elif finding.code == _MISSING and finding.message.startswith("Last Updated ") and day:
            fix = _date_put_in(source, finding, day)
        if fix is not None:
            yield fix


def _on_line(finding: Finding, after: str, says: str) -> Fix:
    return Fix(finding.code, finding.line, says, (Edit(finding.line, after),))


# curl

_BEFORE_CURL = re.compile(
    r"(?:^|.*[`;&(])\s*(?:(?:[-*+]|\d+[.)])\s+)?(?:[$%]\s+)?(?:!\s+)?(?:(?:sudo|time|then|do|if|until|while)\s+)*"
    r"(?:timeout\s+[\d.]+[smh]?\s+)?(?:\w+=[\w./:-]*\s+)*"
)
_CURL_WORD = re.compile(r"(?<![\w./-])curl(?=[ \t])")
_CLUSTER = re.compile(r"[ \t]+-(?=[sSLkvIgN46]+(?:\s|$))")


def _failing_curl(line: str, finding: Finding) -> Fix | None:
    """`curl -sS URL` → `curl -fsS URL`, `curl URL` → `curl --fail URL`. Not where quotes or a comment stand before it."""
    found = _CURL_WORD.search(line)
    if found is None or re.search(r"[\"'#]", line[: found.start()]):
        return None
    if _BEFORE_CURL.fullmatch(line[: found.start()]) is None:
        return None
    cluster = _CLUSTER.match(line, found.end())
    at, added = (cluster.end(), "f") if cluster else (found.end(), " --fail")
    return _on_line(finding, line[:at] + added + line[at:], "curl fails where the answer is an error")


# The date

_HEAD_LINES = 40
_DATE = re.compile(r"\[[^\[\]]*\]|<[^<>]*>|X{3,}")
_FIELD = re.compile(r"(?P<lead>[-*]?\s*)(?P<mark>\*\*|__)?(?P<key>[\w -]+?)(?::(?P=mark)|(?P=mark)\s*:)\s*")


def _is_update(line: str) -> bool:
    found = _FIELD.match(line) or re.match(r"(?P<key>[\w -]+?):\s*", line)
    return found is not None and field_named(found["key"]) == "last_updated"


def _dated(line: str, finding: Finding, day: str) -> Fix | None:
    """The date in place of a gap, or behind a label without a value. A date that is there is never changed."""
    gap = _DATE.search(line)
    if gap is not None:
        after = line[: gap.start()] + day + line[gap.end() :]
    elif re.search(r":(?:\*\*|__)?\s*$", line):
        after = f"{line.rstrip()} {day}"
    else:
        return None
    return _on_line(finding, after, "the day of the last update, from the document or its last commit")


def _date_put_in(source: Sequence[str], finding: Finding, day: str) -> Fix | None:
    """A line of its own before `**Next Review:**`, else behind the fields of the head, spelled as these are."""
    fields = [
        (number, found)
        for number, line in enumerate(source, start=1)
        if (found := _FIELD.match(line)) is not None and found["mark"]
    ]
    at = next((one for one in fields if field_named(one[1]["key"]) == "next_review"), None)
    if at is not None:
        place, like = at
    else:
        head = [one for one in fields if field_named(one[1]["key"]) in ("service", "owner", "on_call")]
        numbers = {number for number, _ in fields}
        if not head or head[0][0] > _HEAD_LINES:
            return None
        place, like = head[0][0], head[0][1]
        while place in numbers:
            place += 1
        if place > len(source):
            return None
    line = like.string
    after = f"{line[: like.start('key')]}Last Updated{line[like.end('key') : like.end()].rstrip()} {day}"
    if line.endswith("  "):
        after += "  "
    return Fix(
        _MISSING, finding.line, "the day of the file's last commit", (Edit(place, after, inserted=True),)
    )


# Gaps whose value stands elsewhere

_NAMES = re.compile(
    r"(?:name of (?:the |this )?)?(?:service|system|application|app)(?:[/ ]+(?:system|service))?(?: name)?"
)
_NO_VALUE = re.compile(r"[\[\]<>|`*\n]|^\W*(?:tbd|todo|tba|n/?a|none|unknown|\?+)?\W*$", re.IGNORECASE)
_TEAMS = re.compile(r"(?:owning |name of (?:the |your )?)?team(?: name)?")


def _values(runbook: Runbook) -> tuple[tuple["re.Pattern[str]", str, str], ...]:
    """What a gap is called, what the document says for it elsewhere, and where."""
    kinds = {reading.kind for reading in runbook.readings}
    values = []
    if "service" in kinds:
        values.append((_NAMES, runbook.service.name, "the service's name"))
    if runbook.service.owner:
        values.append((_TEAMS, runbook.service.owner, "the owner's name"))
    return tuple(value for value in values if not _NO_VALUE.search(value[1]))


def _filled(line: str, finding: Finding, values: Sequence[tuple["re.Pattern[str]", str, str]]) -> Fix | None:
    gap = line[finding.column : finding.column + finding.length]
    if not (gap.startswith("[") and gap.endswith("]")):
        return None
    for pattern, value, what in values:
        if pattern.fullmatch(gap[1:-1].strip().casefold()):
            whole = re.compile(rf"(?<![\w\]\\`]){re.escape(gap)}(?![(\[:`])")
            after = whole.sub(lambda _, value=value: value, line)  # type: ignore[misc]
            return (
                _on_line(finding, after, f"{what}, as elsewhere in the document") if after != line else None
            )
    return None


# Severity

_NUMBERED = re.compile(r"\b(?:P[0-5]|SEV[- ]?[0-5])\b", re.IGNORECASE)
_LEADING = re.compile(r"\s*(?:\[([^\]]+)\]|(critical|high|medium|low)\s*[:–—-]\s)", re.IGNORECASE)


def _severities(text: str, source: Sequence[str], findings: Sequence[Finding]) -> Iterator[Fix]:
    """A Severity column at the end of a table in which every row says its severity in its name or its response."""
    without = {finding.line for finding in findings if finding.code == _SEVERITY}
    if not without:
        return
    for section in parse_document(text).walk():
        for block in section.blocks:
            if isinstance(block, Table) and block.rows and {row.line for row in block.rows} <= without:
                yield from _with_column(block, source)


def _with_column(table: Table, source: Sequence[str]) -> Iterator[Fix]:
    said = [_severity_of(row) for row in table.rows]
    lines = [table.header.line, table.header.line + 1, *(row.line for row in table.rows)]
    if None in said or any(not source[line - 1].rstrip().endswith("|") for line in lines):
        return
    cells = [" Severity ", "---", *(f" {text} " for text in said)]
    edits = tuple(
        Edit(line, f"{source[line - 1].rstrip()}{cell}|") for line, cell in zip(lines, cells, strict=True)
    )
    yield Fix(
        _SEVERITY, table.rows[0].line, "a Severity column, from what each row says", edits, len(table.rows)
    )


def _severity_of(row: Row) -> str | None:
    """The severity that the row spells out: `[P1] …`, `High: …` in its name, or one `P1` or `SEV-2` anywhere in it."""
    leading = _LEADING.match(row.cells[0].text)
    spelled = {found.upper() for found in _NUMBERED.findall(row.text)}
    if leading is not None:
        spelled.add((leading[1] or leading[2]).strip())
    severities = {read_severity(text) for text in spelled}
    if len(spelled) != 1 or len(severities) != 1:
        return None
    severity = severities.pop()
    return severity.value.capitalize() if severity is not None else None
