"""A run's supervisor with real bash: what carries, what ends, what is kept, what is hidden, what survives the server."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from watchbook.world.shell.looking import supervisor_of
from watchbook.world.shell.processes import left_overs, start_time
from watchbook.world.shell.record import last_event, read_record
from watchbook.world.shell.runner import NotUnderWayError, Order, Outcome, Supervisor, SupervisorLostError

PATH = os.environ["PATH"]
SECRET = "correct-horse-battery"


@dataclass
class Shell:
    """A run's folder and its supervisor, with one method for a step."""

    folder: Path
    supervisor: Supervisor
    directory: str
    number: int = 0
    outputs: dict[str, str] = field(default_factory=dict)

    def order(self, script: str, **fields: object) -> Order:
        self.number += 1
        name = f"step-{self.number}.1"
        order = Order(name, f"{self.folder}/{name}", script, {"PATH": PATH}, self.directory, timeout_s=20.0)
        return replace(order, **fields)  # type: ignore[arg-type]

    async def step(self, script: str, **fields: object) -> tuple[Outcome, str]:
        """The outcome of a step and what was kept of its output."""
        order = self.order(script, **fields)
        heard: list[str] = []
        outcome = await asyncio.wait_for(self.supervisor.perform(order, heard.append), 60)
        kept = (self.folder / f"{order.attempt}.out").read_text() if outcome.exit not in (97,) else ""
        assert "".join(heard) == kept
        return outcome, kept


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    """A supervisor in a folder far deeper than a socket's path may be long."""
    folder = tmp_path.joinpath(*["a-rather-deep-folder-of-data"] * 6, "run")
    supervisor = await Supervisor.of(folder, PATH)
    made = Shell(folder, supervisor, str(tmp_path))
    yield made
    alive = supervisor_of(folder)
    await made.supervisor.end()
    if alive is not None:
        await gone(alive[0])


async def gone(pid: int) -> None:
    """Waits until a process that is not ours to reap has ended."""
    limit = time.monotonic() + 5
    while start_time(pid) is not None:
        assert time.monotonic() < limit, f"process {pid} does not end"
        await asyncio.sleep(0.005)


async def test_state_carries_to_the_next_step(shell: Shell) -> None:
    """Variables of every kind, functions, directory and umask are there in the next step."""
    (Path(shell.directory) / "inner folder").mkdir()
    await shell.step(
        "plain='a \"b\" $c'; export shown=$'two\\nlines'; declare -A map=([k]='v w'); list=(1 '2 3')\n"
        "greet() { echo \"hello $1\"; }; export -f greet; cd 'inner folder'; umask 027"
    )
    outcome, kept = await shell.step(
        'echo "$plain|$shown|${map[k]}|${list[1]}"; bash -c "greet you"; pwd; umask'
    )
    assert kept == f'a "b" $c|two\nlines|v w|2 3\nhello you\n{shell.directory}/inner folder\n0027\n'
    assert (outcome.exit, outcome.carried) == (0, True)


async def test_read_only_variables_do_not_break_the_next_step(shell: Shell) -> None:
    """A step with `readonly` can be retried."""
    await shell.step("readonly fixed=1")
    outcome, kept = await shell.step("readonly fixed=2; echo $fixed")
    assert (outcome.exit, kept) == (0, "2\n")


async def test_functions_with_names_of_builtins_do_no_harm(shell: Shell) -> None:
    """A function called cd, printf or trap is carried like any other."""
    await shell.step("cd() { echo no; }; printf() { :; }; trap() { :; }; declare() { :; }; x=1")
    outcome, kept = await shell.step("cd; builtin echo $x")
    assert (outcome.exit, kept) == (0, "no\n1\n")


