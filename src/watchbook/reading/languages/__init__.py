"""Runbooks in other languages than English: labels that are known are read as their English ones. Pure.

Called by `reading.runbook` before anything is read. One module a language, pure data; a new one is added here. The language
is told by titles of sections and labels alone. What none of the tables knows stays as it is, and is prose.
"""

from functools import cache
from importlib import import_module

from watchbook.reading.languages.language import Language

__all__ = ["NAMES", "Language", "languages"]

NAMES = (
    "german", "french", "spanish", "portuguese", "italian", "dutch", "polish", "russian", "japanese", "chinese", "korean",
)  # fmt: skip


@cache
def languages() -> tuple[Language, ...]:
    """Every language that is known; imported when a document needs them."""
    return tuple(import_module(f"{__name__}.{name}").LANGUAGE for name in NAMES)
