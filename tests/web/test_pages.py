"""The board's pages over a real server: what they show, where it stands, and what their forms do."""

import gzip
import re
from dataclasses import replace
from html.parser import HTMLParser

import aiohttp
import pytest
from tests.web import shop_runs, shop_text, shop_views
from tests.web.fake_application import FakeApplication

from watchbook.app.application import DiagnoseRequest, RunRequest, SilenceRequest
from watchbook.app.views.watched import ChangeView, MissingView
from watchbook.web import assets, board

VOID = {"meta", "link", "input", "br", "hr", "img"}
PAGES = [
    "/services/shop",
    "/services/shop/parts",
    "/services/shop/run?procedure=Rollback",
    "/services/shop/run?procedure=Normal+Deployment&p.version=1.1.0",
    "/services/shop/journal",
    "/services/shop/accept",
    "/journal",
    "/runs/r-13",
    "/runs/r-13/parts",
    "/incidents/41",
    "/incidents/41/parts",
    "/acknowledge/good",
    "/?all",
    "/parts",
]


class _Checker(HTMLParser):
    """Finds unclosed elements, doubled ids, fields without a label, and anything the security policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID and tag not in ("path", "rect", "circle", "polyline"):
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if "style" in given or any(name.startswith("on") for name in given):
            self.problems.append(f"<{tag}> has a style or a handler of its own")
        if tag == "script" and not given.get("src"):
            self.problems.append("a script inside the page")
        if tag in ("input", "select") and given.get("type") != "hidden" and "label" not in self.open:
            self.problems.append(f"a field without a label: {given}")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("path", "rect", "circle", "polyline"):
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")


def check_page(text: str) -> list[str]:
    """What is wrong with the HTML."""
    checker = _Checker()
    checker.feed(text)
    doubled = {name for name in checker.ids if checker.ids.count(name) > 1}
    return (
        checker.problems
        + [f"id {name} twice" for name in doubled]
        + [f"<{tag}> stays open" for tag in checker.open]
    )


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_sound(client: aiohttp.ClientSession, path: str) -> None:
    """Every page is well formed, labels its fields, repeats no id, and needs no inline script or style."""
    async with client.get(path) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert check_page(await answer.text()) == []


async def test_repeated_names_keep_ids_apart(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """Two findings on a line, two procedures and issues of one name: every id stays unique."""
    view = shop_views.service()
    application.view = replace(
        view, findings=view.findings * 2, procedures=view.procedures * 2, issues=view.issues * 2
    )
    async with client.get("/services/shop") as answer:
        assert check_page(await answer.text()) == []


async def test_one_service_is_shown_at_once(client: aiohttp.ClientSession) -> None:
    """With a single service the address of the server leads to it."""
    async with client.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/services/shop")


async def test_what_is_wrong_comes_first(client: aiohttp.ClientSession) -> None:
    """Before any line of the runbook: what, why with the line that shows it, the next action, and who was told."""
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    top = text[: text.index("<nav")]
    for said in (
        "Service Down: 0 of 3 instances healthy",
        "Database connection failure",
        "confirmed",
        "Failed to connect to 127.0.0.1 port 8120",
        "./db.sh start",
        "Run on production…",
        "Ana Ruiz told",
        "Bo Lindqvist in",
        "#shop not reached",
        "Start the database again on production?",
        "incident 41",
    ):
        assert said in top, said
    assert "Service Down fires" in top


async def test_what_is_alive_stands_beside_its_part(client: aiohttp.ClientSession) -> None:
    """Checks beside Health Checks, figures beside Key Metrics, alert states beside Alerting, buttons under procedures."""
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    sections = dict(
        re.findall(r'<section class="row-of-two[^"]*" id="([^"]*)">(.*?)</section>', text, re.DOTALL)
    )
    assert "connection refused" in sections["dependencies-health"]
    assert "<svg" in sections["key-metrics"]
    assert "no traffic" in sections["key-metrics"]
    assert "firing" in sections["alerting"]
    assert "observed" in sections["alerting"]
    assert 'href="/services/shop/run?procedure=Normal+Deployment"' in sections["deployment"]
    assert "The deployment has no verification" in sections["deployment"]
    issue = sections["issue-service-is-down--not-responding"]
    assert issue.index("Diagnose") < issue.index("Symptoms")
    assert "Database+connection+failure" in issue
    assert "not wired" in sections["contacts"]
    assert "none open" in sections["on-call-handoff"]
    assert "reads only" in sections["logs"]


async def test_a_diagram_carries_lights(client: aiohttp.ClientSession) -> None:
    """A node whose label begins with a component's name shows its light; one that nobody checks shows none."""
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    assert '<tspan id="part-component-database" class="tone bad">▲ </tspan>Database, SQLite' in text
    assert ">Storefront</text>" in text


