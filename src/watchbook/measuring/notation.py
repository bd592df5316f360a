"""Series over time in the notation of promtool's unit tests: `0+10x6`, `1x5`, `_x3`, `stale`. Pure.

Called by `app.rehearsing`. `a+bxn` is `a` and then `n` more values, each larger by `b`; `axn` is `a` and `n` times `a`
again; `_` is a scrape without a sample and `_xn` are `n` of them; `stale` ends the series. (Prometheus documents it under
"Unit testing for rules".) Histograms in braces are not read.
"""

import math
import re

from watchbook.measuring.exposition import ExpositionReader
from watchbook.measuring.labels import METRIC_NAME, Labels
from watchbook.measuring.window import STALE

MOST_SAMPLES = 200_000
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[Ii]nf|[Nn]a[Nn])"
_RUN = re.compile(
    rf"(?P<first>{_NUMBER})(?:(?P<sign>[+-])(?P<step>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))?x(?P<times>\d+)"
)


class NotationError(ValueError):
    """A series or its values that cannot be read: `str()` says what is wrong, without a full stop."""


def read_values(text: str) -> tuple[float | None, ...]:
    """One value for each interval; None where there is no sample, `STALE` where the series ends. Raises NotationError."""
    values: list[float | None] = []
    for word in text.split():
        values.extend(_of_word(word))
        if len(values) > MOST_SAMPLES:
            raise NotationError(f"more than {MOST_SAMPLES:,} values")
    return tuple(values)


def _of_word(word: str) -> list[float | None]:
    if word == "stale":
        return [STALE]
    missing = re.fullmatch(r"_(?:x(\d+))?", word)
    if missing:
        return [None] * _times(missing[1] or "1")
    if re.fullmatch(_NUMBER, word):
        return [float(word)]
    run = _RUN.fullmatch(word)
    if run is None:
        if word.startswith("{{"):
            raise NotationError("histograms in braces are not read: write their `_bucket` series")
        raise NotationError(f"“{word}” is no value: write 5, 0+10x6, 1x5, _x3 or stale")
    first, step = float(run["first"]), float(run["step"] or 0)
    step = -step if run["sign"] == "-" else step
    if not math.isfinite(first):
        return [first] * (_times(run["times"]) + 1)
    return [first + step * index for index in range(_times(run["times"]) + 1)]


def _times(text: str) -> int:
    times = int(text) if len(text) < 10 else MOST_SAMPLES + 1
    if times > MOST_SAMPLES:
        raise NotationError(f"more than {MOST_SAMPLES:,} values")
    return times


def read_series(text: str) -> Labels:
    """The labels of `http_requests_total{status="200"}`. Raises NotationError."""
    read = ExpositionReader({}).read(f"{text.strip()} 1")
    if len(read.samples) != 1 or read.problems or "\n" in text.strip():
        raise NotationError(f'“{text}” names no series: write it as `requests_total{{status="200"}}`')
    labels = read.samples[0][0]
    if not dict(labels).get(METRIC_NAME):
        raise NotationError(f"“{text}” has no name of a metric")
    return labels
