"""What the facts of a survey say of one service: its name, where it runs, where it answers, what it needs.

Called by the `init` command before it asks, and by `sections`. Where the facts name several candidates and none of them is
plainly meant, it chooses none: a gap is better than a wrong value.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from watchbook.model.ids import slug
from watchbook.model.safety import Safety
from watchbook.reading.shell import classify
from watchbook.world.surveying.facts import Container, Project, Rule, Survey, Unit, Workload, is_path

_KNOWN_IMAGES = re.compile(
    r"(?:^|/)(?:postgres|postgis|pgvector|timescaledb|mysql|mariadb|redis|valkey|memcached|rabbitmq|mongo|kafka|zookeeper|nats"
    r"|elasticsearch|opensearch|minio|clickhouse|cassandra|etcd|consul|vault|nginx|traefik|caddy|haproxy|envoy|prometheus"
    r"|grafana|alertmanager|loki|jaeger|mailhog|mailpit|localstack|keycloak|adminer|pgadmin)(?:[-:/@]|$)"
)
_PROXY = re.compile(r"(?:^|/)(?:nginx|traefik|caddy|haproxy|envoy)(?:[-:/@]|$)")
_ASKS = (
    (re.compile(r"(?:^|/)(?:postgres|postgis|pgvector|timescaledb)(?:[:@]|$)"), "pg_isready", ""),
    (re.compile(r"(?:^|/)(?:redis|valkey)(?:[:@]|$)"), "redis-cli ping", "PONG"),
)
_FOLDER = "the folder's name"  # as `surveying.project` calls this source
_Named = TypeVar("_Named", Container, Workload, Unit)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said; empty where nobody did."""

    name: str = ""
    purpose: str = ""
    owner: str = ""
    on_call: str = ""
    address: str = ""  # of the person on call
    room: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something the service needs. `check` is as Health Checks writes it; empty where nothing says how."""

    name: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The one service that the runbook is about. Texts are empty where nothing was found."""

    name: str
    name_source: str
    purpose: str = ""
    purpose_source: str = ""
    environment: str = "production"
    url: str = ""
    url_source: str = ""
    health: str = ""
    health_source: str = ""
    workload: Workload | None = None
    container: Container | None = None
    unit: Unit | None = None
    dependencies: tuple[Dependency, ...] = ()
    rules: tuple[Rule, ...] = ()


def choose(survey: Survey) -> Subject:
    """The service that the facts are about."""
    project = _project(survey.projects)
    wanted = slug(project.name) if project else ""
    workload = _one(survey.workloads, wanted, lambda one: not _KNOWN_IMAGES.search(one.image))
    own = [one for one in survey.containers if not _KNOWN_IMAGES.search(one.image) or one.built]
    built = [one for one in own if one.built]
    container = _one(own, wanted, lambda _: True) or (built[0] if len(built) == 1 else None)
    unit = _one(survey.units, wanted, lambda _: True)
    platform = workload or container or unit
    if platform is not None and (project is None or project.source == _FOLDER):
        project = Project(platform.name, platform.source)  # what runs says more than where the files lie
    described = next((one for one in survey.projects if one.purpose), None)
    purpose, purpose_source = (described.purpose, described.source) if described else ("", "")
    if not purpose and unit is not None and unit.purpose:
        purpose, purpose_source = unit.purpose, unit.source
    environment, url, url_source = _address(survey, workload, container)
    health, health_source = _health(survey, workload, container)
    return Subject(
        plain(project.name) if project else "", project.source if project else "", plain(purpose), purpose_source,
        environment, url, url_source, health, health_source, workload, container, unit,
        _dependencies(survey, workload, container), survey.rules,
    )  # fmt: skip


