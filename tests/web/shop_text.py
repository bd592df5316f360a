"""The runbook of the shop whose views the tests of `api` and `web` show, and the moment at which they do.

The lines of all views are found in this text.
"""

from watchbook.app.views.watched import (
    DocumentView,
)

NOW = 1795403650.0  # 2026-11-23 03:14:10 UTC
BEGAN = NOW - 126
HASH = "c0ffee" + "0" * 58

TEXT = """\
# Operational Runbook: Shop

<!-- LLM: keep it short -->

**Service:** Shop
**Owner:** Checkout team
**On-Call:** Ana Ruiz
**Last Updated:** 2026-11-11

---

## Service Overview

**Purpose:** Takes orders: prices a basket, charges the card, stores the order
**Dependencies:** Database, Payment API
**SLA:** 99.9%

## Architecture

```mermaid
flowchart LR
  Storefront --> Shop --> Database[Database, SQLite]
  Shop --> PaymentAPI[Payment API]
```

## Health Checks

### Service Health
- **Endpoint:** `GET /health` every 2s
- **Expected Response:** `{"status": "healthy"}`
- **Response Time:** < 100ms

### Dependencies Health
- **Database:** `GET http://127.0.0.1:8120/ping` → `pong`, every 2s
- **Payment API:** `GET http://127.0.0.1:8122/health` → `{"status": "healthy"}`, every 2s

## Monitoring & Alerts

### Key Metrics
- **Request Rate:** 1–40 req/s
- **Error Rate:** < 1%
- **Latency (p95):** < 250ms

### Alerting
| Alert | Severity | Threshold | Response |
|-------|----------|-----------|----------|
| Service Down | Critical | 0 healthy instances | Page on-call immediately |
| High Error Rate | High | > 1% errors for 10s | Investigate within 15min |
| High Latency | Medium | p95 > 250ms for 10s | Page on-call, investigate within 1hr |

## Common Operations

### Deployment

**Normal Deployment:**
```bash
# Deploy to staging
./deploy.sh staging <version>

# Monitor for 30 seconds
```

**Rollback:**
```bash
# Rollback to previous version
./deploy.sh production rollback
```

## Troubleshooting

### Issue: Service is down / not responding

**Alert:** Service Down

**Symptoms:**
- Health check endpoint returns 503 or times out

**Cause 1: Database connection failure**
```bash
# Check database connectivity
curl -fsS --max-time 2 http://127.0.0.1:8120/ping
# Expected: pong

# Solution: Start the database again
./db.sh start
```

**Cause 2: All instances stopped**
```bash
# Solution: Start the instances again
./scale.sh --replicas=3
```

## Useful Commands

### Logs
```bash
# Recent logs
tail -n 100 logs/<instance>.log
```

## On-Call Handoff

- [ ] Review open incidents
- [ ] Confirm contact information

## Contacts

**Slack Channel:** #shop

**Key Personnel:**
- **On-Call:** Ana Ruiz <ana@shop.test>
- **Backup:** Bo Lindqvist <bo@shop.test>

**Next Review:** 2027-02-23
"""


def line_of(words: str, text: str = TEXT) -> int:
    """The 1-based line of the first occurrence; 0 where the text does not say so."""
    before, found, _ = text.partition(words)
    return before.count("\n") + 1 if found else 0


def document(text: str = TEXT) -> DocumentView:
    return DocumentView("shop", "examples/01-shop/RUNBOOK.md", text, "ab" * 32, True, NOW - 3600)
