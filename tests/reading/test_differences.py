"""What a change of a runbook changes, in words: nothing in silence, what matters first, no alarm about layout."""

import json
from pathlib import Path

import pytest

from watchbook.reading import read_runbook
from watchbook.reading.contract import contract
from watchbook.reading.differences import Change, Risk, differences

GOLDEN = Path(__file__).parent / "golden"
RUNBOOK = """\
# Operational Runbook: Till

**Service:** Till
**Owner:** Shop team
**On-Call:** Ana Ruiz

## Service Overview
**Dependencies:** Database
**SLA:** 99.9%

### Environments

| Environment | URL |
|---|---|
| production | https://till.test |

## Health Checks
- **Endpoint:** `GET /health` every 10s
- **Response Time:** < 200ms

### Dependencies
- **Database:** `pg_isready -h db` every 30s

## Metrics
- **Error Rate:** < 1%

## Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Down | Critical | 0 healthy instances for 30s | Page on-call immediately |
| Slow | High | p95 > 500ms for 10min | Page on-call, #till |
| Errors | High | error rate > 2% over 5 min (min 50 requests) | Ticket |
| Database | High | Database check fails 3 times in a row | Page on-call |

## Operations

### Deployment

```bash
# Deploy
./deploy.sh production
# Verify
curl -fsS https://till.test/health  # Expected: {"status": "healthy"}
# Monitor for 10 minutes
```

**Rollback:**

```bash
# Roll back
./deploy.sh production previous
```

## Troubleshooting

### Issue: Down

**Alert:** Down

**Diagnosis:**
1. Look at the log: `tail -n 5 till.log`
2. Ask the team

**Cause 1: Disk full**

```bash
# Check the disk
# Expected: < 90%
df --output=pcent /var
# Solution: Remove old logs
rm -rf /var/log/till/old
```

## Maintenance Windows
- Schedule: Sunday 02:00–04:00 Europe/Berlin
- Announce 72 hours in advance

## Disaster Recovery
- **Frequency:** Daily backups
- **Retention:** 30 days
- **RPO:** 24 hours
- **RTO:** 4 hours

## Useful Commands

```bash
# Recent log
tail -n 50 till.log
```

## Contacts
- **On-Call:** Ana Ruiz <ana@till.test>
- **Backup:** Bo Lind <bo@till.test>

**Escalation:** Ana Ruiz → Bo Lind, 5 min each

**Last Updated:** 2026-11-23
**Next Review:** 2027-02-23
"""
ROW_OF_DOWN = "| Down | Critical | 0 healthy instances for 30s | Page on-call immediately |\n"
VERIFICATION = '# Verify\ncurl -fsS https://till.test/health  # Expected: {"status": "healthy"}\n'
LESS, MORE, GUARDS, NONE = Risk.PAGES_LESS, Risk.RUNS_MORE, Risk.GUARDS_LESS, Risk.NONE

