"""Backups of the orders: made with a fingerprint of their content, restored beside the original, and judged.

Called by the database, and by restore.sh as `python3 -m shop.backups`. It never writes to the live file.
"""

import argparse
import contextlib
import hashlib
import json
import shutil
import sqlite3
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

LIVE = Path("data/shop.db")
KEPT_DAYS = 30
RULES = (
    ("orders with an amount of 0 or less", "SELECT count(*) FROM orders WHERE amount <= 0"),
    (
        "orders of articles that are not sold",
        "SELECT count(*) FROM orders WHERE article NOT IN (SELECT id FROM articles)",
    ),
    (
        "orders with an unknown state of payment",
        "SELECT count(*) FROM orders WHERE payment NOT IN ('charged', 'later')",
    ),
)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: its file, and what its content was when it was made."""

    path: str
    rows: int
    newest: int
    fingerprint: str
    made: str


def fingerprint(connection: sqlite3.Connection) -> tuple[int, int, str]:
    """Rows, newest id, and SHA-256 over every order in order of its id."""
    digest, rows, newest = hashlib.sha256(), 0, 0
    line = "id || ';' || customer || ';' || article || ';' || amount || ';' || payment || ';' || address"
    for newest, content in connection.execute(f"SELECT id, {line} || char(10) FROM orders ORDER BY id"):  # noqa: B007
        digest.update(content.encode())
        rows += 1
    return rows, newest, digest.hexdigest()


def wrong_with(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a file of orders, one sentence each; empty when nothing is."""
    checked = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    wrong = [] if checked == ["ok"] else checked
    for name, query in RULES:
        number = connection.execute(query).fetchone()[0]
        if number:
            wrong.append(f"{number} {name}")
    return wrong


def make(source: sqlite3.Connection, folder: Path) -> Backup:
    """Copies the source, as of one moment, into a new file with its fingerprint beside it; prunes old ones."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + f"-{time.time_ns() % 1_000_000_000:09d}"
    path = folder / f"shop-{stamp}.db"
    unfinished = folder / f".{path.name}"
    with contextlib.closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        rows, newest, digest = fingerprint(target)
    backup = Backup(str(path), rows, newest, digest, stamp)
    path.with_suffix(".json").write_text(json.dumps(asdict(backup)), encoding="utf-8")
    unfinished.chmod(0o600)
    unfinished.replace(path)
    prune(folder)
    return backup


def prune(folder: Path) -> None:
    """Removes backups older than thirty days, but never the newest one."""
    for old in sorted(folder.glob("shop-*.db"))[:-1]:
        if time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)


def restore(source: Path, target: Path) -> tuple[Backup, list[str]]:
    """Copies a backup to `target` and compares its content with the fingerprint; what is wrong comes back."""
    if target.resolve() == source.resolve():
        raise ValueError(f"{target} is the backup itself: choose another file")
    kept = Backup(**json.loads(source.with_suffix(".json").read_text(encoding="utf-8")))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)
    with contextlib.closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as connection:
        try:
            wrong = wrong_with(connection)
            rows, newest, digest = fingerprint(connection)
        except sqlite3.DatabaseError as error:
            return kept, [str(error)]
    if (rows, newest) != (kept.rows, kept.newest):
        wrong.append(f"{rows} rows up to {newest} instead of {kept.rows} up to {kept.newest}")
    if digest != kept.fingerprint:
        wrong.append("the content is not what it was when the backup was made")
    return kept, wrong


def main() -> None:
    """Restores the newest or the named backup to a scratch file, and checks it."""
    parser = argparse.ArgumentParser(prog="restore.sh")
    parser.add_argument("--to", required=True, type=Path, help="a new file beside the live one")
    parser.add_argument("--from", dest="source", type=Path, help="a backup; the newest one by default")
    given = parser.parse_args()
    if given.to.resolve() == LIVE.resolve():
        sys.exit(f"{given.to} is not a place to restore to: choose a file beside {LIVE}")
    found = sorted(Path("data/backups").glob("shop-*.db"))
    if given.source is None and not found:
        sys.exit("there is no backup in data/backups: make one with ./backup.sh")
    source = given.source or found[-1]
    try:
        kept, wrong = restore(source, given.to)
    except (OSError, ValueError) as error:
        sys.exit(f"restore failed: {error}")
    if wrong:
        sys.exit(f"{given.to} is damaged: " + "; ".join(wrong))
    print(f"restored {source} to {given.to}: {kept.rows} rows, content as it was at {kept.made}")


if __name__ == "__main__":
    main()
