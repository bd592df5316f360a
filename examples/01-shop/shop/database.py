"""The database: one process that owns one SQLite file of orders. Run as `python3 -m shop.database`.

Asked by the instances over HTTP. A ping, an order and a plan never queue behind slow look-ups: each has a
connection of its own. It keeps the newest 400,000 order rows and knows nothing of prices' caches or payments.
"""

import argparse
import contextlib
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from shop import backups, ports, web

ROWS = 400_000
CUSTOMERS = 20_000
ARTICLES = 500
SLOW_MS = 5.0
LOOK_UP = "SELECT count(*), coalesce(sum(amount), 0) FROM orders WHERE customer = ? AND article = ?"
INDEX = "CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer)"
TABLES = """
CREATE TABLE orders(
  id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, article INTEGER NOT NULL,
  amount INTEGER NOT NULL, payment TEXT NOT NULL, address TEXT NOT NULL);
CREATE TABLE articles(id INTEGER PRIMARY KEY, price INTEGER NOT NULL);
"""


def build(path: Path, rows: int) -> None:
    """Makes the file with its rows and its index, in one go; a half-made file never gets its name."""
    beside = path.with_name(path.name + ".new")
    for left_over in path.parent.glob(path.name + ".new*"):
        left_over.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(beside)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;" + TABLES)
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        connection.execute(
            f"{numbers} INSERT INTO orders SELECT i, i * 7919 % {CUSTOMERS} + 1, i * 104729 % {ARTICLES} + 1,"
            " 100 + i % 4900, 'charged', 'Harbour Street ' || (i % 97) || ', 20457 Hamburg' FROM n",
            (rows,),
        )
        connection.execute(f"{numbers} INSERT INTO articles SELECT i, 99 + i * 37 % 4000 FROM n", (ARTICLES,))
        connection.execute(INDEX)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    beside.replace(path)


