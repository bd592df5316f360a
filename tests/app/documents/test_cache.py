"""What is kept of texts that were read: found again by content, bounded, and never the reason of an error."""

import dataclasses
import os
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest

from watchbook.app.documents import cache as caches
from watchbook.app.documents.cache import Cache, default_folder, open_cache, reader_version
from watchbook.app.documents.checking import Checked, Examination
from watchbook.app.documents.examined import Examined, examined, from_json, to_json
from watchbook.app.documents.loading import Found
from watchbook.reading import read_runbooks

GOLDEN = Path(__file__).parents[2] / "reading" / "golden"
TEXT = "# Shop\n\n**Service:** shop\n**Last Updated:** 2025-01-01\n\n## Alerting\n\n- **Slow:** sometimes\n"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache", "reader 1")


def known_of(text: str) -> Examined:
    """What reading the text gives."""
    return examined(text, read_runbooks(text))


def entries(cache: Cache) -> list[Path]:
    """The files of a cache."""
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def check(path: Path, cache: Cache | None, day: str = "2026-11-23") -> tuple[Checked, ...]:
    """What check says of one file."""
    return Examination(date.fromisoformat(day), kept=cache).check(Found(path))


@pytest.mark.parametrize("name", ["whole", "forms", "faults", "variants"])
def test_what_is_kept_is_what_was_read(name: str) -> None:
    """Every finding, date, count and line comes back from the form on disk as it was."""
    known = known_of((GOLDEN / f"{name}.md").read_text(encoding="utf-8"))
    assert from_json(to_json(known)) == known
    assert known.findings


@pytest.mark.parametrize("name", ["whole", "faults"])
def test_a_known_text_gives_what_reading_gives(name: str, cache: Cache) -> None:
    """Without a cache, with an empty one and with a full one, check says the same."""
    path = GOLDEN / f"{name}.md"
    plain = check(path, None)
    assert check(path, cache) == plain
    assert len(entries(cache)) == 1
    assert check(path, cache) == plain


def test_a_hit_reads_nothing(tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is not asked again for a text that it read, wherever the text stands now."""
    first, second = tmp_path / "a-runbook.md", tmp_path / "b-runbook.md"
    first.write_text(TEXT, encoding="utf-8")
    second.write_text(TEXT, encoding="utf-8")
    said = check(first, cache)
    monkeypatch.setattr("watchbook.reading.read_runbooks", lambda _: pytest.fail("it was read again"))
    again = check(second, cache)
    assert again == (dataclasses.replace(said[0], path=str(second)),)


def test_the_day_is_not_kept(tmp_path: Path, cache: Cache) -> None:
    """Findings about dates are those of the day that is asked for, also of a text that is known."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(TEXT, encoding="utf-8")
    early, late = check(path, cache, "2025-02-01"), check(path, cache, "2026-11-23")
    assert len(late[0].findings) == len(early[0].findings) + 1
    assert check(path, None, "2026-11-23") == late
    assert {one.line for one in late[0].findings} <= late[0].shown.keys()


def test_a_comment_counts_for_a_known_text(tmp_path: Path, cache: Cache) -> None:
    """A comment that switches a finding of the day off does so in the second run as well."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(
        TEXT.replace("2025-01-01", "2025-01-01 <!-- watchbook: ignore WB902 -->"), encoding="utf-8"
    )
    assert check(path, cache) == check(path, cache) == check(path, None)


def test_a_runbook_of_several_files_is_read_each_time(tmp_path: Path, cache: Cache) -> None:
    """A part may change without its main file: such runbooks are not kept."""
    main, part = tmp_path / "RUNBOOK.md", tmp_path / "deploy.md"
    main.write_text(
        "# Shop\n\n**Service:** shop\n\n## Deployment\n\nSee [deployment](deploy.md).\n", encoding="utf-8"
    )
    part.write_text("# Deployment\n\n```bash\nmake deploy\n```\n", encoding="utf-8")
    before = check(main, cache)
    part.write_text("# Deployment\n\n```bash\nif then\n```\n", encoding="utf-8")
    after = check(main, cache)
    assert entries(cache) == []
    assert [one.path for one in after] == [str(main), str(part)]
    assert after[1].findings != before[1].findings
    assert after[1].coverage is None and after[0].coverage is not None
    assert {one.line for one in after[1].findings} <= {1, 3, 4, 5}


def test_another_reader_does_not_answer(cache: Cache) -> None:
    """What another version of the reader said is not found."""
    key = cache.key(TEXT)
    cache.put(key, known_of(TEXT))
    assert cache.get(key) is not None
    other = Cache(cache.folder, "reader 2")
    assert other.get(other.key(TEXT)) is None


def test_the_reader_is_known_by_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One letter in a module of the reader, or another library, makes another reader; bytecode does not."""
    package = tmp_path / "watchbook"
    home = Path(caches.__file__).parents[2]
    for name in ("model", "reading"):
        shutil.copytree(home / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(caches, "__file__", str(package / "app" / "documents" / "cache.py"))

    def version() -> str:
        return reader_version.__wrapped__()

    first = version()
    (package / "reading" / "__pycache__").mkdir()
    (package / "reading" / "__pycache__" / "runbook.pyc").write_bytes(b"x")
    assert version() == first
    module = package / "reading" / "shell" / "sql.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    second = version()
    assert second != first
    library = tmp_path / "site" / "sqlglot-99.0.dist-info"
    library.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(library.parent))
    assert version() not in (first, second)
    shutil.rmtree(package / "model")
    assert version() == ""


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"alert", b"ALERT", 1),
        lambda content: b"\x00" * len(content),
        lambda content: content.split(b"\n", 1)[1],
    ],
    ids=["empty", "cut", "changed", "zeros", "no checksum"],
)
def test_a_damaged_entry_is_a_miss(tmp_path: Path, cache: Cache, damage: object) -> None:
    """Whatever happened to an entry, the text is read again, and the entry mended."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(TEXT, encoding="utf-8")
    said = check(path, cache)
    (entry,) = entries(cache)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))  # type: ignore[operator]
    assert entry.read_bytes() != whole
    assert cache.get(cache.key(TEXT)) is None
    assert check(path, cache) == said
    assert entry.read_bytes() == whole


@pytest.mark.parametrize(
    "kept",
    [
        "", "[]", "null", "{}", "1", "\ud800", '{"findings": 1}', "[" * 100_000,
        '{"findings":[["A","error","1","m","m",0,0]],"dates":[],"coverage":[1,1,0,0],"shown":{},"comments":false}',
        '{"findings":[["A","bad",1,"m","m",0,0]],"dates":[],"coverage":[1,1,0,0],"shown":{},"comments":false}',
        '{"findings":[],"dates":[[1,2,{}]],"coverage":[1,1,0,0],"shown":{},"comments":false}',
        '{"findings":[],"dates":[],"coverage":[1,1,0],"shown":{},"comments":false}',
        '{"findings":[],"dates":[],"coverage":[1,1,0,true],"shown":{},"comments":false}',
        '{"findings":[],"dates":[],"coverage":[1,1,0,0],"shown":{"a":"b"},"comments":false}',
    ],
)  # fmt: skip
def test_what_is_no_reading_is_none(kept: str) -> None:
    """Text of another shape, even with a right checksum, is a miss and no error."""
    assert from_json(kept) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file where the folder should be: everything is read, nothing is kept, nothing is said."""
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    cache = Cache(tmp_path / "taken" / "cache", "reader 1")
    path = tmp_path / "RUNBOOK.md"
    path.write_text(TEXT, encoding="utf-8")
    assert check(path, cache) == check(path, None)
    assert not cache.writes


