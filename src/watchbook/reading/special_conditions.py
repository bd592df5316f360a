"""Conditions that compare nothing in so many words: absence, failing checks, no instances, a multiple of normal.

Called by `reading.conditions`, which tries these forms before a comparison. Each reader gives None where the
text is not of its form.
"""

import re

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit
from watchbook.model.runbook import Condition
from watchbook.model.signals import signal_mentioned
from watchbook.reading.quantities import duration_at
from watchbook.reading.refinements import Asked, Misread, ReadCondition, Rest, refined, why

_NO_METRICS = re.compile(
    r"(?:no|missing|absent|lost)\s+(?:metrics?|data|telemetry|scrapes?)(?:\s+(?:received|reported|arriving))?"
    r"|metrics?\s+(?:missing|absent|stopped)",
    re.IGNORECASE,
)
_HEARTBEAT = re.compile(
    r"(?:(?P<of>[\w -]{1,60}?)\s+)?heartbeats?\s+(?:is\s+)?(?:missing|missed|absent|lost|not received|overdue)"
    r"|(?:no|missing|missed)\s+(?:(?P<before>[\w-]+)\s+)?heartbeats?(?:\s+from\s+(?P<from>[\w -]+))?",
    re.IGNORECASE,
)
_NO_BACKUP = re.compile(
    r"no\s+(?:successful\s+|recent\s+|new\s+)*backups?(?:\s+(?:completed|taken))?"
    r"|backups?\s+(?:is\s+|are\s+)?(?:missing|overdue)",
    re.IGNORECASE,
)


def read_absence(rest: Rest, asked: Asked) -> ReadCondition | Misread | None:
    """`No metrics for 1 min`, `heartbeat missing for 26h`, `no successful backup for 26h`."""
    text = rest.text.strip(" .")
    if _NO_METRICS.fullmatch(text):
        strange = _somebody_else(asked)
        if strange:
            reason = f"it does not say which metrics of `{strange}` are missing"
            proposal = f"Write for example `{strange} check fails for 1 min`, with a check of that name."
            return Misread("condition-not-understood", why(reason, asked.name, proposal))
        condition = Condition("scrape_success", {}, "<", 1.0, Unit.RATIO, text=asked.text)
        return ReadCondition(condition, "service", rest.window_s, no_data="fire")
    age_s = rest.window_s or rest.average_s or 0.0
    heartbeat = _HEARTBEAT.fullmatch(text)
    if heartbeat is not None:
        of = (heartbeat["of"] or heartbeat["before"] or heartbeat["from"] or "").strip()
        return _aged("heartbeat_age", {"name": of} if of else {}, age_s, asked)
    if _NO_BACKUP.fullmatch(text):
        return _aged("backup_age", {}, age_s, asked)
    return None


_OWN = frozenset(
    [
        "no",
        "missing",
        "absent",
        "metric",
        "metrics",
        "data",
        "telemetry",
        "scrape",
        "scrapes",
        "down",
        "lost",
        "gone",
        "silence",
        "silent",
        "dead",
        "failing",
        "fails",
        "failure",
        "target",
        "targets",
        "instance",
        "instances",
        "service",
        "alert",
        "blind",
        "reporting",
        "reports",
        "not",
        "is",
        "the",
        "stopped",
        "watch",
        "watcher",
        "monitoring",
    ]
)


def _somebody_else(asked: Asked) -> str:
    """The words of the alert's name that are not this service: the metrics of `RedisDown` are not ours."""
    own = set(slug(asked.known.service).split("-")) | _OWN
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", asked.name)
    return " ".join(word for word in words if word.casefold() not in own)


def _aged(signal: str, params: dict[str, float | str], age_s: float, asked: Asked) -> ReadCondition | Misread:
    if not age_s:
        proposal = f"Write for example `{asked.text} for 26h`."
        return Misread(
            "condition-not-understood", why("it does not say after how long", asked.name, proposal)
        )
    no_data = "fire" if signal == "heartbeat_age" else "hold"
    return ReadCondition(
        Condition(signal, params, ">", age_s, Unit.SECONDS, text=asked.text), no_data=no_data
    )


