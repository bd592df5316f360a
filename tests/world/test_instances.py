"""Which instances a service has: URLs, files, names, and what is said when a list cannot be had."""

import json
import socket
from pathlib import Path

import pytest

from watchbook.world.file_sd import Group, read_groups
from watchbook.world.instances import Discovery, discover

HERE = Path("/")


def urls(discovery: Discovery) -> list[str]:
    assert discovery.instances is not None, discovery.problem
    return [instance.url for instance in discovery.instances]


async def test_urls_in_order_and_once() -> None:
    """URLs are taken as written, each once; an instance's name is host and port."""
    found = await discover(("http://b:2/", "http://a:1", "http://b:2"), HERE)
    assert urls(found) == ["http://b:2", "http://a:1"]
    assert found.instances is not None
    assert found.instances[0].name == "b:2"


async def test_the_url_is_the_only_instance_without_a_list() -> None:
    """Absent instances, the environment's URL is one."""
    assert urls(await discover((), HERE, "http://shop.test/")) == ["http://shop.test"]
    nothing = await discover((), HERE)
    assert nothing.instances is None
    assert nothing.problem


async def test_json_file_is_read_anew(tmp_path: Path) -> None:
    """A file_sd file is read at each call; its labels come with the instances, those for scraping do not."""
    file = tmp_path / "run" / "production.json"
    file.parent.mkdir()
    groups = [
        {"targets": ["127.0.0.1:8101", "127.0.0.1:8102"], "labels": {"zone": "a", "__scheme__": "https"}}
    ]
    file.write_text(json.dumps(groups))
    found = await discover(("run/production.json",), tmp_path)
    assert urls(found) == ["https://127.0.0.1:8101", "https://127.0.0.1:8102"]
    assert found.instances is not None
    assert found.instances[0].labels == {"zone": "a"}
    file.write_text("[]")
    assert urls(await discover(("run/production.json",), tmp_path)) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "is not there"),
        ("{", "not in file_sd form"),
        ('{"targets": []}', "a list of groups was expected"),
        ('[{"target": ["a:1"]}]', "neither targets nor labels"),
        ('[{"labels": {}}]', 'a group needs "targets"'),
        ('[{"targets": [7]}]', "7 is not a target"),
        ("targets: [a]", "a list of groups was expected"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("[" * 200_000, "not in file_sd form"),
    ],
)
async def test_unreadable_file_is_a_named_problem(
    tmp_path: Path, content: str | bytes | None, problem: str
) -> None:
    """No list is not the same as an empty one: the problem says which file and why."""
    file = tmp_path / "list.json"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = await discover(("list.json",), tmp_path)
    assert found.instances is None
    assert problem in found.problem
    assert "list.json" in found.problem


async def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    """A path that cannot be read is a problem, not a crash."""
    found = await discover((".",), tmp_path)
    assert found.instances is None


async def test_one_source_of_two_fails(tmp_path: Path) -> None:
    """What can be had is given, with the problem of the rest."""
    found = await discover(("http://a:1", "missing.json"), tmp_path)
    assert urls(found) == ["http://a:1"]
    assert "missing.json" in found.problem


async def test_addresses_of_a_name() -> None:
    """`dns:NAME:PORT` is every address of the name."""
    found = await discover(("dns:localhost:8080",), HERE)
    expected = {entry[4][0] for entry in socket.getaddrinfo("localhost", 8080, type=socket.SOCK_STREAM)}
    shown = {
        f"http://[{address}]:8080" if ":" in str(address) else f"http://{address}:8080"
        for address in expected
    }
    assert set(urls(found)) == shown


@pytest.mark.parametrize("source", ["dns:no-such-host.invalid:80", "dns:localhost", "dns:localhost:http"])
async def test_name_without_addresses(source: str) -> None:
    """A name that does not resolve, or no port, is a named problem."""
    found = await discover((source,), HERE)
    assert found.instances is None
    assert found.problem


YAML = [
    ("- targets: ['a:1', \"b:2\"]\n", [Group(("a:1", "b:2"))]),
    ("# list\n- targets:\n  - a:1 # first\n  - 'b:2'\n  labels:\n    job: x y\n    \"zone\": 'q#1'\n", [
        Group(("a:1", "b:2"), {"job": "x y", "zone": "q#1"})]),
    ("---\n  - labels:\n      job: x\n    targets:\n      - a:1\n  - targets: []\n", [
        Group(("a:1",), {"job": "x"}), Group()]),
    ("-\n  targets: [a]\n", [Group(("a",))]),
    ("- targets: [a]\n  labels: &l {zone: b}\n- targets: [c]\n  labels: *l\n", [
        Group(("a",), {"zone": "b"}), Group(("c",), {"zone": "b"})]),
    ("[]", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "groups"), YAML)
def test_yaml_groups(text: str, groups: list[Group]) -> None:
    """The YAML that file_sd files hold, in its usual layouts."""
    assert read_groups(text) == groups


@pytest.mark.parametrize(
    "text",
    [
        "targets: [a]",
        "- targets: a:1",
        "- targets: [*x]",
        "- other: 1",
        "- targets:\n  - {a: 1}",
        "- labels: {a: b}",
        "- targets: [a]\n  labels: {a: [b]}",
        "x",
        "- targets:\n  - |",
        "- targets: [a]\n  targets: [b]",
    ],
)
def test_other_yaml_is_refused_with_its_line(text: str) -> None:
    """What is beyond the form is refused, with the line."""
    with pytest.raises(ValueError, match=r"line \d"):
        read_groups(text)
