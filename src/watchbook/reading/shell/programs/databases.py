"""Databases, caches, backups. Data only."""

from watchbook.reading.shell.table import (
    CHANGE,
    COST,
    DESTROY,
    ENDLESS,
    READ,
    REVEAL,
    UNKNOWN,
    Program,
    each,
    flags,
    looks,
    plain,
    words,
)

# SQL clients: which option carries SQL, the dialect, and the options that take a value.
PSQL = Program(
    values=words(
        "-c --command -d --dbname -h --host -p --port -U --username -f --file -v --set --variable -o "
        "--output -F "
        "--field-separator -P --pset -R --record-separator -T --table-attr -L --log-file"
    ),
    flags=flags(changes="-o --output -L --log-file", unknown="-f --file -v --set --variable"),
    only=words(
        "-t --tuples-only -A --no-align -x --expanded -X --no-psqlrc -q --quiet -w --no-password -1 "
        "--single-transaction -l --list -a -b -e -E -n --csv -H --html -z -0 -W --password -V --version"
    ),
)
MYSQL = Program(
    values=words(
        "-e --execute -h --host -P --port -u --user -D --database -S --socket --protocol --connect-timeout"
    ),
    flags=flags(changes="--tee", unknown="--init-command --pager --plugin-dir --default-auth"),
    only=words(
        "-N --skip-column-names -B --batch -s --silent -t --table -r --raw -E --vertical -v "
        "--verbose -w --wait -p "
        "--password --defaults-file --defaults-extra-file --ssl --ssl-mode --ssl-ca -A -C -q --quick "
        "-V --version"
    ),
)

_RESTIC = {
    **plain("snapshots stats ls find diff version list", READ),
    "cache": Program(READ, flags=flags(changes="--cleanup")),
    "cat": Program(REVEAL),
    "dump": Program(REVEAL),
    "check": Program(COST),
    **plain("forget prune", DESTROY),
    "mount": Program(ENDLESS),
}