_CHECK_FAILS = re.compile(
    r"(?P<who>.{0,80}?)\b(?:health\s*)?(?:checks?|probes?|endpoint)(?:\s+endpoint)?\s+(?:is\s+|are\s+|keeps\s+)?"
    r"(?:fails?|failing|failed|failure|unhealthy|down|red|(?:does not|doesn.t|not) (?:answer|respond)(?:ing)?"
    r"|returns? (?:errors?|5xx|non-200|503|500)(?: or times out)?|times out)",
    re.IGNORECASE,
)
_KIND_OF_FAILURE = r"(?:failures|failed|times|probes|checks|health checks|health check|check|probe)"
_TIMES = re.compile(
    rf"(?:>=?\s*|≥\s*|more than\s+|after\s+)?(?P<count>\d+)\s*(?:x\s+)?consecutive(?:\s+{_KIND_OF_FAILURE})*"
    r"(?:\s+of\s+(?:the\s+)?(?P<who>[\w ]+?)(?:\s+check)?)?",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r",?\s*\(?(?P<count>\d+)\s*(?:consecutive\s+)?(?:times|x)(?:\s+in a row)?\)?"
    r"|,?\s*\(?(?P<consecutive>\d+)\s+consecutive(?: (?:failures|times))?\)?",
    re.IGNORECASE,
)


_NOT_OK = re.compile(
    r"(?:.{0,40}\b)?(?:http|status|response)(?:\s+(?:status|response|code))*\s*(?:!=|<>|≠|is not|isn.t|other than|not)"
    r"\s*(?:200|2xx)(?:\s+ok)?",
    re.IGNORECASE,
)
_OF_HEALTH = re.compile(r"\bhealth|\bhealthz\b|\bheartbeat\b", re.IGNORECASE)


def read_failing_check(rest: Rest, asked: Asked) -> ReadCondition | Misread | None:
    """`health check fails`, `Database check fails for 30s`, `3 consecutive failures`."""
    text = rest.text.strip(" .")
    params: dict[str, float | str] = {}
    alone = _TIMES.fullmatch(text)
    if alone is not None:
        params["consecutive"] = float(alone["count"])
        return _check_condition(alone["who"] or "", params, rest, asked)
    if _NOT_OK.fullmatch(text) and _OF_HEALTH.search(f"{asked.name} {text}"):
        return _check_condition("", params, rest, asked)
    fails = _CHECK_FAILS.match(text)
    if fails is None:
        return None
    behind = text[fails.end() :].strip()
    repeated = _REPEATED.fullmatch(behind) if behind else None
    if behind and repeated is None:
        return None
    if repeated is not None:
        params["consecutive"] = float(repeated["count"] or repeated["consecutive"])
    return _check_condition(fails["who"], params, rest, asked)


def _check_condition(
    who: str, params: dict[str, float | str], rest: Rest, asked: Asked
) -> ReadCondition | Misread:
    """`probe_success < 1` of the check that is named, or of the service's own."""
    wanted = re.sub(
        r"\b(?:the|any|service|service's|its|our|http|if)\b", "", who, flags=re.IGNORECASE
    ).strip()
    checks = asked.known.checks
    if wanted:
        check = asked.known.check_named(wanted)
        if check is None:
            names = ", ".join(check.name for check in checks) or "none"
            return Misread("check-undefined", {"name": asked.name, "check": wanted, "known": names}, wanted)
        params["check"] = check.name
    else:
        service = next((check for check in checks if check.dependency is None), None)
        if service is not None:
            params["check"] = service.name
    condition = Condition("probe_success", params, "<", 1.0, Unit.RATIO, text=asked.text)
    return ReadCondition(condition, "each", rest.window_s, rest.average_s)


