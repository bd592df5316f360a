"""How long reading takes beside the Markdown parser's own part of it. CPU time, in this process."""

import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.installed import ROOT

RUNS = 25
RUNBOOKS = ("examples/01-shop/RUNBOOK.md", "examples/02-nginx/RUNBOOK.md", "RUNBOOK.md")


def reading() -> list[Figure]:
    """Reading each runbook that ships, and markdown-it-py parsing the same text the same way."""
    return [_of(ROOT / name, name) for name in RUNBOOKS]


def _of(path: Path, name: str) -> Figure:
    from markdown_it import MarkdownIt

    from watchbook.reading import read_runbook

    text = path.read_text()
    parser = MarkdownIt("commonmark").enable("table")
    read, parsed = [], []
    for number in range(RUNS + 3):
        unseen = f"{text}\n<!-- {number} -->\n"  # never the same text twice
        forget()
        pair = (
            _cpu_ms(lambda text=unseen: read_runbook(text)),
            _cpu_ms(lambda text=unseen: parser.parse(text)),
        )
        if number >= 3:
            read.append(pair[0])
            parsed.append(pair[1])
    ratios = tuple(one / other for one, other in zip(read, parsed, strict=True))
    took = f"{statistics.median(read):.1f} ms, the parser {statistics.median(parsed):.1f} ms"
    return Figure(
        f"reading {name} ({len(text.splitlines())} lines), times markdown-it-py's own parse",
        "×",
        ratios,
        3,
        cpu=tuple(read),
        note=f"{took}; nothing remembered from an earlier reading",
    )


def forget() -> None:
    """Empties what the reading remembers between documents (commands it has classified), as in a fresh process."""
    import functools
    import sys

    for name, module in list(sys.modules.items()):
        if name.startswith("watchbook.reading"):
            for one in vars(module).values():
                if isinstance(one, functools._lru_cache_wrapper) and (one.cache_info().maxsize or 0) > 1:
                    one.cache_clear()


def _cpu_ms(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)
