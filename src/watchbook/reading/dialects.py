"""Lines that are not quite Markdown → Markdown, line for line: other markups, and characters that nobody sees. Pure.

Called by `reading.document` before the parser. Headings of AsciiDoc, reStructuredText and wiki markup, AsciiDoc's code
blocks and tables become Markdown's; spaces that only look like spaces become spaces outside of code. Each line stays one
line, so that everything keeps its number. Code is never changed: what is hidden in it is told (`Oddity`).
"""

import re
from dataclasses import dataclass

_HIDDEN = "\u200b\u2060\ufeff\u00ad"  # zero-width space, word joiner, byte order mark, soft hyphen
_SPACES = "\u00a0\u202f\u2007"
_TURNING = "\u202a-\u202e\u2066-\u2069"  # change the direction of what follows: code can look like other code
_ODD = re.compile(f"[{_HIDDEN}{_SPACES}{_TURNING}]")
_MARKUP = re.compile(
    r"^(?:={1,6}[ \t]+\S|h[1-6]\.[ \t]|\[source|\|===|\.\.[ \t]\w+::|([~^\"*+#'])\1{3,}[ \t]*$)", re.MULTILINE
)
_FENCE = re.compile(r" {0,3}(?:[-*+>][ \t]+|\d+[.)][ \t]+)*[ \t]*(`{3,}|~{3,})(.*)$")
_UNDERLINE = re.compile(r"([~^\"*+#'])\1{3,}\s*$")
_EQUALS = re.compile(r"(={1,6})[ \t]+(\S.*?)(?:[ \t]+=+)?$")
_WIKI = re.compile(r"h([1-6])\.[ \t]+(\S.*)$")
_SOURCE = re.compile(r"\[source(?:[ \t]*,[ \t]*([\w+-]+))?[^\]]*\]\s*$")
_TRANSLATION = str.maketrans(dict.fromkeys(_HIDDEN, "") | dict.fromkeys(_SPACES, " "))


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something about a line that its author should know: `kind` is "markup" (`text` names it) or "hidden"."""

    line: int
    kind: str
    text: str


def as_markdown(lines: list[str], text: str) -> tuple[list[str], tuple[Oddity, ...]]:
    """The lines as Markdown, and what was odd about them. `text` is the document, looked through once before any work."""
    if not _ODD.search(text) and not _MARKUP.search(text):
        return lines, ()
    reader = _Reader(lines)
    return reader.read(), tuple(reader.oddities)


class _Reader:
    """One pass over the lines; `fence` is the mark of the code block that is open."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.fence = ""
        self.oddities: list[Oddity] = []
        self.rows = 0  # of the AsciiDoc table that is open; 0 outside
        self.language: str | None = None  # of the AsciiDoc code block that is announced

    def read(self) -> list[str]:
        done: list[str] = []
        for number, line in enumerate(self.lines, start=1):
            read = self._line(number, line, done)
            done.append(read)
        return done

    def _line(self, number: int, line: str, done: list[str]) -> str:
        if self.fence:
            return self._code(number, line)
        if self.language is not None and line.rstrip() == "----":
            opening, self.language, self.fence = f"```{self.language}", None, "----"
            return opening
        opened = _FENCE.match(line)
        if opened is not None and self._opens(number, line, opened, done):
            self.fence = opened[1]
            return line
        if _ODD.search(line):
            line = self._visible(number, line)
        return self._heading(number, line, done) if line[:1] in _STARTS else self._row(line)

    def _code(self, number: int, line: str) -> str:
        """A line of code stays as it is; its end is the mark that opened it."""
        if _ODD.search(line):
            self.oddities.append(Oddity(number, "hidden", _named(line)))
        bare = line.strip(" \t>")
        if self.fence == "----":
            if bare == "----":
                self.fence = ""
                return "```"
        elif bare.startswith(self.fence) and not bare.strip(self.fence[0]):
            self.fence = ""
        return line

    def _visible(self, number: int, line: str) -> str:
        """Spaces are spaces; code spans keep what they hold, and say so."""
        parts = re.split(r"(`+[^`]*`+)", line)
        for index, part in enumerate(parts):
            if index % 2 and _ODD.search(part):
                self.oddities.append(Oddity(number, "hidden", _named(part)))
            elif not index % 2:
                parts[index] = part.translate(_TRANSLATION)
        return "".join(parts)

    def _heading(self, number: int, line: str, done: list[str]) -> str:
        if (found := _EQUALS.match(line)) is not None:
            if len(found[1]) > 1 or not any(one.strip() for one in done):
                return self._markup(number, "AsciiDoc", f"{'#' * len(found[1])} {found[2]}")
        elif (found := _WIKI.match(line)) is not None:
            return self._markup(number, "wiki markup", f"{'#' * int(found[1])} {found[2]}")
        elif (found := _SOURCE.match(line)) is not None and self._next(number) == "----":
            self.language = (found[1] or "").casefold()
            return self._markup(number, "AsciiDoc", "")
        elif line.rstrip() == "|===":
            self.rows = 0 if self.rows else 1
            return self._markup(number, "AsciiDoc", "")
        elif self._underlines(line, done):
            title = done.pop()
            done.append(f"{'##' if line[0] in '~*#' else '###'} {title.strip()}")
            return self._markup(number, "reStructuredText", "")
        return self._row(line)

    def _next(self, number: int) -> str:
        return self.lines[number].rstrip() if number < len(self.lines) else ""

    def _underlines(self, line: str, done: list[str]) -> bool:
        """Whether the line of marks is as long as the title right above it, which stands alone."""
        if _UNDERLINE.match(line) is None or not done or not done[-1].strip():
            return False
        title = done[-1].rstrip()
        alone = len(done) < 2 or not done[-2].strip() or _UNDERLINE.match(done[-2]) is not None
        return alone and abs(len(title) - len(line.rstrip())) <= 1 and title[0].isalnum()

    def _opens(self, number: int, line: str, opened: "re.Match[str]", done: list[str]) -> bool:
        """Whether the line opens a code block: backticks behind it, or a title above it, say otherwise."""
        if opened[1][0] == "`":
            return "`" not in opened[2]
        return not (self._underlines(line, done) and self._never_closed(number))

    def _never_closed(self, number: int) -> bool:
        """Whether the next line of tildes underlines a title as well: then neither of them is a code block's."""
        for index in range(number, len(self.lines)):
            if self.lines[index].startswith("~~~"):
                above, before = self.lines[index - 1].rstrip(), self.lines[index - 2].strip()
                return bool(above) and not before and abs(len(above) - len(self.lines[index].rstrip())) <= 1
        return True

    def _row(self, line: str) -> str:
        """A row of an AsciiDoc table; the empty line behind its header is Markdown's line of dashes."""
        if not self.rows:
            return line
        if line.startswith("|"):
            cells = [cell.strip() for cell in line[1:].rstrip("|").split("|")]
            self.rows = self.rows if self.rows > 1 else 1 + len(cells)
            return "| " + " | ".join(cells) + " |"
        if not line.strip() and self.rows > 1:
            columns, self.rows = self.rows - 1, 1_000
            return "|" + "---|" * columns if columns < 900 else line
        return line

    def _markup(self, number: int, name: str, line: str) -> str:
        if not any(one.kind == "markup" for one in self.oddities):
            self.oddities.append(Oddity(number, "markup", name))
        return line


_STARTS = frozenset("=h[|~^\"*+#'")
_NAMES = {
    "\u200b": "a zero-width space", "\u2060": "a word joiner", "\ufeff": "a byte order mark", "\u00ad": "a soft hyphen",
    "\u00a0": "a no-break space", "\u202f": "a narrow no-break space", "\u2007": "a figure space",
}  # fmt: skip


def _named(text: str) -> str:
    found = _ODD.search(text)
    return _NAMES.get(found[0], "a mark that turns the direction of the text") if found is not None else ""
