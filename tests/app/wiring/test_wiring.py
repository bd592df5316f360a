"""The wiring: what watchbook.toml says, and everything that is wrong with it at once, with lines."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.app.wiring import CONSOLE, Secret, Wiring
from watchbook.app.wiring.positions import lines_of
from watchbook.app.wiring.reading import KEYS, WiringError, read_wiring
from watchbook.model.errors import DocumentError

PATH = Path("/srv/shop/watchbook.toml")
WHOLE = """\
version = 1
listen = "[::1]:9000"
public_url = "https://watch.example/"
data = "state"
runbooks = ["RUNBOOK.md", "/srv/search/RUNBOOK.md"]
armed = ["shop", "search/Index Stale"]
group_wait = "0s"
inherit = ["KUBECONFIG"]

[channels.phone]
kind = "webhook"
url = "http://127.0.0.1:8130/page"
secret = "env:PHONE_SECRET"
timeout = "3 seconds"

[channels."chat room"]
kind = "webhook"
url = "file:chat.url"

[contacts]
"Ana Ruiz" = ["phone", "chat room"]
Bo = "phone"

[rooms]
"#incidents" = ["chat room", "console"]

[environment]
REGION = "eu-1"
REPLICAS = 3
API_TOKEN = "env:SHOP_TOKEN"

[metrics]
retention = "1 hour"
memory = "64 MiB"
"""


def _problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(WiringError) as caught:
        read_wiring(text, PATH)
    return [(problem.line, problem.what) for problem in caught.value.problems]


def test_everything_that_can_be_said() -> None:
    """Each key arrives as a value; relative paths begin at the file's folder."""
    wiring = read_wiring(WHOLE, PATH)
    assert (wiring.listen, wiring.public_url) == ("[::1]:9000", "https://watch.example")
    assert wiring.data == Path("/srv/shop/state")
    assert wiring.runbooks == (Path("/srv/shop/RUNBOOK.md"), Path("/srv/search/RUNBOOK.md"))
    assert wiring.armed == ("shop", "search/Index Stale")
    assert wiring.group_wait_s == 0.0
    phone, chat = wiring.channels["phone"], wiring.channels["chat room"]
    assert (phone.kind, phone.url, phone.timeout_s) == ("webhook", "http://127.0.0.1:8130/page", 3.0)
    assert phone.secret == Secret("env", "PHONE_SECRET", f"{PATH}:13")
    assert chat.url == Secret("file", "/srv/shop/chat.url", f"{PATH}:18")
    assert wiring.contacts == {"Ana Ruiz": ("phone", "chat room"), "Bo": ("phone",)}
    assert wiring.rooms == {"#incidents": ("chat room", CONSOLE)}
    assert wiring.environment["REGION"] == "eu-1" and wiring.environment["REPLICAS"] == "3"
    assert (wiring.metrics.retention_s, wiring.metrics.memory_bytes) == (3600.0, 64 * 1024 * 1024)
    assert "KUBECONFIG" in wiring.inherit and "PATH" in wiring.inherit


def test_an_empty_file_is_a_whole_wiring() -> None:
    """Everything is optional: without a word nobody is armed and nothing is wired."""
    wiring = read_wiring("", PATH)
    assert wiring == Wiring(folder=PATH.parent, path=PATH)
    assert wiring.listen == "127.0.0.1:8090"
    assert (wiring.armed, wiring.channels, wiring.group_wait_s) == ((), {}, None)


