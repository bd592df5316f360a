"""Judges clients of databases, caches and brokers: what they are told to do is a language of its own.

Called through `Judge.looks`. SQL goes to `sql`; Redis, MongoDB and Kafka have short lists of harmless commands.
"""

import re

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import Arguments, Option, split
from watchbook.reading.shell.judging import Call, Judge, Look, known, most_dangerous
from watchbook.reading.shell.looks_files import changes, read_only, unknown
from watchbook.reading.shell.programs.databases import MYSQL, PSQL
from watchbook.reading.shell.sql import judge_sql
from watchbook.reading.shell.syntax import Word
from watchbook.reading.shell.table import Program, words

_REDIS = Program(
    values=words(
        "-h -p -a -n -u -i -r -s -t --user --pass --cacert --cert --key --sni -d -D -X --pattern "
        "--count --eval --rdb"
    ),
)
_REDIS_READS = words(
    "PING INFO DBSIZE TTL PTTL TYPE EXISTS LLEN SCARD ZCARD HLEN STRLEN XLEN XINFO XPENDING ROLE "
    "TIME LASTSAVE ECHO GET "
    "MGET HGET HMGET LINDEX ZSCORE ZRANK SISMEMBER GETRANGE XRANGE XREVRANGE ZCOUNT BITCOUNT "
    "PFCOUNT LATENCY EXPIRETIME"
)
_REDIS_PAIRS = {
    "SLOWLOG": "GET LEN HELP",
    "MEMORY": "USAGE STATS DOCTOR HELP",
    "CLIENT": "LIST INFO GETNAME ID",
    "CLUSTER": "INFO NODES SLOTS SHARDS MYID KEYSLOT COUNTKEYSINSLOT",
    "CONFIG": "GET",
    "LATENCY": "LATEST HISTORY DOCTOR GRAPH HISTOGRAM",
    "COMMAND": "COUNT INFO DOCS",
    "OBJECT": "ENCODING FREQ IDLETIME REFCOUNT",
    "PUBSUB": "CHANNELS NUMSUB NUMPAT",
    "ACL": "WHOAMI",
    "MODULE": "LIST",
    "SENTINEL": "MASTERS MASTER REPLICAS SLAVES SENTINELS CKQUORUM GET-MASTER-ADDR-BY-NAME",
    "DEBUG": "",
    "SCRIPT": "EXISTS",
}
_REDIS_COSTLY = words(
    "KEYS MONITOR SMEMBERS HGETALL HKEYS HVALS SORT LRANGE ZRANGE SCAN SSCAN HSCAN ZSCAN SAVE BGREWRITEAOF"
)
_REDIS_DESTROYS = words("FLUSHALL FLUSHDB SHUTDOWN")
_MONGO_SAFE = re.compile(
    r"(?:printjson\(|JSON\.stringify\()?\s*(?:"
    r"db\.(?:serverStatus|stats|currentOp|version|hello|isMaster|getCollectionNames|hostInfo|"
    r"serverBuildInfo|printReplicationInfo)\(\)(?:\.\w+)*|"
    r"db\.currentOp\(\s*(?:true|\{[\s\w'\":$.,{}-]*\})?\s*\)(?:\.\w+)*|"
    r"db\.(?:adminCommand|runCommand)\(\s*(?:['\"](?:ping|hello|serverStatus|replSetGetStatus|"
    r"buildInfo)['\"]|\{\s*['\"]?(?:ping|hello|serverStatus|"
    r"replSetGetStatus|buildInfo|connPoolStats|dbStats|listDatabases)['\"]?\s*:\s*1\s*\})\s*\)(?:\.\w+)*|"
    r"db\.\w+\.(?:countDocuments|estimatedDocumentCount|stats|getIndexes|totalSize|"
    r"dataSize)\(\s*(?:\{\s*\})?\s*\)(?:\.\w+)*|"
    r"rs\.(?:status|conf|printReplicationInfo|printSecondaryReplicationInfo|hello|"
    r"isMaster)\(\)(?:\.\w+)*|sh\.status\(\)|"
    r"show (?:dbs|databases|collections)"
    r")\s*\)?\s*;?\s*"
)
_SQLITE_DOTS = re.compile(
    r"\.(?:tables|schema|indexes|databases|fullschema|headers? o(?:n|ff)|mode \w+|width [\d ]+|"
    r"timeout \d+|stats|quit|exit)(?:\s+\w+)?"
)
_SQLITE_OPTIONS = words(
    "--version -readonly -header -noheader -json -csv -column -line -list -table -batch -bail -box "
    "-markdown -html -safe -version --readonly"
)


