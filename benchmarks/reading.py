"""How long reading takes beside the Markdown parser's own part of it. CPU time, in this process."""

import gc
import statistics
import time
from collections.abc import Callable

from benchmarks.figure import Figure
from benchmarks.installed import ROOT

RUNS = 25
EACH = 60
RUNBOOKS = ("examples/01-shop/RUNBOOK.md", "examples/02-nginx/RUNBOOK.md", "RUNBOOK.md")


def reading() -> list[Figure]:
    """Reading each runbook that ships, and markdown-it-py parsing the same text the same way."""
    beside = [_of(name, remembered) for remembered in (True, False) for name in RUNBOOKS]
    return [_each(), *beside, _of_size()]


def _each() -> Figure:
    """CPU time of a runbook of 500 lines that nobody saw before, one process on one core; 40 ms are 25 a second."""
    from benchmarks.checking import made
    from watchbook.reading import read_runbook

    texts = [made(index, 500) for index in range(EACH)]
    read_runbook(texts[0])
    samples = []
    for text in texts:
        forget()
        samples.append(_cpu_ms(read_runbook, text))
    rate = 1000 / statistics.median(samples)
    note = f"{rate:.0f} a second; nothing is remembered from one to the next."
    return Figure(
        "reading a runbook of 500 lines, one core", "ms", tuple(samples), 40, cpu=tuple(samples), note=note
    )


def _of_size() -> Figure:
    """How much longer a character of a document of 5 MB takes than one of a document of 0.5 MB."""
    from benchmarks.checking import made
    from watchbook.reading import read_runbook

    pages = [made(index, 500) for index in range(60)]
    page = sum(map(len, pages)) / len(pages)

    def document(size: int) -> str:
        return "\n\n".join(pages[index % len(pages)] for index in range(round(size / page)))

    took = {}
    for size in (500_000, 5_000_000):
        text = document(size)
        forget()
        took[size] = _cpu_ms(read_runbook, text) / len(text)
    ratio = took[5_000_000] / took[500_000]
    note = f"{1000 * took[5_000_000]:.2f} s for each MB."
    return Figure("a character of 5 MB, times one of 0.5 MB (1 is linear)", "×", (ratio,), 1.5, note=note)


def _of(name: str, remembered: bool) -> Figure:
    """`remembered`: commands and words that were met before are known, as in a server that reads a changed runbook."""
    from markdown_it import MarkdownIt

    from watchbook.reading import read_runbook

    text = (ROOT / name).read_text()
    parser = MarkdownIt("commonmark").enable("table")
    read, parsed = [], []
    for number in range(RUNS + 3):
        unseen = f"{text}\n<!-- {number} -->\n"  # never the same text twice
        if not remembered:
            forget()
        pair = _cpu_ms(read_runbook, unseen), _cpu_ms(parser.parse, unseen)
        if number >= 3:
            read.append(pair[0])
            parsed.append(pair[1])
    how = "again, after a change" if remembered else "for the first time in a process"
    took = f"{statistics.median(read):.1f} ms, the parser alone {statistics.median(parsed):.1f} ms"
    return Figure(
        f"reading {name} ({len(text.splitlines())} lines) {how}, times markdown-it-py's own parse",
        "×",
        tuple(one / other for one, other in zip(read, parsed, strict=True)),
        3,
        cpu=tuple(read),
        note=took,
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


def _cpu_ms(work: Callable[[str], object], text: str) -> float:
    gc.collect()
    began = time.process_time()
    work(text)
    return 1000 * (time.process_time() - began)