def test_all_problems_are_listed() -> None:
    """A file with many mistakes names all of them, each with its line, in order."""
    text = """\
lisen = "127.0.0.1:1"
listen = "here"
group_wait = "soon"
armed = ["shop", "a/b/c"]

[channel.x]

[channels.phone]
kind = "webhok"
[channels.b]
kind = "webhook"
url = "ftp://x"
colour = "red"

[contacts]
"Ana Ruiz" = ["phon",
   "b"]
[rooms]
incidents = ["b"]
[metrics]
memory = "a lot"
"""
    assert [line for line, _ in _problems(text)] == [1, 2, 3, 4, 6, 9, 12, 13, 16, 19, 21]
    with pytest.raises(WiringError) as caught:
        read_wiring(text, PATH)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[0] == "/srv/shop/watchbook.toml:1: unknown key lisen. Is listen meant?"
    assert "Is webhook meant?" in lines[5]
    assert "Is phone meant?" in lines[8]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version = 2", 1, "version 2 of this file is not known"),
        ("listen = 8090", 1, "listen must be text"),
        ('listen = "127.0.0.1:99999"', 1, "no address to listen on"),
        ('public_url = "watch.example"', 1, "no web address"),
        ('\nrunbooks = ["a", 1]', 2, "runbooks must be a list of texts"),
        ("group_wait = true", 1, "group_wait must be a duration"),
        ("group_wait = -1", 1, "group_wait must be a duration"),
        ("channels = 1", 1, "channels must be a table"),
        ('[channels]\nphone = "x"', 2, "channels.phone must be a table"),
        ("[channels.x]", 1, "channel x is of no known kind"),
        ('[channels.x]\nkind = "webhook"', 1, "channel x has no url"),
        ('[channels.console]\nkind = "webhook"\nurl = "http://x"', 1, "the name console is taken"),
        ('[contacts]\n"Ana" = ["pager"]', 2, "reached through pager, which is no channel"),
        ("[environment]\nX = []", 2, "environment.X must be text"),
        ('[environment]\n"A B" = "x"', 2, "cannot be a variable"),
        ('[environment]\nWATCHBOOK_X = "x"', 2, "cannot be a variable"),
        ('[environment]\nX = "env:A B"', 2, "no name of an environment variable"),
        ('[metrics]\nretention = "5s"', 2, "a minute or more"),
        ('inherit = ["A=B"]', 1, "no name of an environment variable"),
        ('[controls]\ngateway = "10.0.0.1"', 1, "unknown key controls"),
        ("x = ", 1, "this is not TOML"),
        ("a = 1\nb = 2\na = 3", 3, "this is not TOML"),
        ("[a", 1, "this is not TOML"),
    ],
)
def test_one_problem(text: str, line: int, words: str) -> None:
    """Each kind of mistake has its own line of words, at its place."""
    ((found_line, what),) = _problems(text)
    assert (found_line, words in what) == (line, True), what


@pytest.mark.parametrize(
    "text",
    [
        '[channels.x]\nkind = "webhook"\nurl = "http://a"\nsecret = "hunter2-very-secret"',
        '[channels.x]\nkind = "webhook"\nurl = "http://ana:hunter2-very-secret@a/"',
        '[environment]\nDB_PASSWORD = "hunter2-very-secret"',
    ],
)
def test_a_literal_secret_is_refused_and_not_repeated(text: str) -> None:
    """A secret that stands in the file itself is refused, and the message does not print it."""
    with pytest.raises(WiringError) as caught:
        read_wiring(text, PATH)
    assert "hunter2" not in str(caught.value) and "env:NAME" in str(caught.value)


def test_secrets_are_fetched_late(tmp_path: Path) -> None:
    """Reading the wiring needs no secret; asking for the values does, and says which one is missing."""
    wiring = read_wiring(WHOLE, tmp_path / "watchbook.toml")
    assert [str(secret) for secret in wiring.declared()] == [
        "env:PHONE_SECRET",
        f"file:{tmp_path}/chat.url",
        "env:SHOP_TOKEN",
    ]
    environ = {"PHONE_SECRET": "one-secret", "SHOP_TOKEN": "two-secret", "PATH": "/bin", "OTHER": "x"}
    with pytest.raises(DocumentError, match=r"chat\.url cannot be read"):
        wiring.secrets(environ)
    (tmp_path / "chat.url").write_text("https://chat.example/hook\n")
    assert wiring.secrets(environ) == ("one-secret", "https://chat.example/hook", "two-secret")
    with pytest.raises(DocumentError) as caught:
        wiring.secrets({})
    assert str(caught.value) == (
        f"{tmp_path}/watchbook.toml:13: the environment variable PHONE_SECRET is not set."
        " Set it before starting Watchbook."
    )
    with pytest.raises(DocumentError, match="env:PHONE_SECRET is empty"):
        wiring.secrets({"PHONE_SECRET": ""})


