"""The links of a runbook that lead nowhere any more, for `check --online`.

Called by `documents.checking`. Links are those of the text, outside of code; addresses that have gaps, and hosts that stand
for an example, have findings of their own. Asking is `world.links`.
"""

import re
from collections.abc import Iterator

from watchbook.model.findings import finding
from watchbook.model.runbook import Finding

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`|\\]+(?:\([^\s<>()]*\)[^\s<>()\[\]\"'`|\\]*)*")
_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+|>\s?)*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_GAP = re.compile(r"[<>{}$*]|\bexample\.(?:com|org|net)\b|\.(?:example|invalid|test)\b", re.IGNORECASE)


def look_online(text: str) -> list[Finding]:
    """A finding for each place of a link that is certainly dead."""
    places = list(links_in(text))
    if not places:
        return []
    from watchbook.world.links import find_dead

    dead = find_dead([url for _, _, url in places])
    return [
        finding("link-dead", line, column, len(url), url=url, problem=dead[url])
        for line, column, url in places
        if url in dead
    ]


def links_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Line (from 1), column (from 0) and address of every link outside of code."""
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if closing:
            closing = "" if fence is not None and fence[1].startswith(closing) else closing
            continue
        if fence is not None:
            closing = fence[1]
            continue
        shown = _CODE.sub(lambda found: " " * len(found[0]), line)
        for found in _ADDRESS.finditer(shown):
            url = found[0].rstrip(".,;:!?*_")
            goes_on = shown[found.end() : found.end() + 1] in ("<", "{", "$", "[") and found.end() < len(
                shown
            )
            if not goes_on and not _GAP.search(url):
                yield number, found.start(), url.partition("#")[0]
