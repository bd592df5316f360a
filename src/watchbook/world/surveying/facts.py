"""What a look around a repository may find: frozen facts, each with the file and line that it stands in.

Made by the modules of this package, read by `app.drafting` and the `init` command. Names that come to stand in commands are
only kept where a shell takes them as one plain word.
"""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9][\w.@-]{0,120}")
_PATH = re.compile(r"[\w][\w./-]{0,200}")


def is_word(text: str) -> bool:
    """Whether a shell takes the text as one plain word that is no option."""
    return _WORD.fullmatch(text) is not None


def is_path(text: str) -> bool:
    """Whether a relative path can stand in a command as it is."""
    return _PATH.fullmatch(text) is not None and ".." not in text.split("/")


@dataclass(frozen=True, slots=True)
class Project:
    """What `package.json`, `pyproject.toml` or the folder says the thing is called and for."""

    name: str
    source: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A service of a compose file. `ports` are (on this machine, inside); `image` is empty where it is built here."""

    name: str
    source: str
    file: str
    image: str = ""
    ports: tuple[tuple[int, int], ...] = ()
    health: str = ""  # path of its health check
    needs: tuple[str, ...] = ()
    built: bool = False
    health_port: int = 0  # inside, where its health check speaks http


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet of Kubernetes."""

    kind: str  # deployment | statefulset | daemonset
    name: str
    source: str
    file: str
    namespace: str = ""
    replicas: int | None = None
    health: str = ""
    image: str = ""
    app: str = ""  # the label `app` of its pods


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service answers, as an Ingress or an OpenAPI file says."""

    url: str
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A service of systemd."""

    name: str
    source: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule of Prometheus."""

    name: str
    source: str
    query: str
    window: str = ""
    severity: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path that says whether the service is well; `port` where the container's own check asks it, over http."""

    path: str
    source: str
    port: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that was found, and the files that could not be read, with why."""

    projects: tuple[Project, ...] = ()
    containers: tuple[Container, ...] = ()
    workloads: tuple[Workload, ...] = ()
    addresses: tuple[Address, ...] = ()
    units: tuple[Unit, ...] = ()
    rules: tuple[Rule, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