@pytest.mark.parametrize(
    ("script", "exit_code", "why"),
    [
        ("x=2; exec true", 0, ""),
        ("x=2; trap 'echo mine' EXIT", 0, ""),
        ("x=2; kill -9 $$", 137, "killed"),
        ("x=2; kill -TERM $$; sleep 5", 143, "killed"),
    ],
)
async def test_what_does_not_carry_leaves_the_state_as_it_was(
    shell: Shell, script: str, exit_code: int, why: str
) -> None:
    """After exec, an EXIT trap of its own or a kill, the next step starts where this one did."""
    await shell.step("x=1")
    outcome, _ = await shell.step(script)
    assert (outcome.exit, outcome.why, outcome.carried) == (exit_code, why, False)
    assert (await shell.step("echo $x"))[1] == "1\n"


@pytest.mark.parametrize(
    ("script", "exit_code", "kept"),
    [
        ("exit 3", 3, ""),
        ("echo one; false; echo two", 1, "one\n"),
        ("false | true", 1, ""),
        ("set +e; false; echo on", 0, "on\n"),
        ("no-such-program", 127, None),
        ("/etc/passwd", 126, None),
        ("if then", 2, None),
        ("cat; echo read nothing", 0, "read nothing\n"),
        ("exec 9>lock; flock -n 9 && echo locked", 0, "locked\n"),
    ],
)
async def test_exits_are_kept_as_they_are(
    shell: Shell, script: str, exit_code: int, kept: str | None
) -> None:
    """A step ends at its first failing command with that command's exit; a pipeline fails when any part fails."""
    outcome, output = await shell.step(script)
    assert outcome.exit == exit_code, output
    assert kept is None or output == kept
    assert outcome.carried


async def test_what_the_document_sets_carries_on(shell: Shell) -> None:
    """`set +e` in one step holds for those after it, and so does `set -u`."""
    await shell.step("set +e -u")
    outcome, _ = await shell.step("false; echo on")
    assert outcome.exit == 0
    outcome, _ = await shell.step("echo $nothing")
    assert outcome.exit == 1


async def test_a_directory_that_is_gone(shell: Shell) -> None:
    """The next step does not run somewhere else: exit 97, and the reason names the directory."""
    await shell.step("mkdir there; cd there; rmdir ../there")
    outcome, _ = await shell.step("touch ../ran")
    assert outcome.exit == 97
    assert outcome.why == f"directory gone: {shell.directory}/there"
    assert not (Path(shell.directory) / "ran").exists()
    (Path(shell.directory) / "there").mkdir()
    assert (await shell.step("pwd"))[1] == f"{shell.directory}/there\n"


async def test_a_timeout_ends_the_whole_group(shell: Shell) -> None:
    """TERM first; what ignores it is killed after the grace period, background processes included."""
    polite = "trap 'echo tidied up; exit 4' TERM; sleep 60 & wait"
    outcome, kept = await shell.step(polite, timeout_s=0.2, grace_s=5.0)
    assert (outcome.why, outcome.exit, kept) == ("timeout", 4, "tidied up\n")
    order = shell.order("trap '' TERM; sleep 60 & sleep 60", timeout_s=0.2, grace_s=0.3)
    outcome = await asyncio.wait_for(shell.supervisor.perform(order), 10)
    assert (outcome.why, outcome.exit) == ("timeout", 137)
    assert left_overs(None, order.mark) == []


async def test_a_step_can_be_stopped(shell: Shell) -> None:
    """A person who cancels ends the step under way."""
    order = shell.order("echo started; sleep 60")
    started = asyncio.Event()
    performing = asyncio.create_task(shell.supervisor.perform(order, lambda _: started.set()))
    await asyncio.wait_for(started.wait(), 5)
    await shell.supervisor.stop(order.attempt)
    outcome = await asyncio.wait_for(performing, 10)
    assert (outcome.why, outcome.exit) == ("stopped", 143)


async def test_a_signal_that_was_lost_is_sent_again(shell: Shell) -> None:
    """A child that got TERM before it became its program lives on; it is told again, those that tidy up are not."""
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(0.6); signal.signal(15, 0); time.sleep(60)"
    script = (
        "tidy() { echo tidying; sleep 0.4; echo done; exit 6; }; trap tidy TERM\n"
        f"python3 -c '{deaf}' & sleep 60 & wait"
    )
    began = time.monotonic()
    outcome, kept = await shell.step(script, timeout_s=0.4, grace_s=9.0)
    assert (outcome.why, kept) == ("timeout", "tidying\ndone\n")
    assert time.monotonic() - began < 8, "the deaf one was not told again"


