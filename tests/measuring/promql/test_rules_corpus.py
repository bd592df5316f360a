"""Strangers' recording and alerting rules with their promtool unit tests (`../shared/corpus/rules`, where present).

Rules are evaluated as Prometheus does it: in order, at every interval, recorded series written back, an alert firing
once its condition has held for its `for`. What is measured is the evaluation of queries; alert states of Watchbook's own
are `deciding.alerts`.
"""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.measuring.promql.test_corpus import close, duration_s, read_series, read_values

from watchbook.measuring.labels import Labels, labels_of, without_name
from watchbook.measuring.promql import evaluate_vector
from watchbook.measuring.window import STALE, Window

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "rules" / "promtool"
FILES = sorted(
    path
    for path in CORPUS.glob("*/*.y*ml")
    if isinstance(document := yaml.safe_load(path.read_text()), dict) and "tests" in document
)


class Rules:
    """The rules of one test: evaluates them step by step and remembers which alerts fire when."""

    def __init__(self, groups: list[dict[str, Any]], window: Window) -> None:
        self.rules = [rule for group in groups for rule in group["rules"]]
        self.window = window
        self.active: dict[tuple[int, Labels], float] = {}
        self.firing: dict[float, dict[str, list[Labels]]] = {}
        self.written: dict[int, set[Labels]] = defaultdict(set)

    def step(self, at_s: float) -> None:
        self.firing[at_s] = defaultdict(list)
        for index, rule in enumerate(self.rules):
            vector = evaluate_vector(str(rule["expr"]), self.window, at_s)
            if "record" in rule:
                self.record(index, rule, [(labels, value) for labels, value in vector], at_s)
            else:
                self.alert(index, rule, [labels for labels, _ in vector], at_s)

    def record(
        self, index: int, rule: dict[str, Any], vector: list[tuple[Labels, float]], at_s: float
    ) -> None:
        extra = rule.get("labels") or {}
        found = {labels_of({**dict(labels), **extra}, rule["record"]): value for labels, value in vector}
        for labels in self.written[index] - found.keys():
            self.window.append(labels, at_s, STALE)
        for labels, value in found.items():
            self.window.append(labels, at_s, value)
        self.written[index] = set(found)

    def alert(self, index: int, rule: dict[str, Any], vector: list[Labels], at_s: float) -> None:
        labelled = {self.labels(rule, labels) for labels in vector}
        for key in [key for key in self.active if key[0] == index and key[1] not in labelled]:
            del self.active[key]
        for labels in labelled:
            since = self.active.setdefault((index, labels), at_s)
            if at_s - since >= duration_s(str(rule.get("for", "0s"))):
                self.firing[at_s][rule["alert"]].append(labels)

    @staticmethod
    def labels(rule: dict[str, Any], labels: Labels) -> Labels:
        have = dict(without_name(labels))
        filled = {
            key: re.sub(r"\{\{\s*\$labels\.(\w+)\s*\}\}", lambda m: have.get(m[1], ""), str(value))
            for key, value in (rule.get("labels") or {}).items()
        }
        return labels_of({**have, **filled})


def run(path: Path) -> tuple[int, list[str]]:
    """How many expectations of one file hold, and those that do not."""
    document = yaml.safe_load(path.read_text())
    groups = [
        g
        for name in document["rule_files"]
        for g in yaml.safe_load((path.parent / name).read_text())["groups"]
    ]
    passed, failures = 0, []
    for test in document["tests"]:
        if not (test.get("alert_rule_test") or test.get("promql_expr_test")):
            continue
        window = Window(retention_s=1e12)
        step_s = duration_s(str(test.get("interval", "1m")))
        samples: dict[float, list[tuple[Labels, float]]] = defaultdict(list)
        for series in test.get("input_series", []):
            labels, _ = read_series(series["series"])
            for position, value in enumerate(read_values(str(series["values"]))):
                if value is not None:
                    samples[position * step_s].append((labels, value))
        rules, every_s = Rules(groups, window), duration_s(str(document.get("evaluation_interval", "1m")))
        checks = [*test.get("alert_rule_test", []), *test.get("promql_expr_test", [])]
        moments = {duration_s(str(check["eval_time"])) for check in checks}
        steps = {index * every_s for index in range(int(max(moments) // every_s) + 1)}
        for at_s in sorted(moments | steps | {at for at in samples if at <= max(moments)}):
            for labels, value in samples.get(at_s, []):
                window.append(labels, at_s, value)
            if at_s in steps:
                rules.step(at_s)
            for check in checks:
                if duration_s(str(check["eval_time"])) == at_s:
                    problem = judge(check, rules, at_s)
                    passed += not problem
                    failures += [f"{path.parent.name}: {problem}"] if problem else []
    return passed, failures


def judge(check: dict[str, Any], rules: Rules, at_s: float) -> str:
    """Why the expectation does not hold; empty when it does."""
    if "alertname" in check:
        before = max(at for at in rules.firing if at <= at_s)
        got = sorted(rules.firing[before].get(check["alertname"], []))
        expected = [dict(alert.get("exp_labels") or {}) for alert in check.get("exp_alerts") or []]
        wanted = sorted(labels_of({**labels, "alertname": ""}) for labels in expected)
        return "" if got == wanted else f"{check['alertname']} at {at_s:g}: {got} instead of {wanted}"
    values = dict(evaluate_vector(check["expr"], rules.window, at_s))
    wanted_values = {read_series(s["labels"])[0]: float(s["value"]) for s in check.get("exp_samples") or []}
    same = values.keys() == wanted_values.keys() and all(
        close(values[key], wanted_values[key]) for key in wanted_values
    )
    return "" if same else f"{check['expr']} at {at_s:g}: {values} instead of {wanted_values}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_rules_behave_as_promtool_says(path: Path) -> None:
    """Every alert and every recorded value that the rules' own tests expect."""
    passed, failures = run(path)
    assert not failures, "\n".join(failures)
    assert passed
