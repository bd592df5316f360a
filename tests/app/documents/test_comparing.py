"""What `diff` compares, where a runbook is over several files or a file describes several services."""

from pathlib import Path

import pytest
from tests.world.repositories import PLAIN, Repo

from watchbook.app.documents.comparing import Compared, compare_files, compare_revisions
from watchbook.cli.differing import in_markdown, in_text

HEAD = "# Runbook\n\n**Service:** {}\n\n"
ALERTS = """\
| Alert | Condition | Severity | Response |
|---|---|---|---|
| Errors | > {}% errors for 5min | Critical | Page on-call immediately |
"""
MAIN = HEAD.format("shop") + "## Alerts\n\nSee [alerts](parts/alerts.md)\n"


def _alerts(percent: int) -> str:
    return "# Alerts\n\n" + ALERTS.format(percent)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    made = Repo(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def _said(compared: list[Compared]) -> list[tuple[str, str, bool]]:
    return [(one.path, one.service, any("%" in change.says for change in one.changes)) for one in compared]


def test_a_change_in_a_part_is_a_change_of_its_runbook(repo: Repo) -> None:
    """Between commits, and against the files as they are; another runbook in the repository is left out."""
    repo.commit(
        {"shop/RUNBOOK.md": MAIN, "shop/parts/alerts.md": _alerts(1), "cart/RUNBOOK.md": HEAD.format("cart")}
    )
    repo.commit({"shop/parts/alerts.md": _alerts(2)})
    compared = compare_revisions("HEAD~1..HEAD", (), Path())
    assert _said(compared) == [("shop/RUNBOOK.md", "shop", True)]
    (change,) = compared[0].changes
    assert (change.old_file, change.old_line, change.new_file, change.new_line) == ("parts/alerts.md", 5) * 2
    assert any("parts/alerts.md:5" in line for line in in_text(compared, False))
    assert "(parts/alerts.md:5)" in in_markdown(compared).replace("\\", "")
    assert compare_revisions("HEAD", (), Path()) == []
    (repo.folder / "shop/parts/alerts.md").write_text(_alerts(3))
    assert _said(compare_revisions("HEAD", (Path("shop"),), Path())) == [("shop/RUNBOOK.md", "shop", True)]
    (repo.folder / "shop/parts/alerts.md").unlink()
    (one,) = compare_revisions("HEAD", (), Path())
    assert one.old_path == one.new_path == "shop/RUNBOOK.md"


def test_services_of_one_file_are_compared_each(repo: Repo) -> None:
    """One that comes, one that goes, and one that changed."""

    def text(**services: int) -> str:
        parts = [
            f"## Service: {name}\n\n### Alerts\n\n{ALERTS.format(percent)}\n"
            for name, percent in services.items()
        ]
        return "# Services\n\n" + "".join(parts)

    repo.commit({"RUNBOOK.md": text(a=1, b=1)})
    repo.commit({"RUNBOOK.md": text(a=2, b=1, c=1)})
    found = {one.service: one for one in compare_revisions("HEAD~1..HEAD", (), Path())}
    assert sorted(found) == ["a", "b", "c"]
    assert found["c"].old_path is None and found["a"].changes and not found["b"].changes
    (repo.folder / "old.md").write_text(text(a=1, b=1))
    (repo.folder / "new.md").write_text(text(a=2, b=1))
    assert [(one.service, bool(one.changes)) for one in compare_files(Path("old.md"), Path("new.md"))] == [
        ("a", True),
        ("b", False),
    ]


def test_without_a_path_the_wiring_says_what_is_compared(repo: Repo) -> None:
    """Its files and patterns; names that a folder's search would not find are found so."""
    repo.commit({"watchbook.toml": 'runbooks = ["ops/*.md"]\n', "ops/shop.md": HEAD.format("shop") + _alerts(1)[2:],
                 "RUNBOOK.md": HEAD.format("other")})  # fmt: skip
    repo.commit(
        {
            "ops/shop.md": HEAD.format("shop") + "## " + _alerts(2)[2:],
            "RUNBOOK.md": HEAD.format("other") + "x\n",
        }
    )
    assert [one.path for one in compare_revisions("HEAD~1..HEAD", (), Path())] == ["ops/shop.md"]
    assert [one.path for one in compare_revisions("HEAD~1", (), Path())] == ["ops/shop.md"]
