"""Finding and loading runbooks: every path that cannot be loaded is one clear line."""

from pathlib import Path

import pytest

from watchbook.app.documents.loading import find, load, load_all
from watchbook.model.errors import DocumentError

MINIMAL = "# Operational Runbook: Shop\n\n**Service:** Shop\n"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A path that does not exist is said with the path."""
    with pytest.raises(DocumentError, match=r"nowhere\.md: there is no such file"):
        load(tmp_path / "nowhere.md")


def test_a_path_that_nobody_may_look_at_is_one_line(tmp_path: Path) -> None:
    """Whatever the system says to a path (here: no file may have such a name) is said in words, with the path."""
    with pytest.raises(DocumentError, match=r"xx\.md: (cannot be read: File name too long|there is no such)"):
        find([tmp_path / f"{'x' * 300}.md"])


def test_a_folder_without_runbooks_says_what_a_runbook_is(tmp_path: Path) -> None:
    """A folder without a runbook is refused, with the names that would be found."""
    (tmp_path / "README.md").write_text("# Hello\n")
    with pytest.raises(
        DocumentError, match=r"no runbook in this folder\. A runbook is a file named RUNBOOK\.md"
    ):
        find([tmp_path])


def test_folders_are_searched_but_not_what_tools_keep(tmp_path: Path) -> None:
    """Runbooks are found below a folder, except in folders of tools."""
    for name in ("RUNBOOK.md", "payments/payment-runbook.md", "node_modules/x/RUNBOOK.md", "notes.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(MINIMAL)
    assert [path.relative_to(tmp_path).as_posix() for path in find([tmp_path])] == [
        "RUNBOOK.md",
        "payments/payment-runbook.md",
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\x7fELF\0\0", "this is not a text file"),
        (b"# A\n\xff\xfe\n", r":2: not UTF-8\. Save the file as UTF-8"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    """A binary file, or one in another encoding, is one line with its place."""
    path = tmp_path / "RUNBOOK.md"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=complaint):
        load(path)


def test_two_documents_of_one_service_are_refused(tmp_path: Path) -> None:
    """Two runbooks with one service name in different folders could not be told apart."""
    for name in ("a/RUNBOOK.md", "b/RUNBOOK.md"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(MINIMAL)
    with pytest.raises(DocumentError, match=r"already described by .*a/RUNBOOK\.md"):
        load_all([tmp_path])


def test_two_documents_without_a_service_are_refused_by_what_they_lack(tmp_path: Path) -> None:
    """The line says what to write, not that a service called “unnamed” stands twice."""
    for name in ("a-runbook.md", "b-runbook.md"):
        (tmp_path / name).write_text("## Alerts\n\n- p95 latency > 1s for 5m\n")
    with pytest.raises(DocumentError, match=r"names no service, and neither does .*a-runbook\.md"):
        load_all([tmp_path])
