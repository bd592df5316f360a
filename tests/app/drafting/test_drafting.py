"""Drafts of runbooks: what is filled in, and that none of them holds an error."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.app.drafting import Answers, Subject, choose, write_runbook, write_wiring
from watchbook.app.drafting.choosing import Dependency
from watchbook.app.wiring.reading import read_wiring
from watchbook.deciding.freshness import freshness
from watchbook.model.runbook import Level, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.document import parse_document
from watchbook.world.surveying.facts import (
    Address,
    Container,
    Endpoint,
    Project,
    Rule,
    Survey,
    Unit,
    Workload,
)

TODAY = date(2026, 11, 23)
SEED = Path(__file__).resolve().parents[4] / "shared" / "seed" / "runbook-template.md"
TILL = Container("till", "c:2", "compose.yml", "", ((8080, 80),), "/healthz", ("store",), True, 80)
STORE = Container("store", "c:9", "compose.yml", "postgres:16")
LOAD = Workload("deployment", "till", "k:2", "deploy/till.yaml", "shop", 3, "/ready", "r.test/till:1", "till")
RULE = Rule("TillErrors", "r:1", "rate(errors_total[5m]) > 0.1", "10m", "critical", "Many errors")
NAMED = Project("till", "package.json", "Takes money")


def _read(survey: Survey, answers: Answers | None = None) -> Runbook:
    text = write_runbook(choose(survey), answers or Answers(), TODAY)
    runbook = read_runbook(text)
    errors = [one for one in (*runbook.findings, *freshness(runbook, TODAY)) if one.severity is Level.ERROR]
    assert not errors, errors
    return runbook


def _commands(runbook: Runbook) -> str:
    return "\n".join(command for one in runbook.procedures for step in one.steps for command in step.commands)


def test_nothing_found_leaves_gaps_only() -> None:
    """Every section is there, no error, nothing armed beyond our own probes, and no command is made up."""
    runbook = _read(Survey())
    assert "WB002" not in {finding.code for finding in runbook.findings}
    assert [alert.name for alert in runbook.alerts] == ["Service Down"]
    assert _commands(runbook) == ""
    assert sum(finding.code == "WB001" for finding in runbook.findings) > 50


if SEED.exists():  # the template stands beside the repository, or this is not collected

    def test_every_section_of_the_template_is_there_in_its_order() -> None:
        """Titles of the template's sections, without its example issues, in a draft of nothing."""
        draft = parse_document(write_runbook(Subject("Till", ""), Answers(), TODAY))
        titles = [section.title for section in draft.walk()]
        wanted = [section.title for section in parse_document(SEED.read_text()).walk() if section.level > 1]
        assert [title for title in titles if title in set(wanted)] == wanted


def test_compose_is_filled_in() -> None:
    """Address, health, dependencies with their checks, and the commands that compose has."""
    runbook = _read(Survey(projects=(NAMED,), containers=(TILL, STORE), rules=(RULE,)))
    service = runbook.service
    assert (service.name, service.purpose, service.dependencies) == ("till", "Takes money", ("store",))
    assert [(one.name, one.url) for one in service.environments] == [("local", "http://127.0.0.1:8080")]
    assert [(one.name, one.target) for one in runbook.health_checks] == [
        ("Service Health", "/healthz"),
        ("store", "docker compose exec -T store pg_isready"),
    ]
    (errors,) = (alert for alert in runbook.alerts if alert.name == "TillErrors")
    assert (errors.severity.value, errors.window_s) == ("critical", 600.0)
    assert errors.condition.promql == "rate(errors_total[5m]) > 0.1"
    assert runbook.issue_for("TillErrors") is not None
    assert "docker compose up -d --build till" in _commands(runbook)
    assert "curl -fsS --max-time 5 http://127.0.0.1:8080/healthz" in _commands(runbook)
    assert "--scale" not in _commands(runbook), "two copies cannot publish one port"


def test_kubernetes_goes_before_compose() -> None:
    """Its commands in its namespace; a dependency that runs elsewhere there has no check from compose."""
    survey = Survey((NAMED,), (TILL, STORE), (LOAD,), (Address("https://till.shop.test", "k:9"),))
    runbook = _read(survey)
    (environment,) = runbook.service.environments
    assert (environment.name, environment.url, environment.namespace) == (
        "production",
        "https://till.shop.test",
        "shop",
    )
    assert [one.target for one in runbook.health_checks] == ["/ready"]
    commands = _commands(runbook)
    assert "kubectl rollout undo -n shop deployment/till" in commands
    assert "kubectl scale -n shop deployment/till --replicas=4" in commands
    assert "docker" not in commands


def test_a_unit_is_filled_in() -> None:
    """systemd restarts and shows logs; how it is deployed stays a gap."""
    runbook = _read(Survey(projects=(NAMED,), units=(Unit("till", "u:1", "Takes money"),)))
    assert "systemctl is-active till" in _commands(runbook)
    assert any(command.command.startswith("journalctl -u till -n 100") for command in runbook.commands)


@pytest.mark.parametrize(
    ("query", "promql"),
    [
        ('up{job="till"} == 0', 'up{job="till"} == 0'),
        ('rate(x{code=~"4..|5.."}[5m]) > 1', None),
        ("sum(rate(x[5m]))", None),
        ("till_errors > 1", None),
        ("rate(x[5m]) # > 1", None),
        ("not promql at all (", None),
    ],
)
def test_a_query_that_is_no_condition_waits_for_prometheus(query: str, promql: str | None) -> None:
    """No threshold is written that would be read as something else."""
    runbook = _read(Survey(rules=(replace(RULE, query=query),)))
    (alert,) = (alert for alert in runbook.alerts if alert.name == "TillErrors")
    assert alert.condition.promql == promql
    assert alert.condition.external == (None if promql else "TillErrors")


