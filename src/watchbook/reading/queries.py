"""PromQL in code spans: when a span is a query, and when a query is a condition.

Called by the metric and alerting modules. A bare name or number parses as PromQL and is never taken for a
query (`GET /health`, `redis-cli`, `PONG`, `2000`). Evaluation is `measuring`'s.
"""

import re

from watchbook.model.promql import AGGREGATIONS, FUNCTIONS
from watchbook.model.runbook import Condition
from watchbook.reading.conditions import Misread, ReadCondition
from watchbook.reading.quantities import duration_at

_SHAPE = re.compile(
    r"\w\s*\{[^{}]*\}|\w\s*\[\s*\d+\s*[a-z]+\s*[\]:]|\w\s*\(|^\{.*=.*\}$|\)\s*(?:by|without)\b"
)
_FOR = re.compile(r"[\s,]+for:?\s+")
_COMPARES = frozenset({"==", "!=", ">", "<", ">=", "<="})


def is_query(code: str) -> bool:
    """Whether the code span is a query: it parses, and has a selector `{…}`, a range `[…]`, a function or an aggregation."""
    code = code.strip()
    return len(code) < 2000 and bool(_SHAPE.search(code)) and _parsed(code) is not None


def split_window(code: str) -> tuple[str, float]:
    """`up{job="x"} == 0 for 1m` → the query, and how long it is to hold."""
    last = None
    for opening in _FOR.finditer(code):
        found = duration_at(code, opening.end())
        if found is not None and not code[found.end :].strip():
            last = (opening.start(), found.quantity.value)
    return (code[: last[0]].strip(), last[1]) if last else (code.strip(), 0.0)


def read_query_condition(code: str, name: str, window_s: float = 0.0) -> ReadCondition | Misread:
    """The query as a condition: a comparison without `bool` outermost, or `absent(…)`, joined by and/or/unless."""
    query, own_window_s = split_window(code)
    tree = _parsed(query)
    if tree is None:
        return Misread("condition-not-understood", _why("the query does not parse", name), code)
    if not _is_condition(tree):
        reason = "the query gives a number and compares it with nothing"
        return Misread("condition-not-understood", _why(reason, name), code)
    condition = Condition(promql=query, text=code)
    return ReadCondition(condition, "each", own_window_s or window_s)


def read_rule_query(query: str, name: str) -> ReadCondition | Misread:
    """The `expr` of a Prometheus rule: any vector is a condition there, as long as something in it selects."""
    query = query.strip()
    tree = _parsed(query)
    if tree is None:
        return Misread("condition-not-understood", _why("the query does not parse", name), query[:60])
    beyond = unsupported(tree)
    if beyond:
        reason = f"the query uses {beyond}, which Watchbook cannot evaluate"
        return Misread("condition-not-understood", _why(reason, name), beyond.rstrip("()"))
    if not _selects(tree):
        reason = "the query compares nothing, so that it would fire always"
        return Misread("condition-not-understood", _why(reason, name), query[:60])
    return ReadCondition(Condition(promql=query, text=query), "each", 0.0)


def _selects(tree: object) -> bool:
    """Whether a query leaves anything out: a comparison without `bool`, `unless`, or a test for absence in it."""
    import promql_parser

    if isinstance(tree, promql_parser.BinaryExpr):
        modifier = tree.modifier
        if str(tree.op) in _COMPARES and not (modifier and modifier.return_bool):
            return True
        return str(tree.op) == "unless" or _selects(tree.lhs) or _selects(tree.rhs)
    if isinstance(tree, promql_parser.Call):
        name = str(tree.func.name)
        return name in ("absent", "absent_over_time") or any(_selects(argument) for argument in tree.args)
    inner = getattr(tree, "expr", None)
    return inner is not None and _selects(inner)


def unsupported(tree: object) -> str:
    """What the evaluation does not know in a parsed query: a function or an aggregation; "" when all is known."""
    import promql_parser

    if isinstance(tree, promql_parser.Call) and str(tree.func.name) not in FUNCTIONS:
        return f"{tree.func.name}()"
    if isinstance(tree, promql_parser.AggregateExpr) and str(tree.op) not in AGGREGATIONS:
        return str(tree.op)
    if isinstance(tree, promql_parser.BinaryExpr) and tree.modifier is not None:
        filled = tree.modifier.fill_values
        if filled.lhs is not None or filled.rhs is not None:
            return "fill()"
    inside = [getattr(tree, name, None) for name in ("expr", "lhs", "rhs", "param")]
    inside += list(getattr(tree, "args", None) or ())
    return next((found for part in inside if part is not None and (found := unsupported(part))), "")


def _why(reason: str, name: str) -> dict[str, object]:
    return {
        "name": name,
        "reason": reason,
        "proposal": "Write a comparison, for example `sum(rate(errors_total[5m])) > 1`.",
    }


def _parsed(query: str) -> object | None:
    import promql_parser

    try:
        return promql_parser.parse(query)
    except (ValueError, TypeError):
        return None


def _is_condition(tree: object) -> bool:
    """Whether the outermost expression is true or absent, rather than a number."""
    import promql_parser

    while isinstance(tree, promql_parser.ParenExpr):
        tree = tree.expr
    if isinstance(tree, promql_parser.BinaryExpr):
        operator = str(tree.op)
        if operator in ("and", "or", "unless"):
            return _is_condition(tree.lhs) and (operator != "or" or _is_condition(tree.rhs))
        modifier = tree.modifier
        return operator in _COMPARES and not (modifier and modifier.return_bool)
    if isinstance(tree, promql_parser.Call):
        return str(tree.func.name) in ("absent", "absent_over_time")
    return False
