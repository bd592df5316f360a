"""What is fuzzed: each target takes bytes, and raises where the reader breaks one of its promises.

Called by `fuzz.run` under the fuzzer and by `tests/fuzz` with every input that was ever found. A target is plain Python:
it needs no fuzzer, so that whatever was found is tried again on any machine.
"""

from collections.abc import Callable
from datetime import date

Target = Callable[[bytes], None]


def read(data: bytes) -> None:
    """A document: nothing raises, the counts add up, every place lies inside, nothing but an alert is armed."""
    from watchbook.model.runbook import Role
    from watchbook.reading import read_runbook
    from watchbook.reading.document import source_lines

    text = _text(data)
    runbook = read_runbook(text)
    told = runbook.coverage
    assert told.read + told.faulted + told.prose == told.lines, f"lines are lost: {told}"
    last = len(source_lines(text))
    for place in (*runbook.readings, *runbook.findings):
        assert 1 <= place.line <= last, f"line {place.line} of {last}: {place}"
    assert all(rule.role is Role.ALERT for rule in runbook.alerts)
    assert read_runbook(text) == runbook, "the same text gives another value"


def explain(data: bytes) -> None:
    """What faces make of a document: its JSON, its comparison with itself, comments, dates."""
    import json

    from watchbook.deciding.freshness import freshness
    from watchbook.reading import read_runbooks
    from watchbook.reading.contract import contract
    from watchbook.reading.differences import differences
    from watchbook.reading.document import source_lines
    from watchbook.reading.suppressions import suppress

    text = _text(data)
    for runbook in read_runbooks(text):
        json.dumps(contract(runbook), allow_nan=False)
        freshness(runbook, date(2026, 11, 23))
        suppress(source_lines(text), runbook.findings)
        changes = differences(runbook, runbook)
        assert not changes, f"a document differs from itself: {changes[:1]}"


def shell(data: bytes) -> None:
    """A script: it has a class with a reason, and neither a comment nor a blank line makes it less dangerous."""
    from watchbook.reading.shell import classes, classify, exit_meaning, programs_of, syntax_problem

    script = _text(data)
    found = classify(script)
    assert found.reason, "a class without a reason"
    assert found.safety in classes(script)
    programs_of(script)
    syntax_problem(script)
    exit_meaning(script)
    again = classify(f"\n{script}")
    assert again.safety.rank >= found.safety.rank or not script.strip(), (
        f"{found.safety} became {again.safety}"
    )


def quantities(data: bytes) -> None:
    """Figures and conditions in prose: nothing raises, and what was read says itself in words."""
    import math

    from watchbook.reading.conditions import ReadCondition, read_condition, say_condition
    from watchbook.reading.expectations import read_expectation, say_expectation
    from watchbook.reading.quantities import duration_at, quantity_at, read_duration

    text = _text(data)[:4_000]
    for at in range(min(len(text), 40)):
        for found in (quantity_at(text, at), duration_at(text, at)):
            assert found is None or at < found.end <= len(text)
            assert found is None or math.isfinite(found.quantity.value), f"{found} is no number"
    read_duration(text)
    for name in ("", "High Error Rate"):
        condition = read_condition(text, name)
        if isinstance(condition, ReadCondition):
            assert say_condition(condition)
            assert math.isfinite(condition.window_s)
    expectation = read_expectation(text)
    if expectation is not None:
        say_expectation(expectation)


def _text(data: bytes) -> str:
    """Bytes as a document; what is no UTF-8 becomes lone surrogates now and then, as in a text of anywhere."""
    return data.decode("utf-8", "surrogateescape" if data[:1] == b"\xff" else "replace")


TARGETS: dict[str, Target] = {"read": read, "shell": shell, "quantities": quantities, "explain": explain}