class Database:
    """The open file. One connection for each kind of work, each behind its own lock."""

    def __init__(self, path: Path, keep: int) -> None:
        self.path, self.keep = path, keep
        self.slow_log = web.Log("logs/slow.log")
        self.read_only = False
        self.connections = {name: self._open() for name in ("ping", "read", "look_up", "write")}
        self.locks = {name: threading.Lock() for name in self.connections}

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, timeout=5.0, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextlib.contextmanager
    def using(self, name: str) -> Iterator[sqlite3.Connection]:
        """The connection for one kind of work, for this thread alone."""
        with self.locks[name]:
            yield self.connections[name]

    def close(self) -> None:
        """Closes every connection, the last of which folds the write-ahead log into the file."""
        for connection in self.connections.values():
            connection.close()

    def ping(self, _: web.Request) -> web.Answer:
        """Answers once the file has answered."""
        with self.using("ping") as connection:
            connection.execute("SELECT id FROM orders LIMIT 1").fetchone()
        return web.text("pong")

    def earlier_orders(self, request: web.Request) -> web.Answer:
        """How often, and for how much, a customer bought each article before: one look-up an article."""
        asked = request.json()
        began = time.perf_counter()
        with self.using("look_up") as connection:
            waited_ms = (time.perf_counter() - began) * 1000
            rows = [
                connection.execute(LOOK_UP, (asked["customer"], article)).fetchone()
                for article in asked["articles"]
            ]
        took_ms = (time.perf_counter() - began) * 1000 - waited_ms
        each_ms = took_ms / max(len(rows), 1)
        if each_ms > SLOW_MS:
            self.slow_log.write(f"{each_ms:.1f} ms for each of {len(rows)} look-ups: {LOOK_UP}")
        return web.document([{"orders": number, "amount": amount} for number, amount in rows])

    def explain(self, _: web.Request) -> web.Answer:
        """SQLite's own plan for the look-up, from a new connection: an open one may explain an index that is gone."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {LOOK_UP}", (1, 1)).fetchall()
        return web.text("\n".join(row[3] for row in plan))

    def prices(self, request: web.Request) -> web.Answer:
        """Prices by article, in cents; an article that is not sold is left out."""
        wanted = [int(article) for article in request.json()]
        with self.using("read") as connection:
            marks = ",".join("?" * len(wanted))
            rows = connection.execute(f"SELECT id, price FROM articles WHERE id IN ({marks})", wanted)
            return web.document({str(article): price for article, price in rows})

    def place(self, request: web.Request) -> web.Answer:
        """Stores one order, a row an article, and lets the oldest rows go."""
        order = request.json()
        if self.read_only:
            return web.text("the database is read-only", 503)
        with self.using("write") as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM orders").fetchone()[0]
                rows = [
                    (first + n, order["customer"], article, amount, order["payment"], order["address"])
                    for n, (article, amount) in enumerate(order["lines"])
                ]
                connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", rows)
                connection.execute("DELETE FROM orders WHERE id < ?", (first + len(rows) - self.keep,))
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return web.document({"order": first, "rows": len(rows)})

    def page(self, request: web.Request) -> web.Answer:
        """Up to 20,000 rows after an id, as lines of comma-separated values."""
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 20_000))
        with self.using("read") as connection:
            rows = connection.execute(
                "SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT ?", (after, min(limit, 20_000))
            )
            lines = [";".join(map(str, row)) for row in rows]
        return web.text("\n".join(lines))

    def unpaid(self, _: web.Request) -> web.Answer:
        """What customers owe for orders whose card was not charged, and the newest row that this counts."""
        query = "SELECT customer, sum(amount), max(id) FROM orders WHERE payment = 'later' GROUP BY customer"
        with self.using("read") as connection:
            rows = connection.execute(query).fetchall()
        return web.document([dict(zip(("customer", "amount", "newest"), row, strict=True)) for row in rows])

    def paid(self, request: web.Request) -> web.Answer:
        """Marks a customer's orders as charged, up to a row."""
        with self.using("write") as connection:
            connection.executemany(
                "UPDATE orders SET payment = 'charged'"
                " WHERE customer = :customer AND id <= :newest AND payment = 'later'",
                request.json(),
            )
        return web.text("marked")

    def index(self, _: web.Request) -> web.Answer:
        """Makes the index of the look-up, if it is missing."""
        began = time.perf_counter()
        with self.using("write") as connection:
            connection.execute(INDEX)
        return web.text(f"index orders_customer is there ({time.perf_counter() - began:.2f} s)")

    def drop_index(self, _: web.Request) -> web.Answer:
        """Drops the index: for the fault `latency`."""
        with self.using("write") as connection:
            connection.execute("DROP INDEX IF EXISTS orders_customer")
        return web.text("index orders_customer is gone")

    def set_mode(self, request: web.Request) -> web.Answer:
        """Refuses writes from now on, or takes them again."""
        self.read_only = request.query.get("read_only") == "1"
        return web.text("the database is read-only" if self.read_only else "the database takes writes")

    def integrity(self, _: web.Request) -> web.Answer:
        """SQLite's integrity check, and what must be true of orders; `ok`, or what is wrong with status 500."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            wrong = backups.wrong_with(connection)
        return web.text("\n".join(wrong), 500) if wrong else web.text("ok")

    def backup(self, request: web.Request) -> web.Answer:
        """Writes a backup beside a fingerprint of its content."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            made = backups.make(connection, Path(request.query.get("folder", "data/backups")))
        return web.text(f"{made.path} ({made.rows} rows, sha256 {made.fingerprint})")


def routes_of(database: Database) -> web.Routes:
    """Every route of the database."""
    routes = web.Routes()
    routes.add("GET", "/ping", database.ping)
    routes.add("GET", "/explain/orders", database.explain)
    routes.add("GET", "/integrity", database.integrity)
    routes.add("GET", "/orders", database.page)
    routes.add("GET", "/orders/unpaid", database.unpaid)
    routes.add("POST", "/orders", database.place)
    routes.add("POST", "/orders/paid", database.paid)
    routes.add("POST", "/orders/earlier", database.earlier_orders)
    routes.add("POST", "/prices", database.prices)
    routes.add("POST", "/admin/index", database.index)
    routes.add("POST", "/admin/drop-index", database.drop_index)
    routes.add("POST", "/admin/mode", database.set_mode)
    routes.add("POST", "/admin/backup", database.backup)
    return routes


def main() -> None:
    """Makes the file where there is none, and serves it until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=ports.DATABASE)
    parser.add_argument("--file", default="data/shop.db")
    parser.add_argument("--rows", type=int, default=ROWS)
    given = parser.parse_args()
    path = Path(given.file)
    if web.listens(given.port):
        sys.exit(f"port {given.port} cannot be used: another program listens there")
    if not path.exists():
        build(path, given.rows)
    os.chmod(path, 0o600)
    database = Database(path, given.rows)
    web.serve(given.port, routes_of(database), database.close)


if __name__ == "__main__":
    main()