# What is written now, what is written instead, the risk, and words of the sentence.
CHANGES = [
    ("p95 > 500ms", "p95 > 800ms", LESS, "Slow: latency(p95) > 500 ms → > 800 ms for 10 min."),
    ("p95 > 500ms", "p95 > 300ms", NONE, "Slow: latency(p95) > 500 ms → > 300 ms for 10 min."),
    ("p95 > 500ms", "p95 >= 500ms", NONE, "Slow: latency(p95) > 500 ms → >= 500 ms"),
    ("p95 > 500ms", "p50 > 500ms", LESS, "latency(p95) > 500 ms → latency(p50) > 500 ms"),
    ("p95 > 500ms", "p99 > 500ms", NONE, "latency(p95) > 500 ms → latency(p99) > 500 ms"),
    ("p95 > 500ms", "CPU > 80%", LESS, "the two cannot be compared"),
    ("for 10min", "for 20min", LESS, "Slow: fires when it holds for 10 min → for 20 min."),
    ("for 10min", "for 5min", NONE, "Slow: fires when it holds for 10 min → for 5 min."),
    ("over 5 min", "over 15 min", LESS, "Errors: averaged over 5 min → 15 min."),
    ("min 50 requests", "min 500 requests", LESS, "Errors: needs at least 50 requests → at least 500 requests."),
    ("0 healthy instances for", "< 2 healthy instances for", NONE, "Down: healthy_instances == 0 → < 2 for 30 s."),
    ("3 times in a row", "9 times in a row", LESS, "fails 3 times in a row → the check Database fails 9 times in a row"),
    ("| Down | Critical |", "| Down | Medium |", LESS, "Down: severity critical → medium."),
    ("| Slow | High |", "| Slow | Critical |", NONE, "Slow: severity high → critical."),
    ("| Slow |", "| Slow answers |", LESS, "Slow answers: renamed, was Slow;"),
    (ROW_OF_DOWN, "", LESS, "Page for Down removed"),
    ("0 healthy instances for 30s", "things feel bad", LESS, "Page for Down lost:"),
    ("Page on-call, #till", "Ticket", LESS, "Slow: pages nobody any more"),
    ("Page on-call, #till", "Page on-call", LESS, "Slow: no longer posted in #till."),
    ("| Ticket |", "| Page on-call |", NONE, "Errors: would page now: pages Ana Ruiz"),
    ("Bo Lind, 5 min each", "Bo Lind, 15 min each", LESS, "now pages Ana Ruiz → Bo Lind (15 min)"),
    ("Ana Ruiz → Bo Lind,", "Ana Ruiz → Bo Lind → Eva Marsh,", NONE, "Bo Lind (5 min) → Eva Marsh (10 min)"),
    ("`tail -n 5 till.log`", "`tail -n 9 till.log`", MORE, "9 till.log` would now run unattended: diagnosis of “Down”."),
    ("`tail -n 5 till.log`", "`rm till.log`", GUARDS, "`tail -n 5 till.log` would no longer run unattended"),
    ("df --output=pcent /var\n", "df --output=pcent /\n", MORE, "run unattended: the check of the cause “Disk full”"),
    ("pg_isready -h db", "pg_isready -h other", MORE, "would now run unattended: the check Database, every 30 s"),
    ("2. Ask the team", "2. Ask the team: `uptime`", MORE, "`uptime` would now run unattended"),
    ("every 10s", "every 5min", GUARDS, "asked every 10 s → 5 min"),
    ("< 200ms", "< 900ms", GUARDS, "slow above 200 ms → 900 ms"),
    ("- **Database:** `pg_isready -h db` every 30s\n", "", GUARDS, "check Database removed"),
    ("  # Expected: {\"status\": \"healthy\"}", "", GUARDS, "expects nothing but a good exit"),
    (VERIFICATION, "", GUARDS, "step “Verify” removed"),
    ("Monitor for 10 minutes", "Monitor for 1 minute", GUARDS, "lasts 10 min → 1 min"),
    ("./deploy.sh production\n", "./deploy.sh production --force\n", NONE, "runs `./deploy.sh production --force`, was"),
    ("**Rollback:**\n\n```bash\n# Roll back\n./deploy.sh production previous\n```\n", "", GUARDS, "a way back less"),
    ("rm -rf /var/log/till/old", "ls /var/log/till/old", MORE, "no longer waits for a person to confirm it"),
    ("tail -n 50 till.log", "rm -rf /srv/till", GUARDS, "command “Recent log”: only reads → destructive."),
    ("tail -n 50 till.log", "tail -n <lines> till.log", NONE, "asks for the parameter lines"),
    ("99.9%", "99%", GUARDS, "The service level (SLA) is 99.9% → 99%."),
    ("99.9%", "99.99%", NONE, "The service level (SLA) is 99.9% → 99.99%."),
    ("**RPO:** 24 hours", "**RPO:** 48 hours", GUARDS, "The recovery point (RPO) is 1 d → 2 d."),
    ("**RTO:** 4 hours", "**RTO:** 1 hour", NONE, "The recovery time (RTO) is 4 h → 1 h."),
    ("30 days", "7 days", GUARDS, "The retention of backups is 30 d → 7 d."),
    ("02:00–04:00", "01:00–05:00", NONE, "Maintenance is allowed on Sunday 01:00–05:00 Europe/Berlin"),
    ("72 hours", "24 hours", GUARDS, "The notice before maintenance is 3 d → 1 d."),
    ("ana@till.test", "ana@other.test", NONE, "(ana@till.test) → On-Call Ana Ruiz (ana@other.test)."),
    ("https://till.test |", "https://new.test |", NONE, "environment production: address https://till.test → https://new.test."),
    ("**Service:** Till", "**Service:** Tills", LESS, "The service is called Tills, was Till"),
    ("**Dependencies:** Database", "**Dependencies:** Database, Mail", NONE, "New dependency: Mail."),
    ("- **Error Rate:** < 1%", "- **Error Rate:** < 3%", NONE, "is normally below 3%"),
    ("2027-02-23", "2027-03-23", NONE, "The next review is 2027-03-23, was 2027-02-23."),
]  # fmt: skip


def _changes(old: str, new: str) -> tuple[Change, ...]:
    return differences(read_runbook(old), read_runbook(new))


@pytest.mark.parametrize(("now", "instead", "risk", "words"), CHANGES, ids=lambda value: str(value)[:30])
def test_each_change_is_told_with_its_risk(now: str, instead: str, risk: Risk, words: str) -> None:
    """One edit, and the sentence about it with the risk that a reviewer has to know."""
    assert RUNBOOK.count(now) == 1
    found = [change for change in _changes(RUNBOOK, RUNBOOK.replace(now, instead)) if words in change.says]
    assert [change.risk for change in found] == [risk]


