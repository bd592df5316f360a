"""Secrets in the text: keys and passwords that somebody pasted into the runbook.

Called by `reading.runbook`, and by everything that repeats parts of a document (`hide_secrets`). Three sources: shapes
that issuers publish (`tokens`), places where a value is written (`fields`), and the detectors of a library (`library`).
`meaning` tells a secret from a gap, a name or an example. A finding names the kind and the place, never the secret.

Why another table than `deciding.redaction`, which takes secrets out of what commands print: that one runs on streams of
bytes in a process with few imports and may hide too much; this one accuses a line, and must not be wrong.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from watchbook.model.runbook import Finding
from watchbook.reading.document import Document
from watchbook.reading.notes import Notes
from watchbook.reading.secrets import fields, library
from watchbook.reading.secrets.meaning import holds_private_key, is_example_token
from watchbook.reading.secrets.tokens import SHAPES

Span = tuple[int, int, str]

_LONGEST_LINE = 20_000
_ENCODED_KEY = "LS0tLS1CRUdJTi"
# A line without any of these, and without a long word, holds nothing that is looked for: most lines of most documents.
_LITERALS = tuple(
    sorted(
        literal
        for literal in {literal for place in fields.PLACES for literal in place.literals}
        if not any(
            other != literal and other in literal for place in fields.PLACES for other in place.literals
        )
    )
)
# Which shapes each literal may be one of: asked in one pass over the literals.
_SHAPES_WITH = tuple(
    (literal, tuple(number for number, shape in enumerate(SHAPES) if literal in shape.literals))
    for literal in sorted({literal for shape in SHAPES for literal in shape.literals})
)
_DIGIT = re.compile(r"\d")
_LONG = 20  # no credential that is known by its shape is shorter
# What may be one of the credentials that only the library knows: a run of letters and digits that no name has.
_PIECE = re.compile(
    r"(?<![A-Za-z0-9])(?=(?:[A-Za-z]*\d){3})(?=\d*[A-Za-z])[A-Za-z0-9]{20,400}(?:[\w.-]{0,80}[\w])?"
)
_SHORT = 8
_AROUND = 80  # characters before and behind a piece that the library sees: it looks for names there
_KEY_BLOCK = re.compile(
    r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^\n]*\n)((?:(?!-----)[^\n]*\n){1,200}?)(?=[^\n]*-----END )"
)
_ACCOUNT = re.compile(r"AC[a-z0-9]{32}")  # Twilio's name of an account, which its detector takes for a key


def find_secrets(document: Document, notes: Notes) -> None:
    """A finding for each kind of secret in each line. Findings that were told before and quote one are told without it."""
    values: dict[str, int] = {}
    for number, line in _suspects(document.source):
        if _is_empty_block(document.source, number, line):
            continue
        spans = secrets_in(line)
        values |= {line[start:end]: number for start, end, _said in spans}
        for kind in dict.fromkeys(said for _start, _end, said in spans):
            notes.find("secret-in-text", number, kind=kind)
    if values:
        quoted = _Quoted(values)
        notes.findings[:] = [_without(finding, quoted) for finding in notes.findings]


class _Quoted:
    """Looks for values in sentences; a thousand of them take no longer than one."""

    def __init__(self, values: dict[str, int]) -> None:
        self._short: dict[int, list[str]] = {}  # by the line that they stand on
        self._long: dict[str, dict[int, set[str]]] = {}  # by how they begin, and how long they are
        for value, line in values.items():
            if len(value) < _SHORT:
                self._short.setdefault(line, []).append(value)
            else:
                self._long.setdefault(value[:_SHORT], {}).setdefault(len(value), set()).add(value)

    def hidden(self, text: str, line: int) -> str:
        """The sentence of a finding on that line, with dots for the values."""
        found = list(self._short.get(line, ()))
        for at in range(len(text) - _SHORT + 1):
            for length, values in self._long.get(text[at : at + _SHORT], {}).items():
                if text[at : at + length] in values:
                    found.append(text[at : at + length])
        for value in sorted(found, key=len, reverse=True):
            text = text.replace(value, "•••")
        return text


def _without(finding: Finding, quoted: _Quoted) -> Finding:
    """The finding with dots for the values that it quotes; short ones, which may be words, only on their own line."""
    message, mend = (quoted.hidden(text, finding.line) for text in (finding.message, finding.mend))
    return (
        finding
        if message == finding.message and mend == finding.mend
        else replace(finding, message=message, mend=mend)
    )


def secrets_in(line: str) -> list[Span]:
    """Start, end and kind of each secret of a line, in order; where several overlap, the first kind counts."""
    lowered = line.lower()
    found: list[Span] = []
    if not _has_long_word(line):
        _add(found, fields.find_values(line, lowered))
        return sorted(found)
    _add(found, _shaped(line, lowered))
    _add(found, fields.find_values(line, lowered))
    _add(found, _of_library(line, found))
    return sorted(found)


def _add(found: list[Span], more: Iterable[Span]) -> None:
    for span in list(more):
        if not any(start < span[1] and span[0] < end for start, end, _said in found):
            found.append(span)


def hide_secrets(text: str, *, keep_length: bool = False) -> str:
    """`text` with everything in it that seems to be a secret replaced by dots, for what repeats parts of a document.

    With `keep_length` there is a dot for each character, so that columns stay where they are.
    """
    if "PRIVATE KEY" in text:
        text = _KEY_BLOCK.sub(lambda block: block[1] + re.sub(r"\S", "•", block[2]), text)
    lines = text.split("\n")
    for number, line in _suspects(lines):
        lines[number - 1] = _hidden(line, keep_length)
    return "\n".join(lines)


def _suspects(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that may hold a secret, by tests that cost next to nothing."""
    whole = "\n".join(lines).lower()
    present = [literal for literal in _LITERALS if literal in whole]
    for number, line in enumerate(lines, start=1):
        if len(line) > _LONGEST_LINE:
            continue
        lowered = line.lower()
        for literal in present:
            if literal in lowered:
                yield number, line
                break
        else:
            if len(line) >= _LONG and _has_long_word(line):
                yield number, line


