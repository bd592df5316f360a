"""OpenAPI files: the title and description, absolute server addresses, and the path that says whether all is well.

Called by `surveying`. Of the paths it takes only the names that are customary for a health check.
"""

import re
from dataclasses import replace

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
        about.at("title").said,
        f"{name}:{about.at('title').line}",
        about.at("description").said.split("\n")[0],
    )
    servers = [server.at("url") for server in document.at("servers").listed]
    addresses = tuple(
        Address(url.said.rstrip("/"), f"{name}:{url.line}") for url in servers if _ADDRESS.fullmatch(url.said)
    )
    paths = {pair.key: pair for pair in document.at("paths").entries}
    health = tuple(
        Endpoint(path, f"{name}:{paths[path].line}")
        for path in _HEALTH
        if path in paths and not paths[path].value.at("get").empty
    )
    return replace(
        found,
        projects=(*found.projects, project) if project.name else found.projects,
        addresses=(*found.addresses, *addresses),
        endpoints=(*found.endpoints, *health[:1]),
    )
