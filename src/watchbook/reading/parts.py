"""What a runbook over several files says about itself: the service that a file names, and sections that are a link. Pure.

Called by `reading.composing`, which joins the files, and by `app.documents`, which finds them. It looks at lines only, so
that asking costs little; what the text means is read once it is whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from watchbook.reading.document import source_lines
from watchbook.reading.front_matter import read_front_matter
from watchbook.reading.synonyms import field_named, plain, section_kind

_HEAD_LINES = 80  # a service is named in the head: before the third heading, and not further down than this
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<rest>.*)$")
_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<title>.*))?$")
_FIELD = re.compile(
    r"\s*(?:[-*+]\s+)?(?:\*\*|__)?(?P<key>[^\W\d_][^*_:|\n]{1,30}?)(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(?P<value>\S.*)$"
)
_ROW = re.compile(r"\s*\|\s*(?:\*\*)?(?P<key>[^|*]{2,30}?)(?:\*\*)?:?\s*\|\s*(?P<value>[^|]+)\|\s*$")
_MAYBE_LINK = re.compile(r"\]\([^()\n]{0,300}\.md", re.IGNORECASE)
_LINK = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\(\s*(?:<(?P<angle>[^<>]+)>|(?P<target>[^()<>\s]+))(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
# Words that a line may hold beside the link that stands for the section: anything else says something of its own.
_POINTING = frozenset(
    [
        "see", "also", "read", "the", "this", "that", "these", "is", "are", "in", "at", "of", "our", "for", "on", "to", "go",
        "refer", "please", "page", "document", "documents", "file", "runbook", "playbook", "guide", "doc", "docs", "steps",
        "procedure", "procedures", "section", "found", "lives", "live", "kept", "moved", "it", "its", "own", "and", "a",
        "an", "by", "with", "all", "which", "separate", "from", "as", "below", "link", "here", "documented", "described",
        "full", "complete", "details", "detail", "more", "information", "info",
        "siehe", "dazu", "auch", "die", "der", "das", "seite", "voir", "aussi", "la", "le", "ver", "véase", "también",
        "consulte",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Include:
    """A section that is a link to a Markdown file: line of the link, level of its heading, and the file as written."""

    line: int
    level: int
    target: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line behind the front matter. `level` is that of a heading, 0 for other lines; `code` is inside a fence."""

    number: int
    text: str
    level: int = 0
    title: str = ""
    code: bool = False
    underline: bool = False  # of the heading above it


def named_service(text: str) -> str:
    """The service that a text names itself (`**Service:** shop`, `service: shop` in front matter); empty without one.

    A title alone names none: many runbooks are called “Operational Runbook”.
    """
    lines = source_lines(text[:20_000])[:_HEAD_LINES]
    fields, front = read_front_matter(lines)
    for field in fields:
        if named := _service_of(field.key, field.value.text):
            return named
    headings = 0
    for row in rows(lines, front):
        headings += row.level > 0
        if headings > 2:
            break
        named = "" if row.code or row.level else _service_in(row.text)
        if named:
            return named
    return ""


def _service_in(line: str) -> str:
    found = _FIELD.match(line) or _ROW.match(line)
    return _service_of(found["key"], found["value"]) if found else ""


def _service_of(key: str, value: str) -> str:
    """The value of a field that names the service; empty for others, and for blanks to be filled in."""
    if field_named(key) != "service" or plain(key) == "name":
        return ""
    value = value.strip("*`\"' \t")
    return "" if not value or value[0] in "[<{" else value


def rows(lines: tuple[str, ...], start: int = 0) -> Iterator[Row]:
    """The lines from index `start` on, headings and code told apart. Headings with underlines count as well."""
    open_mark = ""
    skip = False
    for index in range(start, len(lines)):
        line = lines[index]
        if skip:
            skip = False
            yield Row(index + 1, line, underline=True)
            continue
        fence = _FENCE.match(line)
        if open_mark:
            if fence and fence["mark"].startswith(open_mark) and not fence["rest"].strip():
                open_mark = ""
            yield Row(index + 1, line, code=True)
        elif fence and not (fence["mark"][0] == "`" and "`" in fence["rest"]):
            open_mark = fence["mark"]
            yield Row(index + 1, line, code=True)
        elif heading := _HEADING.match(line):
            yield Row(index + 1, line, len(heading["marks"]), _title(heading["title"] or ""))
        elif level := _underlined(lines, index, start):
            skip = True
            yield Row(index + 1, line, level, line.strip())
        else:
            yield Row(index + 1, line)


def _title(text: str) -> str:
    """The words of a heading, without the marks that may close it."""
    text = text.strip()
    bare = text.rstrip("#")
    return bare.rstrip() if bare != text and (not bare or bare[-1] in " \t") else text


def _underlined(lines: tuple[str, ...], index: int, start: int) -> int:
    """The level of a heading of one line with `===` or `---` below it; 0 for any other line."""
    if index + 1 >= len(lines) or not lines[index].strip() or (index > start and lines[index - 1].strip()):
        return 0
    below = lines[index + 1].strip()
    if not below or lines[index].lstrip()[0] in "|>-*+=#" or lines[index].startswith(("    ", "\t")):
        return 0
    return 1 if set(below) == {"="} else 2 if set(below) == {"-"} and len(below) > 1 else 0


def open_fence(text: tuple[str, ...]) -> tuple[int, str]:
    """Line and mark of a fence that is never closed; `(0, "")` without one."""
    open_mark, line = "", 0
    for number, one in enumerate(text, 1):
        fence = _FENCE.match(one)
        if fence is None:
            continue
        if not open_mark:
            if not (fence["mark"][0] == "`" and "`" in fence["rest"]):
                open_mark, line = fence["mark"], number
        elif fence["mark"].startswith(open_mark) and not fence["rest"].strip():
            open_mark = ""
    return (line, open_mark) if open_mark else (0, "")


def includes(text: str) -> tuple[Include, ...]:
    """Sections of a runbook that consist of a link to a Markdown file, in order.

    The heading, or one above it, must be a section that the reader knows, nothing else may stand in the section, and the
    words around the link must only point at it: a link in a sentence that says something is a link.
    """
    if not _MAYBE_LINK.search(text):
        return ()
    lines = source_lines(text)
    found: list[Include] = []
    path: list[Row] = []
    body: list[Row] = []
    for row in (*rows(lines, read_front_matter(lines)[1]), Row(0, "", 1)):
        if not row.level:
            if row.text.strip() and not row.underline:
                body.append(row)
            continue
        if path and row.level <= path[-1].level:
            found += _include(path, body)
        while path and path[-1].level >= row.level:
            path.pop()
        path.append(row)
        body = []
    return tuple(found)


def _include(path: list[Row], body: list[Row]) -> Iterator[Include]:
    """The include that the innermost section of `path` is, with `body` as its lines."""
    if len(body) != 1 or body[0].code or path[-1].level < 2:
        return
    if not any(kind and kind != "contents" for kind in (section_kind(row.title) for row in path)):
        return
    line = body[0].text
    links = list(_LINK.finditer(line))
    if len(links) != 1 or line.startswith(("    ", "\t", "|", "!")) or "![" in line:
        return
    target = unquote(links[0]["angle"] or links[0]["target"])
    if ":" in target or not target.casefold().endswith(".md") or target.startswith("/") or "\\" in target:
        return
    around = _LINK.sub(" ", line)
    allowed = _POINTING | {word for row in path for word in _words(row.title)}
    if _words(around) <= allowed:
        yield Include(body[0].number, path[-1].level, target)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))
