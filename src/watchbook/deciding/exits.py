"""Which non-zero exits of a program say something about the service, and which outputs say that nothing was judged. Pure.

Called by `deciding.diagnosis`. Whether a script's exit counts at all is `Step.exit_meaning`, filled by `reading`.
"""

import re

# Exits of catalogued programs that are an answer; every other one could not judge (usage, missing file, own trouble).
_JUDGING = {
    "psql": (2,),  # 1: its own error, 3: an error in the script
    "pg_isready": (1, 2),  # 3: no attempt was made
    "diff": (1,),  # 2: trouble
    "cmp": (1,),
    "grep": (1,),
    "test": (1,),
    "[": (1,),
    "systemctl": (3,),  # 4: no such unit
    "nc": (1,),
    "ncat": (1,),
    "redis-cli": (1,),
    "valkey-cli": (1,),
    "mysqladmin": (1,),
    "nginx": (1,),
    "curl": (5, 6, 7, 16, 18, 22, 35, 47, 52, 55, 56, 60),  # 28: a time limit, which judges nothing
}
_TIMED_OUT = {"curl": (28,), "wget": ()}
_HUNK = re.compile(r"^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$", re.MULTILINE)
NOT_EXECUTABLE, NOT_FOUND, TIMED_OUT = 126, 127, 124
_KILLED = (137, 143)

_MISSING = re.compile(
    r"(?:^|[\s:])([\w./+-]+): (?:command not found|not found|No such file or directory)\s*$", re.MULTILINE
)
_COMMAND_MISSING = re.compile(r"(?:^|[\s:])([\w./+-]+): (?:command )?not found\s*$", re.MULTILINE)
_NO_ACCESS = re.compile(
    r"permission denied|access denied|access is denied|operation not permitted|must be root|are you root"
    r"|authentication (?:failed|required)|password authentication|no password supplied|noauth|wrongpass"
    r"|\bunauthori[sz]ed\b|\bforbidden\b|not authori[sz]ed|you must be logged in|login required|invalid credentials"
    r"|returned error: 40[137]\b|peer authentication|no pg_hba\.conf entry",
    re.IGNORECASE,
)
_UNREACHED = re.compile(
    r"unable to connect to the server|the connection to the server .* was refused|ssh: (?:connect|could not)"
    r"|host key verification failed|cannot connect to the docker daemon|the input device is not a tty|error from server",
    re.IGNORECASE,
)


def judges(programs: tuple[str, ...], script: str, exit_code: int) -> bool:
    """Whether a non-zero exit of a catalogued program is an answer about the service."""
    program = program_of(programs, script)
    known = _JUDGING.get(program)
    return exit_code in known if known is not None else exit_code == 1


def program_of(programs: tuple[str, ...], script: str) -> str:
    """The catalogued program whose exit the script hands on: the last one named."""
    for name in reversed(programs):
        base = name.rpartition("/")[2]
        if base in _JUDGING:
            return base
    words = re.findall(r"[\w.\[/+-]+", script)
    return next((base for word in reversed(words) if (base := word.rpartition("/")[2]) in _JUDGING), "")


def could_not_run(exit_code: int | None, output: str, programs: tuple[str, ...], script: str) -> str:
    """Why a command never got to an answer: not installed, not executable, out of time. Empty when it did."""
    if exit_code is None:
        return "it did not end within its limit"
    missing = _COMMAND_MISSING.search(output)
    if exit_code == NOT_FOUND or (missing and exit_code != 0):
        found = missing or _MISSING.search(output)
        return f"{found.group(1)} is not installed" if found else "a program of it is not installed"
    if exit_code == NOT_EXECUTABLE:
        return "its program may not be executed"
    if exit_code == TIMED_OUT or exit_code in _TIMED_OUT.get(program_of(programs, script), ()):
        return f"it timed out: {first_line(output) or 'no answer'}"
    if exit_code in _KILLED:
        return "it was killed"
    return ""


def no_access(output: str) -> str:
    """The line that says that the command was not let in, or did not reach what it asks through; else empty.

    Lines of a diff are not messages of the program.
    """
    for line in output.splitlines():
        if line[:1] not in "<>+-" and (_NO_ACCESS.search(line) or _UNREACHED.search(line)):
            return line.strip()
    return ""


def first_line(output: str) -> str:
    """The first line with something in it, at most 300 characters."""
    line = next((line.strip() for line in output.splitlines() if line.strip()), "")
    return line if len(line) <= 300 else line[:299] + "…"


def difference(output: str) -> str:
    """The first difference of a `diff` in one line, `< 2.0.0 > 1.0.0`; empty where the output is none."""
    if not _HUNK.search(output):
        return ""
    lines = output.splitlines()
    old = next((line for line in lines if line.startswith("< ")), "")
    new = next((line for line in lines if line.startswith("> ")), "")
    return first_line(" ".join(filter(None, (old.strip(), new.strip()))))
