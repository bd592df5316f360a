"""How well a reading agrees with what was labelled by hand. Pure functions of labels and the JSON contract.

Called by the test of the labelled runbooks. It reads no file and no runbook.

- *recall*: of the rows with a number, those where every label is found in the contract, with its values (relative
  1e-9), operator, role, severity and window; the rest must have a finding on the line.
- *precision*: every condition, in whatever role, and every class of a command that the reading gives is labelled so.
- *role*: nothing that is labelled as something else is an alert.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

from tests.corpus.labels import Amount, Figure, Labels

from watchbook.model.safety import Safety

Json = dict[str, Any]

# Readings that stand for the whole document: their line is where the part begins, not where the number stands.
_WHOLE = {"rpo", "rto", "backup_frequency", "retention", "drill", "notice", "hours", "ladder"}
# What an alert always holds, written or not, is no value of its line.
_NOT_VALUES = {"line", "end_line", "column", "length", "version", "response", "average_s"}


@dataclass(frozen=True, slots=True)
class Score:
    """What agreed and what did not, of one document or of several. Every text begins with `document:line`."""

    rows: int = 0
    understood: int = 0
    missed: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    armed: tuple[str, ...] = ()
    conditions: int = 0
    classes: int = 0

    @property
    def recall(self) -> float:
        """The share of rows that were understood; 1.0 of none."""
        return self.understood / self.rows if self.rows else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.rows + other.rows, self.understood + other.understood, self.missed + other.missed,
            self.uncovered + other.uncovered, self.wrong + other.wrong, self.armed + other.armed,
            self.conditions + other.conditions, self.classes + other.classes,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A condition as the contract gives it, whether in an alert, a metric or a symptom."""

    line: int
    role: str
    name: str
    severity: str | None = None
    signal: str | None = None
    op: str | None = None
    value: float | None = None
    query: str | None = None
    window_s: float = 0.0
    over_s: float | None = None

    def __str__(self) -> str:
        what = self.query or f"{self.signal} {self.op} {self.value}"
        window = f" for {self.window_s:g}" if self.window_s else ""
        over = f" over {self.over_s:g}" if self.over_s else ""
        return f"{self.role} {self.severity or '-'} {what}{window}{over} ({self.name})"


@dataclass(frozen=True, slots=True)
class Reading:
    """The contract of one document, taken apart once."""

    said: tuple[Said, ...]
    numbers: dict[int, list[float | str]]
    whole: list[float | str]
    found: frozenset[int]
    steps: tuple[Json, ...] = field(default=())
    amounts: tuple[Json, ...] = field(default=())


def score(labels: Labels, contract: Json) -> Score:
    """How the contract of one document agrees with its labels."""
    reading = taken_apart(contract)
    wants: dict[int, list[str]] = {line: [] for line in labels.rows}
    for figure in labels.figures:
        if figure.line in wants and not figure.optional and not _told(figure, reading, labels):
            wants[figure.line].append(_figure_says(figure))
    for amount in labels.quantities:
        if amount.line in wants and not amount.optional and not _amount_told(amount, reading):
            wants[amount.line].append(f"{amount.what} {_spelled(amount.values)} {amount.unit}")
    missed = {line: texts for line, texts in wants.items() if texts}
    uncovered = [line for line in missed if not reading.found & set(_around(line, labels))]
    said = [f"{labels.name}:{one.line}: {one}" for one in reading.said if not _labelled(one, labels)]
    armed = [f"{labels.name}:{one.line}: {one}" for one in reading.said if _armed_wrongly(one, labels)]
    misjudged, judged = _classes(labels, reading)
    return Score(
        len(wants), len(wants) - len(missed),
        tuple(f"{labels.name}:{line}: {'; '.join(texts)}" for line, texts in missed.items()),
        tuple(f"{labels.name}:{line}" for line in uncovered), tuple(said + misjudged), tuple(armed),
        len(reading.said), judged,
    )  # fmt: skip


def taken_apart(contract: Json) -> Reading:
    """Conditions, the numbers of each line, and the lines with a finding."""
    numbers: dict[int, list[float | str]] = {}
    for line, value in _values(
        {key: contract[key] for key in contract if key not in ("readings", "findings")}
    ):
        numbers.setdefault(line, []).append(value)
    whole = [value for part in ("recovery", "maintenance") for _, value in _values(contract[part] or {})]
    whole += [value for _, value in _values(contract["service"])]
    starts = [rung["after_s"] for rung in contract["ladder"]]
    whole += [*starts, *(later - sooner for sooner, later in pairwise(starts))]
    found = frozenset(finding["line"] for finding in contract["findings"])
    amounts = tuple(contract["amounts"])
    return Reading(tuple(_said(contract)), numbers, whole, found, tuple(_steps(contract)), amounts)


