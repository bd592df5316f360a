"""SQL probes: one question to an SQLite file, opened read-only, with a limit on its time and its rows.

Called by `Prober` for `sqlite:PATH` with a query. The connection cannot write (read-only mode, and an authorizer that
allows nothing but reading), whatever the query says. The value is the first column of the first row.
"""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from urllib.parse import quote

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.verdict import Answer, judge_answer, result_of

_ROWS = 100
_STEPS_BETWEEN_LOOKS = 10_000
_ALLOWED = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_FORBIDDEN_FUNCTIONS = frozenset(("load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="sql-probe")


async def probe_sql(check: HealthCheck, at_s: float, directory: Path) -> ProbeResult:
    """Asks once. A file that is missing, locked or no database makes the check unhealthy, a bad query unknown."""
    path = directory / check.target.removeprefix("sqlite:").removeprefix("//")
    query = check.query or ""
    if not query:
        return result_of(check, check.target, at_s, Outcome.UNKNOWN, "there is no query to ask")
    loop, began = asyncio.get_running_loop(), time.monotonic()
    outcome, text = await loop.run_in_executor(_pool(), _ask, path, query, check.timeout_s)
    took_s = time.monotonic() - began
    if outcome is not Outcome.HEALTHY:
        return result_of(check, check.target, at_s, outcome, text, took_s)
    first = text.split("\n", 1)[0].split("\t", 1)[0]
    note = f"{first or 'no rows'} in {say_duration(took_s)}"
    return judge_answer(check, check.target, at_s, Answer(text, took_s, None, _number(first), note))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _ask(path: Path, query: str, timeout_s: float) -> tuple[Outcome, str]:
    """Rows as lines with tabs between columns, or why there are none. Runs in a thread of its own."""
    if not path.is_file():
        return Outcome.UNHEALTHY, f"there is no file {path.name}"
    deadline = time.monotonic() + timeout_s
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=timeout_s)
    except sqlite3.Error as error:
        return Outcome.UNHEALTHY, f"{path.name} cannot be opened: {error}"
    try:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        connection.set_authorizer(_authorize)
        rows = connection.execute(query).fetchmany(_ROWS)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        return _failed(path, error, timeout_s)
    finally:
        connection.close()
    return Outcome.HEALTHY, "\n".join("\t".join("" if v is None else str(v) for v in row) for row in rows)


def _authorize(action: int, _name: str | None, detail: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (detail or "").casefold() in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _failed(path: Path, error: Exception, timeout_s: float) -> tuple[Outcome, str]:
    text = str(error)
    if "interrupted" in text:
        return Outcome.UNHEALTHY, f"the query did not end within {say_duration(timeout_s)}"
    if "not authorized" in text or "prohibited" in text or "readonly" in text:
        return Outcome.UNKNOWN, "the query does more than read, and was refused"
    if "locked" in text:
        return Outcome.UNHEALTHY, f"{path.name} is locked"
    if isinstance(error, sqlite3.DatabaseError) and ("not a database" in text or "malformed" in text):
        return Outcome.UNHEALTHY, f"{path.name} is damaged: {text}"
    return Outcome.UNKNOWN, f"the query could not be run: {text}"
