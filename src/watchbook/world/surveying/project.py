"""What the project calls itself: `package.json`, `pyproject.toml`, the git remote, and the folder's own name.

Called by `surveying`. Of the remote's address only the last part is kept: the rest may hold a password.
"""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from watchbook.world.git import GitError, repository_of
from watchbook.world.surveying.facts import Project, Survey

_LAST = re.compile(r"[/:]([\w.-]+?)(?:\.git)?/?$")


def read(found: Survey, name: str, text: str) -> Survey:
    """Adds the name and description of a project file. Raises ValueError where it is none."""
    about: Any = json.loads(text) if name.endswith(".json") else tomllib.loads(text).get("project", {})
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return found
    purpose = about.get("description")
    project = Project(about["name"].rsplit("/", 1)[-1], name, purpose if isinstance(purpose, str) else "")
    return replace(found, projects=(*found.projects, project))


def of_folder(folder: Path) -> tuple[Project, ...]:
    """By the git remote, where the folder is the top of a repository; else by the folder's name."""
    whole = folder.resolve()
    try:
        repository = repository_of(whole)
        remote = repository.remote() if repository.root.resolve() == whole else None
    except GitError:
        remote = None
    last = _LAST.search(remote) if remote else None
    if last is not None:
        return (Project(last[1], "the git remote"),)
    return (Project(whole.name, "the folder's name"),) if whole.name else ()
