"""Expectations on what commands print: a table of answers."""

import pytest

from watchbook.deciding.expectation import contains, unmet
from watchbook.model.procedures import Expectation, NumberTest

HEALTHY = Expectation(json='{"status": "healthy"}')


@pytest.mark.parametrize(
    ("expect", "output", "why"),
    [
        (HEALTHY, '{"status": "healthy"}', ""),
        (HEALTHY, '{"status": "healthy", "version": "1.2"}', ""),
        (HEALTHY, 'HTTP/1.1 200 OK\n\n{"status": "healthy"}\n', ""),
        (HEALTHY, 'noise {"status":\n "healthy"} noise', ""),
        (HEALTHY, '{"status": "ill"}', 'expected {"status": "healthy"}, got {"status": "ill"}'),
        (HEALTHY, "", 'expected {"status": "healthy"}, got nothing'),
        (HEALTHY, "[1]", 'expected {"status": "healthy"}, got [1]'),
        (Expectation(json='{"healthy": 3}'), '{"healthy": 3.0}', ""),
        (Expectation(json='{"ready": true}'), '{"ready": 1}', 'expected {"ready": true}, got {"ready": 1}'),
        (Expectation(json='{"a": [1, {"b": 2}]}'), '{"a": [1, {"b": 2, "c": 3}]}', ""),
        (Expectation(json='{"a": [1]}'), '{"a": [1, 2]}', 'expected {"a": [1]}, got {"a": [1, 2]}'),
        (Expectation(text="pong"), "pong\n", ""),
        (Expectation(text="pong"), "\n  connection refused\n", "expected 'pong', got connection refused"),
        (Expectation(regex=r"^running: [1-9]"), "name: x\nrunning: 3\n", ""),
        (Expectation(regex=r"USING INDEX"), "SCAN orders", "expected /USING INDEX/, got SCAN orders"),
        (Expectation(status="200"), "HTTP/1.1 200 OK", ""),
        (Expectation(status="2xx"), "204", ""),
        (Expectation(status="2xx"), "HTTP/1.1 503 x", "expected status 2xx, got HTTP/1.1 503 x"),
        (Expectation(number=NumberTest(">=", 3)), "3 ready", ""),
        (Expectation(number=NumberTest("<", 0.5)), "lag 0.75 s", "expected < 0.5, got 0.75"),
        (Expectation(number=NumberTest("==", 0)), "none", "expected a number == 0, got none"),
        (Expectation(text="a", regex="b"), "a only", "expected /b/, got a only"),
        (Expectation(text="oom", inverted=True), "all fine", ""),
        (
            Expectation(text="oom", inverted=True),
            "oom killed",
            "it printed what should not be there: oom killed",
        ),
        (Expectation(text="x"), "y" * 200, f"expected 'x', got {'y' * 157}…"),
    ],
)
def test_what_came_against_what_was_expected(expect: Expectation, output: str, why: str) -> None:
    """Every part must hold; the reason names both sides in one line."""
    assert unmet(expect, output) == why


def test_true_is_no_number() -> None:
    """JSON tells true from 1, and 1 equals 1.0."""
    assert contains(1, 1.0)
    assert not contains(True, 1)
    assert not contains("1", 1)
