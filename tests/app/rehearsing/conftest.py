"""A runbook made of a few rows, and scenarios played over it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from watchbook.app.documents.loading import Loaded
from watchbook.app.rehearsing import Played, play
from watchbook.reading import read_runbook
from watchbook.reading.scenarios import read_scenarios

RUNBOOK = """\
# Operational Runbook: Till

**Service:** Till
**Owner:** Shop team
**On-Call:** Ana

## Service Overview

**Purpose:** Takes money
**Dependencies:** Database

### Environments

| Environment | URL | Instances |
|---|---|---|
| production | http://till | `run/instances.json` |
| staging | http://staging | http://staging |

## Health Checks

- **Endpoint:** `GET /health` every 10s
- **Database:** `tcp://db:5432`, every 10s

## Monitoring & Alerts

### Key Metrics
- **Metrics Endpoint:** `GET /metrics` every 15s

### Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Till Down | Critical | 0 healthy instances | Page on-call |
| Hot | High | `temperature{where="till"} > 30` for 5 min | Page on-call |
| Errors | High | > 5% errors for 5min | Page on-call |
| Database Down | High | Database check fails for 30s | Page on-call |
| Slow Lane | Medium | `queue_length > 10` for 1 min | Page on-call, investigate within 1h |
| Drawer Open | Low | `drawer_open{till="1"} > 0` for 1 min | Investigate within 1h, #till |

## Troubleshooting

### Issue: Database is down

**Alert:** Database Down

**Cause 1: It stopped**
```bash
# Check that it answers
pg_isready -h db

# Solution: Start it
systemctl start postgresql
```

**Cause 2: It was restarted by hand**
```bash
# Check
systemctl restart postgresql
# Expected: done
```

## Contacts

**Escalation:** Ana → Bo, 5 min each

- **On-Call:** Ana <ana@till.test>
- **Backup:** Bo <bo@till.test>
"""

PlayText = Callable[[str], Played]


@pytest.fixture(scope="session")
def till() -> Loaded:
    """The runbook of these tests."""
    return Loaded(Path("RUNBOOK.md"), RUNBOOK, read_runbook(RUNBOOK))


@pytest.fixture(scope="session")
def playing(till: Loaded) -> PlayText:
    """Plays the one scenario of a text, whose name may be left out."""

    def played(text: str) -> Played:
        found = read_scenarios(f"- name: it\n{text}")
        assert found.problems == ()
        return play(till, found.scenarios[0])

    return played
