"""`watchbook explain FILE --html`: the document as a page with what was understood in its margin. Pure but for its template.

Called by the explain command. The page is one file without scripts, fonts or pictures from elsewhere, and forbids them by a
policy of its own. It shows what `reading` said, and decides nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from watchbook.deciding.baseline import MISSING
from watchbook.model.runbook import Finding, Level, Reading, Runbook
from watchbook.reading.secrets import hide_secrets
from watchbook.reading.summary import say_counts
from watchbook.web.prose import LIGHT, Block, passages

_TONES = ("bad", "warn", "good", "note", "prose")  # what a passage is marked with; the first that applies
_OF_LEVEL = {Level.ERROR: "bad", Level.WARNING: "warn", Level.NOTE: "note"}
_SAYS = {"bad": "an error", "warn": "a warning", "good": "live", "note": "a note", "prose": "prose"}
_CODE = re.compile(r"(<pre data-language=[^>]*><code>)(.*?)(</code></pre>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence in the margin. `code` and `mend` are those of a finding; empty for a reading."""

    line: int
    end_line: int
    tone: str
    kind: str
    says: str
    code: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One block of the document with the notes beside it."""

    html: Markup
    tone: str
    notes: tuple[Note, ...]
    anchor: str = ""


def explanation(runbook: Runbook, text: str, name: str) -> str:
    """The page for a document; `name` is what it is called. A secret in the text is not repeated."""
    shown = hide_secrets(text.replace("\r\n", "\n").replace("\r", "\n"))
    missing = tuple(one for one in runbook.findings if one.code in MISSING)
    notes = [*map(_of_reading, runbook.readings)]
    notes += [_of_finding(one) for one in runbook.findings if one not in missing]
    counts = {level.value: sum(one.severity is level for one in runbook.findings) for level in Level}
    return _template().render(
        name=name, runbook=runbook, rows=_rows(shown, notes), missing=[_of_finding(one) for one in missing], counts=counts,
        parts=_parts(runbook), things=say_counts(runbook),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(
        loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    made.filters["codes"] = _with_code
    return made.get_template("explanation.html")


def _with_code(text: str) -> Markup:
    """Escaped, with `…` as code."""
    pieces = re.split(r"`([^`]+)`", text)
    shown = (
        Markup("<code>{}</code>").format(one) if index % 2 else escape(one)
        for index, one in enumerate(pieces)
    )
    return Markup("").join(shown)


def _of_reading(reading: Reading) -> Note:
    end = max(reading.end_line, reading.line)
    return Note(reading.line, end, "good", reading.kind, hide_secrets(reading.says))


def _of_finding(finding: Finding) -> Note:
    tone = _OF_LEVEL[finding.severity]
    return Note(
        finding.line,
        finding.line,
        tone,
        str(finding.severity),
        hide_secrets(finding.message),
        finding.code,
        finding.mend,
    )


def _parts(runbook: Runbook) -> list[tuple[str, str]]:
    """How many lines are read, faulted and prose, with the tone of each."""
    coverage = runbook.coverage
    counts = (
        ("good", coverage.read, "read"),
        ("warn", coverage.faulted, "not understood"),
        ("prose", coverage.prose, "prose"),
    )
    return [(tone, f"{count} of {coverage.lines} lines {what}") for tone, count, what in counts]


def _rows(text: str, notes: Sequence[Note]) -> list[Row]:
    """Every block in order. A note stands beside the block of its line, or the one before where none holds it."""
    blocks = [
        (block, passage.anchor if block.heading and block is passage.blocks[0] else "")
        for passage in passages(text)
        for block in passage.blocks
    ]
    if not blocks:
        return [Row(Markup(""), "prose", tuple(notes))] if notes else []
    beside: dict[int, list[Note]] = defaultdict(list)
    starts = [block.start for block, _ in blocks]
    for note in sorted(notes, key=lambda note: (note.line, _TONES.index(note.tone))):
        beside[max((index for index, start in enumerate(starts) if start <= note.line), default=0)].append(
            note
        )
    tones = _tones(notes)
    return [_row(block, tones, tuple(beside[index]), anchor) for index, (block, anchor) in enumerate(blocks)]


def _tones(notes: Iterable[Note]) -> Mapping[int, str]:
    """The tone of each line that anything is said about."""
    found: dict[int, str] = {}
    for note in notes:
        for line in range(note.line, note.end_line + 1):
            found[line] = min(note.tone, found.get(line, "prose"), key=_TONES.index)
    return found


def _row(block: Block, tones: Mapping[int, str], notes: tuple[Note, ...], anchor: str) -> Row:
    inside = (tones.get(line, "prose") for line in range(block.start, block.end + 1))
    marked = LIGHT.sub(lambda found: _mark(found[1], tones), block.html)
    marked = (
        _CODE.sub(lambda found: _code(found, block.start, tones), marked, count=1)
        if marked.startswith("<pre")
        else marked
    )
    return Row(Markup(marked), min(inside, key=_TONES.index), notes, anchor)  # prose escapes


def _mark(place: str, tones: Mapping[int, str]) -> str:
    """The dot in front of an item or a row; it leads to its note."""
    if not place.isdigit() or int(place) not in tones:
        return ""
    tone = tones[int(place)]
    return f'<a class="dot {tone}" href="#note-{place}" aria-label="{_SAYS[tone]}, line {place}"></a>'


def _code(found: "re.Match[str]", start: int, tones: Mapping[int, str]) -> str:
    """Each line of a code block with its tone."""
    lines = (
        f'<span class="{tones.get(number, "prose")}">{line or " "}</span>'
        for number, line in enumerate(found[2].split("\n"), start + 1)
    )
    return f"{found[1]}{''.join(lines)}{found[3]}"
