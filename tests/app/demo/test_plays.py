"""What each play expects: the table agrees with the example's runbook and faults, and pages are judged against it."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from watchbook.app.demo.plays import (
    PLAYS,
    Judged,
    Play,
    judge_cause,
    judge_page,
    judge_question,
    judge_resolve,
)

SHOP = Path(__file__).resolve().parents[3] / "examples" / "01-shop"
DATABASE = PLAYS["database"]


def page(**changes: Any) -> dict[str, Any]:
    """The first page of the database play, with changes."""
    ordinary = {
        "kind": "trigger",
        "contact": "Ana Ruiz",
        "alert": "Service Down",
        "summary": "Service Down: 0 of 3 instances healthy",
        "cause": None,
    }
    return {**ordinary, **changes}


def confirmed(name: str, verdict: str = "confirmed") -> dict[str, str]:
    """A cause as pages carry it."""
    return {"name": name, "verdict": verdict, "evidence": "connection refused"}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_each_play_is_in_the_runbook(play: Play) -> None:
    """Alert, cause and remedy of every play stand in the runbook as the table spells them, the remedy under its cause."""
    runbook = (SHOP / "RUNBOOK.md").read_text(encoding="utf-8")
    assert f"\n| {play.alert} |" in runbook
    causes = re.findall(rf"\*\*Cause \d+: {play.cause}\*\*\n```bash\n(.*?)```", runbook, flags=re.S)
    assert len(causes) == 1
    assert f"\n{play.remedy}\n" in causes[0].partition("# Solution:")[2]
    assert f"**On-Call:** {play.person}\n" in runbook


def test_each_play_is_a_fault_of_the_shop() -> None:
    """Every play breaks something that the shop's own script knows."""
    listed = subprocess.run(
        ["bash", "faults.sh", "list"], cwd=SHOP, capture_output=True, text=True, check=True
    )
    assert set(PLAYS) <= {line.split()[0] for line in listed.stdout.splitlines()}


@pytest.mark.parametrize(
    ("seen", "judged"),
    [
        (page(), Judged(True, "paged Ana Ruiz: Service Down")),
        (
            page(cause=confirmed(DATABASE.cause)),
            Judged(True, "paged Ana Ruiz: Service Down, Database connection failure (confirmed)"),
        ),
        (
            page(contact="Bo Lindqvist"),
            Judged(False, "expected a page to Ana Ruiz: Service Down; it went to Bo Lindqvist: Service Down"),
        ),
        (
            page(alert="High Latency"),
            Judged(False, "expected a page to Ana Ruiz: Service Down; it went to Ana Ruiz: High Latency"),
        ),
        (page(kind="update"), None),
        (page(contact="#incidents"), None),
        ({}, None),
    ],
)
def test_the_first_page(seen: dict[str, Any], judged: Judged | None) -> None:
    """Only a first page to a person counts, and it must be the right person about the right alert."""
    assert judge_page(DATABASE, seen) == judged


@pytest.mark.parametrize(
    ("seen", "judged"),
    [
        (
            page(kind="update", cause=confirmed(DATABASE.cause)),
            Judged(True, "told Ana Ruiz: Database connection failure (confirmed), connection refused"),
        ),
        (
            page(kind="update", cause=confirmed("Bad deployment")),
            Judged(False, "expected the cause Database connection failure; Bad deployment was confirmed"),
        ),
        (page(kind="update", cause=confirmed(DATABASE.cause, "likely")), None),
        (page(kind="update", alert="Instance Lost", cause=confirmed("Instance crashed")), None),
        (page(kind="update"), None),
        (page(cause="Database connection failure"), None),
    ],
)
def test_the_cause(seen: dict[str, Any], judged: Judged | None) -> None:
    """Only a confirmed cause of the play's own alert counts, and another one than expected fails the play."""
    assert judge_cause(DATABASE, seen) == judged


def test_the_resolve() -> None:
    """Only the end of the play's own alert counts."""
    over = page(kind="resolve", summary="Service Down resolved after 20 s")
    assert judge_resolve(DATABASE, over) == Judged(True, "told Ana Ruiz: Service Down resolved after 20 s")
    assert judge_resolve(DATABASE, page()) is None
    assert judge_resolve(DATABASE, {**over, "alert": "Instance Lost"}) is None


def test_the_question() -> None:
    """A remedy is confirmed only with its own command on screen; anything else that is asked fails the play."""
    asked = {"kind": "confirm", "commands": ["./db.sh start", "curl -fsS http://127.0.0.1:8100/health"]}
    assert judge_question(DATABASE, asked) == Judged(True, "confirmed ./db.sh start")
    other = judge_question(DATABASE, {"kind": "confirm", "commands": ["rm -r data"]})
    assert other == Judged(False, "expected to confirm ./db.sh start; on screen was rm -r data")
    failed = judge_question(DATABASE, {"kind": "failed", "text": "The step failed. Retry?"})
    assert not failed.good and "asked: The step failed. Retry?" in failed.says
