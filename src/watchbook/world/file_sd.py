"""The groups of a `file_sd` file as Prometheus writes them, in JSON or YAML: `targets` and `labels`, nothing else.

Called by `world.instances`. What it does not know is refused by name, so that no target is ever guessed.
"""

from dataclasses import dataclass, field

from watchbook.reading.yaml_nodes import Node, YamlError, read_yaml


@dataclass(frozen=True, slots=True)
class Group:
    """Targets (`host:port`) under the same labels."""

    targets: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)


def read_groups(text: str) -> list[Group]:
    """Groups of a file. Raises ValueError with the line and what is wrong with it."""
    document = read_yaml(text)
    if document.items is None:
        raise YamlError(document.line, f"a list of groups was expected, and this is {document.kind}")
    return [_group(node) for node in document.items]


def _group(node: Node) -> Group:
    if node.pairs is None:
        raise YamlError(
            node.line, f'a group needs "targets", a list, and may have "labels"; this is {node.kind}'
        )
    targets: tuple[str, ...] | None = None
    labels: dict[str, str] = {}
    for pair in node.pairs:
        if pair.key == "targets":
            targets = _targets(pair.value)
        elif pair.key == "labels":
            labels = _labels(pair.value)
        else:
            raise YamlError(pair.line, f"{pair.key} is neither targets nor labels")
    if targets is None:
        raise YamlError(node.line, 'a group needs "targets", a list, and may have "labels"')
    return Group(targets, labels)


def _targets(node: Node) -> tuple[str, ...]:
    if node.items is None and not node.empty:
        raise YamlError(node.line, f"targets are a list, and this is {node.kind}")
    for item in node.listed:
        if not item.said.strip() or item.said.isdigit():
            raise YamlError(item.line, f"{item.said or item.kind} is not a target: HOST:PORT is")
    return tuple(item.said.strip() for item in node.listed)


def _labels(node: Node) -> dict[str, str]:
    if node.pairs is None and not node.empty:
        raise YamlError(node.line, f"labels are a mapping, and this is {node.kind}")
    for pair in node.entries:
        if pair.value.items is not None or pair.value.pairs is not None:
            raise YamlError(
                pair.value.line, f"the label {pair.key} is {pair.value.kind}, and should be a text"
            )
    return {pair.key: pair.value.said for pair in node.entries}
