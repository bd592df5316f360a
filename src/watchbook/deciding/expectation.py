"""Whether what a command printed is what the document expects (`# Expected: …`).

Called by `acting.runs` for steps; the grammar of expectations is that of health checks. It runs nothing.
"""

import json
import operator
import re
from typing import Any

from watchbook.model.procedures import Expectation, NumberTest

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(\s?%)?")
_COMPARISONS = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def unmet(expect: Expectation, output: str) -> str:
    """Why the output is not what is expected, in one sentence; empty when it is."""
    failures = [failure for failure in _failures(expect, output) if failure]
    if expect.inverted:
        return "" if failures else f"it printed what should not be there: {_first_line(output)}"
    return failures[0] if failures else ""


def _failures(expect: Expectation, output: str) -> list[str]:
    found = []
    if expect.status is not None:
        found.append(_status(expect.status, output))
    if expect.json is not None:
        found.append(_json(expect.json, output))
    if expect.text is not None and expect.text not in output:
        found.append(f"expected {expect.text!r}, got {_first_line(output)}")
    if expect.regex is not None and re.search(expect.regex, output, re.MULTILINE) is None:
        found.append(f"expected /{expect.regex}/, got {_first_line(output)}")
    if expect.number is not None:
        found.append(_number(expect.number, output))
    return found


def _status(wanted: str, output: str) -> str:
    """An HTTP status in the output: `200`, or a class as `2xx`."""
    pattern = re.escape(wanted.lower()).replace("x", r"\d")
    return (
        ""
        if re.search(rf"\b{pattern}\b", output.lower())
        else f"expected status {wanted}, got {_first_line(output)}"
    )


def _json(wanted: str, output: str) -> str:
    """A JSON document anywhere in the output (commands print other lines around it) that holds all of `wanted`."""
    needed = json.loads(wanted)
    candidates = [output, *output.splitlines(), output[output.find("{") : output.rfind("}") + 1]]
    for candidate in candidates:
        try:
            answer = json.loads(candidate)
        except ValueError:
            continue
        if contains(answer, needed):
            return ""
    return f"expected {wanted}, got {_first_line(output)}"


def contains(answer: Any, needed: Any) -> bool:
    """Whether `answer` holds `needed`: objects as subsets, lists item by item in order, anything else as equal."""
    if isinstance(needed, dict):
        return isinstance(answer, dict) and all(
            key in answer and contains(answer[key], value) for key, value in needed.items()
        )
    if isinstance(needed, list):
        same_length = isinstance(answer, list) and len(answer) == len(needed)
        return same_length and all(contains(a, n) for a, n in zip(answer, needed, strict=True))
    return (type(answer) is type(needed) and bool(answer == needed)) or _equal_numbers(answer, needed)


def _equal_numbers(answer: Any, needed: Any) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (answer, needed))
    return numbers and bool(answer == needed)


def last_number(text: str) -> float | None:
    """The last number of an output, in base units: `87%` is 0.87, `12,400` is 12400. None where there is none."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    number = float(found[-1][0].rstrip(" %\t\n").replace(",", ""))
    return number / 100 if found[-1][1] else number


def _number(test: NumberTest, output: str) -> str:
    found = last_number(output)
    if found is None:
        return f"expected a number {test.op} {test.value:g}, got {_first_line(output)}"
    return (
        ""
        if _COMPARISONS[test.op](found, test.value)
        else f"expected {test.op} {test.value:g}, got {found:g}"
    )


def _first_line(output: str) -> str:
    line = next((line.strip() for line in output.splitlines() if line.strip()), "")
    return (line if len(line) <= 160 else line[:157] + "…") or "nothing"
