"""Every spelling of a severity → critical, high, medium, low, info; and a severity around a name, told from the name.

Called by the alerting modules. The words as written are kept beside the result by the caller; nothing is
guessed: two severities in one cell are none.
"""

import re

from watchbook.model.runbook import Severity

_SPELLINGS = {
    Severity.CRITICAL: "critical crit fatal emergency blocker disaster page sev0 sev1 s0 s1 p0 p1 severe urgent",
    Severity.HIGH: "high major error sev2 s2 p2 important",
    Severity.MEDIUM: "medium med moderate warning warn average sev3 s3 p3",
    Severity.LOW: "low minor sev4 s4 p4 ticket",
    Severity.INFO: "info informational information notice sev5 s5 p5 none debug",
}
_BY_WORD = {word: severity for severity, words in _SPELLINGS.items() for word in words.split()}
_STRONG = frozenset(
    ["page", "ticket", "urgent", "severe", "error", "none", "important", "average"]
)  # give way to plainer words
_MARKS = {"🔴": Severity.CRITICAL, "🟥": Severity.CRITICAL, "🚨": Severity.CRITICAL, "🟠": Severity.HIGH}
_MARKS |= {"🟧": Severity.HIGH, "🟡": Severity.MEDIUM, "🟨": Severity.MEDIUM, "⚠": Severity.MEDIUM}
_MARKS |= {
    "🟢": Severity.LOW,
    "🟩": Severity.LOW,
    "🔵": Severity.INFO,
    "🟦": Severity.INFO,
    "ℹ": Severity.INFO,
}


def read_severity(text: str) -> Severity | None:
    """The severity that `text` spells (`P1`, `SEV-2`, `🔴 HIGH`, `Critical (page)`), or None.

    Words count before numbers (`High (P1)` is high), numbers before words that also mean something else (page), and
    those before coloured marks.
    """
    words = _words(text)
    plain = [word for word in words if word in _BY_WORD and word not in _STRONG]
    named = {_BY_WORD[word] for word in plain if not word[-1].isdigit()} or {_BY_WORD[word] for word in plain}
    named = named or {_BY_WORD[word] for word in words if word in _BY_WORD}
    named = named or {severity for mark, severity in _MARKS.items() if mark in text}
    return named.pop() if len(named) == 1 else None


def severity_words(text: str) -> tuple[str, ...]:
    """The words of a text that spell a severity, in one form: `P1 – Critical` → `p1`, `critical`."""
    return tuple(word for word in _words(text) if word in _BY_WORD and word not in _STRONG)


_IN_FRONT = re.compile(
    r"^[\s🔴🟠🟡🟢🔵🚨]*(?:\[([\w -]{2,12})\]\s*"
    r"|(critical|high|medium|low|warning|info|p[0-5]|sev-?\d)\s*(?::\s*|[–—-]\s+))(?=\S)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*[(\[]([\w /-]{2,20})[)\]]\s*\.?$")


def severity_in_front(text: str) -> tuple[str, str]:
    """`[P1] High Latency`, `Critical: disk full` as severity and rest; no severity and the text where none stands there.

    `High-Latency` is a word, and no severity in front of one.
    """
    found = _IN_FRONT.match(text)
    if found is None or read_severity(found[1] or found[2]) is None:
        return "", text
    return found[1] or found[2], text[found.end() :]


def severity_in_brackets(text: str) -> tuple[str, str]:
    """`High Latency (P1)` as severity and the text in front of it; no severity and the text where none stands there."""
    found = _IN_BRACKETS.search(text)
    if found is None or read_severity(found[1]) is None:
        return "", text
    return found[1], text[: found.start()]


def _words(text: str) -> list[str]:
    return re.findall(
        r"[a-z]+\d?|\d+", re.sub(r"\b(sev|severity|p|s|priority)[\s-]*(\d)\b", _numbered, text.casefold())
    )


def _numbered(found: "re.Match[str]") -> str:
    return f"{'p' if found[1][0] == 'p' else 'sev'}{found[2]}"
