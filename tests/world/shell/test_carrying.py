"""State between steps: whatever bash can hold comes back the same."""

import subprocess

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbook.world.shell.carrying import Carried, from_disk, quoted, read_dump, unquoted

TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
NAME = st.from_regex(r"[a-z]{3,8}", fullmatch=True).map(lambda name: f"v_{name}")

PLAIN = st.dictionaries(NAME, TEXT, max_size=5)


def dumped(script: str) -> Carried:
    """What a bash that ran the script sends."""
    send = (
        "declare -p; printf '\\0'; declare -f; printf '\\0'; declare -F; printf '\\0%s\\0' \"$-\"; umask;"
        " printf '\\0%s\\0done\\0' \"$PWD\""
    )
    result = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", f"{script}\n{send}"], capture_output=True, check=True, env={}
    )
    carried = read_dump(result.stdout)
    assert carried is not None
    return carried.without(["PATH"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(NAME, TEXT, max_size=5),
    st.lists(TEXT, max_size=4),
    st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
)
def test_any_value_comes_back(plain: dict[str, str], items: list[str], table: dict[str, str]) -> None:
    """Text of any kind in plain, exported, list and table variables survives two journeys unchanged."""
    script = "\n".join(f"export {name}={quoted(value)}" for name, value in plain.items())
    script += f"\nlist=({' '.join(map(quoted, items))}); declare -A table"
    script += "".join(f"\ntable[{quoted(key)}]={quoted(value)}" for key, value in table.items())
    first = dumped(script)
    assert set(first.variables) == {*plain, "list", "table"}
    second = dumped("\n".join(first.variables.values()))
    assert second.variables == first.variables
    for name, value in plain.items():
        declared = unquoted(first.variables[name])
        assert declared is None or declared == value


def test_the_shells_own_variables_do_not_carry() -> None:
    """Neither bash's own variables nor the mark of an attempt go from step to step."""
    assert dumped("export WATCHBOOK_ATTEMPT=x; _=1; RANDOM=5; mine=1").variables == {
        "mine": 'declare -- mine="1"'
    }


def test_half_a_dump_is_none() -> None:
    """A shell that was cut off while sending has sent nothing."""
    assert read_dump(b"") is None
    assert read_dump(b'declare -- x="1"\n\0\0\0e\0') is None


def test_what_is_written_down_comes_back() -> None:
    """State goes to the ledger and back, less what looks secret, holds a secret, or is given anyway."""
    carried = dumped("a=1; b='with hunter22 in it'; DB_PASSWORD=x; version=1.2; f() { :; }; cd /usr")
    kept = carried.for_disk({"version": "1.2"}, ["hunter22"])
    assert kept["withheld"] == ["DB_PASSWORD", "b"]
    back = from_disk(kept)
    assert back.variables == {"a": 'declare -- a="1"'}
    assert back.functions.startswith("f ()")
    assert back.directory == "/usr"


def test_too_much_state_is_named_not_written() -> None:
    """What would bloat the ledger stays in memory; its names are known."""
    kept = dumped("big=$(printf 'x%.0s' {1..70000}); small=1").for_disk({}, [])
    assert kept["variables"] == {}
    assert kept["withheld"] == ["big", "small"]