def _has_long_word(line: str) -> bool:
    """A word that is long enough for a token and holds a digit (or a mark of one that has none), or a key's frame."""
    for word in line.split():
        if len(word) >= _LONG and (_DIGIT.search(word) or "hf_" in word):
            return True
    return "PRIVATE KEY" in line


def _hidden(line: str, keep_length: bool) -> str:
    pieces, last = [], 0
    for start, end, _said in secrets_in(line):
        pieces += [line[last:start], "•" * (end - start) if keep_length else "•••"]
        last = end
    return "".join(pieces) + line[last:]


def _shaped(line: str, lowered: str) -> Iterator[Span]:
    wanted = {number for literal, numbers in _SHAPES_WITH if literal in lowered for number in numbers}
    for shape in (SHAPES[number] for number in sorted(wanted)):
        for found in shape.pattern.finditer(line):
            group = "value" if "value" in shape.pattern.groupindex else 0
            token = found[group]
            if token.startswith(_ENCODED_KEY) and not holds_private_key(token):
                continue
            if not is_example_token(token):
                yield found.start(group), found.end(group), shape.said


def _of_library(line: str, found: list[Span]) -> Iterator[Span]:
    """What the library sees in the pieces of the line that look like a credential and are none of ours."""
    for piece in _PIECE.finditer(line):
        if any(start < piece.end() and piece.start() < end for start, end, _said in found):
            continue
        begin = max(0, piece.start() - _AROUND)
        for start, end, said in library.find_known(line[begin : piece.end() + _AROUND]):
            token = line[begin + start : begin + end]
            if not is_example_token(token) and not _ACCOUNT.fullmatch(token):
                yield begin + start, begin + end, said


def _is_empty_block(source: tuple[str, ...], number: int, line: str) -> bool:
    """`-----BEGIN PRIVATE KEY-----` above dots or a gap: the form of a key, without one."""
    if "-----BEGIN" not in line or number >= len(source):
        return False
    following = source[number].strip()
    return bool(following) and not re.fullmatch(r"[A-Za-z0-9+/=]{16,}|[\w-]+: .*|", following)
