"""Names of things that happen: one type each, so that a run's id is never taken for a question's.

Made by `new_id`'s callers outside the pure layers (an id needs randomness); derived ids are made by `key_of`.
"""

import hashlib
import re
from functools import lru_cache
from typing import NewType

ServiceId = NewType("ServiceId", str)  # the service's name as a slug: "payment-api"
AlertId = NewType("AlertId", str)  # service/environment/alert as slugs: "shop/production/service-down"
EpisodeId = NewType("EpisodeId", str)
IncidentId = NewType("IncidentId", str)
RunId = NewType("RunId", str)
StepId = NewType("StepId", str)
QuestionId = NewType("QuestionId", str)
DiagnosisId = NewType("DiagnosisId", str)

_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """A name as it stands in ids and addresses, without case and punctuation: `"Payment API"` → `"payment-api"`."""
    return _NOT_WORD.sub("-", name.casefold()).replace("_", "-").strip("-") or "unnamed"


def alert_id(service: str, environment: str, alert: str) -> AlertId:
    """Identity of an alert (rule 13): its service, environment and normalised name, never a local number."""
    return AlertId(f"{slug(service)}/{slug(environment)}/{slug(alert)}")


def key_of(*parts: object) -> str:
    """A short stable key of the parts, the same on every machine: 20 hexadecimal digits of a SHA-256."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:20]
