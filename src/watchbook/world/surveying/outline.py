"""YAML as repositories hold it, templates and all: text → the documents of a file, with their lines.

Called by the modules of this package. The reader is `reading.yaml_nodes`. A value that a template fills in (`{{ … }}` of
Helm) is *unknown*: a node that holds nothing, so that a fact may be missing and is never wrong. Where a template makes
the structure itself it raises `Unclear`.
"""

import re

from watchbook.reading.yaml_nodes import Node, Pair, YamlError, read_documents

__all__ = ["Node", "Pair", "Unclear", "read_outline"]

_FILLED_IN = re.compile(r"""^(?P<key>\s*(?:-\s+)*(?:[\w./-]+|"[^"]*"|'[^']*'):)\s+(?!["'|>]).*\{\{.*$""")
_MOST_UNKNOWN = 200


class Unclear(ValueError):
    """The structure of a file is beyond this reader; the text says on which line."""


def read_outline(text: str) -> list[Node]:
    """The documents of a file. Raises `Unclear`."""
    lines = text.split("\n")
    for _ in range(_MOST_UNKNOWN):
        try:
            return read_documents("\n".join(lines))
        except YamlError as error:
            if not _without_template(lines, error.line):
                raise Unclear(f"line {error.line}: {error.what}") from None
    raise Unclear("most of it is filled in by a template")


def _without_template(lines: list[str], number: int) -> bool:
    """Leaves out the value on that line where a template fills it in; False where none does.

    Only a line that the parser refuses is looked at: what it reads as text, in quotes or a block, stays.
    """
    filled_in = _FILLED_IN.match(lines[number - 1])
    if filled_in is None:
        return False
    lines[number - 1] = filled_in["key"]
    return True
