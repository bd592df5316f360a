"""Command probes: a read-only command of the runbook, judged by its exit and its output.

Called by `Prober`. Running it (bounds, limit, whole group ended, environment empty but for what is listed) is
`world.shell.once`; that the command is read-only and from a trusted revision is checked by the caller.
"""

from collections.abc import Mapping
from pathlib import Path

from watchbook.deciding.expectation import last_number
from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.verdict import Answer, judge_answer, result_of
from watchbook.world.shell.once import CommandResult, OneCommand, run_once


async def probe_command(
    check: HealthCheck, at_s: float, directory: Path, environment: Mapping[str, str], secrets: tuple[str, ...]
) -> ProbeResult:
    """Runs the command once. A program that is missing makes the check unknown, never unhealthy."""
    one = OneCommand(check.target, check.timeout_s, directory, environment, secrets)
    done = await run_once(one)
    if done.exit is None and not done.reason.startswith("not ended"):
        return result_of(check, check.target, at_s, Outcome.UNKNOWN, f"could not be run: {done.reason}")
    if done.exit in (126, 127):
        return result_of(
            check, check.target, at_s, Outcome.UNKNOWN, f"could not be run: {_last_line(done) or done.reason}"
        )
    if done.exit is None:
        reason = f"the command did not end within {say_duration(check.timeout_s)}"
        return result_of(check, check.target, at_s, Outcome.UNHEALTHY, reason, done.duration_s)
    if done.exit != 0:
        last = _last_line(done)
        reason = f"exit {done.exit}" + (f": {last}" if last else "")
        return result_of(check, check.target, at_s, Outcome.UNHEALTHY, reason, done.duration_s)
    note = f"exit 0 in {say_duration(done.duration_s)}"
    answer = Answer(done.output, done.duration_s, None, last_number(done.output), note)
    return judge_answer(check, check.target, at_s, answer)


def _last_line(done: CommandResult) -> str:
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
