"""How steps are said and what list items hold: commands behind a colon, paths, names, first words, places.

Called by `reading.steps` and the modules around it. It makes no steps.
"""

import re
from dataclasses import dataclass

from watchbook.model.safety import Safety
from watchbook.reading.blocks import Item, Line

_PATH = re.compile(
    r"(?!\./)[\w.~/-]*/?[\w.-]+\.(?:md|markdown|txt|ya?ml|json|log|html?|pdf|conf|cfg|ini|toml|"
    r"env|png|docx?|rst)|/?[\w-]+(?:/[\w.-]+)*/|(?!/(?:usr/|opt/|s?bin/))/[\w.-]+(?:/[\w.-]+)+"
)


@dataclass(frozen=True, slots=True)
class Lines:
    """A range of source lines, as a place for readings."""

    line: int
    end_line: int


def code_behind_colon(line: Line) -> str | None:
    """The command of `Check pod status: `kubectl get pods``: one code span, at the end, behind a colon."""
    if len(line.codes) != 1:
        return None
    span = next(span for span in line.spans if span.kind == "code")
    before, behind = line.text[: span.start].rstrip(), line.text[span.end :].strip(" .")
    return span.text.strip() if (before.endswith(":") or not before) and not behind else None


def is_path(code: str) -> bool:
    """Whether a code span names a file or folder and not a command."""
    return " " not in code and bool(_PATH.fullmatch(code))


def item_name(line: Line) -> str:
    """The words of an item before its command: `**Verify:** Data integrity: `x`` → `Verify: Data integrity`."""
    text = line.text
    code = code_behind_colon(line)
    if code is not None:
        text = text[: next(span for span in line.spans if span.kind == "code").start]
    return text.strip().rstrip(":").strip() or (code or "")


def item_text(item: Item) -> str:
    """The item with what is listed below it, as a person reads it."""
    texts = [line.marked for line in item.lines]
    for block in item.blocks:
        for inner in getattr(block, "items", ()):
            texts.append(f"- {inner.first.marked}")
    return "\n".join(texts)


def say_safety(safety: Safety) -> str:
    """The class in words: `only reads`, `not known to be harmless`, …"""
    return _SAID.get(safety, safety.value.replace("_", " "))


_SAID = {
    Safety.READ_ONLY: "only reads",
    Safety.UNKNOWN: "not known to be harmless",
    Safety.CHANGES: "changes something",
}


def first_words(script: str) -> str:
    """The first line of a script, shortened for messages."""
    line = script.strip().split("\n")[0].strip()
    return line if len(line) <= 80 else line[:79] + "…"
