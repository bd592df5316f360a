"""Runs and diagnoses without a server: the same ledger, journal and rules, in the process of the command.

Called by `cli.run` and `cli.diagnose`. A run takes the data folder's lock, so that it never stands beside a server; a
diagnosis keeps nothing. Nothing is watched here: a watch step only waits, and says so.
"""

import asyncio
import getpass
import os
import tempfile
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from watchbook.acting.runs.ports import Installation
from watchbook.acting.runs.runs import Runs
from watchbook.app.application import RunRequest
from watchbook.app.documents.loading import Loaded, load_all
from watchbook.app.documents.sources import sources_of
from watchbook.app.operating.operating import Operating
from watchbook.app.views.watched import Actor
from watchbook.app.watching.live import LiveService
from watchbook.app.wiring import Wiring, data_folder, wiring_for
from watchbook.deciding.page import PagingSettings
from watchbook.model.errors import NotFoundError, UsageError
from watchbook.model.ids import slug
from watchbook.model.incidents import Entry

Result = TypeVar("Result")


def _actor() -> Actor:
    return Actor(os.environ.get("WATCHBOOK_ACTOR") or getpass.getuser())


def _chosen(runbook: Path | None, service: str | None, wiring: Wiring, data: Path, issue: str = "") -> Loaded:
    """The runbook that is meant: as named, of that service or issue, or the only one of the wiring's sources."""
    found = load_all([runbook]) if runbook else list(sources_of(wiring, (), data).read().loaded.values())
    if service is not None:
        found = [one for one in found if one.id == slug(service)]
        if not found:
            raise NotFoundError(f"no runbook here is of “{service}”", mend="Name the file with --runbook.")
    if len(found) > 1 and issue:
        wanted = slug(issue)
        known = [one for one in found if any(wanted == slug(name) for name in _issues_and_alerts(one))]
        found = known or found
    if len(found) > 1:
        names = ", ".join(one.runbook.service.name for one in found)
        raise UsageError("several services are described here", mend=f"Name one with --service: {names}.")
    return found[0]


def _issues_and_alerts(loaded: Loaded) -> list[str]:
    runbook = loaded.runbook
    return [*(issue.name for issue in runbook.issues), *(alert.name for alert in runbook.alerts)]


class AloneOperator:
    """Runs of one runbook in this process. An event loop of its own in a thread, so that questions may wait for a person.

    Without `writes`, for plans alone, the data folder is neither needed nor touched: a passing one takes its place.
    """

    left = (
        "The run stands still; the next `watchbook up` on this data folder takes it over, with what it asks."
    )

    def __init__(
        self,
        runbook: Path | None,
        service: str | None,
        data: str | None,
        reason: str = "",
        *,
        writes: bool = True,
    ) -> None:
        self._writes = writes
        self._passing: tempfile.TemporaryDirectory[str] | None = None
        self._wiring = wiring_for([runbook] if runbook else [])
        self._data, self._reason = data, reason
        self._loaded = _chosen(runbook, service, self._wiring, data_folder(self._wiring, data))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="runs", daemon=True)

    def __enter__(self) -> Self:
        from watchbook.app.watching.pinning import Pins
        from watchbook.app.watching.placing import Placement, load_kept, place_service
        from watchbook.deciding.redaction import redact
        from watchbook.store import folder
        from watchbook.store.store import Store

        secrets, environment = self._wiring.secrets(), self._wiring.command_environment()
        if not self._writes:
            self._passing = tempfile.TemporaryDirectory(prefix="watchbook-")
            self._data = self._passing.name
        self._folder = folder.take(data_folder(self._wiring, self._data))
        self._store = Store(self._folder.database, redact=lambda text: redact(text, secrets))
        self._thread.start()
        placement = Placement(self._wiring, PagingSettings(), Pins(self._store), time.time())

        async def open_runs() -> tuple[Runs, LiveService]:
            kept = await load_kept(self._store, self._loaded.id)
            service = await place_service(self._loaded, kept, placement)
            runs = Runs(self._store, Installation(self._folder.runs, environment, secrets), time.time)
            await runs.recover()
            return runs, service

        self._runs, self._service = self._wait(open_runs())
        self._operating = Operating(self._runs, self._store, lambda _: self._service)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go: steps under way finish under their supervisors, and the next start adopts them."""
        self._wait(self._runs.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._store.close()
        self._folder.close()
        if self._passing is not None:
            self._passing.cleanup()

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _request(self, wanted: dict[str, Any]) -> RunRequest:
        named = str(wanted["procedure"])
        known = self._loaded.runbook.procedure(named) is not None
        return RunRequest(
            service=self._loaded.id,
            procedure=named if known or not self._is_cause(named) else None,
            cause=None if known else named,
            environment=wanted.get("environment"),
            parameters=wanted.get("parameters") or {},
            offline=self._reason,
        )

    def _is_cause(self, name: str) -> bool:
        return any(
            slug(cause.name) == slug(name) for issue in self._loaded.runbook.issues for cause in issue.causes
        )

    def plan(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return _json(self._wait(self._operating.plan_run(self._request(wanted))))

    def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Starts it, and journals why it runs without the server where that was said."""
        run = self._wait(self._operating.start_run(self._request(wanted), _actor()))
        if self._reason:
            says = f"run {run.summary.id} goes without the server: {self._reason}"
            entry = Entry(self._loaded.id, "run.offline", says, _actor().name, time.time(), run.summary.id)
            self._wait(self._store.note(entry))
        return _json(run)

    def run(self, run: str) -> dict[str, Any]:
        return _json(self._wait(self._operating.run(run)))

    def answer(self, question: str, answer: str, content_hash: str) -> dict[str, Any]:
        return _json(self._wait(self._operating.answer(question, answer, content_hash, _actor())))


def _json(value: object) -> dict[str, Any]:
    from watchbook.app.encoding import to_json

    found: dict[str, Any] = to_json(value)
    return found


def diagnose_alone(
    runbook: Path | None, issue: str, environment: str | None, service: str | None = None
) -> dict[str, Any]:
    """An issue's diagnosis from a file, kept nowhere; health checks are asked once first, so that symptoms can be read."""
    wiring = wiring_for([runbook] if runbook else [])
    loaded = _chosen(runbook, service, wiring, data_folder(wiring, None), issue)
    return _json(asyncio.run(_diagnose(loaded, wiring, issue, environment)))


async def _diagnose(loaded: Loaded, wiring: Wiring, issue: str, environment: str | None) -> object:
    from watchbook.app.application import DiagnoseRequest
    from watchbook.app.diagnosing.diagnosing import begin, issue_of_request, place_of
    from watchbook.app.diagnosing.examining import Examiner, look_once
    from watchbook.app.watching.placing import bare_service
    from watchbook.deciding.diagnosis import Hints
    from watchbook.world.probes import Prober, ProbeSettings

    service = bare_service(loaded, wiring, PagingSettings(), time.time())
    place = place_of(service, environment)
    request = DiagnoseRequest(loaded.id, issue=issue, environment=environment)
    found, alert = issue_of_request(service, request)
    commands, secrets = wiring.command_environment(), wiring.secrets()
    async with Prober(ProbeSettings(commands, secrets)) as prober:
        await look_once(service, place, prober, time.time())
    begun = begin(service, place, found, alert, _actor().name, time.time())
    return await Examiner(commands, secrets, time.time).examine(service, place, found, begun, Hints())
