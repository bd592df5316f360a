"""Looks around a repository: compose files, manifests, units, rules, OpenAPI, project files. One module a kind of file.

Called by the `init` command. It reads a bounded number of small files below a folder, runs nothing but `git`, and returns
frozen facts (`facts.Survey`); what they mean for a runbook is `app.drafting`.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from watchbook.world.surveying import compose, dockerfile, kubernetes, openapi, project, prometheus, systemd
from watchbook.world.surveying.facts import Survey
from watchbook.world.surveying.outline import Node, Unclear, read_outline

__all__ = ["survey"]

_SKIPPED = {
    "node_modules",
    "vendor",
    "dist",
    "build",
    "target",
    "__pycache__",
    "venv",
    "testdata",
    "fixtures",
}
_DEEPEST = 5
_MOST_FILES, _LARGEST_BYTES = 5_000, 1_000_000


def survey(folder: Path) -> Survey:
    """What the files below a folder say of the service. Nothing is followed out of the folder, and nothing raises."""
    found = Survey(projects=project.of_folder(folder))
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        reader = _reader_of(name)
        if reader is None:
            continue
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise Unclear("it is larger than 1 MB")
            found = reader(found, name, path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, Unclear) else "it cannot be read"
            found = replace(found, unread=(*found.unread, (name, reason)))
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Files in order of their paths, those of a folder before those below it."""
    count = 0
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = sorted(
            name for name in folders if depth < _DEEPEST and not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            path = Path(root) / name
            if path.is_file() and not path.is_symlink():
                yield path


_Reader = Callable[[Survey, str, str], Survey]


def _reader_of(name: str) -> _Reader | None:
    """What reads a file of that name; None where none does."""
    last = name.rsplit("/", 1)[-1].lower()
    if name in ("package.json", "pyproject.toml"):
        return project.read
    if name == "Dockerfile":
        return dockerfile.read
    if last.endswith(".service"):
        return systemd.read
    if last.endswith((".yaml", ".yml")) or last in ("openapi.json", "swagger.json"):
        return _read_yaml
    return None


def _read_yaml(found: Survey, name: str, text: str) -> Survey:
    """By what stands in it: a compose file by its name, the others by their first keys."""
    last = name.rsplit("/", 1)[-1].lower().removesuffix(".yaml").removesuffix(".yml")
    if last in ("docker-compose", "compose"):
        return compose.read(found, name, read_outline(text))
    if not any(word in text for word in ("\nkind:", "groups:", "openapi", "swagger")) and not text.startswith(
        "kind:"
    ):
        return found
    for document in read_outline(text):
        found = _read_document(found, name, document)
    return found


def _read_document(found: Survey, name: str, document: Node) -> Survey:
    if document.at("openapi").said or document.at("swagger").said:
        return openapi.read(found, name, document)
    if document.at("kind").said == "PrometheusRule":
        return prometheus.read(found, name, document.at("spec"))
    if document.at("kind").said and document.at("apiVersion").said:
        return kubernetes.read(found, name, document)
    if document.at("groups").listed:
        return prometheus.read(found, name, document)
    return found
