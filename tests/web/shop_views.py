"""A shop as the application would show it: calm, broken, or new and half wired. Used by the tests of `api` and `web`.

Only views (our own port): the text is a runbook, and every line number is found in it. It watches nothing.
"""

from tests.web.shop_runs import procedures, question
from tests.web.shop_text import BEGAN, NOW, TEXT, document, line_of

from watchbook.app.views.runs import (
    CauseView,
    CommandView,
    IssueView,
    RunSummary,
)
from watchbook.app.views.watched import (
    ActionView,
    AlertView,
    CheckView,
    EnvironmentView,
    HandoffView,
    Health,
    IncidentView,
    InstanceView,
    MetricState,
    MetricView,
    NextRungView,
    PhasesView,
    ServiceSummary,
    ServiceView,
    ToldView,
    UnwiredView,
)
from watchbook.model.diagnosis import CauseVerdict, CommandOutcome, Diagnosis, SymptomReading, Verdict
from watchbook.model.ids import DiagnosisId
from watchbook.model.incidents import JournalEntry
from watchbook.model.paging import Silence
from watchbook.model.procedures import Parameter
from watchbook.model.runbook import Contact, Coverage, Finding, Level, Link, Review


def _points(values: list[float | None]) -> tuple[tuple[float, float | None], ...]:
    return tuple((NOW - 5 * (len(values) - index), value) for index, value in enumerate(values))


def _calm_wave(middle: float, count: int = 60) -> list[float | None]:
    return [middle * (1 + ((index * 7919) % 13 - 6) / 60) for index in range(count)]


def instances(healthy: bool) -> tuple[InstanceView, ...]:
    if healthy:
        return tuple(
            InstanceView(f"shop-{n}", f"http://127.0.0.1:810{n}", Health.HEALTHY, "", NOW - 9000, 0.0041)
            for n in (1, 2, 3)
        )
    return tuple(
        InstanceView(
            f"shop-{n}", f"http://127.0.0.1:810{n}", Health.UNHEALTHY, "503, expected 200", BEGAN, 0.003
        )
        for n in (1, 2, 3)
    )


def checks(healthy: bool, text: str) -> tuple[CheckView, ...]:
    bad = Health.HEALTHY if healthy else Health.UNHEALTHY
    return (
        CheckView(
            "Service health", "http", "http://127.0.0.1:8100/health", "production", bad,
            "" if healthy else "503, expected {\"status\": \"healthy\"}", BEGAN, NOW - 1, 0.0041, 0.1,
            PhasesView(0.0, 0.0002, None, 0.0037, 0.0002), 2.0, None, line_of("**Endpoint:**", text),
        ),
        CheckView(
            "Service health", "http", "http://127.0.0.1:8110/health", "staging", Health.HEALTHY, "", NOW - 9000,
            NOW - 1, 0.0038, 0.1, PhasesView(), 2.0, None, line_of("**Endpoint:**", text),
        ),
        CheckView(
            "Database", "http", "http://127.0.0.1:8120/ping", "production", bad,
            "" if healthy else "connection refused", BEGAN, NOW - 1, 0.0012 if healthy else None, None,
            PhasesView(), 2.0, "Database", line_of("- **Database:**", text),
        ),
        CheckView(
            "Payment API", "http", "http://127.0.0.1:8122/health", "production", Health.HEALTHY, "", NOW - 9000,
            NOW - 1, 0.0043, None, PhasesView(), 2.0, "Payment API", line_of("- **Payment API:**", text),
        ),
    )  # fmt: skip


def metrics(healthy: bool, text: str) -> tuple[MetricView, ...]:
    errors: list[float | None] = [0.002, 0.001] * 28
    errors += [0.002] * 4 if healthy else [0.004, 0.012, None, None]
    return (
        MetricView(
            "Request Rate", "request_rate", "1/s", "production",
            MetricState.WITHIN if healthy else MetricState.BELOW, 18.2 if healthy else 0.2, 1, 40, "",
            _points(_calm_wave(18) if healthy else [*_calm_wave(18, 54), 12, 4, 1, 0.4, 0.2, 0.2]),
            "sum(rate(http_requests_total[10s]))", line_of("**Request Rate:**", text),
        ),
        MetricView(
            "Error Rate", "error_ratio", "ratio", "production",
            MetricState.WITHIN if healthy else MetricState.NO_TRAFFIC, 0.002 if healthy else None, None, 0.01, "",
            _points(errors), None, line_of("**Error Rate:**", text),
        ),
        MetricView(
            "Latency (p95)", "latency", "s", "production", MetricState.WITHIN, 0.081, None, 0.25, "",
            _points(_calm_wave(0.08)), None, line_of("**Latency (p95):**", text),
        ),
    )  # fmt: skip