def test_a_name_that_comes_again_carries_its_severity() -> None:
    """Two levels of one alert stay two rows; the same level twice is one, and a name without letters is none."""
    rules = (RULE, replace(RULE, severity="warning"), RULE, RULE, replace(RULE, name="|||"))
    runbook = _read(Survey(rules=rules))
    names = [alert.name for alert in runbook.alerts]
    assert names == ["Service Down", "TillErrors", "TillErrors warning", "TillErrors critical"]


def test_only_what_is_needed_and_known_becomes_a_dependency() -> None:
    """Beside a workload, the known programs of a compose file but proxies; a check only where one is certain."""
    beside = (
        STORE,
        replace(STORE, name="web", image="nginx:1"),
        replace(STORE, name="queue", image="rabbitmq:4"),
    )
    names = [one.name for one in choose(Survey(workloads=(LOAD,), containers=beside)).dependencies]
    assert names == ["store", "queue"]
    till = replace(TILL, needs=("cache", "queue", "store"))
    cache = replace(STORE, name="cache", image="redis:8", file="compose.yml")
    port = replace(STORE, ports=((15432, 5432),))
    found = choose(Survey(containers=(till, port, beside[2], cache)))
    assert found.dependencies == (
        Dependency("store", "`tcp://127.0.0.1:15432`"),
        Dependency("queue", ""),
        Dependency("cache", "`docker compose exec -T cache redis-cli ping` → `PONG`"),
    )


def test_two_candidates_are_none() -> None:
    """Two built services, two hosts, a port that nothing says is the web's: a gap, and no wrong value."""
    two = (TILL, replace(TILL, name="desk"))
    assert choose(Survey(containers=two)).container is None
    assert choose(Survey(projects=(Project("desk", "package.json"),), containers=two)).container == two[1]
    hosts = (Address("https://a.test", "k:1"), Address("https://b.test", "k:2"))
    assert choose(Survey(addresses=hosts, workloads=(LOAD,))).url == ""
    silent = replace(TILL, health="", health_port=0)
    assert choose(Survey(containers=(silent,))).url == ""
    assert (
        choose(Survey(containers=(silent,), endpoints=(Endpoint("/health", "o:1"),))).url
        == "http://127.0.0.1:8080"
    )
    assert choose(Survey(containers=(replace(TILL, ports=((9090, 9090),)),))).url == ""


def test_what_runs_names_the_service_before_the_folder_does() -> None:
    """And the project's own file before both."""
    folder = Project("checkout-of-ana", "the folder's name")
    assert choose(Survey(projects=(folder,))).name == "checkout-of-ana"
    named = choose(Survey(projects=(folder,), workloads=(LOAD,)))
    assert (named.name, named.name_source) == ("till", "k:2")
    assert (
        choose(Survey(projects=(folder, Project("desk", "package.json")), workloads=(LOAD,))).name == "desk"
    )


def test_what_a_person_says_goes_first() -> None:
    """Name, address, people; the wiring names who is on call."""
    answers = Answers(
        "Desk", "Sells", "Shop team", "Ana Ruiz", "ana@shop.test", "shop", "https://desk.shop.test/"
    )
    runbook = _read(Survey(projects=(NAMED,), containers=(TILL, STORE)), answers)
    assert (runbook.service.name, runbook.service.owner, runbook.service.on_call) == (
        "Desk",
        "Shop team",
        "Ana Ruiz",
    )
    assert [(one.name, one.url) for one in runbook.service.environments] == [
        ("production", "https://desk.shop.test")
    ]
    assert "WB702" not in {finding.code for finding in runbook.findings}
    assert [(one.name, one.address) for one in runbook.contacts if one.role == "On-Call"] == [
        ("Ana Ruiz", "ana@shop.test")
    ]
    assert runbook.rooms == ("#shop",)


@pytest.mark.parametrize("who", ["", "Ana Ruiz", 'Ana "the boss" Ruiz'])
def test_the_wiring_can_be_started_with(who: str) -> None:
    """Nothing in it is unknown or armed."""
    wiring = read_wiring(write_wiring(Answers(on_call=who)), Path("watchbook.toml"))
    assert not wiring.armed


_TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "`x`",
        "[Service](http://x)",
        "a | b",
        "<!-- x",
        "```",
        "# x",
        "> 5% errors",
        "**x:** y",
        "{{ $labels.x }}",
        "Disk > 150%",
    ]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(name=_TEXT, purpose=_TEXT, alert=_TEXT, query=_TEXT, severity=_TEXT, summary=_TEXT, who=_TEXT)
def test_no_text_of_a_file_makes_an_error(
    name: str, purpose: str, alert: str, query: str, severity: str, summary: str, who: str
) -> None:
    """Whatever a stranger's file calls things, the draft has no error and the sections that it should have."""
    rule = Rule(alert, "r:1", query, "5m", severity, summary)
    survey = Survey(
        projects=(Project(name, "package.json", purpose),), containers=(TILL, STORE), rules=(rule,)
    )
    runbook = _read(survey, Answers(on_call=who, owner=who, room=who, address=who))
    assert "WB002" not in {finding.code for finding in runbook.findings}
    assert "kubectl" not in _commands(runbook)
    assert Dependency("store", "`docker compose exec -T store pg_isready`") in choose(survey).dependencies
