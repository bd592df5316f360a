"""Versions of the database: new, this one's, older, newer."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.store import migrate, records, sqlite
from watchbook.store.marks import Setting
from watchbook.store.schema import SCHEMA_VERSION
from watchbook.store.store import Reader, Store


def _shape(path: Path) -> dict[str, object]:
    """Tables, columns, keys and indexes of a file."""
    found: dict[str, object] = {}
    with contextlib.closing(sqlite3.connect(path)) as raw:
        names = raw.execute("select type, name from sqlite_master where name not like 'sqlite_%'").fetchall()
        for type_, name in names:
            pragma = "table_info" if type_ == "table" else "index_info"
            rows = [row[1:] if type_ == "table" else row for row in raw.execute(f"pragma {pragma}({name})")]
            found[name] = (type_, rows)
        unique = raw.execute("select name from pragma_index_list('incident') where \"unique\" = 1").fetchall()
        found["unique indexes of incident"] = sorted(unique)
    return found


def _version(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        (version,) = raw.execute("select version_num from schema_version").fetchone()
    return str(version)


def test_migrations_lead_to_the_same_tables(tmp_path: Path) -> None:
    """A database that went through every migration equals one that was made at once.

    When this fails after a change of a dataclass that is kept: write a migration (docs/decisions, CONTRIBUTING).
    """
    migrated, made = tmp_path / "migrated.sqlite", tmp_path / "made.sqlite"
    sqlite.make(migrated)
    engine = sqlite.open_to_write(migrated)
    with engine.begin() as connection:
        migrate.upgrade(connection)
    engine.dispose()
    Store(made).close()
    assert _shape(migrated) == _shape(made)
    assert _version(migrated) == _version(made) == migrate.revision_of(SCHEMA_VERSION)


def test_an_older_database_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version with one more migration opens today's file: its rows are there, with the new column."""
    path = tmp_path / "watchbook.sqlite"
    store = Store(path)
    store.apply_now(Decision("", (Setting("theme", "dark"),)))
    store.close()
    later = tmp_path / "later"
    shutil.copytree(migrate.MIGRATIONS, later)
    (later / "versions" / "version_0003.py").write_text(_ONE_MORE)
    monkeypatch.setattr(migrate, "MIGRATIONS", later)
    monkeypatch.setattr(migrate, "SCHEMA_VERSION", 3)
    with pytest.raises(StoreError, match=r"older version \(2; this Watchbook has 3\)"):
        Reader(path)
    store = Store(path)
    found = store.reader.read_now(lambda connection: records.get(connection, Setting, "theme"))
    store.close()
    assert found == Setting("theme", "dark", 1)
    assert _version(path) == "0003"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("select colour from setting").fetchone() == ("blue",)


_ONE_MORE = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("setting", sa.Column("colour", sa.String(), server_default="blue", nullable=False))
"""


def test_a_failing_migration_leaves_the_old_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that breaks in the middle is undone whole: the old version can still open the file."""
    path = tmp_path / "watchbook.sqlite"
    Store(path).close()
    before = _shape(path)
    later = tmp_path / "later"
    shutil.copytree(migrate.MIGRATIONS, later)
    (later / "versions" / "version_0003.py").write_text(_ONE_MORE + "    raise ValueError('no good')\n")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", later)
        patched.setattr(migrate, "SCHEMA_VERSION", 3)
        with pytest.raises(ValueError, match="no good"):
            Store(path)
    assert _shape(path) == before
    Store(path).close()


def test_an_empty_database_has_nothing_to_read(tmp_path: Path) -> None:
    """A reader of a file without tables says so; a store makes them."""
    path = tmp_path / "watchbook.sqlite"
    path.touch()
    with pytest.raises(StoreError, match="nothing in this database yet"):
        Reader(path)
    Store(path).close()
    Reader(path).close()


@pytest.mark.parametrize("version", ["0003", "9999", "from the future"])
def test_a_newer_database_is_refused(tmp_path: Path, version: str) -> None:
    """One line names the file, both versions and what to do; the file is left as it is."""
    path = tmp_path / "watchbook.sqlite"
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("update schema_version set version_num = ?", (version,))
        raw.commit()
    for opening in (Store, Reader):
        with pytest.raises(StoreError) as caught:
            opening(path)
        assert str(caught.value) == (
            f"{path}: the database is of a newer version ({version}; this Watchbook knows {SCHEMA_VERSION})."
            " Upgrade Watchbook, or give another --data."
        )
    assert _version(path) == version


def test_opening_imports_no_alembic(tmp_path: Path) -> None:
    """A database of this version, or a new one, is opened without alembic: it costs more than all the rest."""
    program = (
        "import sys; from pathlib import Path; from watchbook.store.store import Store;"
        f"Store(Path({str(tmp_path / 'watchbook.sqlite')!r})).close();"
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako')])"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"
