"""Kubernetes and what is built on it. Data only."""

from watchbook.reading.shell.table import (
    ASK,
    CHANGE,
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

_VALUES = words(
    "-n --namespace --context --cluster --kubeconfig -l --selector -o --output --field-selector --sort-by -c "
    "--container --tail --since --since-time --limit-bytes --as --as-group --token --user -s --server "
    "--request-timeout --template --chunk-size --cache-dir --max-log-requests --timeout --for --revision "
    "-L --label-columns --pod-running-timeout --types --subresource --interval -v --certificate-authority"
)
_SWITCHES = words(
    "--all-namespaces -A --insecure-skip-tls-verify --warnings-as-errors --match-server-version"
)
_WATCH = flags(endless="-w --watch --watch-only")

_GET = Program(READ, flags=_WATCH, values=_VALUES | words("-f --filename -k --kustomize"), look="kubectl_get")
_WRITE = Program(
    CHANGE, values=_VALUES | words("-f --filename -k --kustomize -p --patch --type"), look="kubectl_write"
)
_LOGS = Program(READ, flags=flags(endless="-f --follow"), values=_VALUES)

KUBECTL = Program(
    values=_VALUES,
    only=_SWITCHES,
    commands={
        "get": _GET,
        "describe": _GET,
        "logs": _LOGS,
        "events": Program(READ, flags=_WATCH, values=_VALUES),
        "top": Program(READ, values=_VALUES),
        **plain("version cluster-info api-resources api-versions explain options completion wait", READ),
        "cluster-info": Program(READ, most=0, over=REVEAL, values=_VALUES),
        "diff": Program(READ, values=_VALUES),
        "auth": Program(commands=plain("can-i whoami", READ), rest=CHANGE),
        "rollout": Program(
            commands={"status": Program(READ, values=_VALUES), "history": Program(READ, values=_VALUES)},
            rest=CHANGE,
            values=_VALUES,
            only=_SWITCHES,
        ),
        "config": Program(
            commands={
                **plain("current-context get-contexts get-clusters get-users", READ),
                "view": Program(READ, flags=flags(reveals="--raw")),
            },
            rest=CHANGE,
        ),
        "plugin": Program(commands={"list": Program(READ)}),
        **each("apply create patch replace scale autoscale set label annotate taint expose run", _WRITE),
        **plain("cordon uncordon certificate cp debug", CHANGE),
        "drain": Program(CHANGE, flags=flags(destroys="--delete-emptydir-data --delete-local-data --force")),
        "delete": Program(DESTROY, values=_VALUES | words("-f --filename -k"), look="kubectl_delete"),
        "exec": Program(look="kubectl_exec"),
        "rsh": Program(look="kubectl_exec"),
        "edit": Program(ASK),
        "attach": Program(ASK),
        **plain("port-forward proxy", ENDLESS),
        "log": _LOGS,
        "kustomize": Program(
            REVEAL, flags=flags(unknown="--enable-exec --enable-alpha-plugins --enable-helm")
        ),
        # OpenShift's oc speaks the same language and a little more.
        "whoami": Program(READ, flags=flags(reveals="-t --show-token")),
        "status": Program(READ),
        "adm": Program(commands={"top": Program(READ, values=_VALUES)}, rest=CHANGE),
        **plain(
            "login logout project new-project new-app start-build policy import-image tag rollback", CHANGE
        ),
        "must-gather": Program(CHANGE),
    },
)

PROGRAMS = {
    **each("kubectl oc k kubecolor microk8s.kubectl", KUBECTL),
    "kubectx": Program(READ, most=0),
    "kubens": Program(READ, most=0),
    "stern": Program(ENDLESS, look="stern"),
    "kustomize": Program(
        commands={
            "build": Program(
                REVEAL,
                flags=flags(
                    changes="-o --output",
                    unknown="--enable-exec --enable-alpha-plugins --enable-helm --helm-command",
                ),
            ),
            "version": Program(READ),
        }
    ),
    "helm": Program(
        values=words("-n --namespace --kube-context --kubeconfig --kube-token"),
        only=words("--debug"),
        commands={
            **plain("list ls history hist version search show inspect lint verify", READ),
            "status": Program(
                READ, flags=flags(reveals="-o --output"), values=words("-n --namespace --revision")
            ),
            "get": Program(commands=plain("notes metadata hooks", READ), rest=REVEAL),
            "template": Program(REVEAL),
            "env": Program(REVEAL),
            "repo": Program(commands={"list": Program(READ), "ls": Program(READ)}, rest=CHANGE),
            "plugin": Program(commands={"list": Program(READ), "ls": Program(READ)}, rest=CHANGE),
            "dependency": Program(commands={"list": Program(READ)}, rest=CHANGE),
            **plain("uninstall delete del un", DESTROY),
            **plain("install upgrade rollback test pull push package create", CHANGE),
        },
    ),
    "helmfile": Program(
        commands={**plain("list status lint", READ), "destroy": Program(DESTROY)}, rest=CHANGE
    ),
    "istioctl": Program(
        commands={
            **plain("proxy-status ps analyze version", READ),
            "proxy-config": Program(commands=plain("secret secrets s", REVEAL), rest=READ),
            "pc": Program(commands=plain("secret secrets s", REVEAL), rest=READ),
            **plain("dashboard", ENDLESS),
            "uninstall": Program(DESTROY),
        },
        rest=CHANGE,
        values=words("-n --namespace --context --kubeconfig -i"),
    ),
    "linkerd": Program(
        commands={
            **plain("check version diagnostics endpoints stat edges routes", READ),
            "viz": Program(
                commands={**plain("stat edges routes check", READ), **plain("tap top dashboard", ENDLESS)},
                rest=UNKNOWN,
            ),
            **plain("tap top dashboard", ENDLESS),
        },
        rest=CHANGE,
    ),
    "argocd": Program(
        commands={
            "app": Program(
                commands={
                    **plain("get list history diff resources manifests wait", READ),
                    "logs": Program(READ, flags=flags(endless="-f --follow")),
                    "delete": Program(DESTROY),
                },
                rest=CHANGE,
            ),
            "version": Program(READ),
            **each("cluster proj repo appset", Program(commands=plain("list get", READ), rest=CHANGE)),
        },
        rest=CHANGE,
    ),
    "flux": Program(
        commands={
            **plain("get check stats version tree trace diff", READ),
            "logs": Program(READ, flags=flags(endless="-f --follow")),
            "events": Program(READ, flags=_WATCH),
            "delete": Program(DESTROY),
            "uninstall": Program(DESTROY),
        },
        rest=CHANGE,
    ),
    "velero": Program(
        commands={
            **each(
                "backup restore schedule", Program(commands=plain("get describe logs", READ), rest=CHANGE)
            ),
            "get": Program(READ),
            "version": Program(READ),
        },
        rest=CHANGE,
    ),
    "crictl": Program(
        commands={
            **plain("ps pods images img info version stats statsp imagefsinfo", READ),
            "logs": Program(READ, flags=flags(endless="-f --follow"), values=words("--tail --since")),
            **plain("inspect inspectp inspecti", REVEAL),
            "exec": Program(look="docker_exec"),
            **plain("rm rmp rmi", DESTROY),
        },
        rest=CHANGE,
        values=words("-r --runtime-endpoint -i --image-endpoint -c --config -t --timeout"),
    ),
    "virtctl": Program(
        commands={**plain("version guestosinfo fslist userlist", READ), **plain("console vnc ssh", ASK)},
        rest=CHANGE,
    ),
    "cmctl": Program(commands={**plain("status check version", READ)}, rest=CHANGE),
    "kubeadm": Program(
        commands={
            "version": Program(READ),
            "certs": Program(commands={"check-expiration": Program(READ)}, rest=CHANGE),
        },
        rest=CHANGE,
    ),
    "eksctl": Program(
        commands={"get": Program(READ), "version": Program(READ), "delete": Program(DESTROY)}, rest=CHANGE
    ),
    **looks("ctr", "unknown"),
}
