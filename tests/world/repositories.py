"""Git repositories of tests: written and committed to by somebody, knowing no settings of this machine."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.programs import require_program

PLAIN = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


class Repo:
    """A repository with a work tree. `bare` repositories elsewhere fetch from it, or it pushes to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "uploadpack.allowFilter", "true")

    def git(self, *arguments: str) -> str:
        """Calls git as somebody; gives what it printed."""
        named = ("-c", "user.name=Ana", "-c", "user.email=ana@till.test", "-c", "commit.gpgsign=false")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            [require_program("git"), *named, *arguments], cwd=self.folder, env=kept | PLAIN, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | bytes | None] = {}, message: str = "change") -> str:
        """Writes files (None: takes one away) and commits them; gives the commit."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")