def alerts(healthy: bool, text: str) -> tuple[AlertView, ...]:
    return (
        AlertView(
            "shop/production/service-down", "Service Down", "production", "critical",
            "ok" if healthy else "firing", True, "Critical", NOW - 9000 if healthy else BEGAN,
            None if healthy else BEGAN, 3 if healthy else 0, "count",
            "3 of 3 instances healthy" if healthy else "0 of 3 instances healthy", "0 healthy instances", 0,
            "Page on-call immediately", "none of 3 instances is healthy", "",
            "Service is down / not responding", None if healthy else "i-41",
            line=line_of("| Service Down", text),
        ),
        AlertView(
            "shop/production/high-error-rate", "High Error Rate", "production", "high", "ok", True, "High",
            NOW - 9000, None, 0.002, "ratio", "0.2% errors", "> 1% errors for 10s", 10, "Investigate within 15min",
            line=line_of("| High Error Rate", text),
        ),
        AlertView(
            "shop/production/high-latency", "High Latency", "production", "medium", "ok", False, "Medium",
            NOW - 9000, None, 0.081, "s", "p95 81 ms", "p95 > 250ms for 10s", 10,
            "Page on-call, investigate within 1hr", line=line_of("| High Latency", text),
        ),
    )  # fmt: skip


def diagnosis() -> Diagnosis:
    refused = "curl: (7) Failed to connect to 127.0.0.1 port 8120 after 0 ms: Connection refused"
    check = "curl -fsS --max-time 2 http://127.0.0.1:8120/ping"
    return Diagnosis(
        DiagnosisId("d-7"), "shop", "production", "Service is down / not responding", "Service Down",
        "watchbook", BEGAN + 0.2, BEGAN + 1.9,
        symptoms=(
            SymptomReading("Health check endpoint returns 503 or times out", True, "503 since 03:12:04", 5),
            SymptomReading("Customers cannot place orders", None, "not measurable"),
        ),
        findings=(
            CommandOutcome("tail -n 20 logs/shop-1.log", 0, "03:12:03 ERROR database: refused\n", 0.01),
        ),
        verdicts=(
            CauseVerdict(
                "Database connection failure", Verdict.CONFIRMED, refused,
                (CommandOutcome(check, 7, refused, 0.02, "", 70),),
                "Service is down / not responding: Database connection failure", "Start the database again", 68,
            ),
            CauseVerdict(
                "All instances stopped", Verdict.RULED_OUT, '"running": 3', (),
                "Service is down / not responding: All instances stopped", "Start the instances again", 78,
            ),
            CauseVerdict("Bad deployment", Verdict.INCONCLUSIVE, "could not check: diff took longer than 10 s"),
        ),
        next_action="Start the database again",
        next_procedure="Service is down / not responding: Database connection failure",
        incident="i-41",
    )  # fmt: skip


def entry(sequence: int, after_s: float, kind: str, summary: str, actor: str = "watchbook") -> JournalEntry:
    return JournalEntry(
        sequence, "shop", kind, summary, actor, BEGAN + after_s, BEGAN + after_s, "", "i-41", {},
        f"{sequence - 1:064x}", f"{sequence:064x}",
    )  # fmt: skip


