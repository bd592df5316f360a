"""Parameters: what is asked for, how the script that runs names it, and what is left as it stands."""

import pytest

from watchbook.reading.parameters import fill, variables_of


@pytest.mark.parametrize(
    ("written", "runs", "names"),
    [
        ("kubectl logs <pod-name>", 'kubectl logs "${pod_name}"', ["pod_name"]),
        ("kubectl logs {{ pod }}", 'kubectl logs "${pod}"', ["pod"]),
        ("tail logs/<instance>.log", 'tail logs/"${instance}".log', ["instance"]),
        ('echo "pod <pod>"', 'echo "pod ${pod}"', ["pod"]),
        ("cat <<E\nid: <id>\nE", "cat <<E\nid: ${id}\nE", ["id"]),
        ("echo '<id>'", "echo '<id>'", []),
        ("ls # <id>", "ls # <id>", []),
        ("sort <in.txt >out.txt", "sort <in.txt >out.txt", []),
        ("cat <<EOF\nx\nEOF", "cat <<EOF\nx\nEOF", []),
        ("docker ps --format '{{.Names}}'", "docker ps --format '{{.Names}}'", []),
        ("kubectl logs POD_NAME", 'kubectl logs "${POD_NAME}"', ["POD_NAME"]),
        (
            'echo "the POD_NAME"; kubectl logs POD_NAME',
            'echo "the POD_NAME"; kubectl logs "${POD_NAME}"',
            ["POD_NAME"],
        ),
        ("grep FATAL_ERROR x", "grep FATAL_ERROR x", []),
        ("curl -X DELETE x", "curl -X DELETE x", []),
        ("ls $DIR", "ls $DIR", ["DIR"]),
        ("DIR=x; ls $DIR", "DIR=x; ls $DIR", []),
        ("ls $HOME $1 $?", "ls $HOME $1 $?", []),
        ("for i in a; do echo $i; done", "for i in a; do echo $i; done", []),
        ("read -r NAME < f; echo $NAME", "read -r NAME < f; echo $NAME", []),
        ("f() { echo $A; }; B=1; echo $B", "f() { echo $A; }; B=1; echo $B", ["A"]),
    ],
)
def test_a_script_names_its_parameters(written: str, runs: str, names: list[str]) -> None:
    """Placeholders become quoted variables where a shell puts values in, and nothing else is touched."""
    filled = fill(written, 1, set())
    assert filled.script == runs
    assert [parameter.name for parameter in filled.parameters] == names


def test_figures_of_options_are_parameters_only_when_asked() -> None:
    """`--replicas=10` and `--replicas 10` of a scaling; a figure inside a string is left."""
    text = 'kubectl scale x --replicas=10 && ./s --count 3 && echo "--replicas=4"'
    assert fill(text, 1, set()).script == text
    filled = fill(text, 1, set(), figures=True)
    assert (
        filled.script
        == 'kubectl scale x --replicas="${replicas}" && ./s --count "${count}" && echo "--replicas=4"'
    )
    assert [(p.name, p.default, p.source) for p in filled.parameters] == [
        ("replicas", "10", "literal"),
        ("count", "3", "literal"),
    ]


def test_placeholders_that_no_value_reaches_are_named() -> None:
    """Inside single quotes the shell puts nothing in."""
    assert [place.name for place in fill("echo '<id>' <other>", 1, set()).unreachable] == ["id"]


def test_what_an_earlier_step_sets_is_not_asked_for() -> None:
    """Names set by one script are known to the next one."""
    assigned: set[str] = set()
    assert variables_of("TAG=$(git describe)", assigned) == []
    assert variables_of("echo $TAG $REGION", assigned) == ["REGION"]


def test_lines_of_parameters_count_from_the_script() -> None:
    """A placeholder on the third line of a block at line 10 stands on line 12."""
    (parameter,) = fill("ls\nls\nls <x>", 10, set()).parameters
    assert parameter.line == 12


def test_a_huge_script_is_left_alone() -> None:
    """Text beyond any script a person writes is never run, and costs no time."""
    assert fill("ls <x>\n" * 20_000, 1, set()).parameters == ()
