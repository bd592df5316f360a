"""Every input that fuzzing ever found is tried again, and the targets hold on a document of each kind."""

from pathlib import Path

import pytest
from fuzz.targets import TARGETS

from fuzz import seeds

FOUND = sorted((Path(__file__).parent / "found").glob("*/*"))


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_mended(path: Path) -> None:
    """Each input that once broke a promise keeps it now."""
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", list(TARGETS))
def test_targets_take_bytes_of_any_kind(name: str) -> None:
    """Nothing, text, bytes that are no UTF-8 and the golden documents break no promise."""
    golden = [path.read_bytes() for path in sorted((seeds.ROOT / "tests/reading/golden").glob("*.md"))]
    for data in (b"", b"\n", b"ls\n", b"\xff\xfe\x00", b"\xc3", "> 5 % für 5 min".encode(), *golden[:2]):
        TARGETS[name](data)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TARGETS))
def test_every_target_has_seeds(tmp_path: Path, name: str) -> None:
    """Fuzzing begins with documents, scripts and phrases, each once."""
    number = seeds.write(tmp_path / "seeds", name)
    assert number >= len(list((tmp_path / "seeds").iterdir())) > 20


def test_the_dictionary_is_in_the_fuzzers_notation(tmp_path: Path) -> None:
    """Each word is one quoted line of ASCII, with everything else as two hexadecimal digits."""
    seeds.write_dictionary(tmp_path / "words")
    lines = (tmp_path / "words").read_text(encoding="ascii").splitlines()
    assert len(lines) == len(seeds.WORDS)
    words = [line.strip('"').encode().decode("unicode_escape").encode("latin-1").decode() for line in lines]
    assert words == list(seeds.WORDS)
