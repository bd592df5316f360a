"""Single commands: bounded in time and output, redacted, alone in their environment, nothing left behind."""

import asyncio
import time
from pathlib import Path

import pytest

from watchbook.world.shell.once import OneCommand, run_once


@pytest.mark.parametrize(
    ("command", "exit_code", "output", "reason"),
    [
        ("echo out; echo err >&2", 0, "out\nerr\n", ""),
        ("exit 3", 3, "", ""),
        ("false | cat", 1, "", ""),
        ("printf '\\033[31mred\\033[0m\\n'", 0, "red\n", ""),
        ("yes | head -n 1", 0, "y\n", ""),
        ("yes | head -n 1 | false", 1, "", ""),
        ("no-such-program 2>/dev/null", 127, "", "the program is not installed"),
        ("/etc/passwd 2>/dev/null", 126, "", "the program cannot be executed"),
        ("kill -9 $$", 137, "", ""),
        ("cat; echo done", 0, "done\n", ""),
    ],
)
async def test_exits_and_output(command: str, exit_code: int, output: str, reason: str) -> None:
    """Exits are a shell's; what says nothing about the service has a reason."""
    result = await run_once(OneCommand(command, environment={"PATH": "/usr/bin:/bin"}))
    assert (result.exit, result.output, result.reason, result.truncated) == (exit_code, output, reason, False)


async def test_the_environment_is_only_what_is_given(tmp_path: Path) -> None:
    """Nothing of the server's own environment is seen."""
    one = OneCommand("/usr/bin/env | sort; pwd", directory=tmp_path, environment={"ONLY": "this"})
    lines = (await run_once(one)).output.splitlines()
    assert {line.partition("=")[0] for line in lines[:-1]} <= {"ONLY", "PWD", "SHLVL", "_"}
    assert lines[-1] == str(tmp_path)


@pytest.mark.slow
async def test_the_limit_ends_everything(tmp_path: Path) -> None:
    """After its time the whole group is ended, also what ignores TERM; what it printed until then is kept."""
    began = time.monotonic()
    script = f"trap '' TERM; (sleep 3; touch {tmp_path}/late) & echo begun; sleep 30"
    result = await run_once(OneCommand(script, timeout_s=0.2, environment={"PATH": "/usr/bin:/bin"}))
    assert (result.exit, result.output, result.reason) == (None, "begun\n", "not ended after 0.2 s")
    assert time.monotonic() - began < 2.5
    assert not (tmp_path / "late").exists()


async def test_output_is_bounded_and_redacted() -> None:
    """Long output keeps both ends; secrets are hidden."""
    one = OneCommand(
        "echo $KEY; head -c 5000000 /dev/zero | tr '\\0' x; echo; echo $KEY",
        environment={"PATH": "/usr/bin:/bin", "KEY": "hunter22"},
        secrets=("hunter22",),
        limit_bytes=1000,
    )
    result = await run_once(one)
    assert result.truncated
    assert len(result.output) < 1100
    assert result.output.startswith("[redacted]\n")
    assert result.output.endswith("[redacted]\n")


async def test_a_directory_that_is_not_there_is_a_reason() -> None:
    """A command that cannot start is a value, not an exception."""
    result = await run_once(OneCommand("true", directory=Path("/no/such/folder")))
    assert result.exit is None
    assert result.reason.startswith("not started")


async def test_many_at_once_do_not_block_the_loop() -> None:
    """Processes are started from the pool: the loop keeps turning meanwhile."""
    longest = 0.0
    running = asyncio.gather(
        *(run_once(OneCommand("sleep 0.05", environment={"PATH": "/usr/bin:/bin"})) for _ in range(40))
    )
    while not running.done():
        before = time.monotonic()
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - before)
    assert {result.exit for result in await running} == {0}
    assert longest < 0.25


async def test_a_cancelled_command_is_ended(tmp_path: Path) -> None:
    """When the caller gives up, the command does not go on."""
    script = f"echo $$ > {tmp_path}/pid; sleep 30"
    running = asyncio.create_task(run_once(OneCommand(script, environment={"PATH": "/usr/bin:/bin"})))
    limit = time.monotonic() + 5
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < limit
        await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize("turns", [1, 2, 5, 50])
async def test_a_caller_that_goes_leaves_no_command_behind(turns: int, tmp_path: Path) -> None:
    """Cancelled while the command starts, or just after: it is ended, and its pipe is let go."""
    mark = f"WATCHBOOK_TEST={tmp_path}"
    environment = {"PATH": "/usr/bin:/bin", "WATCHBOOK_TEST": str(tmp_path)}
    asking = asyncio.create_task(run_once(OneCommand("sleep 60", environment=environment)))
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    ends_at = time.monotonic() + 5
    while _marked(mark):
        assert time.monotonic() < ends_at, "the command lives on"
        await asyncio.sleep(0.01)


def _marked(mark: str) -> list[str]:
    """Processes with that word in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found