async def test_background_processes_live_on_and_are_counted(shell: Shell) -> None:
    """A service that a step starts is not ended with the step, may go on writing, and is reported."""
    outcome, _ = await shell.step("(while sleep 0.01; do echo alive; date +%s%N > beat; done) & echo started")
    assert (outcome.exit, outcome.left > 0) == (0, True)
    beat = Path(shell.directory) / "beat"
    beat.unlink(missing_ok=True)
    limit = time.monotonic() + 5
    while not beat.exists():
        assert time.monotonic() < limit
        await asyncio.sleep(0.01)
    assert (await shell.step("echo next"))[1] == "next\n"
    for pid in left_overs(None, f"{shell.folder}/step-1.1"):
        with contextlib.suppress(ProcessLookupError):  # a `sleep` of the service that has just ended
            os.kill(pid, signal.SIGKILL)


async def test_values_reach_the_step_and_never_the_disk(shell: Shell) -> None:
    """Secrets and parameters are environment values: not in the record, not in the output, also in pieces."""
    script = (
        'echo "whole $PASSWORD"; printf \'%s\' "${PASSWORD:0:7}"; sleep 0.05; printf \'%s\\n\' "${PASSWORD:7}"\n'
        'copy=$PASSWORD; cat <<< "here $copy"; test "$version" = "1.2 (b)" && echo given'
    )
    values = {"PATH": PATH, "PASSWORD": SECRET, "version": "1.2 (b)"}
    outcome, kept = await shell.step(script, environment=values, secrets=(SECRET,))
    assert kept == "whole [redacted]\n[redacted]\nhere [redacted]\ngiven\n"
    assert outcome.state["withheld"] == ["copy"]
    _, kept = await shell.step("echo $copy")  # hidden in later steps as well, also if they do not declare it
    assert kept == "[redacted]\n"
    for file in shell.folder.rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file


async def test_a_value_given_anew_replaces_the_carried_one(shell: Shell) -> None:
    """A parameter that was answered again has its new value; one that a step changed keeps the step's."""
    await shell.step("a=mine", environment={"PATH": PATH, "a": "1", "b": "1"})
    _, kept = await shell.step("echo $a $b", environment={"PATH": PATH, "a": "1", "b": "2"})
    assert kept == "mine 2\n"


@pytest.mark.slow
async def test_a_gigabyte_is_bounded(shell: Shell) -> None:
    """Of endless output the beginning and the end are kept, the rest is counted, and no piece of a secret is seen."""
    began = time.monotonic()
    script = 'set +o pipefail; yes "a line with $PASSWORD in it" | head -c 1000000000; echo; echo the end'
    outcome, kept = await shell.step(
        script, environment={"PATH": PATH, "PASSWORD": SECRET}, secrets=(SECRET,), timeout_s=60.0
    )
    assert outcome.output_bytes == 1_000_000_000 + len("\nthe end\n")
    assert len(kept) < 1024 * 1024 + 100
    assert kept.startswith("a line with [redacted] in it\n")
    assert kept.endswith("\nthe end\n")
    assert f"[... {outcome.left_out_bytes} bytes left out ...]" in kept
    assert not any(SECRET[n : n + 8] in kept for n in range(len(SECRET) - 8))
    assert time.monotonic() - began < 20


async def test_the_step_under_way_is_finished_without_a_server(shell: Shell) -> None:
    """When the server goes, the step ends under its supervisor, its limit holds, and nothing else begins."""
    order = shell.order("echo before; sleep 0.3; echo after")
    started = asyncio.Event()
    performing = asyncio.create_task(shell.supervisor.perform(order, lambda _: started.set()))
    await asyncio.wait_for(started.wait(), 5)
    performing.cancel()
    await shell.supervisor.leave()
    shell.supervisor = await Supervisor.of(shell.folder, PATH)
    assert not shell.supervisor.fresh
    assert shell.supervisor.running == order.attempt
    outcome = await asyncio.wait_for(shell.supervisor.adopt(order.attempt), 5)
    assert outcome.exit == 0
    assert (shell.folder / f"{order.attempt}.out").read_text() == "before\nafter\n"
    assert (await asyncio.wait_for(shell.supervisor.adopt(order.attempt), 5)).exit == 0, (
        "told again when asked again"
    )


