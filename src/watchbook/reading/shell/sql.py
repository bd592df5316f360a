"""Judges SQL text: only a query that cannot write, lock or call an unknown function is read-only.

Called by `looks_data` for `psql -c`, `mysql -e`, `sqlite3 FILE SQL` and their like, and by health checks of
kind sql. Plain queries are read by a small scanner; everything else by sqlglot, imported on first need. It
connects to nothing.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.table import words

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_TOKEN = re.compile(
    r"\s+|(?P<text>'(?:[^'\\]|'')*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|"
    r"(?P<mark><=|>=|<>|!=|\|\||::|[(),.*=<>+\-/%;])"
)
# Words that never stand in a plain query; a column of such a name is read by sqlglot instead.
_FORBIDDEN = words(
    "insert update delete merge into replace create alter drop truncate grant revoke lock for "
    "share call do execute "
    "copy vacuum analyze reindex cluster refresh set reset begin commit rollback savepoint "
    "prepare listen notify "
    "attach detach pragma load import export kill shutdown handler rename comment explain with "
    "recursive table values "
    "outfile dumpfile procedure declare fetch window lateral tablesample pivot unpivot returning upsert use"
)
_CHANGING = words(
    "vacuum reindex analyze cluster refresh grant revoke call do flush optimize checkpoint lock reset kill system alter "
    "load create rename copy comment insert update delete merge replace set start stop change purge"
)
# Functions that only compute. Names of typed functions of sqlglot and of plain SQL alike.
SAFE_FUNCTIONS = words(
    "count sum avg min max coalesce nullif greatest least abs ceil ceiling floor round trunc mod "
    "power sqrt sign ln "
    "log exp length char_length octet_length lower upper trim ltrim rtrim btrim substring substr "
    "left right replace "
    "concat concat_ws position strpos lpad rpad reverse split_part regexp_replace regexp_like "
    "like initcap repeat "
    "now current_timestamp current_date current_time localtimestamp clock_timestamp statement_timestamp "
    "transaction_timestamp date_trunc date_part extract age to_char to_timestamp to_date date "
    "time datetime timestamp "
    "julianday strftime unix_timestamp from_unixtime date_format datediff timestampdiff date_add "
    "date_sub curdate "
    "curtime interval make_interval justify_interval epoch cast try_cast convert case if ifnull "
    "iif isnull nvl "
    "row_number rank dense_rank ntile lag lead first_value last_value percentile_cont "
    "percentile_disc mode stddev "
    "stddev_pop stddev_samp variance var_pop var_samp median bool_and bool_or every array_agg "
    "string_agg group_concat "
    "json_agg jsonb_agg json_build_object jsonb_build_object array_length cardinality unnest any "
    "all exists in "
    "version current_database current_user session_user current_schema user database schema "
    "pg_postmaster_start_time "
    "pg_database_size pg_size_pretty pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size "
    "pg_is_in_recovery pg_last_xact_replay_timestamp pg_last_wal_receive_lsn pg_last_wal_replay_lsn "
    "pg_current_wal_lsn pg_wal_lsn_diff pg_blocking_pids pg_backend_pid pg_get_indexdef pg_get_constraintdef "
    "pg_get_viewdef pg_encoding_to_char pg_tablespace_size pg_stat_get_numscans "
    "pg_conf_load_time pg_is_wal_replay_paused "
    "obj_description col_description has_table_privilege format_type to_regclass "
    "inet_client_addr inet_server_addr "
    "total_changes typeof quote hex printf sqlite_version last_insert_rowid found_rows connection_id bytes "
    "formatreadablesize toDate todatetime uptime countif sumif avgif quantile quantiles uniq "
    "uniqexact any_value "
    "anonymous_agg distinct and or xor not cast_to_str timestamp_trunc timestamptrunc "
    "current_datetime safe_divide "
    "json_extract json_extract_scalar jsonextract jsonextractscalar arrayagg groupconcat "
    "arraysize rownumber strtotime "
    "timetostr strposition tochar totimestamp tsordstodate datetrunc currentdate currenttimestamp stddevpop "
    "stddevsamp variancepop percentilecont percentiledisc logicaland logicalor firstvalue "
    "lastvalue denserank "
    "regexplike regexpreplace concatws parsejson datesub dateadd unixtotime extract_epoch "
    "currentuser currentdatabase "
    "currentschema sessionuser currentversion currenttime timestampdiff_ anyvalue count_if approxdistinct"
)
_SYSTEM_TABLE = re.compile(
    r"^(?:pg_|information_schema|sqlite_|performance_schema|mysql$|sys$|system$|replication_|"
    r"innodb_|processlist$)",
    re.I,
)
# Escapes, dollar quotes, block comments (MySQL runs `/*! … */`), `--` that is no comment everywhere.
_AMBIGUOUS = re.compile(r"\\|\$|/\*|\*/|--(?!\s|$)")
_PG_META = re.compile(
    r"\\(?:d[a-zA-Z]*\+?|l\+?|conninfo|x|timing|z|sf\+?|sv\+?|encoding|pset \w+ \w+)(?:\s+[\w.*\"?]+)?\s*"
)
_SHOW = re.compile(
    r"show\s+(?:full\s+|global\s+|session\s+|extended\s+)*(?:all|processlist|status|variables|"
    r"tables|databases|schemas|columns|"
    r"index(?:es)?|keys|engines?|slave\s+status|replica\s+status|master\s+status|binary\s+logs|open\s+tables|"
    r"table\s+status|plugins|warnings|errors|events|triggers|jobs|ranges|sessions|queries|clusters|[a-z_.]+)"
    r"(?:\s+(?:from|in|like|where)\s+['\w.%= ]+|\s+innodb\s+status|\s+status)?",
    re.I,
)
_PRAGMA = re.compile(
    r"pragma\s+(?:\w+\.)?(?:integrity_check|quick_check|foreign_key_check|table_info|table_list|"
    r"index_list|index_info|database_list|"
    r"page_count|page_size|freelist_count|journal_mode|user_version|compile_options|encoding|"
    r"synchronous|wal_autocheckpoint)"
    r"(?:\(\s*['\"]?\w*['\"]?\s*\))?",
    re.I,
)
_PRAGMA_SETS = re.compile(
    r"pragma\s+(?:\w+\.)?(?:journal_mode|user_version|page_size|encoding|synchronous|"
    r"wal_autocheckpoint)\s*\(",
    re.I,
)


def judge_sql(text: str, dialect: str) -> Classification:
    """The class of SQL; `dialect` is sqlglot's name: postgres, mysql, sqlite, clickhouse, or "" for any."""
    text = text.strip()
    text = re.sub(r"\\[gG]\s*$", "", text) if dialect in ("mysql", "postgres") else text
    if not text:
        return _known(Safety.UNKNOWN, "there is no SQL", text)
    if text.startswith("\\"):
        plain = dialect == "postgres" and _PG_META.fullmatch(text)
        return (
            _known(Safety.READ_ONLY, "it lists objects", text)
            if plain
            else _known(Safety.UNKNOWN, "this command of psql is not known", text)
        )
    if _AMBIGUOUS.search(text):
        return _known(Safety.UNKNOWN, "it holds marks that databases read differently", text)
    whole = text.rstrip("; \n\t")
    if _SHOW.fullmatch(whole) and not re.search(r"grant|create|passw|secret", whole, re.I):
        return _known(Safety.READ_ONLY, "SHOW only reads", text)
    if _PRAGMA.fullmatch(whole) and not _PRAGMA_SETS.match(whole):
        return _known(Safety.READ_ONLY, "this PRAGMA only reads", text)
    return _plain_query(text) or _by_grammar(text, dialect)


