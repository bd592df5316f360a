"""The tree of a PromQL query, as `parsing` builds it and `evaluating` walks it.

promql-parser's own tree copies every part at each access; this one is built once for a rule and kept. Durations and
times are whole milliseconds. It evaluates nothing.
"""

from dataclasses import dataclass
from typing import Literal

from watchbook.measuring.labels import Matchers


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a selector looks: shifted back by `offset_ms`, from `at` (milliseconds) or the query's time."""

    offset_ms: int = 0
    at: int | Literal["start", "end"] | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Newest sample of each series."""

    matchers: Matchers
    moment: Moment = Moment()


@dataclass(frozen=True, slots=True)
class Range:
    """Samples of each series over `range_ms`."""

    matchers: Matchers
    range_ms: int
    moment: Moment = Moment()


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression evaluated at every step of a range; without `step_ms`, at the default interval."""

    expression: "Expression"
    range_ms: int
    step_ms: int | None
    moment: Moment = Moment()


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Grouping:
    """`by` (kept) or `without` (dropped) labels."""

    labels: tuple[str, ...]
    without: bool = False


@dataclass(frozen=True, slots=True)
class Aggregation:
    operation: str
    expression: "Expression"
    parameter: "Expression | None" = None
    grouping: Grouping = Grouping(())


@dataclass(frozen=True, slots=True)
class Matching:
    """How series of two sides find each other. `one_side` names the side with at most one series a group."""

    labels: tuple[str, ...] = ()
    on: bool = False
    one_side: Literal["both", "left", "right", "none"] = "both"
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"
    return_bool: bool = False
    matching: Matching = Matching()


@dataclass(frozen=True, slots=True)
class Negation:
    expression: "Expression"


Expression = Number | Text | Selector | Range | Subquery | Call | Aggregation | Binary | Negation

COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))
SET_OPERATORS = frozenset(("and", "or", "unless"))


def metric_names(expression: Expression) -> frozenset[str]:
    """Metrics that the query names outright."""
    match expression:
        case Selector(matchers=matchers) | Range(matchers=matchers):
            return frozenset((matchers.metric,)) if matchers.metric else frozenset()
        case Subquery(expression=inner) | Negation(expression=inner):
            return metric_names(inner)
        case Call(arguments=arguments):
            return frozenset[str]().union(*(metric_names(argument) for argument in arguments))
        case Aggregation(expression=inner, parameter=parameter):
            return metric_names(inner) | (metric_names(parameter) if parameter else frozenset())
        case Binary(left=left, right=right):
            return metric_names(left) | metric_names(right)
    return frozenset()
