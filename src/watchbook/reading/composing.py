"""A runbook over several files as one text, with a map from its lines back to the files. Pure.

Called by `app.documents`, which reads the files. Two forms are composed: files that name the same service, one after the
other, and sections that consist of a link to a Markdown file (`reading.parts`), whose content is then that section.
Headings of a part are made deeper where they must, so that the whole is one tree; nothing else of its text changes. What
the whole says is `reading.read_runbooks`.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from watchbook.model.findings import finding
from watchbook.model.ids import slug
from watchbook.model.runbook import Finding
from watchbook.reading.document import source_lines
from watchbook.reading.front_matter import read_front_matter
from watchbook.reading.parts import (
    Include,
    Row,
    includes,
    named_service,
    open_fence,
    rows,
)
from watchbook.reading.synonyms import field_named, section_kind

MOST_FILES = 100  # of one runbook
_FIRST = ("runbook", "index", "readme", "main", "overview", "service-overview")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line of the composed text stands: file and line. `shift` characters were put before what stands there."""

    file: str
    line: int
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Lines `first` to `last` of the whole are those of a file from `line` on."""

    file: str
    line: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Composed:
    """The whole text. `files` begins with the main one; `origins` (index 0 = line 1) are empty where it is the only one.

    `findings` are about the joining; their lines are those of the whole.
    """

    text: str
    files: tuple[str, ...]
    origins: tuple[Origin, ...] = ()
    findings: tuple[Finding, ...] = ()

    def origin(self, line: int) -> Origin:
        """Where line `line` of the whole stands. A line outside of the text is one of the main file."""
        if 0 < line <= len(self.origins):
            return self.origins[line - 1]
        return Origin(self.files[0], line)

    def spans(self) -> tuple[Span, ...]:
        """Which lines of the whole stand where, in as few pieces as there are."""
        found: list[Span] = []
        for number, origin in enumerate(self.origins, 1):
            last = found[-1] if found else None
            if last and last.file == origin.file and origin.line == last.line + number - last.first:
                found[-1] = replace(last, last=number)
            else:
                found.append(Span(origin.file, origin.line, number, number))
        return tuple(found)

    def placed(self, found: Finding) -> tuple[str, Finding]:
        """The file that a finding is in, and the finding with line and column of that file."""
        origin = self.origin(found.line)
        column = max(0, found.column - origin.shift) if found.length else found.column
        return origin.file, replace(found, line=origin.line, column=column)


def in_order(files: Sequence[str]) -> tuple[str, ...]:
    """Files of one service as they are joined: RUNBOOK.md (or index, README, …) first, then by name, numbers as numbers."""

    def key(name: str) -> tuple[int, list[tuple[int, int, str]]]:
        stem = posixpath.basename(name).casefold().rpartition(".")[0]
        rank = _FIRST.index(stem) if stem in _FIRST else len(_FIRST)
        words = re.findall(r"\d+|\D+", name.casefold())
        return rank, [
            (0, int(word), "") if word.isdigit() and word.isascii() else (1, 0, word) for word in words
        ]

    return tuple(sorted(files, key=key))


def wanted(name: str, text: str) -> tuple[str, ...]:
    """The files that a text includes, as names like its own; those that leave the folder are left out."""
    return tuple(path for one in includes(text) if (path := _path(name, one.target)))


def _path(name: str, target: str) -> str:
    """The target as a name beside the main file; empty where it lies above it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return "" if path.startswith("../") or path.startswith("/") else path


def compose(main: str, texts: Mapping[str, str], also: Sequence[str] = ()) -> Composed:
    """The runbook that begins with the file `main`: what it includes is put in its place, and `also` are joined to it.

    `texts` are all files that can be read, by name: paths with `/`, relative to the folder of `main`. Included files that
    are not among them are findings. Never raises.
    """
    if not also and not includes(texts[main]):
        return Composed(texts[main], (main,))
    composer = _Composer(main, texts)
    composer.add_main(bool(also))
    for name in also:
        composer.add_part(name)
    return composer.composed()


def shared_section(texts: Mapping[str, str]) -> tuple[str, str, int, str, int] | None:
    """A section that two files of one service both have: title, first file and line, second file and line; or None.

    Two copies of a runbook look like two parts of one: joined, every alert would page twice.
    """
    seen: dict[str, tuple[str, int]] = {}
    for name, text in texts.items():
        lines = source_lines(text)
        for row in rows(lines, read_front_matter(lines)[1]):
            kind = section_kind(row.title) if row.level in (1, 2) else ""
            if not kind or kind == "contents":
                continue
            title = slug(row.title)
            first = seen.setdefault(title, (name, row.number))
            if first[0] != name:
                return row.title, *first, name, row.number
    return None


