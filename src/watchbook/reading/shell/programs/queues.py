"""Message brokers, monitoring tools and coordination services. Data only."""

from watchbook.reading.shell.table import (
    ASK,
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

_RABBIT = Program(
    commands={
        **plain(
            "status cluster_status node_health_check ping version list_queues list_exchanges list_bindings "
            "list_connections list_channels list_consumers list_vhosts list_users list_permissions "
            "list_unresponsive_queues list_policies list_feature_flags list_topic_permissions "
            "check_running check_local_alarms check_alarms check_port_connectivity check_port_listener "
            "check_virtual_hosts check_protocol_listener listeners alarms cluster_name disk_partition "
            "memory_breakdown runtime_thread_stats server_version erlang_version is_running is_booting "
            "check_if_node_is_quorum_critical check_if_node_is_mirror_sync_critical help maybe_stuck",
            READ,
        ),
        **plain("environment report", REVEAL),
        **plain("purge_queue delete_queue delete_vhost reset force_reset delete_user", DESTROY),
        **plain("eval exec", UNKNOWN),
        **plain("log_tail_stream observer", ENDLESS),
        "log_tail": Program(READ),
    },
    rest=CHANGE,
    values=words("-n --node -p --vhost -t --timeout --formatter"),
    only=words("-q --quiet -s --silent -l --longnames"),
)

PROGRAMS = {
    **each("rabbitmqctl rabbitmq-diagnostics rabbitmq-queues", _RABBIT),
    "rabbitmqadmin": Program(
        commands={**plain("list show", READ), **plain("purge delete", DESTROY)},
        rest=CHANGE,
        values=words("-H --host -P --port -u --username -p --password -V --vhost -f --format -c"),
    ),
    **looks("kafka-topics kafka-topics.sh", "kafka"),
    **looks("kafka-consumer-groups kafka-consumer-groups.sh", "kafka"),
    **looks("kafka-configs kafka-configs.sh kafka-log-dirs kafka-log-dirs.sh", "kafka"),
    **plain("kafka-broker-api-versions kafka-broker-api-versions.sh", READ),
    **plain("kafka-console-producer kafka-console-producer.sh", CHANGE),
    **plain("kafka-reassign-partitions kafka-reassign-partitions.sh kafka-leader-election", CHANGE),
    **plain("kafka-delete-records kafka-delete-records.sh", DESTROY),
    **plain("kafka-producer-perf-test kafka-producer-perf-test.sh", COST),
    **each(
        "kcat kafkacat",
        Program(UNKNOWN, look="listing", only=words("-L"), beside=words("-J"), values=words("-b -t")),
    ),
    "nats": Program(
        commands={
            **each(
                "stream consumer kv object",
                Program(commands={**plain("ls list info report", READ), "rm": Program(DESTROY)}, rest=CHANGE),
            ),
            "server": Program(commands=plain("check ping list ls info report", READ), rest=CHANGE),
            "account": Program(commands={"info": Program(READ)}, rest=CHANGE),
            **plain("sub subscribe", ENDLESS),
            "rtt": Program(READ),
        },
        rest=CHANGE,
        values=words("-s --server --context --user --password --creds --timeout"),
    ),
    "celery": Program(
        commands={
            "status": Program(READ),
            "inspect": Program(
                commands={
                    **plain(
                        "active scheduled reserved registered stats ping active_queues revoked clock", READ
                    ),
                    **plain("report conf", REVEAL),
                },
                rest=UNKNOWN,
            ),
            "purge": Program(DESTROY),
            "events": Program(ASK),
            "shell": Program(ASK),
        },
        rest=CHANGE,
        values=words("-A --app -b --broker -d --destination -t --timeout"),
    ),
    "zkCli.sh": Program(ASK),
    "consul": Program(
        commands={
            **plain("members info version validate rtt", READ),
            "catalog": Program(READ),
            "kv": Program(
                commands={"get": Program(REVEAL), "export": Program(REVEAL), "delete": Program(DESTROY)},
                rest=CHANGE,
            ),
            "operator": Program(
                commands={"raft": Program(commands={"list-peers": Program(READ)}, rest=CHANGE)}, rest=CHANGE
            ),
            "monitor": Program(ENDLESS),
        },
        rest=CHANGE,
    ),
    "vault": Program(
        commands={
            **plain("status version", READ),
            **plain("read list unwrap print", REVEAL),
            "kv": Program(
                commands={**plain("get list", REVEAL), **plain("delete destroy", DESTROY)}, rest=CHANGE
            ),
            "token": Program(commands={"lookup": Program(REVEAL)}, rest=CHANGE),
            **each(
                "secrets auth policy audit",
                Program(commands={"list": Program(READ), "read": Program(READ)}, rest=CHANGE),
            ),
            "operator": Program(
                commands={"raft": Program(commands={"list-peers": Program(READ)}, rest=CHANGE)}, rest=CHANGE
            ),
        },
        rest=CHANGE,
    ),
    "nomad": Program(
        commands={
            **plain("status version", READ),
            **each(
                "job node deployment alloc server",
                Program(
                    commands={
                        **plain("status members history deployments allocs", READ),
                        "logs": Program(READ, flags=flags(endless="-f"), single=True),
                        "exec": Program(UNKNOWN),
                        "stop": Program(CHANGE, flags=flags(destroys="-purge"), single=True),
                    },
                    rest=CHANGE,
                ),
            ),
        },
        rest=CHANGE,
    ),
    "promtool": Program(
        commands={
            "check": Program(READ),
            "query": Program(READ),
            "test": Program(READ),
            "debug": Program(REVEAL),
        },
        rest=CHANGE,
    ),
    "amtool": Program(
        commands={
            "alert": Program(commands={"query": Program(READ), "add": Program(CHANGE)}, rest=READ, bare=READ),
            "silence": Program(commands={"query": Program(READ)}, rest=CHANGE, bare=READ),
            **plain("check-config config", READ),
            "cluster": Program(READ),
        },
        rest=CHANGE,
        values=words("--alertmanager.url --config.file -o --output"),
    ),
    "logcli": Program(
        commands={
            "query": Program(READ, flags=flags(endless="-f --tail")),
            **plain("labels series instant-query stats volume", READ),
        },
        rest=UNKNOWN,
        values=words("--addr --org-id"),
    ),
    "dogshell": Program(UNKNOWN),
    "sensuctl": Program(UNKNOWN),
    "mosquitto_sub": Program(ENDLESS, look="mosquitto_sub"),
    "mosquitto_pub": Program(CHANGE),
}
