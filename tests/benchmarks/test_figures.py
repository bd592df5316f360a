"""The harness of `make bench` says what it measured: values, verdicts, peers and the table. Nothing here is timed."""

import statistics

import pytest
from benchmarks.figure import Figure, Peer, percentile

from benchmarks import report


@pytest.mark.parametrize(
    ("samples", "share", "expected"),
    [
        ((1.0,), 0.95, 1.0),
        (tuple(float(n) for n in range(1, 101)), 0.95, 95.0),
        (tuple(float(n) for n in range(1, 101)), 0.0, 1.0),
        (tuple(float(n) for n in range(1, 101)), 1.0, 100.0),
        ((3.0, 1.0, 2.0), 0.5, 2.0),
        (tuple(float(n) for n in range(1, 41)), 0.95, 38.0),
    ],
)
def test_a_percentile_is_one_of_the_samples_by_nearest_rank(
    samples: tuple[float, ...], share: float, expected: float
) -> None:
    """The p95 of 1 to 100 is 95, and of one sample that sample."""
    assert percentile(samples, share) == expected


def test_a_figure_is_kept_or_missed_by_its_median() -> None:
    """One slow run of three does not miss a target; two do."""
    assert Figure("start", "ms", (90.0, 95.0, 400.0), 100).met is True
    assert Figure("start", "ms", (90.0, 395.0, 400.0), 100).met is False
    assert Figure("start", "ms", (90.0,)).met is None


def test_a_percentile_figure_is_missed_by_its_tail() -> None:
    """A p95 figure looks at the slow end, and so does its peer's."""
    samples = (*(1.0 for _ in range(9)), 80.0)
    figure = Figure("page", "ms", samples, 50, share=0.95, peer=Peer("other", samples))
    assert statistics.median(samples) == 1.0
    assert figure.value == 80.0
    assert figure.met is False
    assert figure.peer_value == 80.0


def test_the_document_names_what_is_missed_and_the_peers_that_are_not_here() -> None:
    """A miss stands above the table; a peer without samples says why."""
    figures = [
        Figure("quick", "ms", (10.0,), 100, peer=Peer("tool", (20.0,))),
        Figure("slow | thing", "ms", (250.0,), 100, peer=Peer("absent", missing="not on this machine")),
        Figure("for comparison", "ms", (5.0,), cpu=(4.0,), note="nobody promised it"),
    ]
    text = report.document(figures, [("Cores", "2")], "2026-11-23")
    assert "1 of 2 targets are kept. Missed:\n\n- slow | thing: 250 ms" in text
    assert "| quick | ≤ 100 ms | 10.0 ms | 0.10 |" in text
    assert "tool 20.0 ms (ours 0.50 ×)" in text
    assert "| slow \\| thing | ≤ 100 ms | 250 ms | 2.50 ✗ |" in text
    assert "absent: not on this machine" in text
    assert "| for comparison | – | 5.00 ms | – |" in text
    assert "- for comparison: nobody promised it." in text
    assert "| Cores | 2 |" in text


def test_a_document_without_misses_says_so() -> None:
    """Nobody has to read the table to know."""
    assert "All 1 targets are kept." in report.document([Figure("quick", "ms", (1.0,), 2)], [], "2026-11-23")


def test_lines_for_a_terminal_carry_the_verdict() -> None:
    """`kept`, `MISS`, or neither where nothing was promised."""
    assert report.line(Figure("a", "ms", (1.0,), 2)).startswith("kept")
    assert report.line(Figure("a", "ms", (3.0,), 2)).startswith("MISS")
    assert report.line(Figure("a", "ms", (3.0,))).startswith("    ")
