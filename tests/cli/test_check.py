"""`watchbook check`: what it prints in each format, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from watchbook.cli.check import command

GOOD = """# Operational Runbook: Till

**Service:** Till
**Owner:** Shop team
**On-Call:** Ana
**URL:** https://till.test
**Last Updated:** 2026-11-23

## Service Overview
**SLA:** 99.9%

## Health Checks
- **Endpoint:** `GET /health`

## Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Down | Critical | 0 healthy instances | Page on-call |

## Contacts
- **On-Call:** Ana <ana@till.test>

**Next Review:** 2027-02-23
"""
BAD = GOOD.replace("0 healthy instances", "Disk nearly full").replace(
    "**Owner:** Shop team", "**Owner:** [Team, 100%]"
)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--at", "2026-12-01"], standalone_mode=False)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "RUNBOOK.md"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "RUNBOOK.md"
    path.write_text(BAD)
    return path


def test_clean_document_ends_with_zero(good: Path) -> None:
    """Notes do not fail unless they are asked to."""
    assert _run(str(good)).return_value == 0
    assert _run(str(good), "--fail-on", "warning").return_value == 0
    assert _run(str(good), "--fail-on", "note").return_value == 1


def test_error_ends_with_one_and_shows_line_caret_and_mend(bad: Path) -> None:
    """The place, the code, the source line, a caret below the condition, and what to write."""
    done = _run(str(bad))
    assert done.return_value == 1
    lines = done.output.splitlines()
    at = next(index for index, line in enumerate(lines) if "WB301" in line)
    assert lines[at].startswith(f"{bad}:19:")
    assert lines[at + 1] == "   19 | | Down | Critical | Disk nearly full | Page on-call |"
    assert lines[at + 2] == "      | " + " " * 20 + "^" * 16
    assert "Disk usage > 90%" in lines[at + 3]
    assert "1 error, 2 warnings" in lines[-1] or "1 error" in lines[-1]


def test_json_holds_every_finding_and_the_coverage(bad: Path) -> None:
    """One object, version 0, a list of files."""
    done = json.loads(_run(str(bad), "--format", "json").output)
    assert done["version"] == 0
    (document,) = done["files"]
    assert document["path"] == str(bad)
    assert "WB301" in {finding["code"] for finding in document["findings"]}
    assert document["coverage"]["lines"] == sum(
        document["coverage"][key] for key in ("read", "faulted", "prose")
    )


def test_github_annotations_are_escaped(bad: Path) -> None:
    """Workflow commands with file, line and column; per cents are escaped."""
    lines = _run(str(bad), "--format", "github").output.splitlines()
    assert any(line.startswith("::error file=") and ",line=19,col=21,title=WB301::" in line for line in lines)
    (gap,) = [line for line in lines if "WB001" in line]
    assert "[Team, 100%25]" in gap


def test_sarif_names_its_rules(bad: Path) -> None:
    """Version 2.1.0; each result points at a rule of the log and at a region of the file."""
    log = json.loads(_run(str(bad), "--format", "sarif").output)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (condition,) = [one for one in run["results"] if one["ruleId"] == "WB301"]
    region = condition["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 19, "startColumn": 21, "endColumn": 37}


def test_review_that_is_due_depends_on_the_day(good: Path) -> None:
    """`--at` decides what is overdue, not the clock."""
    later = CliRunner().invoke(command, [str(good), "--at", "2027-03-01"], standalone_mode=False)
    assert "WB704" in later.output
    assert "WB704" not in _run(str(good)).output


def test_secret_is_not_printed(tmp_path: Path) -> None:
    """The log of a check must not repeat what it warns of."""
    secret = "a8f5f167f44f" + "4964e6c998"
    path = tmp_path / "RUNBOOK.md"
    path.write_text(f"{GOOD}\ntoken={secret}\n")
    done = _run(str(path))
    assert "WB801" in done.output
    assert secret not in done.output


def test_here_looks_at_this_machine(tmp_path: Path) -> None:
    """Missing programs and scripts that bash refuses are found only where they are asked for."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(
        f"{GOOD}\n## Deployment\n\n```bash\n# Roll out\nno-such-program-here --now\n\n# Verify\ncurl -fsS https://till.test/health\n```\n"
    )
    assert "WB420" not in _run(str(path)).output
    assert "WB420" in _run(str(path), "--here").output


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nope.md", None, "no such file"),
        ("binary.md", b"\x00\x01", "not a text file"),
        ("latin.md", b"# \xe9t\xe9", "not UTF-8"),
    ],
)
def test_path_that_cannot_be_read_is_one_line_and_two(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    """Missing, binary and wrongly encoded files end with 2 and one line: what, where, what to do."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    program = Path(sys.executable).parent / "watchbook"
    done = subprocess.run([program, "check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert said in line and str(path) in line


def test_other_documents_are_checked_where_one_cannot_be_read(good: Path, tmp_path: Path) -> None:
    """One unreadable file does not hide the findings of the rest; the call still ends with 2."""
    other = tmp_path / "binary-runbook.md"
    other.write_bytes(b"\x00")
    done = _run(str(other), str(good))
    assert done.return_value == 2
    assert f"{good}: " in done.output


def test_day_that_is_none_is_a_usage_error(good: Path) -> None:
    """`--at soon` says how to write a date."""
    done = CliRunner().invoke(command, [str(good), "--at", "soon"])
    assert done.exit_code == 2
    assert "2026-11-23" in done.output
