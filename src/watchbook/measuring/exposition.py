"""What a `/metrics` page says: Prometheus' text format and OpenMetrics, read sample by sample.

Called by `world.metrics`. prometheus_client reads a line the first time it is seen; from then on its series is known by
the text before the value. Garbage never raises: lines that cannot be read are problems beside the samples that can.
Timestamps and exemplars in the page are not used; the caller's clock says when a scrape was.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbook.measuring.labels import METRIC_NAME, Labels, labels_of

_PROBLEMS_KEPT = 5
_COUNTER_ENDINGS = ("_total", "_count", "_bucket", "_sum")


@dataclass(frozen=True, slots=True)
class Exposition:
    """One page as read. `vanished` are series that the page before had and this one has not.

    `born` are counters that this page has and the one before had not: in between they began at zero.
    """

    samples: list[tuple[Labels, float]]
    problems: tuple[str, ...]
    vanished: list[Labels]
    born: list[Labels] = field(default_factory=list)


class ExpositionReader:
    """Reads the pages of one target; `extra` labels (instance, job) are added to every series.

    A label of the page that has the name of an extra one is kept as `exported_NAME`, as in Prometheus.
    """

    def __init__(self, extra: Mapping[str, str], limit_samples: int = 200_000) -> None:
        self.extra = dict(extra)
        self.limit_samples = limit_samples
        self._known: dict[str, Labels] = {}

    def read(self, page: str) -> Exposition:
        """Samples of one page, what could not be read, and what is gone since the page before."""
        known, seen = self._known, dict[str, Labels]()
        samples: list[tuple[Labels, float]] = []
        born: list[Labels] = []
        problems: list[str] = []
        for line_number, line in enumerate(page.split("\n"), start=1):
            if not line or line[0] == "#" or line.isspace():
                continue
            if len(samples) >= self.limit_samples:
                problems.append(f"more than {self.limit_samples:,} samples: the rest is not read")
                break
            series, value = _split(line)
            try:
                if "_" in value:
                    raise ValueError("a number with an underscore")
                number = float(value)
                labels = known.get(series) or seen.get(series)
                if labels is None:
                    labels = self._labels(series)
                    if known and is_counter(labels):
                        born.append(labels)
                samples.append((labels, number))
                seen[series] = labels
            except (ValueError, IndexError, KeyError, TypeError):
                problems.append(f"line {line_number} is not a sample: {line[:80]!r}")
        vanished = [labels for series, labels in known.items() if series not in seen]
        self._known = seen
        return Exposition(samples, _shortened(problems), vanished, born)

    def forget(self) -> list[Labels]:
        """All series of the page before, which have ended because the target no longer answers."""
        vanished, self._known = list(self._known.values()), {}
        return vanished

    def _labels(self, series: str) -> Labels:
        """Labels of a series that is new, read by prometheus_client. Raises ValueError where it cannot."""
        from prometheus_client.parser import text_string_to_metric_families

        families = list(text_string_to_metric_families(f"{series} 1\n"))
        if len(families) != 1 or len(families[0].samples) != 1:
            raise ValueError("not one sample")
        sample = families[0].samples[0]
        pairs = {
            f"exported_{name}" if name in self.extra else name: value for name, value in sample.labels.items()
        }
        labels = labels_of({**pairs, **self.extra, METRIC_NAME: sample.name})
        return tuple((sys.intern(name), sys.intern(value)) for name, value in labels)  # shared by many series


def is_counter(labels: Labels) -> bool:
    """Whether a series counts up from zero, by the naming rules of Prometheus and OpenMetrics."""
    return dict(labels).get(METRIC_NAME, "").endswith(_COUNTER_ENDINGS)


def _split(line: str) -> tuple[str, str]:
    """The series of a line, as written, and the text of its value."""
    end = line.rfind("}")
    if end >= 0 and " # " in line:
        end = _closing_brace(line)
    if end < 0:
        words = line.split(None, 2)
        return words[0], words[1] if len(words) > 1 else ""
    words = line[end + 1 :].split(None, 1)
    return line[: end + 1], words[0] if words else ""


def _closing_brace(line: str) -> int:
    """Where the labels end on a line that may hold an exemplar, whose labels stand in braces as well."""
    quoted = escaped = False
    for position, character in enumerate(line):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif not quoted and character == "}":
            return position
        elif not quoted and character == "#":
            break
    return -1


def _shortened(problems: list[str]) -> tuple[str, ...]:
    if len(problems) <= _PROBLEMS_KEPT:
        return tuple(problems)
    return (*problems[:_PROBLEMS_KEPT], f"and {len(problems) - _PROBLEMS_KEPT} more lines")