def _known(safety: Safety, reason: str, text: str) -> Classification:
    return Classification(safety, reason, " ".join(text.split())[:200])


def _plain_query(text: str) -> Classification | None:
    """A single SELECT of names, literals and known functions, read without a grammar; None when it is more."""
    place, tokens = 0, []
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        place = match.end()
        if match.lastgroup:
            tokens.append((match.lastgroup, match[0].lower()))
    if tokens and tokens[-1][1] == ";":
        tokens.pop()
    names = [value for kind, value in tokens if kind == "name"]
    marks = [value for kind, value in tokens if kind == "mark"]
    if not tokens or tokens[0] != ("name", "select") or ";" in marks or _FORBIDDEN & set(names):
        return None
    if "--" in text or "/*" in text:
        return None
    for (kind, value), following in pairwise(tokens):
        if kind == "name" and following[1] == "(" and value not in SAFE_FUNCTIONS | _BEFORE_PARENTHESIS:
            return None
    for before, (kind, _value), following in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before[1] == "." and kind == "name" and following[1] == "(":
            return None
    if _selects_secret(tokens):
        return _known(Safety.REVEALS, "it selects secrets", text)
    if _unbounded(tokens):
        return _known(Safety.COSTLY, "it reads a whole table", text)
    return _known(Safety.READ_ONLY, "a query that only reads", text)


