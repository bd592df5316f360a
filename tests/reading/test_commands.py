"""Useful commands: blocks, lists and tables of commands, with names, groups, parameters and classes."""

import pytest

from watchbook.model.runbook import Command, Runbook
from watchbook.reading import read_runbook


def _read(text: str) -> Runbook:
    return read_runbook("# Operational Runbook: Shop\n\n**Service:** Shop\n\n## Useful Commands\n\n" + text)


def _shown(commands: tuple[Command, ...]) -> list[tuple[str, str, str, str]]:
    return [(c.name, c.group, c.command, c.safety.safety.value if c.safety else "") for c in commands]


def test_a_block_gives_a_command_for_each_comment() -> None:
    """Two lines under one comment belong together; the heading is the group."""
    text = "### Metrics\n```bash\n# Resource usage\nkubectl top pods\nkubectl top nodes\n\n# Scaling\nkubectl get hpa\n```\n"
    assert _shown(_read(text).commands) == [
        ("Resource usage", "Metrics", "kubectl top pods\nkubectl top nodes", "read_only"),
        ("Scaling", "Metrics", "kubectl get hpa", "read_only"),
    ]


def test_lines_without_comments_are_a_command_each() -> None:
    """Without a comment the command is its own name."""
    assert [c.name for c in _read("```bash\nls\ndf -h\n```\n").commands] == ["ls", "df -h"]


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("- Recent logs: `kubectl logs -l app=shop`", "Recent logs"),
        ("- `kubectl logs -l app=shop` - recent logs", "recent logs"),
    ],
)
def test_a_list_names_commands_before_or_behind(item: str, name: str) -> None:
    """Both ways of writing a list of commands are read; a path is none."""
    text = f"**Logs:**\n{item}\n- `docs/logs.md`\n- Just words\n"
    assert _shown(_read(text).commands) == [(name, "Logs", "kubectl logs -l app=shop", "read_only")]


def test_a_table_of_commands_is_read() -> None:
    """`Task | Command` rows are commands; the parameter is a variable."""
    text = "| Task | Command |\n|---|---|\n| Follow | `kubectl logs -f <pod>` |\n| Nothing | none |\n"
    (command,) = _read(text).commands
    assert (command.name, command.command) == ("Follow", 'kubectl logs -f "${pod}"')
    assert [parameter.name for parameter in command.parameters] == ["pod"]


def test_descriptions_reach_the_parameters_of_commands() -> None:
    """A list item that begins with the name in a code span describes the parameter."""
    text = "- `pod`: the pod to look at\n\n```bash\nkubectl logs <pod>\n```\n"
    (command,) = _read(text).commands
    assert command.parameters[0].description == "the pod to look at"


def test_broken_commands_are_told_and_left_out() -> None:
    """What no shell takes is a finding, not a command."""
    runbook = _read("```bash\necho 'open\n```\n\n- Broken: `ls | | grep x`\n")
    assert runbook.commands == ()
    assert [finding.code for finding in runbook.findings].count("WB401") == 2


def test_settings_are_no_commands() -> None:
    """Lines that only set variables are shown as text."""
    assert _read("```bash\n# Batches\nBATCH_SIZE=200\nBATCH_WAIT=5\n```\n").commands == ()
