"""Commands without a path mean what watchbook.toml names, and name the true file and line of runbooks over several files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.world.repositories import PLAIN, Repo

from watchbook.cli.main import watchbook
from watchbook.model.errors import UsageError

HEAD = """\
# Operational Runbook: {0}

**Service:** {0}
**Owner:** Shop team
**On-Call:** Ana
**Next Review:** 2027-02-23

"""
SECTIONS = """\
## Alerts

See [alerts](parts/alerts.md).

## Deployment

See [deployment](parts/deploy.md)
"""
MAIN = HEAD.format("Shop") + SECTIONS
ALERTS = """\
# Alerts

| Alert | Threshold | Response |
|---|---|---|
| [P1] Down | 0 healthy instances | Page on-call immediately |
| [P2] Slow | nobody knows | Page on-call immediately |
"""
DEPLOY = """\
# Deploying

## Normal Deployment

```bash
# Deploy
kubectl apply -f shop.yaml
# Verify
curl http://shop.test/health
```
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runbook over three files, named by a wiring; commands are called in it."""
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WATCHBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WATCHBOOK_DATA", raising=False)
    place = tmp_path / "ops"
    for name, text in (
        ("shop/ops.md", MAIN),
        ("shop/parts/alerts.md", ALERTS),
        ("shop/parts/deploy.md", DEPLOY),
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    (place / "watchbook.toml").write_text('runbooks = ["*/ops.md"]\n')
    (place / "RUNBOOK.md").write_text(HEAD.format("Other"))
    monkeypatch.chdir(place)
    return place


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(watchbook, [*arguments], standalone_mode=False)


def _checked(*arguments: str) -> dict[str, list[tuple[str, int]]]:
    """Codes and lines by file."""
    done = _run("check", "--format", "json", "--at", "2026-12-01", *arguments)
    assert done.return_value in (0, 1), done.output + str(done.exception)
    files = json.loads(done.stdout)["files"]
    return {one["path"]: [(found["code"], found["line"]) for found in one["findings"]] for one in files}


def test_check_means_what_the_wiring_names(folder: Path) -> None:
    """Not the folder; each finding stands in its own file, at its line there, once."""
    found = _checked()
    assert list(found) == ["shop/ops.md", "shop/parts/alerts.md", "shop/parts/deploy.md"]
    assert [line for _, line in found["shop/parts/alerts.md"]].count(6) >= 1
    assert 9 in {line for _, line in found["shop/parts/deploy.md"]}
    assert list(_checked("RUNBOOK.md")) == ["RUNBOOK.md"], "a path is all that is meant"


def test_check_in_sarif_and_github_names_the_part(folder: Path) -> None:
    """Annotations stand beside the lines of the part."""
    said = _run("check", "--format", "github").output
    assert "file=shop/parts/alerts.md,line=6," in said
    log = json.loads(_run("check", "--format", "sarif").output)
    places = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
    }
    assert places == {"shop/ops.md", "shop/parts/alerts.md", "shop/parts/deploy.md"}


def test_explain_names_each_file(folder: Path) -> None:
    """Where its lines begin; the JSON says which lines of the whole stand where."""
    said = _run("explain").output
    assert "shop/parts/alerts.md:\n" in said and "    5 | | [P1] Down" in said
    whole = json.loads(_run("explain", "--format", "json").output)
    (alert,) = [one for one in whole["alerts"] if "Down" in one["name"]]
    (span,) = [one for one in whole["files"] if one["from"] <= alert["line"] <= one["to"]]
    assert (span["path"], span["line"] + alert["line"] - span["from"]) == ("shop/parts/alerts.md", 5)


def test_fix_writes_into_the_part(folder: Path) -> None:
    """Each edit goes where its line stands; the other files keep every byte."""
    main = (folder / "shop/ops.md").read_bytes()
    shown = _run("fix")
    assert shown.return_value == 1
    assert "+++ b/shop/parts/deploy.md" in shown.output and "+++ b/shop/parts/alerts.md" in shown.output
    assert _run("fix", "--write").return_value == 0
    assert "curl --fail" in (folder / "shop/parts/deploy.md").read_text()
    assert "| Severity |" in (folder / "shop/parts/alerts.md").read_text()
    assert (folder / "shop/ops.md").read_bytes() == main
    assert _run("fix").return_value == 0


def test_a_repository_is_checked_and_explained(folder: Path, tmp_path: Path) -> None:
    """By the name of its ref, commit and file; a repository that cannot be had is one line and exit 2."""
    repo = Repo(tmp_path / "repo")
    commit = repo.commit({"RUNBOOK.md": HEAD.format("Till")})
    (folder / "watchbook.toml").write_text('[[sources]]\nrepo = "../repo"\nref = "main"\n')
    name = f"main@{commit[:7]} RUNBOOK.md"
    assert list(_checked()) == [name]
    assert "Till: " in _run("explain").output
    repo.folder.rename(tmp_path / "away")
    assert _run("check").return_value == 2
    (folder / ".watchbook" / "sources").rename(folder / "gone")
    done = _run("check")
    assert done.return_value == 2 and "there is no repository" in done.stderr


def test_a_wiring_that_names_nothing_changes_nothing(folder: Path) -> None:
    """Then the folder is meant, as without a wiring."""
    (folder / "watchbook.toml").write_text('armed = "*"\n')
    assert list(_checked()) == ["RUNBOOK.md"]


def test_several_services_in_one_file(folder: Path) -> None:
    """The file is shown once; each service has its sum."""
    parts = "".join(f"## Service: {name}\n\n### {ALERTS[2:]}\n" for name in ("Cart", "Till"))
    (folder / "both.md").write_text("# Services\n\n" + parts)
    said = _run("explain", "both.md").output
    assert said.count("# Services") <= 1 and "\nCart: " in said and "\nTill: " in said
    done = _run("check", "both.md", "--format", "json")
    (one,) = json.loads(done.stdout)["files"]
    told = [(found["code"], found["line"], found["message"]) for found in one["findings"]]
    assert len(told) == len(set(told)) and {line for code, line, _ in told if code == "WB301"} == {10, 19}


def test_run_without_a_server_asks_which_service(folder: Path) -> None:
    """Where a file describes several, and takes the one that is named."""
    deploy = DEPLOY[2:].replace("## ", "#### ")
    parts = "".join(f"## Service: {name}\n\n### {deploy}\n" for name in ("Cart", "Till"))
    (folder / "both.md").write_text("# Services\n\n" + parts)
    called = ("run", "Normal Deployment", "--dry-run", "--runbook", "both.md")
    refused = _run(*called)
    assert isinstance(refused.exception, UsageError) and "--service: Cart, Till" in str(refused.exception)
    done = _run(*called, "--service", "till")
    assert "kubectl apply" in done.output
