"""The YAML of Prometheus' `file_sd` files: a list of groups with `targets` and `labels`, nothing else.

Called by `world.instances`. It reads block lists, lists in brackets, quotes and comments, and refuses everything beyond
that by name (anchors, several documents, nesting), so that no target is ever guessed.
"""

import re

_KEY = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([\w.\-/]+))\s*:(?:\s+(.*))?$""")

Group = dict[str, list[str] | dict[str, str]]


def read_groups(text: str) -> list[Group]:
    """Groups of a file. Raises ValueError with the line and what is wrong with it."""
    groups: list[Group] = []
    section, group_indent = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = _without_comment(raw).rstrip()
        if not line.strip() or line == "---":
            continue
        indent, content = len(line) - len(line.lstrip()), line.strip()
        if (content == "-" or content.startswith("- ")) and (not groups or indent <= group_indent):
            groups.append({})
            section, group_indent = "", indent
            content = content[1:].strip()
            if not content:
                continue
        if not groups:
            raise ValueError(f"line {number}: a list of groups was expected")
        section = _take(groups[-1], section, content, number)
    return groups


def _take(group: Group, section: str, content: str, number: int) -> str:
    """One line of a group; gives the section that the next line belongs to."""
    if content.startswith("- "):
        targets = group.get("targets")
        if section != "targets" or not isinstance(targets, list):
            raise ValueError(f"line {number}: a list is only expected under targets")
        targets.append(_scalar(content[2:], number))
        return section
    found = _KEY.match(content)
    if found is None:
        raise ValueError(f"line {number}: `KEY: VALUE` was expected")
    key, value = found[1] or found[2] or found[3], (found[4] or "").strip()
    if key == "targets":
        group["targets"] = _flow_list(value, number)
        return "targets"
    if key == "labels":
        if value not in ("", "{}"):
            raise ValueError(f"line {number}: labels are expected on lines of their own")
        group["labels"] = {}
        return "labels"
    labels = group.get("labels")
    if section != "labels" or not isinstance(labels, dict):
        raise ValueError(f"line {number}: {key} is neither targets nor labels")
    labels[key] = _scalar(value, number)
    return section


def _flow_list(text: str, number: int) -> list[str]:
    if not text:
        return []
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError(f"line {number}: targets are a list")
    inner = text[1:-1].strip().rstrip(",")
    return [_scalar(part, number) for part in inner.split(",")] if inner else []


def _scalar(text: str, number: int) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if not text or text[0] in "&*!|>{[%@`\"'":
        raise ValueError(f"line {number}: {text or 'nothing'} is not a plain value")
    return text


def _without_comment(line: str) -> str:
    """The line without a comment; a `#` in quotes or inside a word is none."""
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (position == 0 or line[position - 1].isspace()):
            return line[:position]
    return line
