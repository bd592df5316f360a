"""How steps are said and what list items hold: commands behind a colon, paths, names, first words, places.

Called by `reading.steps` and the modules around it. It makes no steps.
"""

import re
from dataclasses import dataclass

from watchbook.model.safety import Safety
from watchbook.reading.blocks import Item, Line
from watchbook.reading.shell.programs import table
from watchbook.reading.step_words import is_imperative

_PATH = re.compile(
    r"(?!\./)[\w.~/{}<>$*@\[\]-]+\.(?!(?:sh|bash|zsh|ksh|py|rb|pl|exe|bin|run)$)[A-Za-z]\w{0,8}"
    r"|/?[\w-]+(?:/[\w.-]+)*/|(?!/(?:usr/|opt/|s?bin/))/[\w.-]+(?:/[\w.-]+)+"
)


@dataclass(frozen=True, slots=True)
class Lines:
    """A range of source lines, as a place for readings."""

    line: int
    end_line: int


def code_behind_colon(line: Line) -> str | None:
    """The command of `Check pod status: `kubectl get pods``: one code span, at the end, behind a colon."""
    if len(line.codes) != 1:
        return _first_run(line)
    span = next(span for span in line.spans if span.kind == "code")
    before, behind = line.text[: span.start].rstrip(), line.text[span.end :].strip(" .")
    return span.text.strip() if (before.endswith(":") or not before) and not behind else None


_RUNS = re.compile(
    r"(?:\b(?:run(?:ning)?|executes?|executing|call|invoke|issue|enter|type|use|using|via|with|through|by|try)\b(?:\s+(?:the|this|command"
    r"|following|a|query))*|[→⇒:?]|->)\s*$",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s(]*(?:\b(?:by\s+)?(?:run(?:ning)?|executes?|executing|call|invoke|issue|enter|type|use|using|via|with|through|by|try)\b"
    r"(?:\s+(?:the|this|command|following|a|query))*|[→⇒:]|->)\s*$",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|never|avoid|instead|without|n't|don.t|unlike|like|such as|e\.g\.)\b", re.IGNORECASE
)
_ASSIGNED = re.compile(r"\A(?:[A-Za-z_]\w*=\S*\s+)+")


def is_command(code: str) -> bool:
    """Whether a code span is a whole command: a known program or a local script, with something behind it."""
    text = _ASSIGNED.sub("", code.strip(), count=1)
    words = text.split()
    if len(words) < 2 or "..." in code or "…" in code or "\n" in code:
        return len(words) == 1 and text.startswith("./") and not is_path(text)
    first = words[1] if words[0] == "sudo" else words[0]
    return first in table() or first.startswith("./")


def command_in(line: Line) -> str | None:
    """The one command of an item: behind its colon, first in it, or behind words such as *run*, *with*, *→*."""
    found = code_behind_colon(line)
    if found is not None:
        return found
    if len(line.codes) != 1:
        return _first_run(line)
    span = next(span for span in line.spans if span.kind == "code")
    before, behind = line.text[: span.start].strip(" -–—•"), line.text[span.end :]
    if _NOT.search(before[-40:]):
        return None
    if not is_command(span.text):
        return span.text.strip() if _is_script(span.text.strip()) and _EXECUTES.search(before) else None
    return span.text.strip() if not before or _RUNS.search(before) or _is_how(before, behind) else None


def _first_run(line: Line) -> str | None:
    """The command of ``Run `scripts/restore.sh` and read `restore.log` ``: right behind *run*, and the only one."""
    spans = [span for span in line.spans if span.kind == "code"]
    if not spans or not _STARTS.fullmatch(line.text[: spans[0].start].strip()):
        return None
    first, *others = (span.text.strip() for span in spans)
    if not (is_command(first) or _is_script(first)) or any(
        is_command(one) or _is_script(one) for one in others
    ):
        return None
    return first


_STARTS = re.compile(
    r"(?:(?:then|next|first|finally),?\s+)?(?:re-?run|run|execute|invoke)(?:\s+the\s+script)?", re.IGNORECASE
)
_EXECUTES = re.compile(
    r"\b(?:run|runs|running|re-?run|execute|executing|invoke|via|start|launch|using)\s*(?:the script\s*)?$",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"(?!/)[\w.-]+(?:/[\w.-]+)*/[\w.-]+\.(?:sh|bash|py|rb|pl)(?:\s+\S.*)?")


def _is_script(code: str) -> bool:
    """Whether a code span is a script of the repository with what is given to it: `scripts/drain.sh <queue>`."""
    return "\n" not in code and "…" not in code and _SCRIPT.fullmatch(code) is not None


def _is_how(before: str, behind: str) -> bool:
    """Whether a command in brackets is how to do what the item says: ``Scale the workers (`kubectl scale …`).``"""
    return before.endswith("(") and behind.lstrip().startswith(")") and is_imperative(before)


def is_path(code: str) -> bool:
    """Whether a code span names a file or folder and not a command."""
    return " " not in code and bool(_PATH.fullmatch(code))


def item_name(line: Line) -> str:
    """The words of an item before its command: `**Verify:** Data integrity: `x`` → `Verify: Data integrity`."""
    text = line.text
    code = command_in(line)
    if code is None:
        return text.strip().rstrip(":").strip()
    span = next(span for span in line.spans if span.kind == "code")
    if code_behind_colon(line) is not None:
        return text[: span.start].strip().rstrip(":").strip() or code
    before, behind = text[: span.start].strip(" -–—•"), text[span.end :].strip(" .:;,)-–—")
    named = _TRAILING.sub("", before).strip(" :(-–—")
    return named or (behind if behind and not before else "") or (text.strip(" .") if behind else code)


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
