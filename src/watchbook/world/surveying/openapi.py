"""OpenAPI files: the title and description, absolute server addresses, and the path that says whether all is well.

Called by `surveying`. Of the paths it takes only the names that are customary for a health check.
"""

import json
import re
from dataclasses import replace
from typing import Any

from watchbook.world.surveying.facts import Address, Endpoint, Project, Survey
from watchbook.world.surveying.outline import Node

_HEALTH = (
    "/health",
    "/healthz",
    "/readyz",
    "/ready",
    "/livez",
    "/health/ready",
    "/actuator/health",
    "/-/healthy",
)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?/?")


def read(found: Survey, name: str, document: Node) -> Survey:
    """Adds what an OpenAPI document says."""
    about = document.at("info")
    project = Project(
        about.at("title").text,
        f"{name}:{about.at('title').line}",
        about.at("description").text.split("\n")[0],
    )
    servers = [server.at("url") for server in document.at("servers").items]
    addresses = tuple(
        Address(url.text.rstrip("/"), f"{name}:{url.line}") for url in servers if _ADDRESS.fullmatch(url.text)
    )
    paths = document.at("paths").pairs
    health = tuple(
        Endpoint(path, f"{name}:{paths[path].line - 1}")
        for path in _HEALTH
        if path in paths and "get" in paths[path].pairs
    )
    return replace(
        found,
        projects=(*found.projects, project) if project.name else found.projects,
        addresses=(*found.addresses, *addresses),
        endpoints=(*found.endpoints, *health[:1]),
    )


def read_json(found: Survey, name: str, text: str) -> Survey:
    """The same from JSON. Raises ValueError where it is none."""
    return read(found, name, _node(json.loads(text)))


def _node(value: Any) -> Node:
    """JSON as an outline; lines are not known, and stand as 1."""
    if isinstance(value, dict):
        return Node(2, pairs={str(key): _node(part) for key, part in value.items()})
    if isinstance(value, list):
        return Node(1, items=tuple(_node(part) for part in value))
    return Node(1, text=value if isinstance(value, str) else "")