# Columns and tables that hold secrets, and tables of people whose whole rows do.
_SECRET_COLUMN = re.compile(
    r"passw|passphrase|pwd$|secret|token(?!s$|_count|_type)|api_?key|private_?key|auth(?:entication)?_string|credential|salt$|rolpassword",
    re.I,
)
_SECRET_TABLE = re.compile(
    r"^(?:pg_shadow|pg_authid|pg_user_mappings?)$|secret|credential|api_?keys?$|passw|tokens?$", re.I
)
_PEOPLE = words("user users account accounts login logins customer_credentials auth_user")


def _selects_secret(tokens: list[tuple[str, str]]) -> bool:
    """A column that holds secrets in the list of a SELECT, or every column of a table that has some.

    A column inside `count(…)`, or compared in a condition, is not printed.
    """
    values = [value for _kind, value in tokens]
    listing, depth_of_count = False, 0
    for place, (kind, value) in enumerate(tokens):
        if value == "select":
            listing = True
        elif value == "from":
            listing = False
        elif value == "(" and place and values[place - 1] == "count":
            depth_of_count += 1
        elif value == ")" and depth_of_count:
            depth_of_count -= 1
        elif listing and kind == "name" and not depth_of_count and _SECRET_COLUMN.search(value):
            is_column = values[place + 1 : place + 2] != ["."] and values[place - 1] != "as"
            if is_column:
                return True
    starred = any(
        value == "*" and values[place - 1] in ("select", ",", ".", "distinct")
        for place, value in enumerate(values)
    )
    tables = [values[place + 1] for place, value in enumerate(values[:-1]) if value in ("from", "join")]
    tables += [
        values[place + 3]
        for place, value in enumerate(values[:-3])
        if value in ("from", "join") and values[place + 2] == "."
    ]
    return starred and any(_SECRET_TABLE.search(table) or table in _PEOPLE for table in tables)


_BEFORE_PARENTHESIS = words(
    "select from where and or not in exists on by having as case when then else using over "
    "filter between union all except intersect join distinct interval any some limit"
)


def _unbounded(tokens: list[tuple[str, str]]) -> bool:
    """`SELECT * FROM table` without a condition or a limit, of a table that is not the database's own."""
    values = [value for _kind, value in tokens]
    if values[1:3] != ["*", "from"] or {"where", "limit", "join"} & set(values):
        return False
    return len(values) > 3 and not _SYSTEM_TABLE.match(values[3])


def _by_grammar(text: str, dialect: str) -> Classification:
    """Read by sqlglot: no statement, function or lock outside the lists, anywhere."""
    import logging

    import sqlglot
    from sqlglot.errors import SqlglotError

    # Statements that sqlglot does not know come back as `Command` and are judged here; its warning says nothing more.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        statements = [one for one in sqlglot.parse(text, dialect=dialect or None) if one is not None]
    except (SqlglotError, RecursionError, ValueError):
        word = (text.split() or [""])[0].lower()
        if word in _CHANGING or re.search(r"\binto\s+(?:outfile|dumpfile)\b", text, re.I):
            return _known(Safety.CHANGES, f"{word.upper()} changes the database or a file", text)
        return _known(Safety.UNKNOWN, "the SQL cannot be read", text)
    if not statements:
        return _known(Safety.UNKNOWN, "there is no SQL", text)
    found = [_statement(one, text, dialect) for one in statements]
    return max(found, key=lambda one: one.safety.rank)


def _statement(statement: "Expr", text: str, dialect: str) -> Classification:
    from sqlglot import exp

    if isinstance(statement, exp.Command):
        return _explained(text, dialect)
    destroying = _writes(statement)
    if destroying:
        return _known(destroying, f"it writes: {statement.key.upper()}", text)
    if not isinstance(statement, (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)):
        safety = Safety.CHANGES if statement.key in _CHANGING else Safety.UNKNOWN
        return _known(safety, f"the statement {statement.key.upper()} is not known to be harmless", text)
    for node in statement.walk():
        reason = _objection(node)
        if reason:
            return _known(Safety.UNKNOWN, reason, text)
    if _prints_secret(statement):
        return _known(Safety.REVEALS, "it selects secrets", text)
    if isinstance(statement, exp.Select) and _reads_all(statement):
        return _known(Safety.COSTLY, "it reads a whole table", text)
    return _known(Safety.READ_ONLY, "a query that only reads", text)


