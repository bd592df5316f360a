"""Several services in one document: each read for itself; headings of anything else divide nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook, read_runbooks
from watchbook.reading.dividing import MOST_SERVICES, divide
from watchbook.reading.document import parse_document

SHARED = Path(__file__).resolve().parents[3] / "shared"
STRANGERS = sorted(SHARED.glob("corpus/service/*.md")) if SHARED.is_dir() else []

ALERTS = """
| Alert | Severity | Threshold | Response |
|---|---|---|---|
| High Error Rate | Critical | > {percent}% errors for 5min | Page on-call |
"""

MARKED = f"""# Runbooks of the till team

**Owner:** Till team
**Last Updated:** 2026-11-01

## Service: payments

**On-Call:** Ana Ruiz

### Health Checks

- **API:** `GET /health` → `200 OK`

### Alerting
{ALERTS.format(percent=1)}
## Service: ledger

**Owner:** Ledger team
**On-Call:** Kari Nes

### Alerting
{ALERTS.format(percent=5)}
## Contacts

- **Backup:** Bo Moe <bo@till.test>
"""

PAGES = f"""# Payments API Runbook

**Owner:** Payments team

## Alerting
{ALERTS.format(percent=1)}
## Rollback

```bash
./roll-back.sh
```

# Ledger Runbook

**Owner:** Ledger team

## Alerting
{ALERTS.format(percent=2)}
"""

LISTED = f"""# Handbook

| Service | Owner | On-Call |
|---|---|---|
| Payments | Payments team | Ana Ruiz |
| Ledger | Ledger team | Kari Nes |
| Mail | Office team | Ida Moe |

## Payments

### Alerting
{ALERTS.format(percent=1)}
## Ledger

### Alerting
{ALERTS.format(percent=2)}
"""


def _names(text: str) -> list[str]:
    return [runbook.service.name for runbook in read_runbooks(text)]


def _thresholds(runbook: Runbook) -> list[float]:
    return [rule.condition.value for rule in runbook.alerts]


@pytest.mark.parametrize(
    ("text", "names", "owners", "thresholds"),
    [
        (MARKED, ["payments", "ledger"], ["Till team", "Ledger team"], [[0.01], [0.05]]),
        (PAGES, ["Payments API", "Ledger"], ["Payments team", "Ledger team"], [[0.01], [0.02]]),
        (LISTED, ["Payments", "Ledger"], ["Payments team", "Ledger team"], [[0.01], [0.02]]),
    ],
    ids=["marked", "pages", "listed"],
)
def test_each_service_has_its_own_alerts(
    text: str, names: list[str], owners: list[str], thresholds: list[list[float]]
) -> None:
    """Marked headings, pages one after the other, and sections of a table's rows are a runbook each."""
    runbooks = read_runbooks(text)
    assert [one.service.name for one in runbooks] == names
    assert [one.service.owner for one in runbooks] == owners
    assert [_thresholds(one) for one in runbooks] == thresholds


def test_lines_are_those_of_the_whole_document() -> None:
    """What a service says stands where the document says it."""
    lines = MARKED.splitlines()
    for runbook in read_runbooks(MARKED):
        for reading in runbook.readings:
            assert reading.text.splitlines()[0] in lines[reading.line - 1]
        for rule in runbook.alerts:
            assert "High Error Rate" in lines[rule.line - 1]


def test_what_is_shared_belongs_to_every_service() -> None:
    """Contacts and dates of the document count for each service; a service's own owner and on-call win."""
    payments, ledger = read_runbooks(MARKED)
    assert [one.name for one in payments.contacts] == [one.name for one in ledger.contacts] == ["Bo Moe"]
    assert payments.review.last_updated == ledger.review.last_updated == "2026-11-01"
    assert [rung.who for rung in payments.ladder] == ["Ana Ruiz", "Bo Moe"]
    assert [rung.who for rung in ledger.ladder] == ["Kari Nes", "Bo Moe"]
    assert not [one for one in ledger.findings if one.code == "WB108"]


def test_row_of_a_table_of_services_is_the_head_of_its_service() -> None:
    """Who is on call stands in the service's row; the rows of others say nothing about it."""
    assert [one.service.on_call for one in read_runbooks(LISTED)] == ["Ana Ruiz", "Kari Nes"]


def test_finding_in_a_shared_line_is_told_once() -> None:
    """A date that nobody can read is one gap, not one for each service."""
    text = MARKED.replace("2026-11-01", "some day")
    found = [one for runbook in read_runbooks(text) for one in runbook.findings if one.code == "WB105"]
    assert [one.line for one in found] == [4]


def test_findings_about_the_whole_stand_at_the_heading_of_the_service() -> None:
    """A missing section is missing from one service, and is told at its heading."""
    for runbook, name in zip(read_runbooks(MARKED), ("payments", "ledger"), strict=True):
        lines = {one.line for one in runbook.findings if one.code == "WB002"}
        assert [MARKED.splitlines()[line - 1] for line in lines] == [f"## Service: {name}"]


def test_alerts_outside_of_every_service_are_read_for_none() -> None:
    """Nobody's alerts would be watched once for each service: a finding says so, and they are read for none."""
    text = MARKED + "\n## Alerting\n" + ALERTS.format(percent=9)
    payments, ledger = read_runbooks(text)
    assert (_thresholds(payments), _thresholds(ledger)) == ([0.01], [0.05])
    found = [one for one in (*payments.findings, *ledger.findings) if one.code == "WB011"]
    assert [one.line for one in found] == [text.splitlines().index("## Alerting") + 1]