def test_commands_start_with_what_is_listed() -> None:
    """The environment of commands holds what the wiring gives and lets through, and nothing else."""
    wiring = read_wiring(WHOLE, PATH)
    environ = {
        "PATH": "/bin",
        "KUBECONFIG": "/k",
        "SHOP_TOKEN": "t0ken",
        "PHONE_SECRET": "x",
        "LD_PRELOAD": "y",
    }
    assert wiring.command_environment(environ) == {
        "PATH": "/bin",
        "KUBECONFIG": "/k",
        "REGION": "eu-1",
        "REPLICAS": "3",
        "API_TOKEN": "t0ken",
    }


keys = st.text("ab-_1é \"'\\.=#[]", min_size=1, max_size=5)
values = st.recursive(
    st.sampled_from(["1", '"a # b"', "'[x]'", '"""\n[not.a.table]\nk = 1\n"""', "true", "1979-05-27"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n".join(items) + "\n]"),
    max_leaves=4,
)


def _basic(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.dictionaries(keys, st.dictionaries(keys, values, max_size=4), max_size=4), st.data())
def test_lines_are_found_whatever_the_values(tables: dict[str, dict[str, str]], data: st.DataObject) -> None:
    """Each key's line is where it was written: values over several lines, quoted keys and comments do not mislead."""
    written: list[str] = []
    expected: dict[tuple[str, ...], int] = {}

    def write(text: str) -> int:
        filler = data.draw(st.sampled_from(["", "# [no] = table\n", "\n\n"]))
        line = sum(part.count("\n") for part in written) + filler.count("\n") + 1
        written.append(f"{filler}{text}\n")
        return line

    for table, said in tables.items():
        expected[(table,)] = write(f"[{_basic(table)}]")
        for key, value in said.items():
            expected[(table, key)] = write(f"  {_basic(key)} = {value} # said")
    text = "".join(written)
    tomllib.loads(text)
    assert lines_of(text) == expected


def test_lines_of_dotted_and_inline_keys() -> None:
    """Dotted keys, inline tables, nested headers and arrays of tables have lines as well."""
    text = 'a.b = 1\nc = { d = 1, e = "x" }\n[f.g]\nh = 2\n[[i]]\nj = 1\n'
    assert lines_of(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("c",): 2,
        ("c", "d"): 2,
        ("c", "e"): 2,
        ("f",): 3,
        ("f", "g"): 3,
        ("f", "g", "h"): 4,
        ("i",): 5,
        ("i", "0"): 5,
        ("i", "0", "j"): 6,
    }


def test_every_key_is_documented() -> None:
    """The reference names every key that the file may hold."""
    reference = (Path(__file__).parents[3] / "docs" / "reference" / "wiring.md").read_text()
    for table, known in KEYS.items():
        for key in known:
            assert f"`{key}`" in reference or f"[{key}]" in reference or f"[{key}." in reference, (table, key)


def test_the_reference_example_is_valid(tmp_path: Path) -> None:
    """The example in the reference is a wiring without a problem."""
    reference = (Path(__file__).parents[3] / "docs" / "reference" / "wiring.md").read_text()
    example = reference.split("```toml\n", 1)[1].split("```", 1)[0]
    wiring = read_wiring(example, tmp_path / "watchbook.toml")
    assert wiring.channels and wiring.contacts and wiring.rooms and wiring.environment
