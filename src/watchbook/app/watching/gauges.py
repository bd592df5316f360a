"""Gauges of Watchbook's own state: what waits, what runs, what it costs. Read when `/metrics` is asked."""

import os
import resource
from collections.abc import Iterable, Mapping

from watchbook.acting.outbox import Outbox
from watchbook.acting.runs.runs import Runs
from watchbook.app.watching.figures import Gauge
from watchbook.app.watching.live import LiveService, each_check
from watchbook.model.ids import ServiceId
from watchbook.store.store import Store

Values = Iterable[tuple[dict[str, str], float]]
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def gauges_of(outbox: Outbox, runs: Runs, store: Store, live: Mapping[ServiceId, LiveService]) -> list[Gauge]:
    """All of them."""

    def waiting() -> Values:
        health = outbox.health()
        return [({"kind": "due"}, float(health.waiting)), ({"kind": "unrecorded"}, float(health.unrecorded))]

    def recording() -> Values:
        return [({}, float(store.problem is None))]

    def running() -> Values:
        counted: dict[str, int] = {}
        for run in runs.active():
            counted[str(run.state)] = counted.get(str(run.state), 0) + 1
        return [({"state": state}, float(count)) for state, count in counted.items()]

    def checks() -> Values:
        counted: dict[str, int] = {}
        for check in each_check(dict(live)):
            counted[check.status] = counted.get(check.status, 0) + 1
        return [({"status": status}, float(count)) for status, count in counted.items()]

    def series() -> Values:
        return [
            ({"service": str(service.id), "environment": place.name}, float(len(place.window)))
            for service in live.values()
            for place in service.places.values()
        ]

    return [
        Gauge("watchbook_outbox_waiting", "Pages that have not left yet, or are not recorded yet.", waiting),
        Gauge("watchbook_store_recording", "1 while the store takes writes.", recording),
        Gauge("watchbook_runs", "Runs that are not over, by state.", running),
        Gauge("watchbook_checks", "Checks by their status.", checks),
        Gauge("watchbook_series", "Series in memory, by service and environment.", series),
        Gauge("process_resident_memory_bytes", "Memory of the server process.", _memory),
        Gauge("process_cpu_seconds", "CPU time of the server process.", _cpu),
    ]


def _memory() -> Values:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 (read at each scrape, kept cheap)
        return [({}, float(file.read().split()[1]) * _PAGE_BYTES)]


def _cpu() -> Values:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return [({}, used.ru_utime + used.ru_stime)]
