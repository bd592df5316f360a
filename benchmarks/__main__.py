"""`python -m benchmarks [NAME…]`: measures all, or what is named. All of it is also written to docs/benchmarks.md."""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, report
from benchmarks.figure import Figure
from benchmarks.installed import ROOT, Installed, install

Benchmark = Callable[[Installed], list[Figure]]


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by its name, in the order of measuring: what a busy machine disturbs most comes first."""
    from benchmarks import checking, paging, probing, reading, running, starting

    return {
        "commands": starting.short_commands,
        "up": starting.start_of_up,
        "reading": lambda _: reading.reading(),
        "checking": checking.checking,
        "steps": lambda _: running.durable_step(),
        "probes": lambda _: probing.probes(),
        "pages": paging.pages,
        "pages-under-runs": paging.pages_under_runs,
        "many": starting.many_runbooks,
    }


def main(names: list[str]) -> int:
    """Exit code: 0 when measured, whatever came out; 2 for a name that is none."""
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"benchmarks: there is no “{unknown[0]}”. Known: {', '.join(known)}.\n")
        return 2
    figures: list[Figure] = []
    described = machine.describe()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="watchbook-bench-") as scratch:
        installed = install(Path(scratch))
        for name in names or known:
            sys.stdout.write(f"{name} …\n")
            sys.stdout.flush()
            for figure in known[name](installed):
                figures.append(figure)
                sys.stdout.write(report.line(figure) + "\n")
                sys.stdout.flush()
    if not names:
        written = ROOT / "docs" / "benchmarks.md"
        written.write_text(report.document(figures, described, datetime.now(UTC).strftime("%Y-%m-%d")))
        sys.stdout.write(f"{time.monotonic() - began:.0f} s; written to {written.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