def _said(contract: Json) -> Iterator[Said]:
    """Every condition: alerts in any role, the ends of normal ranges, and symptoms."""
    for alert in (*contract["alerts"], *contract.get("figures", ())):
        yield _of(alert, alert["condition"] or {}, alert["role"], alert["name"])
    for metric in contract["metrics"]:
        for key, op in (("low", ">"), ("high", "<")):
            if key in metric:
                yield Said(metric["line"], "band", metric["name"], None, metric["signal"], op, metric[key])
    for issue in contract["issues"]:
        for symptom in issue["symptoms"]:
            if symptom["condition"]:
                yield _of(symptom, symptom["condition"], "symptom", issue["name"])


def _of(holder: Json, condition: Json, role: str, name: str) -> Said:
    over = holder.get("average_s") or condition.get("params", {}).get("window_s")
    return Said(
        holder["line"], role, name, holder.get("severity"), condition.get("signal"), condition.get("op"),
        condition.get("value"), condition.get("promql"), holder.get("window_s") or 0.0, over,
    )  # fmt: skip


def _values(part: Any, line: int = 0) -> Iterator[tuple[int, float | str]]:
    """Every number (and hour of the day) of a part of the contract, with the line of the object that holds it."""
    if isinstance(part, dict):
        line = part.get("line", line)
        for key, value in part.items():
            if key not in _NOT_VALUES and (key, value) != ("window_s", 0.0):
                yield from _values(value, line)
    elif isinstance(part, list):
        for one in part:
            yield from _values(one, line)
    elif isinstance(part, (int, float)) and not isinstance(part, bool):
        yield line, float(part)
    elif isinstance(part, str) and re.fullmatch(r"\d\d:\d\d", part):
        yield line, part


# Recall


def _told(figure: Figure, reading: Reading, labels: Labels) -> bool:
    """Whether the contract has this condition. One that must be refused is told by its finding."""
    if figure.against_direction:
        armed = any(one.role == "alert" and _fits(figure, one, labels) for one in reading.said)
        return not armed and bool(reading.found & set(figure.lines))
    here = [one for one in reading.said if one.line in figure.lines]
    numbers = [value for line in figure.lines for value in reading.numbers.get(line, [])]
    if any(_fits(figure, one, labels) for one in here if one.query or one.op or not figure.values):
        fitting = figure.query or figure.any_value
        return fitting or _all_among(figure.values, numbers)
    if (
        figure.role == "target"
        and figure.signal == "availability"
        and _all_among(figure.values, reading.whole)
    ):
        return True
    if "symptom" in figure.roles and _told_as_amount(figure, reading):
        return True
    otherwise = any(_same(value, one.value) for one in here for value in figure.values)
    return figure.signal is None and not otherwise and _all_among(figure.values, numbers)


def _told_as_amount(figure: Figure, reading: Reading) -> bool:
    """A comparison in an instruction: its values and operator are told, though nothing watches it."""
    here = [
        amount
        for amount in reading.amounts
        if amount["line"] in figure.lines and amount.get("op") == figure.op
    ]
    return figure.op is not None and _all_among(
        figure.values, [value for one in here for value in one["values"]]
    )


def _amount_told(amount: Amount, reading: Reading) -> bool:
    values = tuple(value for value in amount.values if value != 0) or amount.values
    if amount.unit == "time_of_day" and _all_among(
        tuple(_second_of_day(str(value)) for value in values), reading.numbers.get(amount.line, [])
    ):
        return True
    if _all_among(values, reading.numbers.get(amount.line, [])):
        return True
    return amount.what in _WHOLE and _all_among(values, reading.whole)


def _second_of_day(clock: str) -> float:
    hours, minutes = clock.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes)


def _all_among(values: tuple[float | str, ...], found: list[Any]) -> bool:
    return all(any(_same(value, one) for one in found) for value in values)


def _same(left: float | str | None, right: float | str | None) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    return left is not None and left == right


# Precision


def _labelled(said: Said, labels: Labels) -> bool:
    return any(said.line in figure.lines and _fits(figure, said, labels) for figure in labels.figures)


def _fits(figure: Figure, said: Said, labels: Labels) -> bool:
    """Whether what was read says nothing else than the label, as far as the label says anything."""
    if said.line not in figure.lines or said.role not in figure.roles:
        return False
    if figure.severity and said.severity and figure.severity != said.severity:
        return False
    if said.query is None and said.op is None:
        return True  # joined by its name alone: it says nothing of windows and values
    window = figure.window_s or 0.0
    if not _same(window, said.window_s) and said.role == "alert":
        return False
    if figure.over_s is not None and not _same(figure.over_s, said.over_s):
        return False
    if said.query is not None:
        return _flat(said.query) in _flat("\n".join(_text(figure, labels)))
    if figure.signal and said.signal and figure.signal != said.signal:
        return False
    if said.value is None or said.op == "absent" or figure.any_value or not figure.values:
        return True  # an absence: its window and severity have been compared
    return figure.op in (None, said.op) and any(_same(value, said.value) for value in figure.values)


