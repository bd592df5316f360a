"""Which paths of a git tree a pattern takes. Called by `documents.repositories`; files on disk are `documents.loading`.

`*`, `?` and `[…]` stay inside one part of a path, `**` is any number of parts; what begins with a dot is taken only where
the pattern says the dot. A pattern that names a folder takes the runbooks in it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from watchbook.app.documents.loading import is_named_as_runbook


def choose(paths: Iterable[str], globs: Sequence[str]) -> list[str]:
    """The paths that are runbooks: those that a pattern takes or, without patterns, those that are named as one."""
    known = sorted(paths)
    if not globs:
        return [path for path in known if is_named_as_runbook(path)]
    found: dict[str, None] = {}
    for glob in globs:
        taken = _compiled(glob.rstrip("/"))
        for path in known:
            if taken.fullmatch(path) or _in_folder(path, taken):
                found[path] = None
    return sorted(found)


def _in_folder(path: str, taken: "re.Pattern[str]") -> bool:
    """Whether the pattern takes a folder that the path is in, as a runbook."""
    parts = path.split("/")
    return any(
        taken.fullmatch("/".join(parts[:count])) and is_named_as_runbook("/".join(parts[count:]))
        for count in range(1, len(parts))
    )


@cache
def _compiled(glob: str) -> "re.Pattern[str]":
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    written = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            written += r"(?:[^/.][^/]*/)*" + (r"[^/.][^/]*" if last else "")
        else:
            guard = "" if part.startswith(".") else r"(?!\.)"
            written += guard + _part(part) + ("" if last else "/")
    return re.compile(written)


def _part(part: str) -> str:
    """One part of a pattern as a regular expression that takes no `/`."""
    found, at = "", 0
    while at < len(part):
        end = part.find("]", at + 2) if part[at] == "[" else -1
        if end > 0:
            inside = part[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            found += f"(?!/)[{'^' + inside[1:] if inside[0] in '!^' else inside}]"
            at = end
        else:
            found += {"*": "[^/]*", "?": "[^/]"}.get(part[at], re.escape(part[at]))
        at += 1
    return found
