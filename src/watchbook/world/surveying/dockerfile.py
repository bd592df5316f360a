"""The Dockerfile: the path that its HEALTHCHECK asks for. Called by `surveying`."""

import re
from dataclasses import replace

from watchbook.world.surveying.compose import asked_for
from watchbook.world.surveying.facts import Endpoint, Survey


def read(found: Survey, name: str, text: str) -> Survey:
    """Adds the endpoint of the last HEALTHCHECK, which is the one that counts."""
    joined = re.sub(r"\\\r?\n", "  ", text)
    checks = list(re.finditer(r"^HEALTHCHECK\b(.*)$", joined, re.MULTILINE | re.IGNORECASE))
    path, port = asked_for(checks[-1][1]) if checks else ("", 0)
    return replace(found, endpoints=(*found.endpoints, Endpoint(path, name, port))) if path else found
