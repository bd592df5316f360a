"""What this machine says of a runbook's commands: does bash accept them, are their programs there.

Called by `watchbook check --here` and before a run. It runs nothing but `bash -n`, which executes nothing.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from watchbook.model.findings import finding
from watchbook.model.procedures import Step
from watchbook.model.runbook import Finding, Runbook

_BUILT_IN = frozenset(
    [
        "cd",
        "echo",
        "printf",
        "test",
        "[",
        "[[",
        "true",
        "false",
        "export",
        "read",
        "set",
        "unset",
        "source",
        ".",
        "eval",
        "exec",
        "exit",
        "return",
        "shift",
        "trap",
        "wait",
        "type",
        "command",
        "builtin",
        "declare",
        "local",
        "readonly",
        "alias",
        "umask",
        "ulimit",
        "pwd",
        "let",
        "kill",
        "jobs",
        "fg",
        "bg",
        "hash",
        "times",
        "getopts",
        "time",
        "if",
        "for",
        "while",
        "until",
        "case",
    ]
)
_PATIENCE_S = 10.0


def look_here(runbook: Runbook, folder: Path) -> list[Finding]:
    """Findings about programs that are missing and scripts that bash refuses, seen from `folder`."""
    found: list[Finding] = []
    missing: set[str] = set()
    for step in _steps(runbook):
        for program in step.safety.programs if step.safety else ():
            if program not in missing and not _is_here(program, folder):
                missing.add(program)
                found.append(finding("program-missing", step.line, program=program))
    bash = shutil.which("bash")
    for step in _steps(runbook) if bash else ():
        refusal = _refusal(bash or "", step.script) if step.script else ""
        if refusal:
            found.append(finding("bash-refuses", step.line, reason=refusal))
    return found


def _steps(runbook: Runbook) -> Iterator[Step]:
    """Every step with commands: of procedures, diagnosis and causes."""
    for procedure in runbook.procedures:
        yield from _all(procedure.steps)
    for issue in runbook.issues:
        yield from _all(issue.diagnosis)
        for cause in issue.causes:
            yield from _all(cause.check)


def _all(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for choice in step.choices:
            yield from _all(choice.steps)


def _is_here(program: str, folder: Path) -> bool:
    if program in _BUILT_IN or "$" in program:
        return True
    return shutil.which(str(folder / program) if "/" in program else program) is not None


def _refusal(bash: str, script: str) -> str:
    """The first thing that `bash -n` says, or an empty text."""
    try:
        done = subprocess.run(
            [bash, "-n"], input=script, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return ""
    if done.returncode == 0:
        return ""
    return (
        done.stderr.strip().splitlines()[0].removeprefix(f"{bash}: ")
        if done.stderr.strip()
        else "no reason given"
    )
