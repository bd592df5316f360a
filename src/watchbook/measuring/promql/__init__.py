"""PromQL: queries parsed by promql-parser and evaluated on the samples in memory. Pure.

Called by `measuring` and `app.watching` through `evaluate` and `parse`.
"""

from watchbook.measuring.promql.evaluating import evaluate, evaluate_steps, evaluate_vector
from watchbook.measuring.promql.parsing import parse

__all__ = ["evaluate", "evaluate_steps", "evaluate_vector", "parse"]
