"""Whatever prints parts of a runbook does not print the secrets in it: every format, every command."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbook.cli.check import command as check
from watchbook.cli.diff import command as diff
from watchbook.cli.explain import command as explain
from watchbook.cli.fix import command as fix

_TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
_PASSWORD = "Hunter2" + "hunter"
_KEY = "MIIEowIBAAKCAQEA" + "q3Zt8Yk1Lw" * 4
_RUNBOOK = f"""# Till

**Owner:** Team {_TOKEN}

## Alerting

| Alert | Condition | Response |
|---|---|---|
| Slow | the {_TOKEN} feels slow | Page on-call |
| Late | p95 > 500parsecs PGPASSWORD={_PASSWORD} | Page on-call |

## Deployment

```bash
# Roll out <what> with [a gap {_TOKEN}]
sudo vim /etc/till.conf; mysql -u root -p{_PASSWORD} < dump.sql
kubectl edit secret till --token {_TOKEN}

./deploy.sh {_TOKEN} production if it is broken (
```

```bash
# Verify
curl -u admin:{_PASSWORD} https://till.test/health
```

```
-----BEGIN RSA PRIVATE {"KEY"}-----
{_KEY}
-----END RSA PRIVATE {"KEY"}-----
```

**Token:** `{_TOKEN}`
"""
_SECRETS = (_TOKEN, _PASSWORD, _KEY)


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    path = tmp_path / "RUNBOOK.md"
    path.write_text(_RUNBOOK)
    return path


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_check_prints_no_secret(runbook: Path, form: str) -> None:
    """Not in the source line of another finding, not in a message that quotes the line, in no format."""
    done = CliRunner().invoke(check, [str(runbook), "--format", form], standalone_mode=False)
    assert "WB801" in done.output
    assert not [secret for secret in _SECRETS if secret in done.output]


def test_a_hidden_secret_keeps_the_caret_in_its_place(runbook: Path) -> None:
    """The line is shown with a dot for each character, so that the caret stands below what it means."""
    output = CliRunner().invoke(check, [str(runbook)], standalone_mode=False).output
    line, caret = next(
        (line, below) for line, below in zip(output.splitlines(), output.splitlines()[1:], strict=False)
        if "feels slow" in line and "^" in below
    )  # fmt: skip
    assert "•" * len(_TOKEN) in line
    assert caret.index("^") <= line.index("feels")


@pytest.mark.parametrize("arguments", [[], ["--all"], ["--html"]])
def test_explain_prints_no_secret(runbook: Path, arguments: list[str]) -> None:
    """Neither in the document with its readings nor in the page."""
    done = CliRunner().invoke(explain, [str(runbook), *arguments], standalone_mode=False)
    if done.exception is not None:
        pytest.fail(str(done.exception))
    assert "till" in done.output.lower()
    assert not [secret for secret in _SECRETS if secret in done.output]


def test_fix_shows_no_secret(runbook: Path) -> None:
    """The proposed edit of a line hides the password on it."""
    done = CliRunner().invoke(fix, [str(runbook)], standalone_mode=False)
    assert "--fail" in done.output
    assert not [secret for secret in _SECRETS if secret in done.output]
    assert _PASSWORD in runbook.read_text()


def test_diff_tells_no_secret(runbook: Path, tmp_path: Path) -> None:
    """What changed is told without the values."""
    other = tmp_path / "AFTER.md"
    other.write_text(_RUNBOOK.replace("Page on-call", "Ticket").replace("./deploy.sh", "./roll-out.sh"))
    done = CliRunner().invoke(diff, [str(runbook), str(other)], standalone_mode=False)
    assert done.output
    assert not [secret for secret in _SECRETS if secret in done.output]