def test_alerts_for_all_services_are_read_for_each() -> None:
    """A section whose title says that it is for all services is."""
    text = (
        MARKED
        + "\n## Alerting (all services)\n"
        + ALERTS.format(percent=9).replace("High Error Rate", "Broken")
    )
    assert [_thresholds(one) for one in read_runbooks(text)] == [[0.01, 0.09], [0.05, 0.09]]


def test_digest_is_that_of_the_whole_text() -> None:
    """What is trusted is the file: each service of it has the file's digest."""
    assert {one.digest for one in read_runbooks(MARKED)} == {read_runbook(MARKED).digest}


PROCEDURE = "\n### Restart\n\n```bash\nsystemctl restart it\n```\n"
SINGLE = {
    "components": "# Shop\n\n## API\n\n### Health Checks\n\n- **API:** `GET /a`\n\n### Troubleshooting\n\nLook.\n"
    "\n## Worker\n\n### Health Checks\n\n- **Worker:** `GET /w`\n\n### Troubleshooting\n\nLook.\n",
    "alerts": "# Alerts of the shop\n\n## HighErrorRate\n\n**Owner:** Shop team\n**Severity:** critical\n"
    "\n### Deployment\n\nX.\n"
    "\n## SlowCheckout\n\n**Owner:** Shop team\n**Severity:** high\n\n### Deployment\n\nX.\n",
    "pages of alerts": "# Runbook: High latency\n\n**Owner:** Shop\n\n## Impact\n\nSlow.\n\n## Alerting\n\nX.\n"
    "\n# Runbook: Errors\n\n**Owner:** Shop\n\n## Impact\n\nBroken.\n\n## Alerting\n\nX.\n",
    "environments": "# Shop\n\n## Production\n\n**Owner:** A\n\n### Health Checks\n\n- **API:** `GET /a`\n"
    "\n## Staging\n\n**Owner:** B\n\n### Health Checks\n\n- **API:** `GET /b`\n",
    "chapters as pages": "# Overview\n\n**Owner:** Shop\n\n## Environments\n\nX.\n"
    "\n# Alerting\n\n## Critical Alerts\n\nX.\n\n# Deployment\n\n## Rollback\n\nX.\n",
    "units to restart": f"# Shop\n\n## Restart\n\n### Service: web\n{PROCEDURE}\n### Service: db\n{PROCEDURE}",
    "one marked": f"# Shop\n\n## Service: shop\n{PROCEDURE}\n## Contacts\n\n- **On-Call:** Ana Ruiz\n",
    "alerts in common": f"# Shop\n\n## Alerting\n{ALERTS.format(percent=1)}\n"
    "## API\n\n**Owner:** A\n\n### Deployment\n\nX.\n\n## Worker\n\n**Owner:** B\n\n### Deployment\n\nX.\n",
    "the same name twice": f"## Service: web\n{PROCEDURE}\n## Service: Web\n{PROCEDURE}",
    "in a fence": "# Shop\n\n```markdown\n## Service: a\n### Alerting\n## Service: b\n### Alerting\n```\n",
    "a table of components": "# Shop\n\n| Component | Owner |\n|---|---|\n| API | A |\n| Worker | B |\n"
    "\n## API\n\n### Health Checks\n\nX.\n\n## Worker\n\n### Health Checks\n\nX.\n",
    "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("text", SINGLE.values(), ids=SINGLE.keys())
def test_headings_of_anything_else_divide_nothing(text: str) -> None:
    """Components, alerts, environments, chapters and units are parts of one service, read exactly as before."""
    assert read_runbooks(text) == (read_runbook(text),)
    (part,) = divide(parse_document(text))
    assert (part.name, part.line) == ("", 0)


def test_too_many_services_are_one() -> None:
    """The work of reading stays bounded: hundreds of headings are not read with everything that is shared."""
    text = "\n".join(f"## Service: s{number}\n\n### Alerting\n\nX.\n" for number in range(MOST_SERVICES + 1))
    assert len(read_runbooks(text)) == 1


def test_link_targets_at_the_end_count_for_every_service() -> None:
    """Reference links stand at the end of a file and are used everywhere."""
    text = MARKED.replace("`GET /health`", "[it][board]").replace(
        "## Contacts", "## Contacts\n\n[board]: https://b.test\n"
    )
    assert _names(text) == ["payments", "ledger"]


if STRANGERS:

    @pytest.mark.parametrize("path", STRANGERS, ids=lambda path: path.stem)
    def test_strangers_runbooks_describe_one_service(path: Path) -> None:
        """Each of the strangers' runbooks is about one service, whatever its headings name."""
        text = path.read_text()
        assert read_runbooks(text) == (read_runbook(text),)


_PIECES = st.sampled_from(
    ["# A", "## Service: a", "## Service: b", "### Alerting", "## Alerting", "**Owner:** X", "", "```", "# B",
     "| Service | Owner |", "|---|---|", "| A | X |", "| B | Y |", "## A", "## B", "text", "\ufeff", "[x]: y", "---"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("\n".join))
def test_lines_of_parts_never_overlap(text: str) -> None:
    """Each line is of one service, of all, or of none; nothing raises, whatever the order of the pieces."""
    parts = divide(parse_document(text))
    own = [line for part in parts for first, last in part.own for line in range(first, last + 1)]
    assert len(own) == len(set(own))
    for part in parts:
        shared = {line for first, last in part.shared for line in range(first, last + 1)}
        unread = {line for first, last in part.unread for line in range(first, last + 1)}
        assert not shared & set(own) and not unread & (shared | set(own))
    assert len(read_runbooks(text)) == len(parts)
