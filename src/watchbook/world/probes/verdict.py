"""Turns what a probe got into its result: expectation first, then how long it took.

Called by every kind of probe. The grammar of expectations is `deciding.expectation`.
"""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from watchbook.deciding.expectation import unmet
from watchbook.model.observations import Outcome, Phases, ProbeResult
from watchbook.model.procedures import Expectation
from watchbook.model.quantities import say_duration, say_number
from watchbook.model.runbook import HealthCheck

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the text to judge, how long it took, and the number it holds, if it is one."""

    text: str
    latency_s: float
    phases: Phases | None = None
    value: float | None = None
    note: str = ""  # said where all is well: "200 in 12 ms"
    say_value: Callable[[float], str] = say_number  # the number, and its limit, as people say them


def result_of(
    check: HealthCheck,
    target: str,
    at_s: float,
    outcome: Outcome,
    reason: str,
    latency_s: float | None = None,
) -> ProbeResult:
    """A result without an answer: it failed, or could not be run."""
    return ProbeResult(check.name, target, at_s, outcome, latency_s, None, reason)


def judge_answer(check: HealthCheck, target: str, at_s: float, answer: Answer) -> ProbeResult:
    """Healthy, degraded (right but slower than the check allows) or unhealthy. The status of HTTP is judged before."""
    result = ProbeResult(
        check.name, target, at_s, Outcome.HEALTHY, answer.latency_s, answer.phases, answer.note, answer.value
    )
    problem = unreadable(check.expect)
    if problem:
        return replace(result, outcome=Outcome.UNKNOWN, reason=problem)
    reason = unmet(replace(check.expect, status=None, number=None), answer.text) or _number(
        check.expect, answer
    )
    if reason:
        return replace(result, outcome=Outcome.UNHEALTHY, reason=reason)
    limit_s = check.max_latency_s
    if limit_s is not None and answer.latency_s >= limit_s:
        return replace(result, outcome=Outcome.DEGRADED, reason=_slow(answer, limit_s))
    return result


def _number(expect: Expectation, answer: Answer) -> str:
    """Why the answer's number is not what is expected; empty when it is, or when none is."""
    test = expect.number
    if test is None:
        return ""
    if answer.value is None:
        return "there is no number in the answer"
    if _COMPARE[test.op](answer.value, test.value):
        return ""
    return f"{answer.say_value(answer.value)} is not {test.op} {answer.say_value(test.value)}"


def unreadable(expect: Expectation) -> str:
    """Why the expectation cannot be applied at all; empty where it can. The reader has a finding for it as well."""
    try:
        if expect.regex is not None:
            re.compile(expect.regex)
        if expect.json is not None:
            json.loads(expect.json)
    except re.error as error:
        return f"/{expect.regex}/ is not a regular expression: {error}"
    except ValueError as error:
        return f"the expected {expect.json} is not JSON: {error}"
    return ""


def _slow(answer: Answer, limit_s: float) -> str:
    text = f"right but slow: {say_duration(answer.latency_s)}, the limit is {say_duration(limit_s)}"
    longest = answer.phases.longest() if answer.phases else None
    return f"{text} ({longest[0]} took {say_duration(longest[1])})" if longest else text
