"""What a Prometheus evaluates and knows: its alerting rules and the names of its series.

Called by `app.documents.drifting` for `check --prometheus URL`. It reads two pages of the HTTP API and changes nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchbook.model.errors import UsageError

LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class RuleThere:
    """An alerting rule as Prometheus evaluates it. `window_s` is its `for`."""

    name: str
    query: str
    window_s: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class There:
    """A Prometheus: its alerting rules, and the names of the series that it has."""

    rules: tuple[RuleThere, ...] = ()
    metrics: frozenset[str] = frozenset()


def read_prometheus(url: str) -> There:
    """Rules and names of the Prometheus at `url`. Raises `UsageError` where it does not answer as one does."""
    return asyncio.run(_read(url.rstrip("/")))


async def _read(url: str) -> There:
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT_S)) as session:
        try:
            rules = await _page(session, f"{url}/api/v1/rules?type=alert")
            names = await _page(session, f"{url}/api/v1/label/__name__/values")
            return There(tuple(_rules(rules)), frozenset(str(name) for name in names))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            reason = str(error) or "no answer in time"
            raise UsageError(
                f"this is no Prometheus that answers: {reason[:160]}",
                where=url,
                mend="Give the address that its own pages are under, for example http://127.0.0.1:9090.",
            ) from None


async def _page(session: Any, url: str) -> Any:
    async with session.get(url) as answer:
        if answer.status != 200:
            raise ValueError(f"it answers {answer.status}")
        found = await answer.json(content_type=None)
    if not isinstance(found, dict) or found.get("status") != "success":
        raise ValueError("the answer is not that of its API")
    return found["data"]


def _rules(data: Any) -> list[RuleThere]:
    return [
        RuleThere(
            str(rule["name"]), str(rule["query"]), float(rule.get("duration") or 0.0),
            {str(key): str(value) for key, value in (rule.get("labels") or {}).items()},
        )
        for group in data["groups"]
        for rule in group["rules"]
        if rule.get("type", "alerting") == "alerting"
    ]  # fmt: skip