def sql_texts(call: Call, texts: list[Word], dialect: str) -> Classification:
    """The worst class of SQL texts that are written out."""
    found = []
    for word in texts:
        if word.value is None:
            found.append(unknown(call, "the SQL is not written out"))
        else:
            found.append(judge_sql(word.value, dialect))
    return most_dangerous(found)


def psql(judge: Judge, call: Call) -> Classification:
    """`psql -c SQL`, SQL in a here-document, or a prompt for a person."""
    arguments = split(call.args, PSQL)
    arguments.options = [option for option in arguments.options if not _stops_on_error(option)]
    options = judge.options(call, arguments, PSQL)
    texts = arguments.values("-c", "--command")
    if texts:
        return most_dangerous([sql_texts(call, texts, "postgres"), options])
    if arguments.has("-l", "--list", "-V", "--version"):
        return most_dangerous([read_only(call), options])
    return most_dangerous([_from_input(call, "postgres"), options])


def _stops_on_error(option: Option) -> bool:
    """`-v ON_ERROR_STOP=1`, which only makes psql stricter."""
    if option.name not in ("-v", "--set", "--variable") or option.value is None:
        return False
    return bool(re.fullmatch(r"ON_ERROR_STOP=\w+", option.value.value or ""))


def _from_input(call: Call, dialect: str) -> Classification:
    """SQL that a client reads from its input, or a prompt for a person."""
    if call.text is not None:
        return judge_sql(call.text, dialect)
    if call.piped or call.closed:
        return unknown(call, f"{call.name} runs what it is given")
    return known(Safety.INTERACTIVE, f"{call.name} opens a prompt", call.part())


def mysql(judge: Judge, call: Call) -> Classification:
    """`mysql -e SQL`; `-p` without the password asks a person."""
    asks = any(word.value in ("-p", "--password") for word in call.args)
    # `-pSECRET` has its value attached, and must not be read as a row of short options.
    args = tuple(word for word in call.args if not re.match(r"-p.", word.text))
    arguments = split(args, MYSQL)
    options = judge.options(call, arguments, MYSQL)
    texts = arguments.values("-e", "--execute")
    inner = sql_texts(call, texts, "mysql") if texts else _from_input(call, "mysql")
    if arguments.has("--version", "-V"):
        inner = read_only(call)
    prompt = (
        known(Safety.INTERACTIVE, "mysql -p asks for the password", call.part()) if asks else read_only(call)
    )
    return most_dangerous([inner, options, prompt])


def sqlite(_judge: Judge, call: Call) -> Classification:
    """`sqlite3 FILE SQL`."""
    arguments = split(
        call.args, Program(values=words("-separator -nullvalue -cmd -init -newline -maxsize"), single=True)
    )
    strange = [
        option.name
        for option in arguments.options
        if option.name not in _SQLITE_OPTIONS | {"-separator", "-nullvalue"}
    ]
    if strange or arguments.odd or arguments.hazy:
        return unknown(call, "an option of sqlite3 is not known")
    if arguments.has("-version", "--version"):
        return read_only(call)
    texts = arguments.operands[1:]
    if not texts:
        return _from_input(call, "sqlite")
    found = []
    for word in texts:
        if word.value is not None and _SQLITE_DOTS.fullmatch(word.value.strip()):
            found.append(read_only(call))
        else:
            found.append(sql_texts(call, [word], "sqlite"))
    return most_dangerous(found)


def _client(call: Call, options: str, values: str, dialect: str, harmless: str) -> Classification:
    """A SQL client whose options are few: SQL behind one of `options`."""
    arguments = split(call.args, Program(values=words(options + " " + values)))
    strange = [o.name for o in arguments.options if o.name not in words(f"{options} {values} {harmless}")]
    if strange or arguments.odd or arguments.hazy:
        return unknown(call, f"an option of {call.name} is not known")
    texts = arguments.values(*options.split())
    return sql_texts(call, texts, dialect) if texts else _from_input(call, dialect)


