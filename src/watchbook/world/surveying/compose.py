"""Compose files: services, their ports on this machine, health checks and what they wait for.

Called by `surveying`. Values with `${…}` are not known here, and what a service takes over from another file (`extends`) is
not looked up: such facts are missing.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from watchbook.world.surveying.facts import Container, Survey, is_path, is_word
from watchbook.world.surveying.outline import Node, Pair

_PORT = re.compile(r"(?:(?P<host>127\.0\.0\.1|0\.0\.0\.0|localhost):)?(?P<out>\d+):(?P<in>\d+)(?:/tcp)?")
_ASKED = re.compile(r"(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d{1,5}))?(/[\w./-]*)")


def read(found: Survey, name: str, documents: list[Node]) -> Survey:
    """Adds the services of a compose file."""
    services = documents[0].at("services").entries if documents else ()
    containers = tuple(
        _container(service, name) for service in services if is_word(service.key) and is_path(name)
    )
    return replace(found, containers=(*found.containers, *containers))


def _container(service: Pair, file: str) -> Container:
    node = service.value
    needs = node.at("depends_on")
    built = bool(node.at("build").said or node.at("build").pairs)
    health, port = asked_for(" ".join(node.at("healthcheck", "test").texts))
    return Container(
        service.key, f"{file}:{service.line}", file, node.at("image").said, tuple(_ports(node.at("ports"))),
        health, tuple(pair.key for pair in needs.entries) or needs.texts, built, port,
    )  # fmt: skip


def _ports(ports: Node) -> Iterator[tuple[int, int]]:
    """Ports that are published on a number that is known."""
    for item in ports.listed:
        outside, inside = item.at("published").said, item.at("target").said
        if outside.isdigit() and inside.isdigit() and item.at("protocol").said in ("", "tcp"):
            yield int(outside), int(inside)
        short = _PORT.fullmatch(item.said)
        if short is not None:
            yield int(short["out"]), int(short["in"])


def asked_for(command: str) -> tuple[str, int]:
    """What a health command asks its own container for: `curl -f http://localhost:8080/health` → `/health`, 8080.

    The port is 0 for https, whose name a caller from outside would have to know. Without an address: empty, 0.
    """
    asked = _ASKED.search(command)
    if asked is None:
        return "", 0
    return asked[3], int(asked[2] or 80) if asked[1] == "http" else 0
