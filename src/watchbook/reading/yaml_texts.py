"""Texts of YAML that take several lines: in quotes, plain, and behind `|` or `>`. Pure.

Called by `reading.plain_yaml`, which finds where such a text begins and ends. Folding follows the YAML 1.2
specification (chapters 6.5, 7.3 and 8.1). It knows nothing of mappings and lists.
"""

import re

_DOUBLE_PART = re.compile(r'(?:[^"\\]|\\.)*')
_SINGLE_PART = re.compile(r"(?:[^']|'')*")
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\n[ \t\n]*)|(.)|$)", re.DOTALL
)
_NAMED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_BREAK = re.compile(r"[ \t]*\n[ \t\n]*")
_MARK = re.compile(
    r"(?P<style>[|>])(?:(?P<indent>[1-9])?(?P<chomp>[-+])?|(?P<chomp2>[-+])(?P<indent2>[1-9]))(?:\s+#.*)?"
)


def closing_quote(text: str, quote: str, begin: int = 0) -> int:
    """Where in `text`, inside a text in quotes from `begin` on, the closing quote stands; -1 when it does not."""
    part = (_DOUBLE_PART if quote == '"' else _SINGLE_PART).match(text, begin)
    end = part.end() if part else begin
    return end if text[end : end + 1] == quote else -1


def unquoted_single(inside: str) -> str:
    """What single quotes hold: doubled quotes are one, line ends are folded."""
    return folded(inside).replace("''", "'")


def unquoted_double(inside: str) -> str | None:
    """What double quotes hold: line ends folded, escapes resolved; None where an escape is not known."""
    parts: list[str] = []
    at = 0
    for found in _ESCAPE.finditer(inside):
        parts.append(folded(inside[at : found.start()]))
        at = found.end()
        code = found[1] or found[2] or found[3]
        if code:
            number = int(code, 16)
            if number > 0x10FFFF:
                return None
            parts.append(chr(number))
        elif found[5] is not None and found[5] in _NAMED:
            parts.append(_NAMED[found[5]])
        elif found[4]:
            parts.append("\n" * (found[4].count("\n") - 1))
        else:
            return None
    parts.append(folded(inside[at:]))
    joined = "".join(parts)
    # JSON writes characters beyond 16 bits as a pair of halves.
    return re.sub(r"[\ud800-\udbff][\udc00-\udfff]", _joined_halves, joined)


def _joined_halves(found: "re.Match[str]") -> str:
    return found[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def folded(text: str) -> str:
    """Line ends of running text: one becomes a space, and of several all but the first stay."""
    if "\n" not in text:
        return text
    return _BREAK.sub(lambda found: "\n" * (found[0].count("\n") - 1) or " ", text)


def block_mark(text: str) -> tuple[str, int, str] | None:
    """Style (`|` or `>`), declared indentation (0: none) and chomping (`-`, `+` or "") of a mark such as `>-`."""
    found = _MARK.fullmatch(text)
    if found is None:
        return None
    indent = found["indent"] or found["indent2"] or "0"
    return found["style"], int(indent), found["chomp"] or found["chomp2"] or ""


def block_text(lines: list[str], margin: int, mark: tuple[str, int, str], ended: bool) -> str:
    """The text of lines behind `|` or `>`, without `margin` columns; `ended`: a line end stands behind the last one."""
    style, _, chomp = mark
    bodies = [line[margin:] if line.strip() or len(line) > margin else "" for line in lines]
    while bodies and not bodies[-1]:
        bodies.pop()
    if not bodies:
        return "\n" * (len(lines) if ended else max(len(lines) - 1, 0)) if chomp == "+" else ""
    body = _folded_block(bodies) if style == ">" else "\n".join(bodies)
    behind = len(lines) - len(bodies) + (1 if ended else 0)
    if chomp == "-" or not behind:
        return body
    return body + "\n" * (behind if chomp == "+" else 1)


def _folded_block(bodies: list[str]) -> str:
    """Lines behind `>`: joined by spaces, but not around blank lines and lines that are indented further."""
    parts = [bodies[0]]
    blank = 0
    before_kept = not bodies[0] or bodies[0][0] in " \t"
    begun = bool(bodies[0])
    for body in bodies[1:]:
        if not body:
            blank += 1
            continue
        kept = body[0] in " \t"
        if not begun or kept or before_kept:
            parts.append("\n" * (blank + 1))
        else:
            parts.append("\n" * blank or " ")
        parts.append(body)
        blank, before_kept, begun = 0, kept, True
    return "".join(parts)
