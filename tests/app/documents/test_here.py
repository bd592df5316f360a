"""What the machine says of a runbook's commands: missing programs, and scripts that bash refuses."""

from pathlib import Path

from watchbook.app.documents.here import look_here
from watchbook.model.procedures import Choice, Procedure, Step, StepKind
from watchbook.model.runbook import Cause, Issue, Runbook, Service
from watchbook.model.safety import Classification, Safety


def _step(script: str, *programs: str, line: int = 1, choices: tuple[Choice, ...] = ()) -> Step:
    safety = Classification(Safety.UNKNOWN, "", programs=programs)
    return Step("s", "s", StepKind.COMMAND, script=script, safety=safety, line=line, choices=choices)


def _runbook(*steps: Step, diagnosis: tuple[Step, ...] = (), check: tuple[Step, ...] = ()) -> Runbook:
    issue = Issue("I", diagnosis=diagnosis, causes=(Cause("C", check),))
    return Runbook(Service("S"), procedures=(Procedure("P", "deployment", steps),), issues=(issue,))


def test_programs_are_looked_for_on_the_path_and_beside_the_runbook(tmp_path: Path) -> None:
    """Built-ins and scripts of the runbook's folder are there; what is missing is told once, wherever it is used."""
    script = tmp_path / "deploy.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    runbook = _runbook(
        _step("cd x", "cd", "sh", "./deploy.sh", "./rollback.sh"),
        _step("absent-one", "absent-one", line=4),
        diagnosis=(_step("absent-one", "absent-one", line=8),),
        check=(_step("absent-two", "absent-two", line=9),),
    )
    found = [(one.code, one.line) for one in look_here(runbook, tmp_path)]
    assert found == [("WB420", 1), ("WB420", 4), ("WB420", 9)]


def test_scripts_that_bash_refuses_are_errors(tmp_path: Path) -> None:
    """`bash -n` reads and executes nothing; its first words stand in the finding, also for alternatives."""
    way = Choice("A", (_step("if true; then", line=7),))
    trace = tmp_path / "trace"
    runbook = _runbook(_step(f"touch {trace}", line=2), _step("", line=5, choices=(way,)))
    (finding,) = look_here(runbook, tmp_path)
    assert (finding.code, finding.line) == ("WB421", 7)
    assert "syntax error" in finding.message
    assert not trace.exists()