def incident(text: str = TEXT) -> IncidentView:
    remedy = "Service is down / not responding: Database connection failure"
    return IncidentView(
        "i-41", 41, "shop", "production", "Service Down: 0 of 3 instances healthy", "critical", "open", BEGAN,
        alerts=alerts(False, text)[:1],
        told=(
            ToldView("Ana Ruiz", "phone", "trigger", "sent", BEGAN + 0.3),
            ToldView("#shop", "chat", "trigger", "failed", BEGAN + 0.4, 0, "the webhook answered 500"),
        ),
        acknowledged=None,
        next_rung=NextRungView("Bo Lindqvist", NOW + 171),
        timeline=(
            entry(101, 0.0, "alert.firing", "Service Down fires: 0 of 3 instances healthy"),
            entry(102, 0.3, "page.sent", "Ana Ruiz paged (phone)"),
            entry(103, 1.9, "diagnosis.ended", "Cause confirmed: Database connection failure"),
            entry(104, 2.0, "page.sent", "Ana Ruiz told the cause (phone)"),
        ),
        diagnosis=diagnosis(),
        next_action=ActionView("Start the database again", remedy, "production", ("./db.sh start",), "changes"),
    )  # fmt: skip


def issues(healthy: bool, text: str) -> tuple[IssueView, ...]:
    name = "Service is down / not responding"
    causes = (
        CauseView(
            "Database connection failure", "Start the database again", f"{name}: Database connection failure",
            None, line_of("**Cause 1: Database", text),
        ),
        CauseView(
            "All instances stopped", "Start the instances again", f"{name}: All instances stopped", None,
            line_of("**Cause 2: All instances", text),
        ),
    )  # fmt: skip
    latest = None if healthy else diagnosis()
    return (IssueView(name, ("Service Down",), causes, latest, line_of("### Issue: Service is down", text)),)


def service(healthy: bool = False, text: str = TEXT) -> ServiceView:
    headline = "all well" if healthy else "Service Down: 0 of 3 instances healthy"
    under_way = RunSummary(
        "r-13", "shop", "Service is down / not responding: Database connection failure", "production", "waiting",
        "ana", NOW - 20, NOW - 19, now="a person confirms", done=0, steps=2, incident="i-41",
    )  # fmt: skip
    return ServiceView(
        ServiceSummary(
            "shop", "Shop", Health.HEALTHY if healthy else Health.UNHEALTHY, headline,
            NOW - 9000 if healthy else BEGAN, "Checkout team", "Ana Ruiz", "examples/01-shop/RUNBOOK.md", 3, 2,
            0 if healthy else 1, 0 if healthy else 1, None if healthy else 41, 0, 1,
        ),
        NOW,
        document(text),
        "Takes orders: prices a basket, charges the card, stores the order",
        ("Database", "Payment API"), ("Storefront",), 0.999,
        environments=(
            EnvironmentView(
                "production", "http://127.0.0.1:8100", Health.HEALTHY if healthy else Health.UNHEALTHY, True,
                instances(healthy), 0,
            ),
            EnvironmentView("staging", "http://127.0.0.1:8110", Health.HEALTHY),
        ),
        checks=checks(healthy, text), metrics=metrics(healthy, text), alerts=alerts(healthy, text),
        incident=None if healthy else incident(text),
        questions=() if healthy else (question(),),
        runs=() if healthy else (under_way,),
        procedures=procedures(text), issues=issues(healthy, text),
        commands=(
            CommandView(
                "Recent logs", "Logs", "tail -n 100 logs/<instance>.log", (Parameter("instance"),), "read_only",
                "tail reads", line_of("tail -n 100 logs", text),
            ),
        ),
        contacts=(
            Contact("On-Call", "Ana Ruiz", "ana@shop.test", "phone", line_of("- **On-Call:** Ana", text)),
            Contact("Backup", "Bo Lindqvist", "bo@shop.test", None, line_of("- **Backup:** Bo", text)),
        ),
        handoff=(
            HandoffView("Review open incidents", "incidents", "none open", line_of("Review open incidents", text)),
            HandoffView("Confirm contact information", "contacts", None, line_of("Confirm contact", text)),
        ),
        unwired=(UnwiredView("Bo Lindqvist", "contact", line_of("- **Backup:** Bo", text)),),
        silences=() if healthy else (
            Silence("s-1", "shop", "High Latency", NOW - 600, NOW + 3000, "ana", "load test"),
        ),
        findings=(
            Finding(
                "WB305", Level.WARNING, line_of("**Normal Deployment:**", text),
                "the deployment has no verification", "Add a `# Verify` with a command.",
            ),
        ),
        coverage=Coverage(80, 78, 1, 1),
        review=Review("2026-11-11", "2027-02-23"),
        dashboards=(Link("Primary Dashboard", "http://127.0.0.1:8090/"),),
    )  # fmt: skip