def _prints_secret(statement: "Expr") -> bool:
    """As `_selects_secret`, by the tree: only columns of select lists outside `count`."""
    from sqlglot import exp

    for select in statement.find_all(exp.Select):
        tables = [table.name for table in select.find_all(exp.Table)]
        for shown in select.expressions:
            for column in shown.find_all(exp.Column, exp.Star):
                if column.find_ancestor(exp.Count) is not None:
                    continue
                if isinstance(column, exp.Star) or isinstance(column.this, exp.Star):
                    if any(_SECRET_TABLE.search(table) or table.lower() in _PEOPLE for table in tables):
                        return True
                elif _SECRET_COLUMN.search(column.name):
                    return True
    return False


def _writes(statement: "Expr") -> Safety | None:
    """The class of the worst writing node anywhere in the statement."""
    from sqlglot import exp

    if next(statement.find_all(exp.Drop, exp.TruncateTable), None):
        return Safety.DESTRUCTIVE
    if any(node.args.get("where") is None for node in statement.find_all(exp.Delete)):
        return Safety.DESTRUCTIVE
    writing = (
        exp.DML,
        exp.DDL,
        exp.Into,
        exp.Lock,
        exp.Alter,
        exp.Copy,
        exp.Set,
        exp.Kill,
        exp.Use,
        exp.Grant,
        exp.Transaction,
        exp.Commit,
        exp.Rollback,
    )
    for node in statement.find_all(*writing):
        if not isinstance(
            node, (exp.Select, exp.SetOperation, exp.Subquery, exp.Values, exp.Table, exp.Query)
        ):
            return Safety.CHANGES
    return None


def _objection(node: "Expr") -> str:
    """Why the node is not plainly harmless; "" when it is."""
    from sqlglot import exp

    if isinstance(node, exp.Command | exp.Into | exp.Lock | exp.Placeholder | exp.Parameter):
        return f"{node.key.upper()} is not known to be harmless"
    if isinstance(node, exp.Dot) and node.find(exp.Func):
        return "a function of another schema is called"
    if isinstance(node, exp.Anonymous):
        name = str(node.this).lower()
        return "" if name in SAFE_FUNCTIONS else f"the function {name} is not known to be harmless"
    if isinstance(node, exp.Func) and not isinstance(node, exp.Connector | exp.Case | exp.Cast):
        key = node.key.lower()
        if key not in SAFE_FUNCTIONS and node.sql_name().lower() not in SAFE_FUNCTIONS:
            return f"the function {node.sql_name().lower()} is not known to be harmless"
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Func):
        return "a function is read as a table"
    return ""


def _explained(text: str, dialect: str) -> Classification:
    """EXPLAIN of a harmless query; with ANALYZE the query runs, which is harmless as well but not cheap."""
    match = re.fullmatch(
        r"\s*(?:explain|describe)\s+(analyze\s+|verbose\s+|query\s+plan\s+|\([\w\s,]+\)\s*)?(select\b.*)",
        text,
        re.I | re.S,
    )
    if match is None:
        word = (text.split() or [""])[0].upper()
        if word in ("DROP", "TRUNCATE"):
            return _known(Safety.DESTRUCTIVE, f"{word} destroys data", text)
        if word.lower() in _CHANGING:
            return _known(Safety.CHANGES, f"{word} changes the database", text)
        return _known(Safety.UNKNOWN, f"the statement {word} is not known to be harmless", text)
    inner = judge_sql(match[2], dialect)
    if (
        inner.safety in (Safety.READ_ONLY, Safety.COSTLY, Safety.REVEALS)
        and "analyze" in (match[1] or "").lower()
    ):
        return _known(Safety.COSTLY, "EXPLAIN ANALYZE runs the query", text)
    if inner.safety in (Safety.COSTLY, Safety.REVEALS):  # a plan prints no rows
        return _known(Safety.READ_ONLY, "EXPLAIN only plans", text)
    return inner


def _reads_all(statement: "Expr") -> bool:
    from sqlglot import exp

    if not statement.args.get("expressions") or not isinstance(statement.expressions[0], exp.Star):
        return False
    if any(statement.args.get(part) for part in ("where", "limit", "joins", "group")):
        return False
    tables = list(statement.find_all(exp.Table))
    return bool(tables) and not any(_SYSTEM_TABLE.match(table.db or table.name) for table in tables)
