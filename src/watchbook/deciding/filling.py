"""Parameters of a procedure: which it needs, which values they have, and commands with the values filled in for people.

Called by `deciding.procedure`, `deciding.plan` and `acting.runs`. What is shown is never what runs: values reach a
command as environment variables only.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from watchbook.deciding.redaction import looks_secret
from watchbook.model.procedures import Parameter, Procedure, Step

_PLAIN_WORD = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
HIDDEN = "[secret]"


def values_of(procedure: Procedure, given: Mapping[str, str]) -> dict[str, str]:
    """Values by name: those given, else the defaults."""
    defaults = {p.name: p.default for p in procedure.parameters if p.default is not None}
    return {**defaults, **given}


def missing(
    procedure: Procedure, given: Mapping[str, str], known: Collection[str] = ()
) -> tuple[Parameter, ...]:
    """Parameters without a value, in the document's order."""
    values = values_of(procedure, given)
    return tuple(p for p in procedure.parameters if p.name not in values and p.name not in known)


def unknown_names(procedure: Procedure, given: Iterable[str]) -> tuple[str, ...]:
    """Names that were given and that the procedure does not have."""
    names = {p.name for p in procedure.parameters}
    return tuple(name for name in given if name not in names)


def script_of(step: Step) -> str:
    """The shell text of a step."""
    return step.script or "\n".join(step.commands)


def shown_commands(step: Step, values: Mapping[str, str]) -> tuple[str, ...]:
    """The commands of a step with the values filled in; a secret shows as a mark, an unknown name stays as it is."""
    return tuple(filled(line, values) for line in script_of(step).splitlines() if line.strip())


def filled(text: str, values: Mapping[str, str]) -> str:
    """Shell text with `"${name}"`, `${name}` and `$name` replaced, for reading only."""

    def quoted_value(match: re.Match[str]) -> str:
        value = _shown(match.group(1), values)
        if value is None:
            return match.group(0)
        return value if _PLAIN_WORD.fullmatch(value) or value == HIDDEN else f'"{value}"'

    def plain_value(match: re.Match[str]) -> str:
        value = _shown(match.group(1) or match.group(2), values)
        return match.group(0) if value is None else value

    text = re.sub(r'"\$\{(\w+)\}"', quoted_value, text)
    return re.sub(r"\$\{(\w+)\}|\$([A-Za-z_]\w*)", plain_value, text)


def uses(step: Step, name: str) -> bool:
    """Whether the step's text mentions the variable."""
    inside = any(uses(nested, name) for choice in step.choices for nested in choice.steps)
    return inside or re.search(rf"\$\{{?{re.escape(name)}\b", script_of(step)) is not None


def _shown(name: str, values: Mapping[str, str]) -> str | None:
    if name not in values:
        return None
    return HIDDEN if looks_secret(name) else values[name]
