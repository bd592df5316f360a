"""The API over a real server: every address, the one error shape, repeats, and the stream."""

import asyncio
import json

import aiohttp
import pytest
from tests.api.conftest import Served
from tests.web import shop_text
from tests.web.fake_application import FakeApplication

from watchbook.app.application import AcknowledgeRequest, RunRequest

READS = [
    ("/api/v1/services", "services"),
    ("/api/v1/services/shop", "incident"),
    ("/api/v1/services/shop/reading", "service"),
    ("/api/v1/alerts", "alerts"),
    ("/api/v1/alerts/shop/production/service-down", "threshold"),
    ("/api/v1/incidents", "incidents"),
    ("/api/v1/incidents/41", "timeline"),
    ("/api/v1/diagnoses", "diagnoses"),
    ("/api/v1/diagnoses/d-7", "verdicts"),
    ("/api/v1/silences", "silences"),
    ("/api/v1/runs", "runs"),
    ("/api/v1/runs/r-13", "steps"),
    ("/api/v1/questions", "questions"),
    ("/api/v1/questions/q-5", "content_hash"),
    ("/api/v1/journal", "entries"),
    ("/api/v1/journal/verify", "whole"),
]


@pytest.mark.parametrize(("path", "field"), READS)
async def test_reads_answer(client: aiohttp.ClientSession, path: str, field: str) -> None:
    """Every address of the design answers JSON with the field that a reader looks for."""
    async with client.get(path) as answer:
        assert answer.status == 200
        assert field in await answer.json()
        assert answer.headers["Cache-Control"] == "no-store"


async def test_service_is_json_without_internals(client: aiohttp.ClientSession) -> None:
    """A summary stands at the top of its object, and the store's version numbers stay inside."""
    async with client.get("/api/v1/services/shop") as answer:
        view = await answer.json()
    assert view["id"] == "shop"
    assert view["status"] == "unhealthy"
    assert "text" not in view["document"]
    assert view["incident"]["diagnosis"]["verdicts"][0]["verdict"] == "confirmed"
    assert "version" not in view["incident"]["diagnosis"]


async def test_document_is_the_text_as_loaded(client: aiohttp.ClientSession) -> None:
    """The runbook's own text has an address."""
    async with client.get("/api/v1/services/shop/document") as answer:
        assert answer.content_type == "text/markdown"
        assert await answer.text() == shop_text.TEXT


WRITES = [
    ("/api/v1/alerts/shop/production/service-down/acknowledge", {}, "acknowledge"),
    ("/api/v1/incidents/41/acknowledge", {"for_s": 7200}, "acknowledge"),
    ("/api/v1/alerts/shop/production/high-latency/arm", {}, "arm"),
    ("/api/v1/alerts/shop/production/high-latency/disarm", {}, "disarm"),
    ("/api/v1/alerts/shop/production/high-latency/close", {"reason": "gone for good"}, "close_alert"),
    ("/api/v1/diagnoses", {"service": "shop", "issue": "Service is down"}, "diagnose"),
    ("/api/v1/runs", {"service": "shop", "procedure": "Rollback"}, "start_run"),
    ("/api/v1/runs/r-13/cancel", {"reason": "not needed"}, "cancel_run"),
    ("/api/v1/questions/q-5/answer", {"answer": "confirm", "content_hash": shop_text.HASH}, "answer"),
    ("/api/v1/silences", {"service": "shop", "ends_at": 2e9, "reason": "load test"}, "silence"),
    ("/api/v1/silences/s-1/end", {}, "end_silence"),
    ("/api/v1/services/shop/document/accept", {"digest": "ab" * 32}, "accept_document"),
    ("/api/v1/approvals", {"digest": "ab" * 32, "reason": "reviewed"}, "approve_digest"),
]


@pytest.mark.parametrize(("path", "body", "name"), WRITES)
async def test_writes_reach_the_application_with_their_actor(
    client: aiohttp.ClientSession, application: FakeApplication, path: str, body: dict[str, object], name: str
) -> None:
    """Every write is asked of the application once, in the name that the header gives (rule 46)."""
    async with client.post(path, json=body, headers={"Watchbook-Actor": "Eva%20M%C3%BCller"}) as answer:
        assert answer.status in (200, 201), await answer.text()
    assert [(asked[0], asked[2]) for asked in application.asked] == [(name, "Eva Müller")]


