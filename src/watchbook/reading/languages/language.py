"""What is known of one language: its titles, labels, words and phrases, as data. Pure.

Made by the modules of this package, one a language; looked up by `languages.translating`. A table holds one English
name on a line and the spellings that mean it, separated by commas.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from watchbook.reading.synonyms import field_named, plain, section_kind


@dataclass(frozen=True)
class Language:
    """`titles` of sections, `labels` of fields and columns, `words` that fill a cell, `phrases` inside values.

    `phrases` are patterns (in any case) and what they become, tried in order; `comments` are the same for the
    beginning of a comment in a code block. `decimal_comma` says that `1,5` is one and a half.
    """

    name: str
    titles: str
    labels: str
    words: str
    phrases: tuple[tuple[str, str], ...]
    comments: tuple[tuple[str, str], ...] = ()
    decimal_comma: bool = True
    spaced: bool = True  # words are separated by spaces

    @cached_property
    def by_title(self) -> Mapping[str, str]:
        """English title of each spelling, without those that are English as well."""
        return {
            spelling: name for spelling, name in _table(self.titles).items() if not section_kind(spelling)
        }

    @cached_property
    def by_label(self) -> Mapping[str, str]:
        """English label of each spelling of a field or column."""
        return _table(self.labels)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Labels that no English document has: by these the language is known."""
        return frozenset(
            spelling for spelling in self.by_label if not field_named(spelling) and not spelling.isascii()
        ) | {
            spelling
            for spelling in self.by_label
            if len(spelling) > 3 and not field_named(spelling) and spelling not in _ENGLISH
        }

    @cached_property
    def by_word(self) -> Mapping[str, str]:
        return _table(self.words)

    @cached_property
    def replacements(self) -> tuple[tuple["re.Pattern[str]", str], ...]:
        return tuple((re.compile(pattern, re.IGNORECASE), text) for pattern, text in self.phrases)

    @cached_property
    def openings(self) -> tuple[tuple["re.Pattern[str]", str], ...]:
        """How comments in code blocks begin."""
        end = r"(?!\w)" if self.spaced else ""
        return tuple(
            (re.compile(rf"(?:{pattern}){end}\s*", re.IGNORECASE), text) for pattern, text in self.comments
        )


# Words of English that stand in the tables of other languages as well.
_ENGLISH = frozenset(
    {
        "action", "alarm", "alert", "backup", "cause", "check", "cluster", "component", "condition", "contact",
        "critical", "dashboard", "date", "description", "email", "endpoint", "frequency", "host", "instances",
        "interval", "level", "location", "metric", "monitoring", "name", "namespace", "normal", "notes",
        "plan", "region", "role", "service", "severity", "slack", "solution", "status", "symptom", "system",
        "team", "test", "tests", "type", "url", "version", "warning",
    }
)  # fmt: skip


def _table(text: str) -> dict[str, str]:
    """`English: one, two` on each line (lines further in go on) as plain spelling → English."""
    found: dict[str, str] = {}
    for line in re.sub(r"\n\s+", " ", text.strip()).split("\n"):
        name, _, spellings = line.partition(":")
        for spelling in re.split(r"[,、]\s*", spellings.strip()):
            if spelling:
                found.setdefault(plain(spelling), name.strip())
    return found
