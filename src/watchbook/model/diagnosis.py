"""Verdicts on causes, with the line that decided. Decided by `deciding.diagnosis`, run by `app.diagnosing`."""

from dataclasses import dataclass
from enum import StrEnum

from watchbook.model.ids import DiagnosisId


class Verdict(StrEnum):
    CONFIRMED = "confirmed"
    LIKELY = "likely"
    RULED_OUT = "ruled_out"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a read-only command did. `problem` says why it could not judge ("psql is not installed"), else empty."""

    command: str
    exit: int | None = None
    output: str = ""
    duration_s: float = 0.0
    problem: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class CauseVerdict:
    """Judgement of one cause; `evidence` is the one line that decided it."""

    cause: str
    verdict: Verdict
    evidence: str
    outcomes: tuple[CommandOutcome, ...] = ()
    remedy: str | None = None  # name of the procedure that mends it
    solution: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SymptomReading:
    """A symptom as it is now: True holds, False does not, None no data or prose."""

    text: str
    holds: bool | None
    says: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One pass over an issue: symptoms, what the diagnosis commands printed, a verdict for each cause in order."""

    id: DiagnosisId
    service: str
    environment: str
    issue: str
    alert: str | None
    asked_by: str
    began_at: float
    ended_at: float | None = None
    symptoms: tuple[SymptomReading, ...] = ()
    findings: tuple[CommandOutcome, ...] = ()  # the numbered diagnosis items
    verdicts: tuple[CauseVerdict, ...] = ()
    next_action: str = ""  # one sentence
    next_procedure: str | None = None
    incident: str = ""
    version: int = 0

    @property
    def best(self) -> CauseVerdict | None:
        """The first confirmed cause, else the first likely one; ties go by order in the document."""
        for wanted in (Verdict.CONFIRMED, Verdict.LIKELY):
            for verdict in self.verdicts:
                if verdict.verdict is wanted:
                    return verdict
        return None