PROGRAMS = {
    "psql": Program(look="psql"),
    **looks("mysql mariadb", "mysql"),
    "sqlite3": Program(look="sqlite"),
    **looks("redis-cli valkey-cli keydb-cli", "redis"),
    **looks("mongo mongosh", "mongo"),
    "clickhouse-client": Program(look="clickhouse"),
    "clickhouse": Program(UNKNOWN),
    "cqlsh": Program(look="cqlsh"),
    "cockroach": Program(
        commands={
            "sql": Program(look="cockroach"),
            "node": Program(commands=plain("status ls", READ), rest=CHANGE),
            "version": Program(READ),
        },
        rest=CHANGE,
    ),
    "pg_isready": Program(READ),
    "pg_controldata": Program(READ),
    "pg_lsclusters": Program(READ),
    "pg_amcheck": Program(COST),
    "pg_checksums": Program(UNKNOWN),
    "pg_verifybackup": Program(COST),
    "pg_waldump": Program(REVEAL),
    "pg_ctl": Program(commands={"status": Program(READ)}, rest=CHANGE, values=words("-D --pgdata")),
    "pg_ctlcluster": Program(CHANGE),
    **each("pg_dump pg_dumpall", Program(REVEAL, flags=flags(changes="-f --file"))),
    **plain("mysqldump mariadb-dump mongodump mongoexport", REVEAL),
    "pg_restore": Program(
        CHANGE, flags=flags(destroys="-c --clean"), look="listing", only=words("-l --list")
    ),
    **plain(
        "createdb createuser vacuumdb reindexdb clusterdb pg_basebackup pg_rewind pg_upgrade pgbench", CHANGE
    ),
    **plain("mongorestore mongoimport mysqlimport pt-archiver pt-online-schema-change gh-ost", CHANGE),
    **plain("dropdb dropuser pg_resetwal", DESTROY),
    "mysqladmin": Program(
        commands={
            **plain("ping status processlist extended-status variables version", READ),
            "shutdown": Program(DESTROY),
            "drop": Program(DESTROY),
        },
        rest=CHANGE,
        values=words("-h --host -P --port -u --user -S --socket"),
        flags=flags(endless="-i --sleep"),
        only=words("-p --password -s --silent -r --relative"),
    ),
    "mongostat": Program(ENDLESS, look="mongostat"),
    "mongotop": Program(ENDLESS),
    "patronictl": Program(
        commands=plain("list topology history version", READ),
        rest=CHANGE,
        values=words("-c --config-file -d"),
    ),
    "repmgr": Program(
        commands={
            "cluster": Program(commands=plain("show matrix crosscheck event", READ), rest=CHANGE),
            "node": Program(commands=plain("status check", READ), rest=CHANGE),
        },
        rest=CHANGE,
        values=words("-f --config-file"),
    ),
    "nodetool": Program(
        commands={
            **plain(
                "status info ring tpstats compactionstats netstats describecluster gossipinfo version "
                "tablestats "
                "cfstats gcstats proxyhistograms tablehistograms getendpoints statusgossip statusbinary",
                READ,
            ),
            **plain("decommission assassinate removenode", DESTROY),
        },
        rest=CHANGE,
        values=words("-h --host -p --port -u -pw"),
    ),
    "etcdctl": Program(
        commands={
            "endpoint": Program(commands=plain("health status hashkv", READ), rest=CHANGE),
            "member": Program(commands={"list": Program(READ)}, rest=CHANGE),
            "alarm": Program(commands={"list": Program(READ)}, rest=CHANGE),
            "version": Program(READ),
            "get": Program(REVEAL),
            "watch": Program(ENDLESS),
            "snapshot": Program(commands={"status": Program(READ)}, rest=CHANGE),
            "check": Program(COST),
            "del": Program(DESTROY),
        },
        rest=CHANGE,
        values=words("--endpoints --cacert --cert --key --user -w --write-out --command-timeout"),
        only=words("--cluster --insecure-skip-tls-verify"),
    ),
    "pgbackrest": Program(
        commands=plain("info version", READ), rest=CHANGE, values=words("--stanza --config --repo")
    ),
    "barman": Program(
        commands=plain(
            "list-server list-servers list-backup list-backups show-server show-backup check status "
            "list-files replication-status",
            READ,
        ),
        rest=CHANGE,
    ),
    "wal-g": Program(commands={"backup-list": Program(READ), "wal-show": Program(READ)}, rest=CHANGE),
    "restic": Program(
        commands=_RESTIC, rest=CHANGE, values=words("-r --repo -p --password-file -o --option")
    ),
    "borg": Program(
        commands={**plain("list info", READ), "check": Program(COST), **plain("delete prune", DESTROY)},
        rest=CHANGE,
    ),
    "rclone": Program(
        commands={
            **plain("ls lsd lsl lsf lsjson size about version listremotes tree", READ),
            **plain("delete purge sync", DESTROY),
            "config": Program(REVEAL),
            "cat": Program(REVEAL),
        },
        rest=CHANGE,
    ),
    **each(
        "s3cmd mc",
        Program(
            commands={
                **plain("ls info du stat", READ),
                "find": Program(READ, flags=flags(unknown="--exec --watch")),
                **plain("rm rb del mirror", DESTROY),
                "admin": Program(commands={"info": Program(READ)}, rest=CHANGE),
            },
            rest=CHANGE,
        ),
    ),
    "memcstat": Program(READ),
    "memcached-tool": Program(UNKNOWN),
    "alembic": Program(
        commands={**plain("current history heads branches show", READ), "downgrade": Program(DESTROY)},
        rest=CHANGE,
        values=words("-c --config -n --name -x"),
    ),
    # It takes several commands at once: `flyway info clean`.
    "flyway": Program(commands={"clean": Program(DESTROY)}, rest=CHANGE),
    "liquibase": Program(
        commands={
            **plain("status history", READ),
            **plain("drop-all dropAll rollback rollback-count", DESTROY),
        },
        rest=CHANGE,
    ),
    "dbmate": Program(
        commands={"status": Program(READ), **plain("drop down rollback", DESTROY)}, rest=CHANGE
    ),
    "sqitch": Program(commands={**plain("status log plan", READ), "revert": Program(DESTROY)}, rest=CHANGE),
}
