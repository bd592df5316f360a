"""PromQL text → the tree that is evaluated. promql-parser reads; this module translates.

Called by the catalogue, by binding, and wherever a document holds a query. It raises `QueryError` with the parser's
own reason and never anything else. What the evaluation cannot do is refused here, not at three in the morning.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

from watchbook.measuring.labels import METRIC_NAME, Matcher, Matchers, MatchOperator, QueryError
from watchbook.measuring.promql import tree
from watchbook.measuring.promql.functions import FUNCTIONS
from watchbook.measuring.promql.tree import Expression

_SUPPORTED_AGGREGATIONS = frozenset(
    (
        "avg",
        "bottomk",
        "count",
        "count_values",
        "group",
        "max",
        "min",
        "quantile",
        "stddev",
        "stdvar",
        "sum",
        "topk",
    )
)


@lru_cache(maxsize=4096)
def parse(query: str) -> Expression:
    """The tree of a query. Raises `QueryError` where it is not PromQL, or uses what Watchbook cannot evaluate."""
    import promql_parser

    try:
        parsed = promql_parser.parse(query)
    except ValueError as error:
        raise QueryError(f"`{_shortened(query)}` is not a query: {error}") from None
    return _Translation(query).expression(parsed)


def _shortened(query: str) -> str:
    flat = " ".join(query.split())
    return flat if len(flat) <= 80 else f"{flat[:77]}…"


def _milliseconds(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))


class _Translation:
    """One query on its way from promql-parser's tree to ours; methods are named after promql-parser's classes."""

    def __init__(self, query: str) -> None:
        self.query = query

    def refuse(self, what: str) -> QueryError:
        return QueryError(f"`{_shortened(self.query)}` uses {what}, which Watchbook cannot evaluate")

    def expression(self, node: Any) -> Expression:
        translate = getattr(self, f"_{type(node).__name__}", None)
        if translate is None:
            raise self.refuse(type(node).__name__)
        return cast(Expression, translate(node))

    def _NumberLiteral(self, node: Any) -> Expression:
        return tree.Number(node.val)

    def _StringLiteral(self, node: Any) -> Expression:
        return tree.Text(node.val)

    def _ParenExpr(self, node: Any) -> Expression:
        return self.expression(node.expr)

    def _UnaryExpr(self, node: Any) -> Expression:
        inner = self.expression(node.expr)
        return tree.Number(-inner.value) if isinstance(inner, tree.Number) else tree.Negation(inner)

    def _VectorSelector(self, node: Any) -> Expression:
        return tree.Selector(self._matchers(node), self._moment(node))

    def _MatrixSelector(self, node: Any) -> Expression:
        selector = node.vector_selector
        return tree.Range(self._matchers(selector), _milliseconds(node.range), self._moment(selector))

    def _SubqueryExpr(self, node: Any) -> Expression:
        step = node.step
        return tree.Subquery(
            self.expression(node.expr),
            _milliseconds(node.range),
            _milliseconds(step) if step else None,
            self._moment(node),
        )

    def _Call(self, node: Any) -> Expression:
        name = node.func.name
        if name not in FUNCTIONS:
            raise self.refuse(f"{name}()")
        return tree.Call(name, tuple(self.expression(argument) for argument in node.args))

    def _AggregateExpr(self, node: Any) -> Expression:
        operation = str(node.op)
        if operation not in _SUPPORTED_AGGREGATIONS:
            raise self.refuse(operation)
        modifier, parameter = node.modifier, node.param
        grouping = tree.Grouping(())
        if modifier is not None:
            grouping = tree.Grouping(tuple(modifier.labels), without=str(modifier.type).endswith("Without"))
        return tree.Aggregation(
            operation,
            self.expression(node.expr),
            None if parameter is None else self.expression(parameter),
            grouping,
        )

    def _BinaryExpr(self, node: Any) -> Expression:
        modifier = node.modifier
        matching = tree.Matching()
        if modifier is not None:
            if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
                raise self.refuse("fill()")
            matching = self._matching(modifier)
        return tree.Binary(
            str(node.op),
            self.expression(node.lhs),
            self.expression(node.rhs),
            bool(modifier is not None and modifier.return_bool),
            matching,
        )

    def _matching(self, modifier: Any) -> tree.Matching:
        one_side = {"OneToOne": "both", "ManyToOne": "right", "OneToMany": "left", "ManyToMany": "none"}
        labels = modifier.matching
        return tree.Matching(
            labels=tuple(labels.labels) if labels is not None else (),
            on=labels is not None and str(labels.type).endswith("Include"),
            one_side=cast(Any, one_side[str(modifier.card).rpartition(".")[2]]),
            include=tuple(modifier.group_labels or ()),
        )

    def _matchers(self, selector: Any) -> Matchers:
        every = tuple(self._matcher(matcher) for matcher in selector.matchers.matchers)
        if selector.name:
            every = (Matcher(METRIC_NAME, "=", selector.name), *every)
        groups = tuple(
            tuple(self._matcher(matcher) for matcher in group) for group in selector.matchers.or_matchers
        )
        return Matchers(every, groups)

    def _matcher(self, matcher: Any) -> Matcher:
        operators = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
        operator = operators[str(matcher.op).rpartition(".")[2]]
        return Matcher(matcher.name, cast(MatchOperator, operator), matcher.value)

    def _moment(self, node: Any) -> tree.Moment:
        at: int | Literal["start", "end"] | None = None
        if node.at is not None and isinstance(node.at.at, datetime):
            at = round(node.at.at.timestamp() * 1000)
        elif node.at is not None:
            at = "start" if str(node.at.type).endswith("Start") else "end"
        return tree.Moment(_milliseconds(node.offset) if node.offset else 0, at)