async def test_a_remedy_stands_under_its_own_cause(client: aiohttp.ClientSession) -> None:
    """The second cause's button is not under the first one's commands."""
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    first, second = text.index("Cause 1: Database"), text.index("Cause 2: All instances")
    assert first < text.index("Run the remedy for Database connection failure") < second
    assert second < text.index("Run the remedy for All instances stopped")


async def test_a_calm_service_says_so(client: aiohttp.ClientSession, application: FakeApplication) -> None:
    """Nothing is red, nothing is asked, and who is on call is named."""
    application.view = shop_views.service(healthy=True)
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    assert "All well" in text
    assert "Ana Ruiz is on call" in text
    assert "state bad" not in text
    assert 'class="incident"' not in text


async def test_own_problems_and_missing_trust_are_seen(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """A full disk, the shadow, and a changed text that nobody accepted stand on the page."""
    application.problems = ("the journal cannot be written: disk full",)
    changed = replace(
        shop_text.document(),
        trusted=False,
        waits=True,
        reason="the runbook's commands changed at 03:12 UTC and nobody has accepted them yet",
        waiting=("the check Queue",),
        missing=(
            MissingView("alert", "Service Down", shop_text.NOW, "its row is gone from the runbook", True),
        ),
        outdated="RUNBOOK.md cannot be read: not UTF-8",
    )
    application.view = replace(shop_views.service(), document=changed, shadow=True)
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    assert "disk full" in text
    assert "nobody is paged" in text
    assert 'href="/services/shop/accept"' in text and "nobody has accepted them yet" in text
    assert "its row is gone from the runbook" in text and "not UTF-8" in text


async def test_an_acceptance_shows_what_changes_before_its_button(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """Differences in words, what matters first, what would be let go, and a button bound to exactly that."""
    document = replace(
        shop_text.document(),
        waits=True,
        content_hash="c0ffee",
        changes=(
            ChangeView(
                "unattended", "runs_more", "`df -h <x>` would now run unattended: the check Disk.", None, 7
            ),
            ChangeView("alert", "none", "new alert Disk Full.", None, 9),
        ),
        missing=(
            MissingView("alert", "Service Down", shop_text.NOW, "its row is gone from the runbook", True),
        ),
    )
    application.view = replace(shop_views.service(), document=document)
    async with client.get("/services/shop/accept") as answer:
        text = await answer.text()
    said = [
        "Would run more without a person",
        "df -h &lt;x&gt;",
        "Other changes",
        "Would be watched no longer",
    ]
    assert sorted(said, key=text.index) == said
    assert 'name="content_hash" value="c0ffee"' in text and f'value="{document.digest}"' in text
    application.view = replace(shop_views.service(), document=shop_text.document())
    async with client.get("/services/shop/accept") as answer:
        assert "Nothing waits" in await answer.text()


async def test_pages_are_small(client: aiohttp.ClientSession) -> None:
    """A phone on a bad line: the page, its parts, style and scripts."""
    async with client.get("/services/shop", headers={"Accept-Encoding": "identity"}) as answer:
        page = await answer.read()
    assert len(page) < 60_000
    assert len(gzip.compress(page)) < 12_000
    sizes = {name: len(asset.content) for name, asset in assets.assets().items()}
    assert sizes["board.css"] < 20_000
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) < 20_000


async def test_parts_are_those_of_the_page(client: aiohttp.ClientSession) -> None:
    """Every part that is fetched again has its place on the page, with the same content."""
    async with client.get("/services/shop") as answer:
        page = await answer.text()
    async with client.get("/services/shop/parts") as answer:
        parts = await answer.text()
    wanted = set(re.findall(r'id="(part-[^"]+)"', parts))
    assert len(wanted) > 15
    assert wanted <= set(re.findall(r'id="(part-[^"]+)"', page))


async def test_text_from_outside_is_escaped(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """Output, evidence and names of others are letters, never markup."""
    nasty = '<img src=x onerror="alert(1)">'
    view = shop_views.service()
    assert view.incident and view.incident.diagnosis
    verdict = replace(view.incident.diagnosis.verdicts[0], evidence=nasty, cause=nasty)
    diagnosis = replace(view.incident.diagnosis, verdicts=(verdict,))
    application.view = replace(view, incident=replace(view.incident, title=nasty, diagnosis=diagnosis))
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    assert "<img" not in text
    assert "&lt;img src=x" in text


def _form(server: str) -> dict[str, str]:
    return {"Origin": server, "Accept": "text/html"}


FORMS = [
    ("/services/shop/diagnose", {"issue": "Service is down"}, "diagnose"),
    ("/services/shop/accept", {"digest": "ab" * 32}, "accept_document"),
    ("/incidents/i-41/acknowledge", {}, "acknowledge"),
    ("/alerts/shop/production/high-latency/arm", {}, "arm"),
    ("/alerts/shop/production/high-latency/disarm", {}, "disarm"),
    ("/alerts/shop/production/high-latency/close", {"reason": "gone"}, "close_alert"),
    ("/alerts/shop/production/high-latency/silence", {"reason": "load test", "minutes": "60"}, "silence"),
    (
        "/services/shop/run",
        {"procedure": "Rollback", "content_hash": shop_text.HASH, "key": "k"},
        "start_run",
    ),
    ("/silences/s-1/end", {}, "end_silence"),
    ("/runs/r-13/cancel", {"reason": "not needed"}, "cancel_run"),
    ("/questions/q-5/answer", {"answer": "confirm", "content_hash": shop_text.HASH}, "answer"),
]


@pytest.mark.parametrize(("path", "fields", "name"), FORMS)
async def test_forms_act_without_scripts(
    client: aiohttp.ClientSession,
    application: FakeApplication,
    server: str,
    path: str,
    fields: dict[str, str],
    name: str,
) -> None:
    """A plain form asks the application once, in the reader's name, and leads to a page."""
    headers = _form(server) | {"Cookie": "watchbook_actor=Ana%20Ruiz"}
    async with client.post(path, data={**fields, "x": "y"}, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        assert answer.headers["Location"].startswith("/")
    assert [(asked[0], asked[2]) for asked in application.asked] == [(name, "Ana Ruiz")]


async def test_forms_carry_what_they_say(
    client: aiohttp.ClientSession, application: FakeApplication, server: str
) -> None:
    """Issue, parameters, key and the end of a silence arrive as they were chosen."""
    staging = {"procedure": "P", "environment": "staging", "p.version": "2"}
    for path, fields in (
        ("/services/shop/diagnose", {"alert": "shop/production/service-down"}),
        ("/services/shop/run", {**staging, "content_hash": shop_text.HASH, "key": "k"}),
        ("/alerts/shop/production/high-latency/silence", {"reason": "test", "minutes": "240"}),
    ):  # fmt: skip
        async with client.post(path, data=fields, headers=_form(server), allow_redirects=False) as answer:
            assert answer.status == 303
    diagnose, run, silence = (asked[1] for asked in application.asked)
    assert diagnose == DiagnoseRequest("shop", None, "shop/production/service-down")
    assert run == RunRequest("shop", "P", None, "staging", {"version": "2"}, shop_text.HASH, key="k")
    assert isinstance(silence, SilenceRequest)
    assert silence.alert == "shop/production/high-latency"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/alerts/shop/production/high-latency/silence", {"reason": " "}, 400),
        ("/alerts/shop/production/high-latency/silence", {"reason": "x", "minutes": "soon"}, 400),
        ("/alerts/shop/production/high-latency/explode", {"x": "y"}, 404),
        ("/services/shop/run", {"procedure": "Rollback"}, 400),
        ("/services/shop/run", {"procedure": "Rollback", "content_hash": "old"}, 409),
        ("/runs/r-13/cancel", {"reason": ""}, 400),
        ("/services/nothing/diagnose", {"issue": "x"}, 404),
    ],
)
async def test_forms_say_what_is_missing(
    client: aiohttp.ClientSession,
    application: FakeApplication,
    server: str,
    path: str,
    fields: dict[str, str],
    status: int,
) -> None:
    """A silence without a reason, a run nobody saw, a changed text: refused on a page that says what to do."""
    async with client.post(path, data=fields, headers=_form(server)) as answer:
        assert answer.status == status
        assert answer.content_type == "text/html"
        assert check_page(await answer.text()) == []
    assert application.asked == []


@pytest.mark.parametrize(
    "back", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:x", "/a\nb"]
)
async def test_forms_never_lead_to_another_site(
    client: aiohttp.ClientSession, server: str, back: str
) -> None:
    """The page to go back to is one of the board's own."""
    fields = {"issue": "x", "back": back}
    async with client.post(
        "/services/shop/diagnose", data=fields, headers=_form(server), allow_redirects=False
    ) as answer:
        assert answer.headers["Location"] == "/services/shop"


async def test_a_plan_shows_every_command_before_anything_runs(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """With a parameter missing there is no button; filled in, the button carries the hash of what is shown."""
    async with client.get("/services/shop/run?procedure=Normal+Deployment") as answer:
        text = await answer.text()
    assert "Still needed" in text
    assert "content_hash" not in text
    async with client.get(
        "/services/shop/run?procedure=Normal+Deployment&p.version=1.1.0&environment=production"
    ) as answer:
        text = await answer.text()
    assert "./deploy.sh staging 1.1.0" in text
    assert "Run 2 steps on production" in text
    assert f'name="content_hash" value="{shop_text.HASH}"' in text
    assert application.asked == []


async def test_a_question_shows_what_each_answer_runs(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """Before rolling back, the commands of the rollback are on the screen."""
    asked = replace(
        shop_runs.question("failed"),
        handler="Rollback",
        handler_commands=("./deploy.sh production rollback",),
    )
    application.view = replace(shop_views.service(), questions=(asked,))
    async with client.get("/services/shop") as answer:
        text = await answer.text()
    question = text[text.index('class="question"') : text.index("</section>", text.index('class="question"'))]
    assert "Rolling back runs Rollback" in question
    assert "./deploy.sh production rollback" in question
    assert re.findall(r'name="answer" value="(\w+)"', question) == ["retry", "skip", "rollback"]


async def test_looking_at_an_acknowledge_link_changes_nothing(
    client: aiohttp.ClientSession, application: FakeApplication, server: str
) -> None:
    """Chat previews fetch links; only the button acknowledges, as the person the link was made for (rule 21)."""
    for _ in range(2):
        async with client.get("/acknowledge/good") as answer:
            assert "Acknowledge as Ana Ruiz" in await answer.text()
    assert application.asked == []
    headers = {"Origin": server, "Content-Type": "application/x-www-form-urlencoded"}
    async with client.post("/acknowledge/good", headers=headers) as answer:
        assert "Acknowledged" in await answer.text()
    assert application.asked == [("acknowledge_by_link", "good", "Ana Ruiz")]


async def test_a_forged_link_is_refused_on_a_page(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """A link that nobody signed says so in words."""
    async with client.get("/acknowledge/forged", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 403
        assert "was not made by Watchbook" in await answer.text()


async def test_the_name_is_asked_once_and_kept(
    client: aiohttp.ClientSession, application: FakeApplication, server: str
) -> None:
    """The page asks who one is, keeps it for scripts to leave alone, and asks no more."""
    async with client.get("/services/shop") as answer:
        assert "Who are you?" in await answer.text()
    fields = {"name": "Ana Müller", "back": "/services/shop"}
    async with client.post("/name", data=fields, headers=_form(server), allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    async with client.get("/services/shop", headers={"Cookie": cookie.partition(";")[0]}) as answer:
        text = await answer.text()
    assert "Who are you?" not in text
    assert 'value="Ana Müller"' in text


async def test_static_files_are_kept_for_good(client: aiohttp.ClientSession) -> None:
    """Under the hash of their content they never change; under an old one they are not kept."""
    async with client.get(assets.address("board.css")) as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
        assert "immutable" in answer.headers["Cache-Control"]
    async with client.get("/static/old/board.js") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
    async with client.get("/static/old/../../board.py") as answer:
        assert answer.status == 404


def test_only_the_end_of_an_output_is_shown() -> None:
    """Forty lines of a thousand, and how many stand above."""
    text = "\n".join(str(n) for n in range(1000))
    shown = board.last_lines(text, 40).split("\n")
    assert (shown[0], shown[-1], len(shown)) == ("… 960 lines above", "999", 41)
    assert board.last_lines("a\nb\n", 40) == "a\nb"
