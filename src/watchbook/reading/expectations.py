"""What a right answer looks like: `200 OK`, a JSON document, a text, a pattern between slashes, a number.

Called for health checks and for `# Expected:` and `# Confirmed if:` lines of procedures. It reads the
expectation; holding an answer against it is the probes' and the runs'.
"""

import json
import re

from watchbook.model.procedures import Expectation, NumberTest
from watchbook.reading.blocks import Line
from watchbook.reading.quantities import read_quantity

_STATUS = re.compile(
    r"(?:HTTP(?:/[\d.]+)?\s+|status(?: code)?:?\s+|code\s+)?([1-5](?:\d\d|xx))"
    r"(?:\s+[A-Za-z][A-Za-z ]{1,20})?(?:\s+(?:status|response|code))?",
    re.IGNORECASE,
)
# `200 when the database answers`, `200 OK (see below)`: the words behind are for people, unless they name another status.
_STATUS_AND_WORDS = re.compile(
    r"(?:HTTP(?:/[\d.]+)?\s+|status(?: code)?:?\s+)?([1-5](?:\d\d|xx))(?:\s+OK)?"
    r"\s*(?:[,;:(–—-]|\b(?:when|if|while|with|once|as long as|means|on success|unless)\b)(?!.*\b[1-5](?:\d\d|xx)\b)",
    re.IGNORECASE | re.DOTALL,
)
_REGEX = re.compile(r"/(.+)/([ims]*)", re.DOTALL)
_NUMBER = re.compile(r"(>=|<=|==|!=|[<>≥≤=])\s*(.+)")
_SYMBOLS = {"≥": ">=", "≤": "<=", "=": "=="}
_LEAD = re.compile(
    r"^(?:expected(?: (?:output|result|response))?|output|returns?|should (?:return|be|show|print|say|output)"
    r"|prints?|shows?|must be|=)\s*:?\s+(?=\S)",
    re.IGNORECASE,
)


def read_expectation(text: str | Line, line: int = 0) -> Expectation | None:
    """The expectation that `text` is, or None where it is a sentence for people.

    In a `Line` the code spans are taken at their word: `` `pong` `` is that text. In plain text a single
    word or something quoted is a text; several words are not, so that no sentence is ever matched literally.
    """
    if isinstance(text, Line):
        codes = text.codes
        number = line or text.number
        if codes:
            around = text.prose.strip(" .,:")
            status = _STATUS.fullmatch(around)
            inside = _read(codes[0].strip(), number, literal=True)
            if status is not None and inside is not None and inside.status is None:
                return _with_status(inside, status[1])
            return inside
        return _read(text.text.strip(), number, literal=False)
    stripped = text.strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] == "`":
        return _read(stripped[1:-1], line, literal=True)
    return _read(stripped, line, literal=False)


def _with_status(inside: Expectation, status: str) -> Expectation:
    return Expectation(
        status.casefold(), inside.json, inside.text, inside.regex, inside.number, False, inside.line
    )


def _read(text: str, line: int, literal: bool) -> Expectation | None:
    text = _LEAD.sub("", text) if not literal else text
    if not text:
        return None
    status = _STATUS.fullmatch(text) or (None if literal else _STATUS_AND_WORDS.match(text))
    if status is not None:
        return Expectation(status=status[1].casefold(), line=line)
    if text[0] in "{[" and _is_json(text):
        return Expectation(json=text, line=line)
    pattern = _REGEX.fullmatch(text)
    if pattern is not None:
        return _regex(pattern, line)
    compared = _NUMBER.fullmatch(text)
    if compared is not None and (value := read_quantity(compared[2])) is not None:
        return Expectation(number=NumberTest(_SYMBOLS.get(compared[1], compared[1]), value.value), line=line)
    if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'“":
        return Expectation(text=text[1:-1], line=line)
    if literal or re.fullmatch(r"[\w./:+=-]{1,60}", text):
        return Expectation(text=text, line=line)
    return None


def _regex(found: "re.Match[str]", line: int) -> Expectation | None:
    flags = f"(?{''.join(sorted(set(found[2])))})" if found[2] else ""
    try:
        re.compile(flags + found[1])
    except (re.error, OverflowError, RecursionError):
        return None
    return Expectation(regex=flags + found[1], line=line)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def say_expectation(expect: Expectation) -> str:
    """The expectation in words, for a reading: `status 200, JSON {"status": "healthy"}`."""
    parts = []
    if expect.status:
        parts.append(f"status {expect.status}")
    if expect.json:
        parts.append(f"JSON that contains {expect.json}")
    if expect.text is not None:
        parts.append(f"the text “{expect.text}”")
    if expect.regex:
        parts.append(f"something that matches /{expect.regex}/")
    if expect.number:
        parts.append(f"a number {expect.number.op} {expect.number.value:g}")
    return ", ".join(parts) or "any good answer"
