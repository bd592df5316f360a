"""A bug in one rule or figure never stops the watch of the others (rule 5)."""

from pathlib import Path
from typing import Any

import pytest
from tests.app.stage import staged, until

from watchbook.app.watching import binding
from watchbook.app.watching import place_watch as watching
from watchbook.deciding.observing import observe

pytestmark = pytest.mark.slow


async def test_the_other_alerts_are_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule whose evaluation breaks is *failing*, and says so; the service that goes down is paged."""

    def broken(rule: Any, *rest: Any) -> Any:
        if rule.name == "High Error Rate":
            raise ZeroDivisionError("by a test")
        return observe(rule, *rest)

    def no_figure(*_: Any) -> Any:
        raise KeyError("by a test")

    monkeypatch.setattr(watching, "observe", broken)
    monkeypatch.setattr(binding, "bind_metric", no_figure)
    async with staged(tmp_path) as stage, stage.watching():
        assert stage.watchbook is not None
        place = stage.watchbook.live["till"].places["production"]  # type: ignore[index]
        stage.till.healthy = False
        await until(lambda: [page for page in stage.phone.of("trigger") if page["alert"] == "Service Down"])
        failing = place.watch.alerts["till/production/high-error-rate"].state  # type: ignore[index]
        assert failing.problem == "evaluation failing: a bug of Watchbook (ZeroDivisionError: by a test)"
        assert place.window.inventory()["http_requests_total"]
