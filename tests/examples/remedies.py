"""The causes of a runbook as it writes them, read in the plainest way and carried out with bash alone.

For tests that show, without Watchbook, that each check finds its fault and each remedy mends it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from .conftest import Copy


@dataclass(frozen=True)
class Cause:
    """One cause as the runbook writes it: its issue, the check, and the commands that mend it."""

    issue: str
    name: str
    check: str
    expected: str
    confirms: bool  # whether what is expected confirms the cause, instead of ruling it out
    remedy: str
    verify: str
    verified: str


def causes_of(runbook: str) -> list[Cause]:
    """Every cause of the runbook that has a check and a remedy."""
    found = []
    for issue in re.split(r"^### Issue: ", runbook, flags=re.M)[1:]:
        for name, fence in re.findall(
            r"^\*\*Cause \d+: (.+?)\*\*\n```bash\n(.*?)```", issue, flags=re.M | re.S
        ):
            check, rest = fence.split("# Solution:")
            remedy, verify = re.split(r"# Verify.*", rest)
            condition = re.search(r"# (Expected|Confirmed if): (.*)", check)
            found.append(
                Cause(
                    issue.splitlines()[0],
                    name,
                    commands_of(check),
                    condition[2] if condition else "",
                    bool(condition and condition[1] == "Confirmed if"),
                    commands_of(remedy.partition("\n")[2]),
                    commands_of(verify),
                    re.search(r"# Expected: (.*)", verify)[1],  # type: ignore[index]
                )
            )
    return found


def commands_of(text: str) -> str:
    """The lines of a fence that are not comments."""
    return "\n".join(line for line in text.splitlines() if line and not line.startswith("#"))


def meets(output: str, expected: str) -> bool:
    """Whether an output is as a runbook expects: a regular expression, a JSON subset, or a text, quoted or not."""
    if expected.startswith("/"):
        return re.search(expected.strip("/"), output) is not None
    if expected.startswith("{"):
        try:
            seen: dict[str, Any] = json.loads(output)
        except ValueError:
            return False
        return all(seen.get(key) == value for key, value in json.loads(expected).items())
    return expected.strip('"') in output


def confirmed(shop: Copy, cause: Cause) -> bool:
    """Whether a cause's check says that the cause is at work."""
    done = shop.run(cause.check)
    good = done.returncode == 0 and meets(done.stdout, cause.expected)
    return good if cause.confirms else not good
