"""Time grows with the size of a document and no faster, whatever its shape, up to 5 MB."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.reading import forget
from tests.reading.shapes import HUGE, MANY, Shape

from watchbook.reading import read_runbook
from watchbook.reading.blocks import Fence, List, Quote
from watchbook.reading.document import parse_document

GOLDEN = Path(__file__).parent / "golden"
SHAPES = MANY | HUGE
SMALL, TIMES = 30_000, 8
# Eight times the size takes eight times as long; quadratic time would make it 64. Between them lies room for the
# caches of the processor, for collecting garbage and for a busy machine.
MOST = 3.0
LEAST_S = 0.02  # what is faster than this says more about the machine than about the shape


@pytest.fixture
def without_collecting() -> Iterator[None]:
    """Collecting garbage takes time by how much there is in the whole process."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def seconds(text: str, tries: int) -> float:
    """The least CPU time of several readings; none knows the commands of the one before."""
    best = float("inf")
    for _ in range(tries):
        forget()
        began = time.process_time()
        read_runbook(text)
        best = min(best, time.process_time() - began)
    return best


def grows(shape: Shape, small: int, times: int) -> float:
    """How much longer a document that is `times` as large takes, beyond those times: 1 is linear."""
    read_runbook(shape(2_000))
    before = max(seconds(shape(small), 2), LEAST_S)
    return seconds(shape(small * times), 1) / before / times


@pytest.mark.slow
@pytest.mark.usefixtures("without_collecting")
@pytest.mark.parametrize("name", list(SHAPES))
def test_time_grows_no_faster_than_the_document(name: str) -> None:
    """Eight times the document, from 30 kB to 240 kB, in each shape; a second look where the machine was busy."""
    assert grows(SHAPES[name], SMALL, TIMES) < MOST or (grows(SHAPES[name], SMALL, TIMES) < MOST)


@pytest.mark.slow
@pytest.mark.usefixtures("without_collecting")
def test_five_megabytes_of_a_runbook() -> None:
    """A document of 5 MB takes about ten times as long as one of 0.5 MB."""
    text = (GOLDEN / "whole.md").read_text(encoding="utf-8")

    def shape(size: int) -> str:
        return "\n\n".join(f"{text}\n<!-- {number} -->" for number in range(size // len(text) + 1))

    assert grows(shape, 500_000, 10) < MOST


@pytest.mark.parametrize("name", list(SHAPES))
def test_every_shape_is_read(name: str) -> None:
    """A small document of each shape: its counts add up."""
    told = read_runbook(SHAPES[name](3_000)).coverage
    assert told.read + told.faulted + told.prose == told.lines


_LONG = "echo '" + "a_b*c|<d>&(e)`x` " * 2_000 + "'"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```bash\n", "\n```\n"),
        ("1. Do it\n\n   ```bash\n   ", "\n   ```\n"),
        ("    ", "\n"),
        ("> ```sh\n> ", "\n> ```\n"),
    ],
    ids=["block", "in an item", "indented", "in a quote"],
)
def test_a_long_line_of_code_stays_as_it_is(before: str, after: str) -> None:
    """Code is run as it is written: a line of 34,000 characters keeps every mark, wherever its block stands."""
    block = parse_document(f"# X\n\n{before}{_LONG}{after}").sections[0].blocks[0]
    if isinstance(block, List):
        block = block.items[0].blocks[0]
    if isinstance(block, Quote):
        block = block.blocks[0]
    assert isinstance(block, Fence)
    assert block.lines == (_LONG,)
