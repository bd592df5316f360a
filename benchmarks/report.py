"""Figures as a table of docs/benchmarks.md, and as lines for whoever waits for them."""

import statistics
from collections.abc import Sequence

from benchmarks.figure import Figure, percentile

_HEAD = """# Benchmarks

Made by `make bench`; not edited by hand. Everything is measured in one run on one machine, several times each. A value
is the median unless its row says p95; beside it stand the least, the p95 and the most of the samples, and the CPU time
of the same runs where a busy machine would disturb the wall time. The ratio is value to target: at most 1.00 is kept.
A peer stands in the row where it was measured in the same run; nothing is copied from elsewhere.

Where the load before is above the number of cores, other work was running meanwhile, and wall times say more about that
than about Watchbook: look at the CPU times and the least.

Start-up is that of an installed wheel with bytecode, in a virtual environment of its own. All load is on loopback.
"""


def line(figure: Figure) -> str:
    """One figure for a terminal."""
    verdict = {None: "    ", True: "kept", False: "MISS"}[figure.met]
    target = f" (target {_number(figure.target)})" if figure.target is not None else ""
    cpu = f", CPU {_number(statistics.median(figure.cpu))}" if figure.cpu else ""
    peer = f"; peer: {_peer(figure)}" if figure.peer else ""
    note = f"\n       {figure.note}" if figure.note else ""
    return f"{verdict}  {figure.what}: {_number(figure.value)} {figure.unit}{target}{cpu}{peer} [{_spread(figure)}]{note}"


def document(figures: Sequence[Figure], machine: Sequence[tuple[str, str]], day: str) -> str:
    """The whole of docs/benchmarks.md."""
    parts = [_HEAD, "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in machine)]
    parts += [f"| Measured on | {day} |", "", *_verdicts(figures), ""]
    parts += [
        "| What | Target | Measured | Ratio | Least · p95 · most (n) | CPU | Peer |",
        "|---|--:|--:|--:|---|--:|---|",
    ]
    parts += [_row(figure) for figure in figures]
    notes = [f"- {figure.what}: {figure.note}." for figure in figures if figure.note]
    if notes:
        parts += ["", "## Notes", "", *notes]
    return "\n".join(parts) + "\n"


def _verdicts(figures: Sequence[Figure]) -> list[str]:
    missed = [figure for figure in figures if figure.met is False]
    promised = sum(figure.target is not None for figure in figures)
    if not missed:
        return [f"All {promised} targets are kept."]
    names = [f"- {figure.what}: {_number(figure.value)} {figure.unit}" for figure in missed]
    return [f"{promised - len(missed)} of {promised} targets are kept. Missed:", "", *names]


def _row(figure: Figure) -> str:
    target = "–" if figure.target is None else f"≤ {_number(figure.target)} {figure.unit}"
    ratio = "–" if not figure.target else f"{figure.value / figure.target:.2f}{'' if figure.met else ' ✗'}"
    cpu = f"{_number(statistics.median(figure.cpu))} ms" if figure.cpu else ""
    cells = [
        figure.what, target, f"{_number(figure.value)} {figure.unit}", ratio, _spread(figure), cpu, _peer(figure),
    ]  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _peer(figure: Figure) -> str:
    if figure.peer is None:
        return ""
    if figure.peer_value is None:
        return f"{figure.peer.name}: {figure.peer.missing}"
    ratio = figure.value / figure.peer_value
    return f"{figure.peer.name} {_number(figure.peer_value)} {figure.unit} (ours {ratio:.2f} ×)"


def _spread(figure: Figure) -> str:
    samples = figure.samples
    three = (min(samples), percentile(samples, 0.95), max(samples))
    return f"{' · '.join(_number(one) for one in three)} ({len(samples)})"


def _number(value: float | None) -> str:
    """Three digits that matter."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
