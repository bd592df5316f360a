"""PromQL measured against Prometheus' own evaluation tests (`../shared/corpus/promql`, where it is present).

A small reader of that format stands here. Cases on native histograms, and queries that promql-parser or Watchbook
refuses outright, are counted apart: they never give a wrong value. Every other case has to agree.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from watchbook.measuring.labels import Labels, QueryError, labels_of
from watchbook.measuring.promql import evaluate, evaluate_steps, parse
from watchbook.measuring.promql.values import RangeVector
from watchbook.measuring.window import STALE, Window

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "promql"
FILES = sorted(CORPUS.glob("*.test"))

# Cases that promql-parser accepts and that we answer differently, with the reason.
KNOWN_DIFFERENCES = {
    "functions.test": 2,  # our mean is exact where Kahan's summation is not; "\\xff" reaches us as a letter
    "name_label_dropping.test": 8,  # delayed removal of names, a feature flag of Prometheus
    "type_and_unit.test": 15,  # __type__ and __unit__ labels, a feature flag of Prometheus
}


@dataclass
class Case:
    """One `eval`: the query, when, and what is expected."""

    line: int
    query: str
    start_s: float
    end_s: float | None = None
    step_s: float = 0.0
    fails: bool = False
    ordered: bool = False
    text: str | None = None
    is_range_vector: bool = False
    expected: list[str] = field(default_factory=list)


def duration_s(text: str) -> float:
    """Seconds of a Prometheus duration, or of a bare number."""
    if re.fullmatch(r"-?[\d.]+", text):
        return float(text)
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
    sign = -1 if text.startswith("-") else 1
    return sign * sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)(ms|[smhdwy])", text))


LABEL = re.compile(
    r"""\s*(?:([A-Za-z_]\w*)|"((?:\\.|[^"])*)")\s*(?:=\s*("(?:\\.|[^"])*"|'[^']*'|`[^`]*`))?\s*,?"""
)
GROWING = re.compile(
    r"([-+]?(?:[\d.]+(?:e[-+]?\d+)?|0x[0-9a-fA-F]+|Inf|NaN))(?:([-+][\d.]+(?:e[-+]?\d+)?))?x(\d+)"
)


def unquoted(text: str) -> str:
    """A quoted label value without its quotes and escapes."""
    if not text.startswith('"'):
        return text[1:-1]
    return text[1:-1].encode().decode("unicode_escape").encode("latin-1").decode()


def read_series(text: str) -> tuple[Labels, str]:
    """Labels of a series' notation, and the rest of the line."""
    match = re.match(r"\s*([A-Za-z_:][\w:.]*)?\s*(\{(?!\{))?", text)
    assert match is not None
    name, rest, pairs = match[1] or "", text[match.end() :], {}
    if match[2]:
        while not rest.lstrip().startswith("}"):
            label = LABEL.match(rest)
            assert label is not None and label.end(), text
            if label[3] is None:
                name = label[2]
            else:
                pairs[label[1] or label[2]] = unquoted(label[3])
            rest = rest[label.end() :]
        rest = rest.lstrip()[1:]
    return labels_of(pairs, name), rest.strip()


def read_values(text: str) -> list[float | None]:
    """Values of the expanding notation: `1 2`, `1+2x3`, `_x2`, `stale`."""
    values: list[float | None] = []
    for word in text.split():
        repeat = re.fullmatch(r"_(?:x(\d+))?", word)
        grow = GROWING.fullmatch(word)
        if repeat:
            values.extend([None] * int(repeat[1] or 1))
        elif word == "stale":
            values.append(STALE)
        elif grow:
            first, step = float(grow[1]), float(grow[2] or 0)
            values.extend(first + index * step if step else first for index in range(int(grow[3]) + 1))
        else:
            values.append(float(int(word, 16)) if word.startswith("0x") else float(word))
    return values


def continues(line: str) -> bool:
    """Whether a line belongs to the command above it."""
    return line[:1] in (" ", "\t") and bool(line.strip()) and not line.lstrip().startswith("eval ")