def test_a_full_disk_is_no_error(tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing fails half-way nothing is left behind, and the next runbook is not tried."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.put(cache.key(TEXT), known_of(TEXT))
    assert not cache.writes
    assert entries(cache) == []


def test_the_folder_is_the_users_alone(cache: Cache) -> None:
    """What stands in runbooks is nobody else's business."""
    cache.put(cache.key(TEXT), known_of(TEXT))
    (entry,) = entries(cache)
    assert entry.stat().st_mode & 0o077 == 0
    assert entry.parent.stat().st_mode & 0o077 == 0


def test_a_shard_is_bounded(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used longest ago goes first, by number and by size; leftovers of ended processes count."""
    monkeypatch.setattr(caches, "MOST_ENTRIES", 8)
    known = known_of(TEXT)
    keys = [f"00{number:062x}" for number in range(20)]
    for number, key in enumerate(keys):
        cache.put(key, known)
        os.utime(cache.folder / key[:2] / key[2:], (number, number))
        assert len(entries(cache)) <= 8
    assert cache.get(keys[-1]) == known
    assert cache.get(keys[0]) is None
    monkeypatch.setattr(caches, "MOST_BYTES", 2_000)
    cache.put(keys[0], known)
    assert sum(path.stat().st_size for path in entries(cache)) <= 2_000


def test_a_hit_keeps_an_entry_young(cache: Cache) -> None:
    """An entry that is used is not among those that go."""
    key = cache.key(TEXT)
    cache.put(key, known_of(TEXT))
    (entry,) = entries(cache)
    os.utime(entry, (1, 1))
    cache.get(key)
    assert entry.stat().st_mtime > 1


def test_a_large_entry_is_not_kept(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """One huge document does not push everything else out."""
    monkeypatch.setattr(caches, "LARGEST_BYTES", 100)
    cache.put(cache.key(TEXT), known_of(TEXT))
    assert entries(cache) == []


def test_several_at_once(cache: Cache) -> None:
    """Readers see whole entries only, while others write them and take them away."""
    known = known_of(TEXT)
    keys = [f"0{number % 2}{number:062x}" for number in range(200)]
    wrong: list[object] = []

    def write() -> None:
        own = Cache(cache.folder, "reader 1")
        for key in keys:
            own.put(key, known)
        wrong.extend([] if own.writes else ["writing failed"])

    def read() -> None:
        for key in keys * 3:
            found = cache.get(key)
            wrong.extend([] if found in (None, known) else [found])

    threads = [threading.Thread(target=work) for work in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable goes before the platform's rule, and that before the home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WATCHBOOK_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_folder() == tmp_path / ".cache" / "watchbook"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert default_folder() == tmp_path / ".cache" / "watchbook"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x" / "watchbook"
    monkeypatch.setenv("WATCHBOOK_CACHE", str(tmp_path / "own"))
    opened = open_cache()
    assert opened is not None and opened.folder == tmp_path / "own"


def test_no_secret_is_kept(cache: Cache, tmp_path: Path) -> None:
    """Lines that are shown are kept as they are shown."""
    secret = "hunter" + "2xQ9vLmA7"
    path = tmp_path / "RUNBOOK.md"
    path.write_text(TEXT + f"\n```bash\nexport DB_PASSWORD={secret}\n```\n", encoding="utf-8")
    check(path, cache)
    (entry,) = entries(cache)
    assert secret not in entry.read_text(encoding="utf-8")
