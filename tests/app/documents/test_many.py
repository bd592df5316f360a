"""Many runbooks on several processes: the same values in the same order, errors in their place, a clean end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from watchbook.app.documents import many
from watchbook.app.documents.checking import Examination
from watchbook.app.documents.joining import gather
from watchbook.app.documents.loading import Found
from watchbook.app.documents.many import check_all, cores, jobs_for
from watchbook.model.errors import DocumentError, WatchbookError

EXAMINATION = Examination(date(2026, 11, 23))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty runbooks, each with a finding of its own; one is no text."""
    for number in range(40):
        path = tmp_path / f"s{number:02}" / "RUNBOOK.md"
        path.parent.mkdir()
        path.write_text(f"# S{number}\n\n## Contacts\n\n- **Team{number}:** <name>\n", encoding="utf-8")
    (tmp_path / "s17" / "RUNBOOK.md").write_bytes(b"\xff\xfe\x00")
    return tmp_path


@pytest.mark.parametrize("jobs", [2, 3, 50])
def test_any_number_of_processes_says_the_same(folder: Path, jobs: int) -> None:
    """Values, order and errors are those of one process."""
    runbooks = gather([folder])
    alone = list(check_all(EXAMINATION, runbooks, 1))
    together = list(check_all(EXAMINATION, runbooks, jobs))
    assert len(alone) == 40
    assert [str(one) for one in alone if isinstance(one, DocumentError)] == [
        str(one) for one in together if isinstance(one, DocumentError)
    ]
    assert isinstance(together[17], DocumentError)
    assert [one for one in alone if not isinstance(one, DocumentError)] == [
        one for one in together if not isinstance(one, DocumentError)
    ]


def test_other_errors_end_it(folder: Path) -> None:
    """What is wrong with the call and not with one document is raised, from another process as from this one."""
    examination = Examination(date(2026, 11, 23), since="no-such-revision")
    for jobs in (1, 2):
        with pytest.raises(WatchbookError) as problem:
            list(check_all(examination, gather([folder]), jobs))
        assert "git" in str(problem.value)
        assert not isinstance(problem.value, DocumentError)


@pytest.mark.skipif(
    sys.platform != "linux", reason="the function replaced here reaches forked processes only"
)
def test_a_process_that_is_ended_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that the system ends (too little memory) is one line, and nothing waits for it."""

    def ended(examination: Examination, found: Found) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(many, "_check", ended)
    with pytest.raises(WatchbookError, match="ended from outside"):
        list(check_all(EXAMINATION, gather([folder]), 2))


def test_leaving_early_ends_the_processes(folder: Path) -> None:
    """Whoever stops listening leaves no process behind."""
    outcomes = check_all(EXAMINATION, gather([folder]), 2)
    next(outcomes)
    assert isinstance(outcomes, Iterator)
    outcomes.close()  # type: ignore[attr-defined]
    import multiprocessing

    assert multiprocessing.active_children() == []


def test_a_few_runbooks_are_read_here() -> None:
    """Processes are worth it for many runbooks; never more than cores."""
    assert jobs_for(0) == jobs_for(1) == jobs_for(31) == 1
    assert jobs_for(1_000_000) == cores() >= 1
    assert all(jobs_for(number) <= max(1, number // 16) for number in range(200))


def _begun(folder: Path) -> subprocess.Popen[bytes]:
    """A check of many large runbooks, with both of its processes at work, in a group of its own."""
    hard = (
        "# X\n\n## Troubleshooting\n\n" + "### Down\n\n```bash\nkubectl get pods; echo $(date)\n```\n\n" * 300
    )
    for number in range(64):
        (folder / f"{number}-runbook.md").write_text(f"{hard}\n{number}\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "watchbook", "check", "--no-cache", "--jobs", "2", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: len(children.read_text().split()) == 2, 30)
    return process


def until(holds: Callable[[], bool], within_s: float) -> None:
    """Looks again and again, as processes of others cannot be waited for."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    """An interrupt in the middle: exit code 130, no traceback, no process left, whatever it was at."""
    process = _begun(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in error
    assert _is_gone(process.pid)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """Where that one is killed, those that read hear nobody and end."""
    process = _begun(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: _is_gone(process.pid), 60)