class Script:
    """Runs one file: keeps the loaded samples and yields each case with them."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.loaded: dict[Labels, dict[float, float]] = {}
        self.histograms: set[str] = set()

    def cases(self) -> Iterator[tuple[Case, Window]]:
        """Every case in order, with the window it is asked of."""
        index, window = 0, None
        while index < len(self.lines):
            line = self.lines[index].strip()
            line = "" if line.startswith("#") else line
            body_end = index + 1
            while body_end < len(self.lines) and continues(self.lines[body_end]):
                body_end += 1
            body = [text.strip() for text in self.lines[index + 1 : body_end]]
            body = [text for text in body if text and not text.startswith("#")]
            words = line.split()
            if not words:
                index += 1
                continue
            if words[0] == "clear":
                self.loaded, self.histograms, window = {}, set(), None
            elif words[0].startswith("load"):
                self.load(duration_s(words[1]), body, nhcb=words[0] != "load")
                window = None
            elif words[0].startswith("eval"):
                window = window or self.window()
                yield self.case(index + 1, line, body), window
            index = body_end

    def load(self, step_s: float, body: list[str], nhcb: bool) -> None:
        """Adds the series of a `load`, a sample every `step_s`."""
        for text in body:
            labels, rest = read_series(text)
            name = dict(labels).get("__name__", "")
            if "{{" in rest or "@st" in rest:  # native histograms, and start timestamps behind a feature flag
                self.histograms.add(name)
                continue
            if nhcb:
                self.histograms.add(re.sub("_(bucket|count|sum)$", "", name))
            series = self.loaded.setdefault(labels, {})
            for position, value in enumerate(read_values(rest)):
                if value is not None:
                    series[position * step_s] = value

    def window(self) -> Window:
        """Everything that is loaded, as queries see it."""
        window = Window(retention_s=1e12)
        for labels, samples in self.loaded.items():
            for at_s in sorted(samples):
                window.append(labels, at_s, samples[at_s])
        return window

    def case(self, number: int, line: str, body: list[str]) -> Case:
        """One `eval` with its expectations."""
        instant = re.match(r"eval(_\w+)? instant at (\S+) (.*)", line)
        if instant:
            case = Case(number, instant[3], duration_s(instant[2]))
        else:
            ranged = re.match(r"eval(_\w+)? range from (\S+) to (\S+) step (\S+) (.*)", line)
            assert ranged is not None, line
            case = Case(number, ranged[5], *(duration_s(ranged[group]) for group in (2, 3, 4)))
        case.fails, case.ordered = line.startswith("eval_fail"), line.startswith("eval_ordered")
        for text in body:
            if text.startswith("expect fail"):
                case.fails = True
            elif text.startswith("expect ordered"):
                case.ordered = True
            elif text.startswith("expect string"):
                case.text = text.removeprefix("expect string").strip()[1:-1]
            elif text.startswith("expect range vector"):
                case.is_range_vector = True
            elif not text.startswith(("expect ", "expected_")):
                case.expected.append(text)
        return case

    def touches_histograms(self, case: Case) -> bool:
        """Whether the case asks for, or expects, series that the window does not keep."""
        if not self.histograms:
            return False
        if set(re.findall(r"[\w:.]+", case.query)) & self.histograms:
            return True
        names = {dict(labels).get("__name__", "") for labels in self.loaded}
        unnamed = "__name__=~" in case.query or not any(name in case.query for name in names)
        return any("{{" in text for text in case.expected) or ("{" in case.query and unnamed)


def close(left: float, right: float) -> bool:
    """Equal as Prometheus' tests mean it."""
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return left == right or math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-12)


def judge(case: Case, window: Window) -> str:
    """`passed`, `refused` (not in our PromQL), or `failed: why`."""
    try:
        parse(case.query)
    except QueryError as error:
        return "passed" if case.fails else f"refused: {error}"
    try:
        if case.end_s is not None:
            steps = evaluate_steps(case.query, window, case.start_s, case.end_s, case.step_s)
            return "failed: should fail" if case.fails else judge_steps(case, steps)
        result = evaluate(case.query, window, case.start_s)
    except QueryError as error:
        return "passed" if case.fails else f"failed: {error}"
    if case.fails:
        return "failed: should fail"
    if isinstance(result, str):
        return "passed" if result == case.text else f"failed: {result!r}"
    if isinstance(result, RangeVector):
        return judge_range_vector(case, result)
    if isinstance(result, float):
        expected = float(case.expected[0].split()[-1].replace("Inf", "inf"))
        return "passed" if close(result, expected) else f"failed: {result} instead of {expected}"
    wanted = [read_series(text) for text in case.expected]
    got = [(labels, value) for labels, value in result]
    if case.ordered:
        same = [labels for labels, _ in wanted] == [labels for labels, _ in got]
    else:
        same = {labels for labels, _ in wanted} == {labels for labels, _ in got} and len(wanted) == len(got)
    values = dict(got)
    if same and all(close(read_values(text)[0] or 0.0, values[labels]) for labels, text in wanted):
        return "passed"
    return f"failed: {got} instead of {wanted}"


def judge_range_vector(case: Case, result: RangeVector) -> str:
    """As `judge`, for a query that gives a range."""
    series = map(read_series, case.expected)
    wanted = {labels: [v for v in read_values(rest) if v is not None] for labels, rest in series}
    got = {series.labels: list(series.values) for series in result.series}
    same = wanted.keys() == got.keys() and all(
        len(wanted[k]) == len(got[k]) and all(map(close, wanted[k], got[k])) for k in wanted
    )
    return "passed" if same else f"failed: {got} instead of {wanted}"


def judge_steps(case: Case, steps: dict[Labels, list[tuple[float, float]]]) -> str:
    """As `judge`, for a query asked at every step of a range."""
    wanted = {}
    for text in case.expected:
        labels, rest = read_series(text)
        points = [
            (case.start_s + position * case.step_s, value)
            for position, value in enumerate(read_values(rest))
            if value is not None
        ]
        if points:
            wanted[labels] = points
    same = wanted.keys() == steps.keys() and all(
        len(wanted[k]) == len(steps[k])
        and all(
            math.isclose(a[0], b[0], abs_tol=0.001) and close(a[1], b[1])
            for a, b in zip(wanted[k], steps[k], strict=True)
        )
        for k in wanted
    )
    return "passed" if same else f"failed: {steps} instead of {wanted}"


def run_file(path: Path) -> tuple[Counter[str], list[str]]:
    """Counts of passed, failed, refused and histogram cases; what failed."""
    script, counts, failures = Script(path.read_text()), Counter[str](), []
    for case, window in script.cases():
        if script.touches_histograms(case):
            counts["histograms"] += 1
            continue
        verdict = judge(case, window)
        kind = verdict.partition(":")[0]
        counts[kind] += 1
        if kind != "passed":
            failures.append(f"{path.name}:{case.line}: {case.query}: {verdict}")
    return counts, failures


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_agrees_with_prometheus(path: Path) -> None:
    """Every case of the file that is not refused outright gives Prometheus' value."""
    counts, failures = run_file(path)
    wrong = [failure for failure in failures if ": failed" in failure]
    assert len(wrong) == KNOWN_DIFFERENCES.get(path.name, 0), "\n".join(wrong)
    assert counts["passed"] > 0 or counts["refused"] + counts["histograms"] > 0