async def test_limits_hold_without_a_server(shell: Shell) -> None:
    """A timeout is the supervisor's: it holds while nobody is connected."""
    order = shell.order("echo go; sleep 60", timeout_s=0.3)
    started = asyncio.Event()
    performing = asyncio.create_task(shell.supervisor.perform(order, lambda _: started.set()))
    await asyncio.wait_for(started.wait(), 5)
    performing.cancel()
    await shell.supervisor.leave()
    limit = time.monotonic() + 5
    while last_event(read_record(str(shell.folder)), "ended", order.attempt) is None:
        assert time.monotonic() < limit
        await asyncio.sleep(0.01)
    shell.supervisor = await Supervisor.of(shell.folder, PATH)
    assert (await shell.supervisor.adopt(order.attempt)).why == "timeout"


async def test_an_attempt_runs_once(shell: Shell) -> None:
    """The same attempt is not started a second time, whatever is sent."""
    order = shell.order("echo x >> ran")
    await shell.supervisor.perform(order)
    with pytest.raises(NotUnderWayError):
        await asyncio.wait_for(shell.supervisor.perform(order), 5)
    assert (Path(shell.directory) / "ran").read_text() == "x\n"


async def test_state_that_was_written_down_comes_back_without_its_secrets(shell: Shell) -> None:
    """A new supervisor starts from what the ledger kept: variables, functions, directory; secrets are named only."""
    script = "x=1; API_TOKEN=abc; f() { echo f$x; }; cd /usr; declare -a l=(1 2)"
    outcome, _ = await shell.step(script, environment={"PATH": PATH, "DB": SECRET}, secrets=(SECRET,))
    assert outcome.state["withheld"] == ["API_TOKEN"]
    alive = supervisor_of(shell.folder)
    assert alive is not None
    os.kill(alive[0], signal.SIGKILL)
    await gone(alive[0])
    with pytest.raises(SupervisorLostError):
        await shell.supervisor.perform(shell.order(":"))
    shell.supervisor = await Supervisor.of(shell.folder, PATH)
    assert shell.supervisor.fresh
    _, kept = await shell.step('f; pwd; echo "${l[1]}:${API_TOKEN-none}"', state=outcome.state)
    assert kept == "f1\n/usr\n2:none\n"


async def test_the_supervisor_loads_little(shell: Shell) -> None:
    """It runs beside every run: standard library and a few modules of ours, no site-packages."""
    alive = supervisor_of(shell.folder)
    assert alive is not None
    maps = Path(f"/proc/{alive[0]}/maps").read_text()
    assert "site-packages" not in maps
    status = Path(f"/proc/{alive[0]}/status").read_text()
    resident_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    assert resident_kb < 24_000


async def test_a_full_disk_starts_nothing(tmp_path: Path) -> None:
    """What cannot be written down does not begin: the step is refused, and says why."""
    folder = tmp_path / "run"
    supervisor = await Supervisor.of(folder, PATH)
    folder.chmod(0o500)
    if os.geteuid() == 0:
        (
            folder / "step-1.1.gate"
        ).mkdir()  # root writes anywhere; a folder in the gate's place cannot be taken
    order = Order("step-1.1", "full/1", f"touch {tmp_path}/ran", {"PATH": PATH}, str(tmp_path))
    outcome = await asyncio.wait_for(supervisor.perform(order), 5)
    assert outcome.exit == 126
    assert outcome.why.startswith("not started")
    assert not (tmp_path / "ran").exists()
    folder.chmod(0o700)
    await supervisor.end()
