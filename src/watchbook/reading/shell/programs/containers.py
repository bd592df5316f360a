"""Containers outside Kubernetes. Data only."""

from watchbook.reading.shell.table import (
    ASK,
    CHANGE,
    DESTROY,
    ENDLESS,
    READ,
    REVEAL,
    Program,
    each,
    flags,
    plain,
    words,
)

_FOLLOW = flags(endless="-f --follow")
_LOGS = Program(READ, flags=_FOLLOW, values=words("-n --tail --since --until"))
_LIST = Program(READ, values=words("-f --filter --format -n --last"))
_INSPECT = Program(REVEAL, values=words("-f --format --type -s"), look="docker_inspect")
_STATS = Program(ENDLESS, values=words("--format"), look="docker_stats")
_EVENTS = Program(ENDLESS, look="docker_events")
_EXEC = Program(look="docker_exec")
_HISTORY = Program(READ, flags=flags(reveals="--no-trunc"), values=words("--format"))
_COMMON = {
    "ps": _LIST,
    "ls": _LIST,
    "list": _LIST,
    "logs": _LOGS,
    "inspect": _INSPECT,
    "top": Program(look="docker_top"),
    "stats": _STATS,
    "port": Program(READ),
    "diff": Program(READ),
    "wait": Program(ENDLESS),
    "exec": _EXEC,
    "attach": Program(ASK),
    "rm": Program(DESTROY),
    "prune": Program(DESTROY),
}
_NAMED = Program(
    commands={
        "ls": _LIST,
        "list": _LIST,
        "inspect": Program(READ),
        "ps": _LIST,
        **plain("rm prune", DESTROY),
        "history": Program(READ),
        "df": Program(READ),
    },
    rest=CHANGE,
)

COMPOSE = Program(
    values=words("-f --file -p --project-name --profile --env-file --project-directory --ansi --progress"),
    only=words("--compatibility --all-resources"),
    commands={
        "ps": Program(READ, values=words("--format --filter --status")),
        "logs": _LOGS,
        **plain("top images ls version port volumes", READ),
        "stats": _STATS,
        **each(
            "config convert",
            Program(
                REVEAL,
                look="listing",
                only=words("--services --volumes --images --profiles --networks -q --quiet --hash"),
            ),
        ),
        "events": Program(ENDLESS),
        "exec": _EXEC,
        "attach": Program(ASK),
        "down": Program(CHANGE, flags=flags(destroys="-v --volumes --rmi")),
        "rm": Program(DESTROY),
        "watch": Program(ENDLESS),
    },
    rest=CHANGE,
)

DOCKER = Program(
    values=words("-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey"),
    only=words("-D --debug --tls --tlsverify"),
    commands={
        **_COMMON,
        "images": Program(READ, values=words("-f --filter --format")),
        "history": _HISTORY,
        "version": Program(READ),
        "info": Program(READ),
        "search": Program(READ),
        "events": _EVENTS,
        "rmi": Program(DESTROY),
        "system": Program(
            commands={
                "df": Program(READ),
                "info": Program(READ),
                "events": _EVENTS,
                "prune": Program(DESTROY),
            },
            rest=CHANGE,
        ),
        "container": Program(commands=_COMMON, rest=CHANGE),
        **each("volume network node stack plugin", _NAMED),
        "image": Program(commands={**_NAMED.commands, "inspect": _INSPECT, "history": _HISTORY}, rest=CHANGE),
        "swarm": Program(commands=plain("join-token unlock-key", REVEAL), rest=CHANGE),
        "service": Program(
            commands={"ls": _LIST, "ps": _LIST, "logs": _LOGS, "inspect": _INSPECT, "rm": Program(DESTROY)},
            rest=CHANGE,
        ),
        **each("secret config", Program(commands={"ls": _LIST, "rm": Program(DESTROY)}, rest=REVEAL)),
        "context": Program(commands={"ls": _LIST, "list": _LIST, "show": Program(READ)}, rest=CHANGE),
        "builder": Program(commands={"du": Program(READ), "prune": Program(DESTROY)}, rest=CHANGE),
        "buildx": Program(
            commands={"ls": _LIST, "du": Program(READ), "prune": Program(DESTROY)}, rest=CHANGE
        ),
        "manifest": Program(commands={"inspect": Program(READ)}, rest=CHANGE),
        "compose": COMPOSE,
        "pod": Program(commands=_COMMON, rest=CHANGE),
        "healthcheck": Program(CHANGE),
    },
    rest=CHANGE,
)

PROGRAMS = {
    **each("docker podman nerdctl", DOCKER),
    **each("docker-compose podman-compose", COMPOSE),
    "skopeo": Program(
        commands={
            "inspect": Program(READ, flags=flags(reveals="--config --raw")),
            "list-tags": Program(READ),
        },
        rest=CHANGE,
    ),
    "lxc": Program(commands=plain("list info version", READ), rest=CHANGE),
    "virsh": Program(
        commands={
            **plain(
                "list dominfo domstate domstats domblklist domblkinfo domblkstat domiflist domifaddr domifstat domjobinfo "
                "dommemstat domcontrol domtime vcpuinfo vcpucount nodeinfo nodecpustats nodememstats capabilities "
                "net-list net-info pool-list pool-info vol-list vol-info snapshot-list iface-list version uri",
                READ,
            ),
            "dumpxml": Program(READ, flags=flags(reveals="--security-info")),
            **plain("destroy undefine vol-delete pool-destroy snapshot-delete", DESTROY),
            **plain("console edit", ASK),
        },
        rest=CHANGE,
        bare=ASK,
        values=words("-c --connect"),
        only=words("-r --readonly -q --quiet"),
    ),
}