def _text(figure: Figure, labels: Labels) -> list[str]:
    return labels.text.splitlines()[figure.lines.start - 1 : figure.lines.stop - 1]


def _flat(text: str) -> str:
    return re.sub(r"[\s`\\]+", "", text)


def _armed_wrongly(said: Said, labels: Labels) -> bool:
    """An alert on a row whose labels are all something else, or which must be refused."""
    if said.role != "alert":
        return False
    figures = [figure for figure in labels.figures if said.line in figure.lines]
    other = [figure for figure in figures if "alert" not in figure.roles or figure.against_direction]
    if any(_fits(figure, said, labels) for figure in figures if figure not in other):
        return False
    amounts = any(amount.line == said.line for amount in labels.quantities)
    return bool(other) or (amounts and not figures)


def _around(line: int, labels: Labels) -> set[int]:
    """The line, and the others of a form that has several."""
    forms = [figure.lines for figure in labels.figures if figure.line == line and not figure.optional]
    return {line}.union(*forms)


# Classes of commands


def _steps(contract: Json) -> Iterator[Json]:
    """Everything that holds commands and has a class, wherever it stands."""
    for command in contract["commands"]:
        yield {**command, "commands": [command["command"]]}
    for key in ("procedures", "issues"):
        for part in contract[key]:
            yield from _steps_of(part)


def _steps_of(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        if part.get("commands") and part.get("safety"):
            yield part
        for value in part.values():
            yield from _steps_of(value)
    elif isinstance(part, list):
        for one in part:
            yield from _steps_of(one)


def _classes(labels: Labels, reading: Reading) -> tuple[list[str], int]:
    """Steps whose class is not the worst of their labelled commands, and how many could be compared.

    Only a step all of whose commands are labelled has one right class; the others must not be milder.
    """
    wrong: dict[str, None] = {}
    judged: set[int] = set()
    for number, lines in _owners(labels, reading).items():
        step = reading.steps[number]
        choices = [labels.commands[line] for line in lines]
        right = {max(Safety(one).rank for one in choice) for choice in product(*choices)}
        rank = Safety(step["safety"]).rank
        judged.update(lines)
        whole = len(lines) >= sum(_commands_in(text) for text in step["commands"])
        if (whole and rank not in right) or rank < min(right):
            told = "; ".join(f"{line} {'|'.join(sorted(labels.commands[line]))}" for line in lines)
            wrong[f"{labels.name}:{lines[0]}: {step['safety']} for {told}"] = None
    return list(wrong), len(judged)


def _commands_in(text: str) -> int:
    """How many lines of a command begin one: not those behind a backslash, a bar or an open quote, nor comments."""
    count, open_end = 0, False
    quotes = 0
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        count += not (open_end or quotes % 2)
        quotes += len(re.findall(r"(?<!\\)['\"]", bare)) % 2
        open_end = bare.endswith(("\\", "|", "&&", "||"))
    return count


def _owners(labels: Labels, reading: Reading) -> dict[int, list[int]]:
    """Which steps hold which labelled lines: the last that begins at or before the line and holds its text."""
    lines = labels.text.splitlines()
    owners: dict[int, list[int]] = {}
    for line in labels.commands:
        text = _bare(lines[line - 1])
        holders = [
            (step["line"], number)
            for number, step in enumerate(reading.steps)
            if step["line"] <= line and any(text in _flat(command) for command in step["commands"])
        ]
        nearest = max((begins for begins, _ in holders), default=0)
        for begins, number in holders:
            if begins == nearest and line - begins < 40:
                owners.setdefault(number, []).append(line)
    return owners


def _bare(line: str) -> str:
    """The command of a line without its comment, its continuation, and the spaces."""
    return _flat(re.sub(r"\s+#\s.*$", "", line))


def _figure_says(figure: Figure) -> str:
    window = f" for {figure.window_s:g}" if figure.window_s else ""
    over = f" over {figure.over_s:g}" if figure.over_s else ""
    severity = figure.severity or "-"
    signal = figure.signal or "(any signal)"
    role = "/".join(sorted(figure.roles))
    refused = " to be refused with a finding" if figure.against_direction else ""
    values = f"{figure.op} {_spelled(figure.values)} {figure.unit}"
    return f"{role} {severity} {signal} {values}{window}{over}{refused}"


def _spelled(values: tuple[float | str, ...]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