def clickhouse(_judge: Judge, call: Call) -> Classification:
    return _client(
        call,
        "-q --query",
        "-h --host --port -u --user --password -d --database -f --format",
        "clickhouse",
        "-m -n -t --multiquery",
    )


def cqlsh(_judge: Judge, call: Call) -> Classification:
    return _client(
        call,
        "-e --execute",
        "-u --username -p --password -k --keyspace --request-timeout",
        "",
        "--ssl --no-color",
    )


def cockroach(_judge: Judge, call: Call) -> Classification:
    return _client(
        call,
        "-e --execute",
        "--host --url -d --database -u --user --certs-dir --format",
        "postgres",
        "--insecure",
    )


def redis(_judge: Judge, call: Call) -> Classification:
    """One Redis command; without one, a prompt for a person."""
    arguments = split(call.args, _REDIS, operands=1)
    if arguments.odd or arguments.hazy:
        return unknown(call, "an option of redis-cli is not written out")
    for option in arguments.options:
        found = _redis_option(call, option.name, arguments)
        if found:
            return found
    if not arguments.operands:
        if call.piped or call.closed or call.text is not None:
            return unknown(call, "redis-cli runs what it is given")
        return known(Safety.INTERACTIVE, "redis-cli opens a prompt", call.part())
    return _redis_command(call, arguments.operands)


def _redis_option(call: Call, name: str, arguments: Arguments) -> Classification | None:
    if name in ("--scan", "--bigkeys", "--memkeys", "--hotkeys", "--intrinsic-latency"):
        return known(Safety.COSTLY, f"redis-cli {name} walks all keys", call.part())
    if name in (
        "--latency",
        "--latency-history",
        "--latency-dist",
        "--stat",
        "--replica",
        "--slave",
        "--lru-test",
    ):
        return known(Safety.ENDLESS, f"redis-cli {name} never ends", call.part())
    if name == "-r" and any(word.value in ("-1", None) for word in arguments.values("-r")):
        return known(Safety.ENDLESS, "redis-cli -r -1 never ends", call.part())
    if name == "--cluster":
        first = arguments.operands[0].value if arguments.operands else None
        return (
            read_only(call)
            if first in ("check", "info")
            else changes(call, "redis-cli --cluster changes the cluster")
        )
    harmless = words(
        "--raw --no-raw --csv --json -c --tls --insecure --no-auth-warning --verbose -2 -3 --version "
        "-v -e --quoted-input"
    )
    if name not in _REDIS.values | harmless or name in ("--eval", "--rdb", "-X"):
        return unknown(call, f"the option {name} of redis-cli is not known")
    return None


def _redis_command(call: Call, operands: list[Word]) -> Classification:
    if operands[0].value is None:
        return unknown(call, "which command runs is not written out")
    name = operands[0].value.upper().split(" ")[0]
    spoken = operands[0].value.upper().split() + [(word.value or "?").upper() for word in operands[1:]]
    if name in _REDIS_DESTROYS:
        return known(Safety.DESTRUCTIVE, f"{name} destroys data", call.part())
    if name in ("SUBSCRIBE", "PSUBSCRIBE", "SYNC", "PSYNC"):
        return known(Safety.ENDLESS, f"{name} never ends", call.part())
    if name in ("LRANGE", "ZRANGE", "ZREVRANGE") and len(spoken) >= 4 and re.fullmatch(r"\d{1,3}", spoken[3]):
        return read_only(call)
    if name in _REDIS_COSTLY:
        return known(Safety.COSTLY, f"{name} can stop the server for all others", call.part())
    if name in _REDIS_PAIRS:
        second = spoken[1] if len(spoken) > 1 else ""
        if second not in _REDIS_PAIRS[name].split():
            return changes(call, f"{name} {second} changes the server")
        hidden = name == "CONFIG" and any(
            "*" in word or "PASS" in word or "AUTH" in word or word == "?" for word in spoken[2:]
        )
        return (
            known(Safety.REVEALS, "the settings hold the password", call.part())
            if hidden
            else read_only(call)
        )
    if name in _REDIS_READS:
        return read_only(call)
    return changes(call, f"{name} is not known to be harmless")