def plain(text: str) -> str:
    """Words of somebody else's file as one line that is only words in Markdown."""
    bare = re.sub(r"\{\{.*?\}\}", "…", text.replace("\n", " "))
    bare = re.sub(r"<[^<>]*>", " ", bare)
    return re.sub(r"\s+", " ", re.sub(r"[`\[\]<>|*\\{}#\x00-\x1f]|__", " ", bare)).strip(" :")[:200].strip()


def _project(projects: Sequence[Project]) -> Project | None:
    """The project's own file before the remote, that before a title, and the folder's name last."""
    order = {"pyproject.toml": 0, "package.json": 0, "the git remote": 1, _FOLDER: 3}
    named = [one for one in projects if plain(one.name) and slug(plain(one.name))]
    return min(named, key=lambda one: order.get(one.source, 2), default=None)


def _one(found: Sequence[_Named], wanted: str, may: Callable[[_Named], bool]) -> _Named | None:
    """The one of the wanted name, else the only one."""
    candidates = {one.name: one for one in reversed(found) if may(one)}
    named = next((one for name, one in candidates.items() if slug(name) == wanted), None)
    return named or (next(iter(candidates.values())) if len(candidates) == 1 else None)


def _address(survey: Survey, workload: Workload | None, container: Container | None) -> tuple[str, str, str]:
    """Environment, address, source: the only address that is declared, else the port that compose publishes here."""
    usable = {
        one.url.rstrip("/"): one.source
        for one in survey.addresses
        if not re.search(r"localhost|127\.0\.0\.1|0\.0\.0\.0|example|your-|\.local\b", one.url)
    }
    if len(usable) == 1:
        ((url, source),) = usable.items()
        return "production", url, source
    port = _web_port(survey, container) if not usable and workload is None and container is not None else 0
    if container is not None and port:
        return "local", f"http://127.0.0.1:{port}", container.source
    return "production", "", ""


def _web_port(survey: Survey, container: Container) -> int:
    """The port here that leads to where its health check speaks http; the only one, where a file describes paths."""
    inside = container.health_port or (
        next((one.port for one in survey.endpoints if one.port), 0) if container.built else 0
    )
    outside = [out for out, within in container.ports if within == inside]
    if len(outside) == 1:
        return outside[0]
    described = not inside and bool(survey.endpoints) and not container.health
    return container.ports[0][0] if described and len(container.ports) == 1 else 0


def _health(survey: Survey, workload: Workload | None, container: Container | None) -> tuple[str, str]:
    for one in (workload, container):
        if one is not None and one.health:
            return one.health, one.source
    return (survey.endpoints[0].path, survey.endpoints[0].source) if survey.endpoints else ("", "")


def _dependencies(
    survey: Survey, workload: Workload | None, container: Container | None
) -> tuple[Dependency, ...]:
    """What the container waits for, and the other services of its file that run a known program (no proxies)."""
    if container is None:
        known = [one for one in survey.containers if _KNOWN_IMAGES.search(one.image) and not one.built]
        return tuple(
            Dependency(one.name, _check(one, workload)) for one in known if not _PROXY.search(one.image)
        )
    here = [one for one in survey.containers if one.file == container.file and one.name != container.name]
    return tuple(Dependency(one.name, _check(one, workload)) for one in here if one.name in container.needs)


def _check(one: Container, workload: Workload | None) -> str:
    """How compose's own service is asked; on another platform it is somewhere else, and nothing says where."""
    if workload is not None:
        return ""
    if len(one.ports) == 1:
        return f"`tcp://127.0.0.1:{one.ports[0][0]}`"
    for image, question, answer in _ASKS:
        command = f"{compose(one.file)} exec -T {one.name} {question}"
        if image.search(one.image) and classify(command).safety is Safety.READ_ONLY:
            return f"`{command}` → `{answer}`" if answer else f"`{command}`"
    return ""


def compose(file: str) -> str:
    """`docker compose` for that file; without `-f` where it looks there by itself."""
    by_itself = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
    return "docker compose" if file in by_itself or not is_path(file) else f"docker compose -f {file}"