@pytest.mark.parametrize(("path", "body", "name"), WRITES)
async def test_a_repeated_write_happens_once(
    client: aiohttp.ClientSession, application: FakeApplication, path: str, body: dict[str, object], name: str
) -> None:
    """The same key and body answer the same again without acting; another body under the key is a conflict."""
    headers = {"Idempotency-Key": "k-1"}
    async with client.post(path, json=body, headers=headers) as first:
        said = await first.text()
    async with client.post(path, json=body, headers=headers) as second:
        assert (second.status, await second.text()) == (first.status, said)
        assert second.headers["Idempotent-Replay"] == "true"
    async with client.post(path, json={**body, "note": "other"}, headers=headers) as third:
        assert third.status == 409
        assert (await third.json())["error"]["code"] == "conflict"
    assert len(application.asked) == 1


async def test_repeats_at_the_same_time_happen_once(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """Eight requests under one key, all at once, are one run."""

    async def start() -> str:
        body = {"service": "shop", "procedure": "Rollback"}
        async with client.post("/api/v1/runs", json=body, headers={"Idempotency-Key": "k"}) as answer:
            return await answer.text()

    answers = await asyncio.gather(*(start() for _ in range(8)))
    assert len(set(answers)) == 1
    assert len(application.asked) == 1


async def test_refusals_are_not_kept(client: aiohttp.ClientSession, application: FakeApplication) -> None:
    """What was refused changed nothing, so the same key may ask again."""
    headers = {"Idempotency-Key": "k"}
    body = {"service": "shop", "procedure": "Rollback", "content_hash": "old"}
    for _ in range(2):
        async with client.post("/api/v1/runs", json=body, headers=headers) as answer:
            assert answer.status == 409
            assert "Idempotent-Replay" not in answer.headers
    assert application.asked == []


async def test_run_carries_its_key_and_dry_run_only_plans(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """The key reaches the application, which makes it hold over a crash; a dry run answers 200 and starts nothing."""
    body = {"service": "shop", "procedure": "Normal Deployment", "parameters": {"version": "1.1.0"}}
    async with client.post("/api/v1/runs", json={**body, "dry_run": True}) as answer:
        assert answer.status == 200
        assert (await answer.json())["steps"][0]["commands"] == ["./deploy.sh staging 1.1.0"]
    assert application.asked == []
    async with client.post("/api/v1/runs", json=body, headers={"Idempotency-Key": "k-7"}) as answer:
        assert answer.status == 201
    asked = application.asked[0][1]
    assert isinstance(asked, RunRequest)
    assert (asked.key, asked.parameters) == ("k-7", {"version": "1.1.0"})


async def test_acknowledge_takes_how_long(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """`ack --for 2h` arrives as seconds."""
    body = {"for_s": 7200.0, "note": "on it"}
    async with client.post("/api/v1/incidents/41/acknowledge", json=body) as answer:
        assert answer.status == 200
    assert application.asked[0][1] == AcknowledgeRequest("41", 7200.0, "on it")


ERRORS = [
    ("GET", "/api/v1/services/nothing", None, 404, "not_found"),
    ("GET", "/api/v1/nothing", None, 404, "not_found"),
    ("DELETE", "/api/v1/services", {}, 405, "usage"),
    ("GET", "/api/v1/runs?limit=none", None, 422, "usage"),
    ("POST", "/api/v1/runs", {"procedure": "Rollback"}, 422, "usage"),
    ("POST", "/api/v1/runs", {"service": "shop", "env": "staging"}, 422, "usage"),
    ("POST", "/api/v1/silences", {"service": "shop", "reason": "no end"}, 422, "usage"),
    ("POST", "/api/v1/questions/q-5/answer", {"answer": "confirm"}, 409, "conflict"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), ERRORS)
async def test_errors_have_one_shape(
    client: aiohttp.ClientSession, method: str, path: str, body: object, status: int, code: str
) -> None:
    """Unknown things, wrong methods, invalid bodies and conflicts all answer {"error": {code, message, mend}}."""
    async with client.request(method, path, json=body) as answer:
        assert answer.status == status
        error = (await answer.json())["error"]
    assert error["code"] == code
    assert set(error) == {"code", "message", "mend"}
    assert error["message"]


async def test_a_body_that_is_no_json_is_one_line(client: aiohttp.ClientSession) -> None:
    """Broken JSON is a usage error, not a traceback."""
    headers = {"Content-Type": "application/json"}
    async with client.post("/api/v1/runs", data=b"{", headers=headers) as answer:
        assert answer.status == 422
        assert (await answer.json())["error"]["code"] == "usage"


async def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    """More than 1 MiB is refused by its announced length, before any of it is read."""
    port = int(served.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Connection: close\r\nContent-Length: {1024 * 1024 + 1}\r\n\r\n".encode())
    answer = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith("HTTP/1.1 400")
    assert json.loads(answer.partition("\r\n\r\n")[2])["error"]["code"] == "usage"


async def test_a_bug_is_answered_and_logged(
    client: aiohttp.ClientSession, application: FakeApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug answers 500 in the one shape, and its traceback is in the log, not in the answer."""
    application.broken = True
    async with client.get("/api/v1/services/shop") as answer:
        assert answer.status == 500
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        error = (await answer.json())["error"]
    assert "bug" in error["mend"]
    assert "RuntimeError: a bug" in caplog.text


async def test_health_is_memory_only(client: aiohttp.ClientSession, application: FakeApplication) -> None:
    """`/health` says healthy, or 503 with the reasons."""
    async with client.get("/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "healthy"})
    application.problems = ("the journal cannot be written: disk full",)
    async with client.get("/health") as answer:
        assert answer.status == 503
        assert (await answer.json())["problems"] == ["the journal cannot be written: disk full"]


async def test_health_answers_while_the_store_is_stuck(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """With twenty requests waiting for a store that never answers, `/health` takes less than 100 ms."""
    application.stuck = asyncio.Event()
    waiting = [asyncio.create_task(client.get("/api/v1/services/shop")) for _ in range(20)]
    while application.waiting < len(waiting):
        await asyncio.sleep(0)
    clock, took_s = asyncio.get_running_loop().time, []
    for _ in range(5):  # the machine may be busy with something else for a moment
        began = clock()
        async with client.get("/health") as answer:
            assert answer.status == 200
        took_s.append(clock() - began)
    assert min(took_s) < 0.1
    application.stuck.set()
    for answered in await asyncio.gather(*waiting):
        assert answered.status == 200
        answered.release()


async def test_figures_are_exposed_in_both_forms(client: aiohttp.ClientSession) -> None:
    """Prometheus gets OpenMetrics when it asks for it, else its older text form."""
    async with client.get("/metrics", headers={"Accept": "application/openmetrics-text"}) as answer:
        text = await answer.text()
    assert text.endswith("# EOF\n")
    assert 'watchbook_probes_total{outcome="healthy"} 12.0' in text
    assert 'watchbook_page_seconds_bucket{le="+Inf"} 4.0' in text
    async with client.get("/metrics") as answer:
        assert answer.content_type == "text/plain"


async def _next_event(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """The fields of the next event on a stream, without comments and the retry line."""
    fields: dict[str, str] = {}
    while True:
        line = (await asyncio.wait_for(answer.content.readline(), 5)).decode().rstrip("\n")
        if not line and "data" in fields:
            return fields
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            fields[name] = value


async def test_stream_resumes_after_the_last_event(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """A reader that comes back with Last-Event-ID gets what it missed, then what happens."""
    await application.happen("alert.firing", 101)
    await application.happen("page.sent", 102)
    async with client.get("/api/v1/events", headers={"Last-Event-ID": "101"}) as answer:
        assert answer.content_type == "text/event-stream"
        missed = await _next_event(answer)
        assert (missed["id"], missed["event"]) == ("102", "journal")
        await application.happen("service.changed")
        change = await _next_event(answer)
        assert change["event"] == "change"
        assert "id" not in change
        assert json.loads(change["data"])["kind"] == "service.changed"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/journal?after={}",
        "/api/v1/events?after={}",
        "/journal?before={}",
        "/services/shop/journal?before={}",
    ],
)
async def test_numbers_that_no_entry_has_are_refused(client: aiohttp.ClientSession, address: str) -> None:
    """A number beyond what the store can hold is a wrong request, not a bug."""
    async with client.get(address.format(10**22)) as answer:
        assert answer.status == 422


async def test_stream_of_one_service_leaves_out_others(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """`?service=` keeps other services' events away."""
    await application.happen("alert.firing", 1, "other")
    await application.happen("alert.firing", 2, "shop")
    async with client.get("/api/v1/events?service=shop&after=0") as answer:
        assert (await _next_event(answer))["id"] == "2"


async def test_streams_end_when_the_server_stops(
    client: aiohttp.ClientSession, served: Served, application: FakeApplication
) -> None:
    """Stopping does not wait for readers: the stream ends by itself and its follower goes."""
    async with client.get("/api/v1/events") as answer:
        await answer.content.readline()
        served.stop.set()
        rest = await asyncio.wait_for(answer.content.read(), 5)
        assert rest == b"\n"
    await asyncio.wait_for(asyncio.shield(served.task), 5)
    assert application.followers == 0
