"""The class of shell commands: a table of expected classes, the nasty cases of the design, and bash as oracle."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.shell.oracle import agrees_with_bash

from watchbook.model.safety import Safety
from watchbook.reading.shell import classes, classify, exit_meaning, programs_of, syntax_problem

_HERE = Path(__file__).parent
_CASES = _HERE.parents[3] / "shared" / "design" / "prototypes" / "bash_cases.txt"
# Cases of that file in which bash runs nothing that changes anything (by `bash --pretty-print`).
_HARMLESS = {
    "kubectl get pods > /dev/null delete pod x",
    "cat <<E -n rm\nx\nE",
    "ls <<<x -la",
    'echo "a\\"; rm x"',
    "a=b; c=d ls",
    "local x=1",
    "ls 2>/dev/null| grep x",
    "ls <&3 >&- 2>&-",
    "echo hi >&2 -n",
    "ls $'\\n' rm",
}


def _sections() -> dict[str, list[tuple[str, str]]]:
    """Expected class and command of each row, by the heading above it."""
    found: dict[str, list[tuple[str, str]]] = {}
    heading = ""
    for line in (_HERE / "commands.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        elif line.strip():
            expected, command = line.split(maxsplit=1)
            if "<<" in command or "\\\\\\n" in command:
                command = command.replace("\\\\\\n", "\\\n").replace("\\n", "\n")
            found.setdefault(heading, []).append((expected, command))
    return found


def _rows() -> list[tuple[str, str]]:
    return [row for rows in _sections().values() for row in rows]


@pytest.mark.parametrize("heading", list(_sections()))
def test_commands_have_their_class(heading: str) -> None:
    """Each command of the table gets exactly the class that a careful person gives it, with a reason."""
    wrong = []
    for expected, command in _sections()[heading]:
        found = classify(command)
        if found.safety.value != expected or not found.reason:
            wrong.append(f"{command}: {found.safety.value}, not {expected}: {found.reason}")
    assert not wrong, "\n".join(wrong)


def test_the_table_of_commands_is_large() -> None:
    """The table holds thousands of commands, every class among them."""
    rows = _rows()
    assert len(rows) >= 2000
    assert {row[0] for row in rows} == {safety.value for safety in Safety}


if _CASES.exists():
    _NASTY = [
        ast.literal_eval(line)
        for line in _CASES.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]

    @pytest.mark.parametrize("script", _NASTY)
    def test_nasty_cases_come_out_safe(script: str) -> None:
        """What a naive walk of the syntax tree misreads is never taken for harmless."""
        is_read_only = classify(script).safety is Safety.READ_ONLY
        assert not is_read_only or script in _HARMLESS


@pytest.mark.slow
def test_bash_reads_the_table_as_we_do() -> None:
    """The class of a command is the class of what bash prints for it, for the whole table."""
    for _, command in _rows():
        agrees_with_bash(command)


_WORDS = st.sampled_from(
    [
        "ls",
        "cat",
        "rm",
        "find",
        ".",
        "-delete",
        "x",
        "-la",
        "kubectl",
        "get",
        "delete",
        "pods",
        "'a b'",
        '"a b"',
        "$x",
        '"$x"',
        "$(rm y)",
        "`rm y`",
        "A=1",
        "[",
        "]",
        "-f",
        "time",
        "!",
        "echo",
        "\\\n",
        "2>&1",
        "> /dev/null",
        "> f",
        "< f",
        "2>f",
        "&>f",
        "<<< x",
        "{a,b}",
        "\\;",
        "#",
        "xargs",
        "sudo",
    ]
)
_JOINTS = st.sampled_from(
    [" ", " ", " ", " ", " | ", " && ", " || ", "; ", "\n", " & ", "|", ";", "  ", "\t", ""]
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_WORDS, _JOINTS), min_size=1, max_size=9))
def test_bash_reads_generated_commands_as_we_do(pieces: list[tuple[str, str]]) -> None:
    """Whatever words and operators stand together, the class is that of what bash reads."""
    agrees_with_bash("".join(word + joint for word, joint in pieces))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ls rmx$(){}[]<>|&;'\"`\\\n#=!*?~-/.:,@%+1", max_size=40))
def test_any_text_gets_a_class(text: str) -> None:
    """No text raises, and a text with `rm` as its first word is never harmless."""
    assert classify(text).safety in Safety
    assert classify("rm " + text).safety is not Safety.READ_ONLY


def test_a_placeholder_is_a_word_and_no_redirection() -> None:
    """`<pod-name>` neither hides the words behind it nor opens a file."""
    assert classify("kubectl logs <pod-name> --tail=5").safety is Safety.READ_ONLY
    assert classify("kubectl delete svc <name> > /dev/null").safety is Safety.DESTRUCTIVE
    assert classify("kubectl logs {{ pod }} -f").safety is Safety.ENDLESS


def test_every_class_of_a_script_is_told() -> None:
    """A script that follows a log and removes a file is both endless and destructive."""
    assert classes("tail -f x; rm y") >= {Safety.ENDLESS, Safety.DESTRUCTIVE}


def test_programs_are_listed_through_wrappers() -> None:
    """Programs inside wrappers and pipes are named, so that their presence can be checked."""
    assert set(programs_of("sudo timeout 5 psql -c 'SELECT 1' | grep 1")) >= {"psql", "grep"}


@pytest.mark.parametrize(
    "text",
    [
        "Check the logs for errors",
        "if ls; then",
        "echo 'a",
        "ls )",
        "ls | | grep x",
        "cat <<E\nx",
        "for x in a; do ls",
        "Restart the service and wait",
    ],
)
def test_what_no_shell_takes_is_a_problem(text: str) -> None:
    """English and broken shell are told apart from commands, with a reason."""
    assert syntax_problem(text)


@pytest.mark.parametrize(
    "text",
    ["ls -la", "./deploy.sh", "case x in a) ls;; esac", "f() { ls; }", "diff <(ls a) <(ls b)", "Xvfb :1"],
)
def test_what_a_shell_takes_is_no_problem(text: str) -> None:
    """Shell that is only beyond the classifier is unknown, and not called broken."""
    assert syntax_problem(text) is None


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("psql -h db -c 'SELECT 1'", "expects_zero"),
        ("pg_isready -h db", "expects_zero"),
        ("curl -fsS http://x/health", "expects_zero"),
        ("curl -s http://x/health", ""),
        ("curl -fsS http://x/health | jq .", ""),
        ("nc -zv db 5432", "expects_zero"),
        ("redis-cli -h cache ping", "expects_zero"),
        ("redis-cli info", ""),
        ("systemctl is-active nginx", "expects_zero"),
        ("systemctl status nginx", ""),
        ("diff a b", "expects_zero"),
        ("test -f x", "expects_zero"),
        ("[ -f x ]", "expects_zero"),
        ("timeout 5 pg_isready", "expects_zero"),
        ("kubectl logs x | grep ERROR", "found_confirms"),
        ("grep -v ERROR x", ""),
        ("journalctl -u x -g oom", "found_confirms"),
        ("journalctl -u x", ""),
        ("! grep x y", ""),
        ("pg_isready || true", ""),
        ("kubectl exec p -- psql -c 'SELECT 1'", ""),
        ("frobnicate", ""),
    ],
)
def test_exits_that_are_verdicts(script: str, kind: str) -> None:
    """Only catalogued exits decide; those of wrappers that fail in their own way do not."""
    meaning = exit_meaning(script)
    assert (meaning.kind if meaning else "") == kind


def test_an_exit_that_could_not_judge_is_no_verdict() -> None:
    """A usage error of grep or diff, or a program that is missing, is outside the judging exits."""
    for script in ("grep x y", "diff a b", "curl -f http://x"):
        meaning = exit_meaning(script)
        assert meaning is not None
        assert not meaning.judging & {2, 126, 127}