class _Composer:
    """The text under construction."""

    def __init__(self, main: str, texts: Mapping[str, str]) -> None:
        self._main, self._texts = main, texts
        self._service = named_service(texts[main])
        self._lines: list[str] = []
        self._origins: list[Origin] = []
        self._files: dict[str, None] = {}
        self._findings: list[Finding] = []

    def composed(self) -> Composed:
        text = "\n".join(self._lines) + "\n"
        return Composed(text, tuple(self._files), tuple(self._origins), tuple(self._findings))

    def add_main(self, followed: bool) -> None:
        """The main file; `followed` by others, it must not swallow them."""
        self._files[self._main] = None
        self._add(_Piece(self._main, source_lines(self._texts[self._main]), within=(self._main,)))
        if followed:
            self._close(self._main)

    def add_part(self, name: str) -> None:
        """A file of the same service: a title that is a section's makes it that section, any other stays a heading."""
        if name in self._files:
            return
        self._files[name] = None
        lines = source_lines(self._texts[name])
        front = self._front(name, lines)
        found = list(rows(lines, front))
        title = next((row for row in found if row.level), None)
        only = sum(row.level == 1 for row in found) == 1
        section = self._section(title.title) if only and title is not None and title.level == 1 else ""
        shifts = {row.number: 1 if section else int(row.level == 1) for row in found if row.level}
        retitled = {title.number: section} if title is not None and section else {}
        blank = frozenset(row.number for row in found if self._names_it(row))
        self._put("", Origin(name, 1))
        self._add(_Piece(name, lines, front, shifts, blank, retitled, (name,)))
        self._close(name)

    def _section(self, title: str) -> str:
        """The section that a title is, without the service's name: “Shop: Deployment”; empty where it is none."""
        if section_kind(title):
            return title
        rest = re.sub(re.escape(self._service), " ", title, flags=re.IGNORECASE) if self._service else ""
        rest = rest.strip(" :–—-|'’s" if rest.lstrip().startswith(("'", "’")) else " :–—-|")
        return rest if rest in title and section_kind(rest) else ""

    def _names_it(self, row: Row) -> bool:
        key, colon, _ = row.text.partition(":")
        return bool(colon) and not row.code and field_named(key.strip(" *_-")) == "service"

    def _front(self, name: str, lines: tuple[str, ...]) -> int:
        """How many lines of front matter a part has: they count for nothing, and what they say is told."""
        fields, end = read_front_matter(lines)
        keys = [one.key for one in fields if field_named(one.key) not in ("", "service", "version")]
        if keys:
            self._put("", Origin(name, 1))
            said = ", ".join(keys)
            self._findings.append(
                finding("part-head-unread", len(self._lines), file=name, fields=said, main=self._main)
            )
        return end

    def _add(self, piece: "_Piece") -> None:
        """The lines of a file with what they include."""
        included = {one.line: one for one in includes(self._texts[piece.name])}
        found = list(rows(piece.lines, piece.front))
        headings = {row.number: row for row in found if row.level}
        empty = piece.blank | {
            row.number for row in found if row.underline and piece.shifts.get(row.number - 1, 0)
        }
        level = 0
        for number in range(piece.front + 1, len(piece.lines) + 1):
            line = piece.lines[number - 1]
            if row := headings.get(number):
                level = self._heading(piece, row)
            else:
                self._put("" if number in empty else line, Origin(piece.name, number))
            if number in included:
                self._include(included[number], level, piece)

    def _close(self, name: str) -> None:
        """Closes what a file leaves open, so that it does not swallow the next one, and tells it."""
        lines = source_lines(self._texts[name])
        line, mark = open_fence(lines)
        if mark:
            at = self._line_of(Origin(name, line))
            self._findings.append(
                finding("fence-unclosed", at, marker=f"`{mark}`" if mark[0] == "~" else mark)
            )
            self._put(mark, Origin(name, len(lines)))

    def _heading(self, piece: "_Piece", row: Row) -> int:
        """Puts a heading; gives its level in the whole."""
        level = min(6, row.level + piece.shifts.get(row.number, 0))
        title = piece.retitled.get(row.number, row.title)
        if level == row.level:
            self._put(row.text, Origin(piece.name, row.number))
        else:
            marks = f"{'#' * level} "
            self._put(marks + title, Origin(piece.name, row.number, len(marks) - row.text.find(title)))
        return level

    def _include(self, include: Include, level: int, above: "_Piece") -> None:
        """What stands in the file of a section, below its link, or the finding that says why not."""
        path = _path(above.name, include.target)
        reason = self._refused(path, above.within)
        if reason:
            said = posixpath.normpath(include.target)
            self._findings.append(finding("part-not-read", len(self._lines), file=said, reason=reason))
            return
        self._files[path] = None
        lines = source_lines(self._texts[path])
        front = self._front(path, lines)
        found = [row for row in rows(lines, front) if row.level]
        titled = bool(found) and found[0].level == 1 and sum(row.level == 1 for row in found) == 1
        if titled:  # its section's heading says it already
            last = found[0].number + (not found[0].text.lstrip().startswith("#"))
            lines = (*lines[: found[0].number - 1], *[""] * (last - found[0].number + 1), *lines[last:])
        rest = found[titled:]
        deeper = level + 1 - min((row.level for row in rest), default=level + 1)
        self._put("", Origin(path, 1))
        within = (*above.within, path)
        self._add(_Piece(path, lines, front, {row.number: deeper for row in rest}, within=within))
        self._close(path)
        self._put("", Origin(path, len(lines)))

    def _refused(self, path: str, within: tuple[str, ...]) -> str:
        """Why a file is not put in; empty where it is."""
        if not path:
            return "lies outside of the runbook's folder"
        if path in within:
            return "includes itself" if path == within[-1] else "includes this file in turn"
        if path in self._files:
            return "is a part of this runbook already"
        if path not in self._texts:
            return "is not there"
        if len(self._files) >= MOST_FILES:
            return f"would be more than the {MOST_FILES} files that a runbook may have"
        other = named_service(self._texts[path])
        if other and self._service and slug(other) != slug(self._service):
            return f"is the runbook of {other}"
        return ""

    def _put(self, line: str, origin: Origin) -> None:
        self._lines.append(line)
        self._origins.append(origin)

    def _line_of(self, origin: Origin) -> int:
        found = (number for number, one in enumerate(self._origins, 1) if one == origin)
        return next(found, len(self._origins))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file that is put in: from index `front` on, with headings deeper by `shifts` and some with other words.

    Lines in `blank` are left empty.

    `within` are the files that it is put into, itself last.
    """

    name: str
    lines: tuple[str, ...]
    front: int = 0
    shifts: Mapping[int, int] = field(default_factory=dict)
    blank: frozenset[int] = frozenset()
    retitled: Mapping[int, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
