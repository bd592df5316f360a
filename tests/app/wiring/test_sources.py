"""`[[sources]]`: files and git repositories, and every mistake with its line."""

from pathlib import Path

import pytest

from watchbook.app.wiring import Secret, SourceWiring
from watchbook.app.wiring.reading import WiringError, read_wiring

PATH = Path("/srv/shop/watchbook.toml")


def _sources(text: str) -> tuple[SourceWiring, ...]:
    return read_wiring(text, PATH).sources


def test_sources_of_files_and_of_git() -> None:
    """Each table arrives with its values; what is not said has its usual value."""
    text = """\
[[sources]]
path = "services/*/RUNBOOK.md"
[[sources]]
paths = ["a", "/b/**/runbook.md"]
every = "5s"

[[sources]]
repo = "ssh://git@git.example/shop.git"
ref = "release/1"
glob = "./runbooks/*.md"
every = "2 min"
trusted = true
[[sources]]
repo = "../shop"
"""
    one, two, three, four = _sources(text)
    assert one == SourceWiring((Path("/srv/shop/services/*/RUNBOOK.md"),), where=f"{PATH}:1")
    assert two == SourceWiring(
        (Path("/srv/shop/a"), Path("/b/**/runbook.md")), every_s=5.0, where=f"{PATH}:3"
    )
    assert (three.repo, three.ref, three.globs) == (
        "ssh://git@git.example/shop.git",
        "release/1",
        ("runbooks/*.md",),
    )
    assert (three.every_s, three.trusted, three.where) == (120.0, True, f"{PATH}:7")
    assert (four.repo, four.ref, four.globs, four.every_s) == ("/srv/shop", "", (), 60.0)
    assert four.trusted is False


@pytest.mark.parametrize(
    "repo",
    [
        "https://git.example/a/b.git",
        "ssh://ana@git.example:2222/b",
        "ana@git.example:a/b.git",
        "git.example:b",
        "file:///srv/b.git",
        "http://127.0.0.1:8080/b.git",
    ],
)
def test_addresses_that_git_may_fetch(repo: str) -> None:
    """What people write for a repository is taken as it is."""
    assert _sources(f'[[sources]]\nrepo = "{repo}"')[0].repo == repo


def test_an_address_may_be_a_secret() -> None:
    """`env:` and `file:` name where the whole address is, and count as declared secrets."""
    wiring = read_wiring(
        '[[sources]]\nrepo = "env:REPO"\n[[sources]]\nrepo = "file:/run/repo"\n[[sources]]\n'
        'repo = "https://git.example/a"\nsecret = "env:TOKEN"',
        PATH,
    )
    assert [str(one) for one in wiring.declared()] == ["env:REPO", "file:/run/repo", "env:TOKEN"]
    assert wiring.sources[0].repo == Secret("env", "REPO", f"{PATH}:2")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("sources = 1", 1, "sources must be tables"),
        ('[[sources]]\nref = "main"', 1, "neither path nor repo"),
        ('[[sources]]\npath = "a"\nrepo = "b"', 1, "this source has path and repo"),
        ('[[sources]]\npath = "a"\n[[sources]]\nrepos = "b"\npath = "c"', 4, "unknown key sources.repos"),
        ('[[sources]]\npath = "a"\nglob = "b"', 3, "glob is for a git repository"),
        ('[[sources]]\npath = "a"\ntrusted = true', 3, "trusted is for a git repository"),
        ('[[sources]]\nrepo = "a"\ntrusted = "yes"', 3, "sources.trusted must be true or false"),
        ('[[sources]]\nrepo = "a"\nevery = "10ms"', 3, "a second or more"),
        ('[[sources]]\nrepo = "a"\nglob = "../b"', 3, "leaves the repository"),
        ('[[sources]]\nrepo = "a"\nglob = "/b"', 3, "leaves the repository"),
        ('[[sources]]\nrepo = "a"\nref = "-x"', 3, "no branch, tag or commit"),
        ('[[sources]]\nrepo = "a"\nref = "a..b"', 3, "no branch, tag or commit"),
        ('[[sources]]\nrepo = "a"\nref = "main:x"', 3, "no branch, tag or commit"),
        ('[[sources]]\nrepo = "a"\nsecret = "env:X"', 3, "for an https address"),
        ('[[sources]]\nrepo = "https://a/b"\nsecret = "hunter2"', 3, "must not hold a secret itself"),
        ('[[sources]]\nrepo = "--upload-pack=touch /tmp/x"', 2, "repo is no address"),
        ('[[sources]]\nrepo = "ext::sh -c touch% /tmp/x"', 2, "repo"),
        ('[[sources]]\nrepo = "ext::touch"', 2, "asks git to run a program"),
        ('[[sources]]\nrepo = "fd::17"', 2, "asks git to run a program"),
        ('[[sources]]\nrepo = "git://a/b"', 2, "does not fetch over git"),
        ('[[sources]]\nrepo = "http://git.example/b"', 2, "does not fetch over http"),
        ('[[sources]]\nrepo = "https:///b"', 2, "repo is no address"),
        ('[[sources]]\nrepo = "ssh://-oProxyCommand=x/b"', 2, "repo is no address"),
        ('[[sources]]\nrepo = "https://a:b/c"', 2, "repo is no address"),
        ('[[sources]]\nrepo = "https://ana@git.example/b"', 2, "holds a name or a password"),
    ],
)
def test_one_mistake_in_a_source(text: str, line: int, words: str) -> None:
    """Each mistake is one line at its place; nothing that would run a program passes as an address."""
    with pytest.raises(WiringError) as caught:
        read_wiring(text, PATH)
    assert [(one.line, words in one.what) for one in caught.value.problems] == [(line, True)], str(
        caught.value
    )


def test_a_password_in_an_address_is_not_repeated() -> None:
    """The message about it names no part of it."""
    with pytest.raises(WiringError) as caught:
        read_wiring('[[sources]]\nrepo = "https://ana:hunter2@git.example/b"', PATH)
    assert "hunter2" not in str(caught.value) and "env:NAME" in str(caught.value)
