"""`[[sources]]` of `watchbook.toml`: where runbooks are, files or a git repository. Called by `app.wiring.reading`.

It opens no file, asks no repository and fetches no secret; what a source holds is `app.documents.sources`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from watchbook.app.wiring.taking import SECRET, Key, Taker
from watchbook.app.wiring.values import Secret, SourceWiring

FILES_EVERY_S, GIT_EVERY_S = 2.0, 60.0
_SHORTEST_S = 1.0
_OF_GIT = ("repo", "ref", "glob", "trusted", "secret")
_REF = re.compile(r"(?![-./])(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)|/\.))[^\s\x00-\x1f\x7f~^:?*\[\\]+(?<![./])")
_AS_SSH = re.compile(r"(?:[\w.+-]+@)?[A-Za-z0-9][\w.-]*:(?!//)(?!:)[^\s].*")  # ana@host:path, as git takes it
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def read_sources(taker: Taker) -> tuple[SourceWiring, ...]:
    """Every source that the file names; problems are the taker's."""
    listed = taker.get(("sources",))
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        taker.problem(("sources",), "sources must be tables", "Write [[sources]], one for each.")
        return ()
    return tuple(_source(taker, ("sources", str(number)), one) for number, one in enumerate(listed))


def _source(taker: Taker, key: Key, table: Mapping[str, object]) -> SourceWiring:
    taker.check_keys(table, "sources", key)
    named = [name for name in ("path", "paths", "repo") if name in table]
    if len(named) != 1:
        what = f"this source has {' and '.join(named)}" if named else "this source has neither path nor repo"
        taker.problem(key, what, "Name files with path = …, or a git repository with repo = ….")
    if "repo" in table:
        return _git(taker, key)
    for name in _OF_GIT:
        if name in table and named:
            taker.problem((*key, name), f"{name} is for a git repository", "Add repo = …, or remove it.")
    said = (*taker.texts((*key, "path")), *taker.texts((*key, "paths")))
    return SourceWiring(
        paths=tuple(taker.folder / Path(one).expanduser() for one in said),
        every_s=_every(taker, key, FILES_EVERY_S),
        where=_where(taker, key),
    )


def _git(taker: Taker, key: Key) -> SourceWiring:
    repo = _repo(taker, (*key, "repo"))
    secret = taker.secret((*key, "secret"))
    if secret is not None and isinstance(repo, str) and not repo.startswith(("https:", "http:")):
        taker.problem((*key, "secret"), "a secret is for an https address", "Let ssh find its own keys.")
    ref = taker.text((*key, "ref"))
    if ref and not _REF.fullmatch(ref):
        taker.problem((*key, "ref"), f"“{ref}” is no branch, tag or commit", 'Write ref = "main".')
    globs = taker.texts((*key, "glob"))
    for glob in globs:
        if glob.startswith("/") or ".." in glob.split("/"):
            taker.problem(
                (*key, "glob"), f"“{glob}” leaves the repository", 'Write glob = "services/*/RUNBOOK.md".'
            )
    return SourceWiring(
        repo=repo,
        ref=ref,
        globs=tuple(glob.removeprefix("./") for glob in globs),
        every_s=_every(taker, key, GIT_EVERY_S),
        trusted=taker.flag((*key, "trusted")),
        secret=secret,
        where=_where(taker, key),
    )


def _every(taker: Taker, key: Key, usual_s: float) -> float:
    every_s = taker.duration((*key, "every"))
    if every_s is not None and every_s < _SHORTEST_S:
        taker.problem((*key, "every"), "sources.every must be a second or more", 'Write every = "60s".')
    return usual_s if every_s is None else every_s


def _where(taker: Taker, key: Key) -> str:
    return f"{taker.path}:{taker.line(key)}"


def _repo(taker: Taker, key: Key) -> str | Secret:
    """An address that git may fetch from: https, ssh, file or a path. Nothing that would run a program is one."""
    repo = taker.text(key)
    if not repo:
        return ""
    if SECRET.fullmatch(repo) and not repo.startswith("file://"):
        return taker.secret(key) or ""
    problem = address_problem(repo)
    if problem:
        taker.problem(key, *problem)
        return ""
    if "://" in repo or (_AS_SSH.fullmatch(repo) and "/" not in repo.partition(":")[0]):
        return repo
    return os.path.normpath(taker.folder / Path(repo).expanduser())


def address_problem(repo: str, *, credentials: bool = False) -> tuple[str, str] | None:
    """Why git is not given this address, and what to write; None where it may be. The address itself is not repeated.

    `credentials`: it comes from a secret, and may hold a name and a password.
    """
    scheme, separator, _ = repo.partition("://")
    if repo.startswith("-") or re.search(r"[\x00-\x20\x7f]", repo.strip()):
        return "repo is no address", 'Write repo = "https://…" or a path; put ./ before a name with “-”.'
    if re.match(r"[A-Za-z0-9+.-]+::", repo):
        return (
            "repo asks git to run a program for it",
            "Addresses are https://, ssh://, file:// or a path.",
        )
    if not separator:
        return None
    try:
        parts = urlsplit(repo)
        host, password, user = parts.hostname or "", parts.password, parts.username
        _ = parts.port
    except ValueError:
        return "repo is no address", 'Write repo = "https://HOST/PATH".'
    if scheme not in ("https", "ssh", "file") and not (scheme == "http" and host in _LOOPBACK):
        return f"git does not fetch over {scheme} here", "Addresses are https://, ssh://, file:// or a path."
    if not credentials and (password is not None or (user is not None and scheme != "ssh")):
        return (
            "repo holds a name or a password",
            'Put it in the environment and write secret = "env:NAME", or repo = "env:NAME".',
        )
    if (scheme != "file" and not host) or host.startswith("-") or (user or "").startswith("-"):
        return "repo is no address", f'Write repo = "{scheme}://HOST/PATH".'
    return None
