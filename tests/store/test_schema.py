"""The tables can be had on another database: nothing but `store.sqlite` knows which one it is."""

from pathlib import Path

import pytest
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from watchbook import store
from watchbook.store import records
from watchbook.store.kinds import metadata

FOLDER = Path(str(store.__file__)).parent


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_table_compiles_for_postgresql(table: Table) -> None:
    """Names, types and indexes are accepted by the other dialect, with exact numbers and no SQLite types."""
    statements = [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]
    text = "\n".join(str(statement.compile(dialect=postgresql.dialect())) for statement in statements)
    assert "DOUBLE PRECISION" in text or not any("DOUBLE" in str(column.type) for column in table.columns)


def test_every_kind_has_a_table_of_its_own() -> None:
    """No two types share a table, and no table but the journal and the version is without a type."""
    kept = [kind.table.name for kind in records.KINDS.values()]
    assert sorted(kept) == sorted(set(metadata.tables) - {"journal", "schema_version"})


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_only_one_module_speaks_sqlite(path: Path) -> None:
    """Pragmas and the sqlite3 module are used in `store/sqlite.py` alone."""
    text = path.read_text().casefold()
    if path.name != "sqlite.py":
        assert "pragma" not in text
        assert "import sqlite3" not in text