_EXPIRES = re.compile(
    r"(?P<of>.{0,60}?)\s*\bcert(?:ificate)?s?\b(?P<more>.{0,30}?)\s*\b(?:expir(?:es?|ing|y|ation)|valid(?:ity)?)\s+"
    r"(?P<op>in\s*<=|in\s*≤|in\s*<|in less than|within less than|within|in under|in at most|in fewer than|in)"
    r"\s*(?P<time>\d.*)",
    re.IGNORECASE,
)
_CERTIFICATES = frozenset(
    ["a", "an", "any", "the", "our", "its", "tls", "ssl", "x509", "https", "server", "cert", "manager", "certificate",
     "certificates", "is", "will", "about", "to", "that", "soon", "going", "which"]
)  # fmt: skip


def read_expiry(_rest: Rest, asked: Asked) -> ReadCondition | None:
    """`certificate will expire within 7 days`, `TLS cert expires in 14 days`."""
    found = _EXPIRES.fullmatch(asked.text.strip(" ."))
    if found is None:
        return None
    duration = duration_at(found["time"])
    words = re.findall(r"[a-z0-9]+", f"{found['of']} {found['more']}".casefold())
    if duration is None or found["time"][duration.end :].strip() or not _CERTIFICATES.issuperset(words):
        return None
    op = "<=" if found["op"].casefold() in ("within", "in at most") or found["op"][-1] in "=≤" else "<"
    condition = Condition(
        "certificate_lifetime", {}, op, duration.quantity.value, Unit.SECONDS, text=asked.text
    )
    return ReadCondition(condition, "each")


_NO_INSTANCES = re.compile(
    r"(?:0|no|zero|all)\s+(?P<what>(?:healthy|available|ready|running|live)\s+\w+"
    r"|(?:instances|pods|replicas|nodes|targets)\s+(?:(?:are|show as|report as)\s+)?"
    r"(?P<state>healthy|up|available|ready|running|down|unhealthy|unavailable))",
    re.IGNORECASE,
)


def read_no_instances(rest: Rest, asked: Asked) -> ReadCondition | None:
    """`0 healthy instances`, `no healthy pods`, `all pods down`."""
    text = rest.text.strip(" .")
    found = _NO_INSTANCES.fullmatch(text)
    if found is None:
        return None
    bad = (found["state"] or "").casefold() in ("down", "unhealthy", "unavailable")
    if text.casefold().startswith("all") is not bad:
        return None  # "all pods healthy" is no alarm, "no pods unhealthy" neither
    mention = signal_mentioned(found["what"], "count") if not bad else None
    if not bad and (mention is None or mention.signal.name != "healthy_instances"):
        return None
    condition = Condition("healthy_instances", {}, "==", 0.0, Unit.COUNT, text=asked.text)
    return ReadCondition(condition, "service", rest.window_s, no_data="fire")


_BASELINE = re.compile(
    r"(?P<subject>.{0,120}?)\s*(?:>|above|more than|exceeds?|over)\s*(?P<factor>\d+(?:\.\d+)?)\s*(?:x|×|times)\s+"
    r"(?:the\s+|its\s+)?(?:baseline|normal|average|usual|median|typical)(?P<behind>.*)",
    re.IGNORECASE,
)


def read_baseline(rest: Rest, asked: Asked) -> ReadCondition | Misread | None:
    """`401s > 10x baseline`: relative to the same signal's median over the past 7 days."""
    found = _BASELINE.fullmatch(rest.text.strip(" ."))
    if found is None:
        return None
    subject = f"{found['subject']} {found['behind']}".strip()
    mention = signal_mentioned(subject or asked.name, None, "above")
    if mention is None or (mention.rest and subject):
        reason = f"`{subject or asked.name}` is no signal that can be measured"
        return Misread("condition-not-understood", why(reason, asked.name))
    factor = float(found["factor"])
    params = {**dict(mention.params), "baseline_factor": factor}
    condition = Condition(
        mention.signal.name, params, ">", factor, Unit(mention.signal.unit), text=asked.text
    )
    return refined(condition, mention.signal.scope, rest)
