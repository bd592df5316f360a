"""Which instances a service has now: URLs as written, a file in Prometheus' `file_sd` form, or the addresses of a name.

Called by `app.watching` at each cadence; the file is read and the name looked up anew each time. It keeps nothing: what a
list that cannot be had means for alerts is decided elsewhere.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from watchbook.world.file_sd import Group, read_groups

_DNS_TIMEOUT_S = 5.0
_FILE_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: its URL without a path, its name (`host:port`), and the labels that its list gives it."""

    url: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The instances of an environment. `instances` is None where no list could be had: `problem` says why.

    With several sources one of which fails, the others' instances are given together with the problem.
    """

    instances: tuple[Instance, ...] | None
    problem: str = ""


async def discover(sources: Sequence[str], directory: Path, url: str | None = None) -> Discovery:
    """Instances of all sources, in order, each once. Without sources, `url` is the only instance.

    `directory` is the runbook's folder, which files are relative to. Never raises.
    """
    if not sources:
        return Discovery(
            (instance_at(url),) if url else None, "" if url else "no instances and no URL are named"
        )
    found: dict[str, Instance] = {}
    problems: list[str] = []
    for source in sources:
        result = await _from_source(source.strip(), directory)
        if result.problem:
            problems.append(result.problem)
        found.update((instance.url, instance) for instance in result.instances or ())
    nothing = not found and len(problems) == len(sources)
    return Discovery(None if nothing else tuple(found.values()), "; ".join(problems))


def instance_at(url: str, labels: Mapping[str, str] | None = None) -> Instance:
    """The instance at a URL, or at `host:port`."""
    full = url if "://" in url else f"http://{url}"
    return Instance(full.rstrip("/"), urlsplit(full).netloc or full, dict(labels or {}))


async def _from_source(source: str, directory: Path) -> Discovery:
    if source.startswith(("http://", "https://")):
        return Discovery((instance_at(source),))
    if source.startswith("dns:"):
        return await _from_name(source.removeprefix("dns:").removeprefix("//"))
    return _from_file(directory / source, source)


async def _from_name(target: str) -> Discovery:
    """Every address of `NAME:PORT`."""
    name, _, port = target.rpartition(":")
    if not name or not port.isdigit():
        return Discovery(None, f"dns:{target} is not dns:NAME:PORT")
    try:
        async with asyncio.timeout(_DNS_TIMEOUT_S):
            entries = await asyncio.get_running_loop().getaddrinfo(name, int(port), type=socket.SOCK_STREAM)
    except TimeoutError:
        return Discovery(None, f"the name {name} was not looked up within {_DNS_TIMEOUT_S:g} s")
    except (socket.gaierror, UnicodeError, OverflowError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Discovery(None, f"the name {name} cannot be looked up: {detail}")
    addresses = sorted({str(entry[4][0]) for entry in entries})
    hosts = [f"[{address}]" if ":" in address else address for address in addresses]
    return Discovery(tuple(instance_at(f"http://{host}:{port}") for host in hosts))


def _from_file(path: Path, named: str) -> Discovery:
    """Targets of a `file_sd` file, JSON or YAML. The labels `__scheme__` and `__address__` are understood."""
    try:
        if path.stat().st_size > _FILE_LIMIT_BYTES:
            return Discovery(None, f"the list of instances {named} is larger than 16 MiB")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Discovery(None, f"the list of instances {named} is not there")
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "it is not UTF-8 text"
        return Discovery(None, f"the list of instances {named} cannot be read: {detail}")
    try:
        if not text.strip():  # its writer is at it, or failed: not the same as a list without targets
            return Discovery(
                None, f"the list of instances {named} is empty: [] would mean that there are none"
            )
        return Discovery(tuple(_instances(read_groups(text))))
    except ValueError as error:
        return Discovery(None, f"the list of instances {named} is not in file_sd form: {error}")


def _instances(groups: list[Group]) -> list[Instance]:
    found = []
    for group in groups:
        scheme = group.labels.get("__scheme__", "http")
        shown = {key: value for key, value in group.labels.items() if not key.startswith("__")}
        for target in group.targets:
            found.append(instance_at(target if "://" in target else f"{scheme}://{target}", shown))
    return found
