"""Parameters: what is missing, and how commands are shown with their values."""

import pytest

from watchbook.deciding.filling import (
    filled,
    missing,
    script_of,
    shown_commands,
    unknown_names,
    uses,
    values_of,
)
from watchbook.model.procedures import Choice, Parameter, Procedure, Step, StepKind

PROCEDURE = Procedure(
    "Scale",
    "scaling",
    parameters=(Parameter("replicas", default="3"), Parameter("version"), Parameter("HOST")),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('./deploy.sh "${version}"', "./deploy.sh 1.2"),
        ('echo "${words}"', 'echo "two words"'),
        ('curl "http://x/${version}/y"', 'curl "http://x/1.2/y"'),
        ("echo $version $other ${other}", "echo 1.2 $other ${other}"),
        ("echo $versions", "echo $versions"),
        ('echo "${versions}"', 'echo "${versions}"'),
        ('login "${API_TOKEN}" $API_TOKEN', "login [secret] [secret]"),
    ],
)
def test_commands_are_shown_with_values(text: str, shown: str) -> None:
    """People see what will run; secrets show as a mark, and what has no value stays as written."""
    assert filled(text, {"version": "1.2", "words": "two words", "API_TOKEN": "abc"}) == shown


def test_what_is_missing_and_what_is_unknown() -> None:
    """Defaults, given values and the installation's environment count; names that are not there are told."""
    assert [p.name for p in missing(PROCEDURE, {})] == ["version", "HOST"]
    assert [p.name for p in missing(PROCEDURE, {"version": "1"}, {"HOST"})] == []
    assert values_of(PROCEDURE, {"replicas": "5"}) == {"replicas": "5"}
    assert unknown_names(PROCEDURE, ["version", "typo"]) == ("typo",)


def test_commands_of_a_step() -> None:
    """A step without a script has its commands as written."""
    step = Step("s", "S", StepKind.COMMAND, commands=("one", "", "two $x"))
    assert script_of(step) == "one\n\ntwo $x"
    assert shown_commands(step, {"x": "1"}) == ("one", "two 1")


def test_where_a_variable_is_used() -> None:
    """Also inside of alternatives; a longer name is another one."""
    inner = Step("i", "I", StepKind.COMMAND, script="echo ${TOKEN}")
    assert uses(Step("c", "C", StepKind.CHOICE, choices=(Choice("a", (inner,)),)), "TOKEN")
    assert not uses(Step("s", "S", StepKind.COMMAND, script="echo $TOKENS"), "TOKEN")
