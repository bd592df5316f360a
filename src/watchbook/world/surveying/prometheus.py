"""Prometheus' rule files: alerting rules with their query, window, severity and summary. Recording rules are left out.

Called by `surveying`, also for the `PrometheusRule` of Kubernetes. It does not judge the queries.
"""

from dataclasses import replace

from watchbook.world.surveying.facts import Rule, Survey
from watchbook.world.surveying.outline import Node


def read(found: Survey, name: str, document: Node) -> Survey:
    """Adds the alerting rules of a document with `groups`."""
    rules = tuple(
        _rule(node, name)
        for group in document.at("groups").listed
        for node in group.at("rules").listed
        if node.at("alert").said and node.at("expr").said
    )
    return replace(found, rules=(*found.rules, *rules))


def _rule(node: Node, file: str) -> Rule:
    said = node.at("annotations")
    query = [line for line in node.at("expr").said.split("\n") if not line.lstrip().startswith("#")]
    return Rule(
        node.at("alert").said, f"{file}:{node.line}", " ".join(" ".join(query).split()), node.at("for").said,
        node.at("labels", "severity").said, said.at("summary").said or said.at("description").said,
    )  # fmt: skip