def mongo(_judge: Judge, call: Call) -> Classification:
    """`mongosh --eval TEXT` for a few harmless forms."""
    arguments = split(
        call.args,
        Program(
            values=words(
                "--eval --host --port -u --username -p --password --authenticationDatabase -f --file"
            )
        ),
    )
    texts = arguments.values("--eval")
    harmless = words(
        "--quiet --norc --tls --ssl --eval --host --port -u --username -p --password "
        "--authenticationDatabase --version"
    )
    if arguments.has("--version"):
        return read_only(call)
    if (
        not texts
        and not (call.text or call.piped or call.closed)
        and not any(word.text.endswith(".js") for word in arguments.operands)
        and len(arguments.operands) <= 1
        and not arguments.has("-f", "--file")
    ):
        return known(Safety.INTERACTIVE, f"{call.name} opens a prompt", call.part())
    if (
        any(option.name not in harmless for option in arguments.options)
        or arguments.odd
        or arguments.hazy
        or len(arguments.operands) > 1
        or not all(
            re.fullmatch(r"mongodb(?:\+srv)?://\S+|[\w-]+|[\w.-]+:\d+(?:/[\w-]+)?|[\w.-]+/[\w-]+", word.text)
            for word in arguments.operands
        )
    ):
        return unknown(call, f"this form of {call.name} is not read")
    if not texts or not all(
        word.value is not None and _MONGO_SAFE.fullmatch(word.value.strip()) for word in texts
    ):
        return unknown(call, "what the script does is not known")
    return read_only(call)


def mongostat(_judge: Judge, call: Call) -> Classification:
    """Ends after `-n ROWS`."""
    arguments = split(
        call.args, Program(values=words("-n --rowcount -h --host --port -u --username -p --password --uri"))
    )
    if arguments.has("-n", "--rowcount"):
        return read_only(call)
    return known(Safety.ENDLESS, "mongostat never ends by itself", call.part())


def mosquitto_sub(_judge: Judge, call: Call) -> Classification:
    """Ends after `-W SECONDS`; a number of messages alone may never come."""
    arguments = split(
        call.args, Program(values=words("-C -W -t -T -h -p -u -P -i -q -F -L -V -k --cafile --cert --key"))
    )
    if arguments.has("-W") and not arguments.odd:
        return read_only(call)
    return known(Safety.ENDLESS, "mosquitto_sub waits for messages", call.part())


def kafka(_judge: Judge, call: Call) -> Classification:
    """The tools of Kafka tell by an option what they do."""
    options = {
        (word.value or "?").partition("=")[0]
        for word in call.args
        if word.head.startswith("-") or word.value is None
    }
    if "--delete" in options or "--delete-offsets" in options:
        return known(Safety.DESTRUCTIVE, f"{call.name} --delete", call.part())
    if options & {"--create", "--alter", "--reset-offsets", "--add-config", "--delete-config", "--execute"}:
        return changes(call, f"{call.name} changes the cluster")
    plain = words(
        "--bootstrap-server --describe --list --topic --group --all-groups --members --verbose "
        "--state --offsets "
        "--zookeeper --command-config --under-replicated-partitions --unavailable-partitions "
        "--entity-type --entity-name "
        "--broker-list --all-topics --timeout --under-min-isr-partitions --topics-with-overrides "
        "--version --topic-list"
    )
    if options & {"--describe", "--list", "--version"} and options <= plain:
        return read_only(call)
    return unknown(call, f"what {call.name} does is not known")


LOOKS: dict[str, Look] = {
    "psql": psql,
    "mysql": mysql,
    "sqlite": sqlite,
    "clickhouse": clickhouse,
    "cqlsh": cqlsh,
    "cockroach": cockroach,
    "redis": redis,
    "mongo": mongo,
    "kafka": kafka,
    "mongostat": mongostat,
    "mosquitto_sub": mosquitto_sub,
}
