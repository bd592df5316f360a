"""Label sets of series and the matchers that choose among them.

Called by the sample window, the exposition parser and the evaluation of queries. It holds no samples.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from watchbook.model.errors import WatchbookError

METRIC_NAME = "__name__"

Labels = tuple[tuple[str, str], ...]
"""A label set: (name, value) pairs in the order of the names, without empty values, `__name__` among them."""

MatchOperator = Literal["=", "!=", "=~", "!~"]


class QueryError(WatchbookError):
    """A query that cannot be read or evaluated: `str()` says which part and why."""

    code = "query"


def labels_of(pairs: Mapping[str, str] | Iterable[tuple[str, str]], name: str = "") -> Labels:
    """A label set out of a mapping or pairs; an empty value is the same as no label."""
    merged = dict(pairs)
    if name:
        merged[METRIC_NAME] = name
    return tuple(sorted((key, value) for key, value in merged.items() if value))


def without_name(labels: Labels) -> Labels:
    """The labels without the metric's name."""
    if labels and labels[0][0] == METRIC_NAME:  # nearly always: only names in capitals come before it
        return labels[1:]
    return tuple(pair for pair in labels if pair[0] != METRIC_NAME)


def say_labels(labels: Labels) -> str:
    """A label set as Prometheus writes it: `up{job="shop"}`."""
    name = dict(labels).get(METRIC_NAME, "")
    inner = ",".join(f'{key}="{value}"' for key, value in labels if key != METRIC_NAME)
    return f"{name}{{{inner}}}" if inner or not name else name


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label. A label that is missing has the value ""; patterns match the whole value."""

    name: str
    operator: MatchOperator
    value: str
    pattern: "re.Pattern[str] | None" = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.operator in ("=~", "!~") and self.pattern is None:
            try:
                compiled = re.compile(self.value, re.DOTALL)
            except re.error as error:
                raise QueryError(
                    f"{self.name}{self.operator}{self.value!r} is not a regular expression: {error}"
                ) from None
            object.__setattr__(self, "pattern", compiled)

    def accepts(self, value: str) -> bool:
        """Whether a label with this value meets the condition."""
        if self.operator == "=":
            return value == self.value
        if self.operator == "!=":
            return value != self.value
        assert self.pattern is not None
        found = self.pattern.fullmatch(value) is not None
        return found if self.operator == "=~" else not found


@dataclass(frozen=True, slots=True)
class Matchers:
    """Conditions that all must hold; `alternatives` are further groups of which one must hold (`{a="1" or b="2"}`)."""

    every: tuple[Matcher, ...] = ()
    alternatives: tuple[tuple[Matcher, ...], ...] = ()

    def accept(self, labels: Mapping[str, str]) -> bool:
        """Whether a label set (as a mapping) meets the conditions."""
        if not all(matcher.accepts(labels.get(matcher.name, "")) for matcher in self.every):
            return False
        return not self.alternatives or any(
            all(matcher.accepts(labels.get(matcher.name, "")) for matcher in group)
            for group in self.alternatives
        )

    @property
    def metric(self) -> str | None:
        """The metric's name where one is fixed by `=`."""
        for matcher in self.every:
            if matcher.name == METRIC_NAME and matcher.operator == "=":
                return matcher.value
        return None
