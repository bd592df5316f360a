"""How changes of runbooks are shown: text, JSON, Markdown for a pull request. Called by `watchbook diff`.

It prints what it is given; what changed, and what of it is a risk, is decided in `reading.differences`.
"""

import json
import re
from collections.abc import Iterator, Sequence

from watchbook.app.documents.comparing import Compared
from watchbook.reading.differences import Change, Risk

_NAMES = {
    Risk.PAGES_LESS: "pages less",
    Risk.RUNS_MORE: "runs more",
    Risk.GUARDS_LESS: "guards less",
    Risk.NONE: "",
}
_COLOURS = {Risk.PAGES_LESS: "31", Risk.RUNS_MORE: "31", Risk.GUARDS_LESS: "33"}
_HEADINGS = {
    Risk.PAGES_LESS: "▲ Would page less",
    Risk.RUNS_MORE: "▲ Would run more without a person",
    Risk.GUARDS_LESS: "◐ Guards less",
    Risk.NONE: "Other changes",
}
_SHOWN = 40  # changes of one kind of risk in a comment; code hosts cut long comments
_ACTIVE = re.compile(r"([\\*_\[\]<>|#~])")


def fails(change: Change) -> bool:
    """Whether `--exit-code` ends with 1 for it."""
    return change.risk in (Risk.PAGES_LESS, Risk.RUNS_MORE)


def in_text(compared: Sequence[Compared], colour: bool) -> Iterator[str]:
    """A line for each change, what matters first, and a summary."""
    for one in compared:
        yield _title(one)
        for change in one.changes:
            mark = _NAMES[change.risk]
            shown = f"\x1b[{_COLOURS[change.risk]}m{mark:<11}\x1b[0m" if colour and mark else f"{mark:<11}"
            yield f"  {shown}  {_place(change):<9}  {change.says}"
        if not one.changes:
            yield f"  {_nothing(one)}"
        yield ""
    yield summary(compared)


def _title(one: Compared) -> str:
    if one.old_path is None:
        return f"{one.path}: a new runbook, {one.service}"
    if one.new_path is None:
        return f"{one.path}: removed, with everything it did for {one.service}"
    return f"{one.path}{f', was {one.old_path},' if one.old_path != one.new_path else ''}: {one.service}"


def _place(change: Change) -> str:
    """`81`, or `79 → 81`; `–` stands for not there."""
    old, new = _at(change.old_file, change.old_line), _at(change.new_file, change.new_line)
    if old == new:
        return new
    return f"{old or '–'} → {new or '–'}"


def _at(file: str, line: int | None) -> str:
    """`81`, or `parts/alerts.md:5` in a part of the runbook; empty where there is no line."""
    return "" if not line else f"{file}:{line}" if file else str(line)


def _nothing(one: Compared) -> str:
    return (
        "only words, order or layout: nothing that Watchbook does changes."
        if one.edited
        else "the same text."
    )


def summary(compared: Sequence[Compared]) -> str:
    """One line: how much changed and how much of it is a risk."""
    changes = [change for one in compared for change in one.changes]
    if not changes:
        return "Nothing that Watchbook does changes."
    counts = [
        (sum(change.risk is risk for change in changes), _NAMES[risk])
        for risk in Risk
        if risk is not Risk.NONE
    ]
    risks = ", ".join(f"{count} {name}" for count, name in counts if count)
    files = f"{len(compared)} runbook{'s' if len(compared) != 1 else ''}"
    return f"{len(changes)} change{'s' if len(changes) != 1 else ''} in {files}: {risks or 'none of them a risk'}."


def in_json(compared: Sequence[Compared]) -> str:
    """All documents as one JSON object, version 0."""
    files = [
        {
            "path": one.path, "old_path": one.old_path, "new_path": one.new_path, "service": one.service,
            "changes": [
                {"kind": change.kind, "risk": change.risk.value, "subject": change.subject, "says": change.says,
                 "old_line": change.old_line, "new_line": change.new_line,
                 **_files_of(change)}
                for change in one.changes
            ],
        }
        for one in compared
    ]  # fmt: skip
    return json.dumps({"version": 0, "files": files}, indent=2, ensure_ascii=False)


def _files_of(change: Change) -> dict[str, str]:
    """The files of the lines, where one of them is a part of the runbook."""
    if not change.old_file and not change.new_file:
        return {}
    return {"old_file": change.old_file, "new_file": change.new_file}


def in_markdown(compared: Sequence[Compared]) -> str:
    """A comment for a pull request; what the documents say cannot format it or call anybody."""
    parts = [f"### Watchbook: {escaped(summary(compared))}"]
    for one in compared:
        parts.append(f"#### {escaped(_title(one))}")
        if not one.changes:
            parts.append(escaped(_nothing(one)))
        for risk in Risk:
            found = [change for change in one.changes if change.risk is risk]
            if found:
                parts.append(_group(risk, found))
    return "\n\n".join(parts)


def _group(risk: Risk, changes: Sequence[Change]) -> str:
    lines = [f"- {escaped(change.says)}{_line_of(change)}" for change in changes[:_SHOWN]]
    if len(changes) > _SHOWN:
        lines.append(f"- and {len(changes) - _SHOWN} more")
    listed = "\n".join(lines)
    if risk is Risk.NONE:
        return f"<details><summary>{_HEADINGS[risk]} ({len(changes)})</summary>\n\n{listed}\n\n</details>"
    return f"**{_HEADINGS[risk]}**\n\n{listed}"


def _line_of(change: Change) -> str:
    at = _at(change.new_file, change.new_line)
    return f" ({escaped(at)})" if change.new_file and at else f" (line {at})" if at else ""


def escaped(says: str) -> str:
    """A sentence as Markdown: its code spans stay, everything else is only text, and nobody is called by `@name`."""
    pieces = re.split(r"(`[^`\n]+`)", " ".join(says.split()))
    return "".join(
        piece if index % 2 else _ACTIVE.sub(r"\\\1", piece).replace("@", "@\u200b").replace("`", "\\`")
        for index, piece in enumerate(pieces)
    )