@pytest.mark.parametrize(("now", "instead", "risk", "words"), CHANGES, ids=lambda value: str(value)[:30])
def test_the_way_back_is_told_as_well(now: str, instead: str, risk: Risk, words: str) -> None:
    """Undoing a change that is told is told; every change has a sentence."""
    back = _changes(RUNBOOK.replace(now, instead), RUNBOOK)
    assert back
    assert all(change.says for change in back)


@pytest.mark.parametrize("document", sorted(GOLDEN.glob("*.md")), ids=lambda path: path.stem)
def test_the_same_text_in_another_place_changes_nothing(document: Path) -> None:
    """Neither the same text nor text that moved down is a change."""
    text = document.read_text()
    assert _changes(text, text) == ()
    assert _changes(RUNBOOK, RUNBOOK.replace("## Health", "\n\nWords for people.\n\n## Health")) == ()


def _reading(text: str) -> str:
    """What the reader says without places, words and what is made from them."""
    left_out = (
        "line",
        "end_line",
        "digest",
        "readings",
        "findings",
        "coverage",
        "content_hash",
        "text",
        "id",
        "severity_text",
    )

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items() if key not in left_out}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return json.dumps(strip(contract(read_runbook(text))), sort_keys=True)


@pytest.mark.slow
def test_no_line_can_be_removed_in_silence() -> None:
    """Whatever line is removed: where the reading differs, at least one sentence says so."""
    lines = RUNBOOK.splitlines(keepends=True)
    before, whole = _reading(RUNBOOK), read_runbook(RUNBOOK)
    told = 0
    for number, line in enumerate(lines):
        text = "".join(lines[:number] + lines[number + 1 :])
        if line.strip() and _reading(text) != before:
            assert differences(whole, read_runbook(text)), f"line {number + 1} removed in silence: {line}"
            told += 1
    assert told > 50


def test_fewer_instances_that_are_missed_page_less() -> None:
    """The way back from `< 2` to none at all."""
    two = RUNBOOK.replace("0 healthy instances for", "< 2 healthy instances for")
    (change,) = [change for change in _changes(two, RUNBOOK) if "healthy_instances" in change.says]
    assert (change.risk, change.says) == (LESS, "Down: healthy_instances < 2 → == 0 for 30 s.")


def test_what_matters_stands_first() -> None:
    """Pages less, then runs more, then guards less, then the rest."""
    text = RUNBOOK
    for now, instead, _, _ in (CHANGES[0], CHANGES[22], CHANGES[27], CHANGES[-1]):
        text = text.replace(now, instead)
    risks = [change.risk.rank for change in _changes(RUNBOOK, text)]
    assert risks == sorted(risks)
    assert risks[0] == 0
    assert len(set(risks)) >= 3


def test_a_command_that_moves_to_another_issue_does_not_run_more() -> None:
    """It ran unattended before; only where it stands is new."""
    text = RUNBOOK.replace("### Issue: Down", "### Issue: Everything is down")
    assert not [change for change in _changes(RUNBOOK, text) if change.kind == "unattended"]


def test_findings_appear_and_are_mended() -> None:
    """A finding that only moved is neither; a number of a line in its sentence does not count."""
    text = RUNBOOK.replace("**Owner:** Shop team", "**Owner:** [Team Name]")
    assert any("WB001 appears (warning)" in change.says for change in _changes(RUNBOOK, text))
    assert any("WB001 is mended" in change.says for change in _changes(text, RUNBOOK))
    assert not [change for change in _changes(text, "\n" + text) if change.kind == "finding"]


def test_a_secret_is_not_repeated() -> None:
    """The comment on a pull request is read by more people than the file."""
    secret = "a8f5f167f44f" + "4964e6c998"
    text = RUNBOOK.replace("./deploy.sh production\n", f"./deploy.sh production token={secret}\n")
    changes = _changes(RUNBOOK, text)
    assert any("token=•••" in change.says for change in changes)
    assert not any(secret in change.says + change.subject for change in changes)


def test_everything_of_a_document_that_goes_is_told() -> None:
    """Against an empty document every page is lost."""
    gone = [change.subject for change in _changes(RUNBOOK, "") if change.kind == "page"]
    assert [name for name in gone if name != "The ladder"] == ["Down", "Slow", "Database"]


def test_any_two_documents_can_be_compared() -> None:
    """Nothing raises, whatever stands against whatever, and every sentence is one line that ends."""
    read = [read_runbook(path.read_text()) for path in sorted([*GOLDEN.glob("*.md"), *GOLDEN.glob("*.txt")])]
    for old in read:
        for new in read:
            for change in differences(old, new):
                assert "\n" not in change.says
                assert change.says.endswith((".", "?", "!")), change.says
