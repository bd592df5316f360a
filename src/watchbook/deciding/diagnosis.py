"""Verdicts on causes, and what to do next (document.md, "Verdicts"; rule 22). Pure.

Called by `app.diagnosing` with what read-only commands printed. A check states what holds when its cause is *not* at work.
What could not be judged is inconclusive and says why; nothing here runs anything or guesses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watchbook.deciding import exits
from watchbook.deciding.exits import first_line
from watchbook.deciding.expectation import unmet
from watchbook.model.alerts import Observation
from watchbook.model.diagnosis import CauseVerdict, CommandOutcome, Diagnosis, SymptomReading, Verdict
from watchbook.model.ids import slug
from watchbook.model.procedures import Expectation, Step
from watchbook.model.runbook import AlertRule, Cause, Issue, Runbook, Symptom
from watchbook.model.safety import Safety

EVIDENCE = 120  # characters of a long line that stand in a verdict
_STATES = re.compile(r"\b(OOMKilled|ImagePullBackOff|ErrImagePull|CrashLoopBackOff)\b")
_CHANGES = re.compile(r"deploy|release|rollout|version|config|change|upgrade|migration", re.IGNORECASE)
_STRENGTH = (Verdict.CONFIRMED, Verdict.LIKELY, Verdict.INCONCLUSIVE, Verdict.RULED_OUT)


@dataclass(frozen=True, slots=True)
class Hints:
    """What speaks for causes beside their checks. `recent_change`: one sentence on a change shortly before the onset.

    `advice_holds` maps names of causes to the sentence of a measurable "If A" that holds now.
    """

    recent_change: str = ""
    advice_holds: Mapping[str, str] | None = None


def refusal(step: Step, *, trust_declared: bool = False) -> str:
    """Why a step may not run without a person; empty where it may (rule 22: only what is proven read-only)."""
    if step.safety is None:
        return "it was not classified" if step.script else "there is no command"
    if step.safety.safety is not Safety.READ_ONLY:
        return f"it is not read-only ({str(step.safety.safety).replace('_', ' ')}: {step.safety.reason})"
    if step.safety.declared and not trust_declared:
        return "it is only declared read-only, and this installation does not trust declarations"
    return ""


def judge_cause(
    cause: Cause, outcomes: Sequence[CommandOutcome | None], hints: Hints | None = None
) -> CauseVerdict:
    """The verdict on one cause. `outcomes` stand in the order of `cause.check`; None or missing: was not run."""
    padded = [*outcomes, *([None] * (len(cause.check) - len(outcomes)))]
    judged = [judge_step(step, outcome) for step, outcome in zip(cause.check, padded, strict=False)]
    verdict, evidence = min(
        judged, key=lambda one: _STRENGTH.index(one[0]), default=(Verdict.INCONCLUSIVE, "")
    )
    if verdict is Verdict.INCONCLUSIVE:
        verdict, evidence = _hinted(cause, hints or Hints(), evidence)
    return CauseVerdict(
        cause=cause.name,
        verdict=verdict,
        evidence=evidence,
        outcomes=tuple(outcome for outcome in outcomes if outcome is not None),
        remedy=cause.procedure,
        solution=cause.solution,
        line=cause.line,
    )


def _hinted(cause: Cause, hints: Hints, evidence: str) -> tuple[Verdict, str]:
    """What makes a cause likely that its own check could not judge."""
    holds = (hints.advice_holds or {}).get(cause.name)
    if holds:
        return Verdict.LIKELY, holds
    if hints.recent_change and _CHANGES.search(cause.name):
        return Verdict.LIKELY, hints.recent_change
    return Verdict.INCONCLUSIVE, evidence or "could not check: the runbook gives no check for it"


def judge_step(step: Step, outcome: CommandOutcome | None) -> tuple[Verdict, str]:
    """The verdict of one check, with the line that decided it."""
    if outcome is None:
        return _unjudged("it was not run")
    if outcome.problem:
        return _unjudged(outcome.problem)
    programs = step.safety.programs if step.safety else ()
    trouble = exits.could_not_run(outcome.exit, outcome.output, programs, step.script or outcome.command)
    if trouble:
        return _unjudged(trouble)
    if step.expect is not None:
        return _by_expectation(step, step.expect, outcome)
    if step.exit_meaning.startswith("found_confirms"):
        return _by_finding(outcome)
    if step.exit_meaning.startswith("expects_zero"):
        return _by_exit(step, outcome)
    return _uncatalogued(outcome)


def _unjudged(why: str) -> tuple[Verdict, str]:
    return Verdict.INCONCLUSIVE, f"could not check: {why}"


def _by_expectation(step: Step, expect: Expectation, outcome: CommandOutcome) -> tuple[Verdict, str]:
    missing = unmet(replace(expect, inverted=False), outcome.output)
    if expect.inverted:
        return _by_inverted(step, expect, missing, outcome)
    if not missing:
        return Verdict.RULED_OUT, _line_of(expect, outcome.output)
    blocked = exits.no_access(outcome.output)
    if blocked:
        return _unjudged(blocked)
    answered = outcome.exit == 0 or _answers(step, outcome)
    if not outcome.output.strip():
        if outcome.exit != 0 and answered and step.exit_meaning.startswith("expects_zero"):
            return Verdict.CONFIRMED, f"exit {outcome.exit}: {missing}"
        return _unjudged("it printed nothing")
    if not answered:
        return _unjudged(f"exit {outcome.exit}: {first_line(outcome.output)}")
    return Verdict.CONFIRMED, missing if outcome.exit == 0 else first_line(outcome.output)


def _answers(step: Step, outcome: CommandOutcome) -> bool:
    """Whether a non-zero exit is an answer: always for programs that are not catalogued, where the text decides."""
    if not step.exit_meaning.startswith("expects_zero"):
        return outcome.exit != 255  # ssh's own trouble
    programs = step.safety.programs if step.safety else ()
    return exits.judges(programs, step.script or outcome.command, outcome.exit or 0)


def _by_inverted(
    step: Step, expect: Expectation, missing: str, outcome: CommandOutcome
) -> tuple[Verdict, str]:
    """`# Confirmed if:`: found confirms; not found rules out, where the command answered at all."""
    if not missing:
        return Verdict.CONFIRMED, _line_of(expect, outcome.output)
    blocked = exits.no_access(outcome.output)
    if blocked:
        return _unjudged(blocked)
    if outcome.exit == 1 and step.exit_meaning.startswith("found_confirms"):
        return Verdict.RULED_OUT, "it found nothing"
    if not outcome.output.strip():
        return _unjudged("it printed nothing")
    if outcome.exit != 0:
        return _unjudged(f"exit {outcome.exit}: {first_line(outcome.output)}")
    return Verdict.RULED_OUT, missing


def _by_finding(outcome: CommandOutcome) -> tuple[Verdict, str]:
    if outcome.exit == 0:
        return Verdict.CONFIRMED, first_line(outcome.output) or "it found what it looks for"
    blocked = exits.no_access(outcome.output)
    if blocked:
        return _unjudged(blocked)
    if outcome.exit == 1:
        return Verdict.RULED_OUT, "it found nothing"
    return _unjudged(f"exit {outcome.exit}: {first_line(outcome.output) or 'no output'}")


def _by_exit(step: Step, outcome: CommandOutcome) -> tuple[Verdict, str]:
    blocked = exits.no_access(outcome.output)
    if blocked:
        return _unjudged(blocked)
    if outcome.exit == 0:
        return Verdict.RULED_OUT, first_line(outcome.output) or "exit 0"
    said = exits.difference(outcome.output) or first_line(outcome.output) or "no output"
    if _answers(step, outcome):
        return Verdict.CONFIRMED, f"exit {outcome.exit}: {said}"
    return _unjudged(f"exit {outcome.exit}: {said}")


def _uncatalogued(outcome: CommandOutcome) -> tuple[Verdict, str]:
    """No expectation, and an exit that nobody vouches for: likely at most."""
    blocked = exits.no_access(outcome.output)
    if blocked:
        return _unjudged(blocked)
    if outcome.exit != 0:
        return Verdict.LIKELY, f"exit {outcome.exit}: {first_line(outcome.output) or 'no output'}"
    state = next((line.strip() for line in outcome.output.splitlines() if _STATES.search(line)), "")
    if state:
        return Verdict.LIKELY, first_line(state)
    said = first_line(outcome.output)
    return _unjudged(f"nothing says what is right; it printed: {said}" if said else "it printed nothing")


def _line_of(expect: Expectation, output: str) -> str:
    """The line that meets an expectation, around what matched where it is long; the first one where it takes several."""
    for line in output.splitlines():
        if line.strip() and not unmet(replace(expect, inverted=False), line):
            return _around(expect, line.strip())
    return first_line(output) or "as expected"


def _around(expect: Expectation, line: str) -> str:
    """At most `EVIDENCE` characters of a line, with what was looked for in them."""
    if len(line) <= EVIDENCE:
        return line
    start, end = 0, 0
    if expect.regex is not None and (match := re.search(expect.regex, line)):
        start, end = match.span()
    elif expect.text is not None:
        start = line.find(expect.text)
        end = start + len(expect.text)
    begin = max(0, min(start - (EVIDENCE - (end - start)) // 2, len(line) - EVIDENCE))
    cut = line[begin : begin + EVIDENCE]
    return ("…" if begin else "") + cut + ("…" if begin + EVIDENCE < len(line) else "")


def judge_symptom(symptom: Symptom, seen: Observation | None) -> SymptomReading:
    """A symptom as it is now; no data is neither for nor against."""
    if symptom.condition is None:
        return SymptomReading(symptom.text, None, "", symptom.line)
    if seen is None or seen.true is None:
        why = seen.problem or seen.says if seen is not None else ""
        return SymptomReading(symptom.text, None, why or "no data", symptom.line)
    return SymptomReading(symptom.text, seen.true, seen.says, symptom.line)


def conclude(begun: Diagnosis, causes: Sequence[Cause], now: float) -> Diagnosis:
    """The diagnosis as ended at `now`, with the next action in one sentence. `begun` carries verdicts and findings."""
    ended = replace(begun, ended_at=now)
    best = ended.best
    if best is None:
        return replace(ended, next_action=_without_cause(ended), next_procedure=None)
    advice = next((cause.advice for cause in causes if cause.name == best.cause), None)
    what = best.solution.strip() or (advice or "").strip()
    action = what or f"Mend it: {best.cause}"
    if best.remedy:
        action = f"Run “{best.remedy}”" + (f": {what}" if what else "")
    return replace(ended, next_action=_sentence(action), next_procedure=best.remedy)


def _without_cause(diagnosis: Diagnosis) -> str:
    unjudged = [one.cause for one in diagnosis.verdicts if one.verdict is Verdict.INCONCLUSIVE]
    if not diagnosis.verdicts:
        return f"“{diagnosis.issue}” lists no causes with checks: read what its diagnosis printed."
    if not unjudged:
        return "Every known cause is ruled out: look at what changed, and add the cause to the runbook."
    return f"No cause is confirmed. Check by hand: {', '.join(unjudged)}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def issue_of(runbook: Runbook, rule: AlertRule) -> Issue | None:
    """The issue that an alert leads to: named by it, of its name, or with a symptom on the same signal."""
    named = runbook.issue_for(rule.name)
    if named is not None:
        return named
    same = next((issue for issue in runbook.issues if slug(issue.name) == slug(rule.name)), None)
    if same is not None or rule.condition.signal is None:
        return same
    signal = rule.condition.signal
    return next(
        (
            issue
            for issue in runbook.issues
            if not issue.alerts and any(s.condition and s.condition.signal == signal for s in issue.symptoms)
        ),
        None,
    )
