"""Judges Kubernetes, container and cloud clients where the table alone cannot: resources, formats, verbs.

Called through `Judge.looks`. Clouds name thousands of actions; a few verbs are known to read, the rest is not
harmless.
"""

import re

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import split
from watchbook.reading.shell.judging import Call, Judge, Look, known, most_dangerous
from watchbook.reading.shell.looks_files import changes, read_only, unknown
from watchbook.reading.shell.syntax import Word
from watchbook.reading.shell.table import Program, words

_RAW = re.compile(
    r"/(?:healthz|readyz|livez|metrics|version|openapi/v2|"
    r"apis/metrics\.k8s\.io/\S*)(?:\?verbose)?(?:/[\w-]+)?"
)
_RESOURCE = re.compile(r"[A-Za-z0-9.-]+")
_PRINTS_SECRETS = re.compile(r"Env|json \.|\.Config\b(?!\.Image|\.Labels)|\{\{\s*\.\s*\}\}|\{\{json")
_HIDDEN = re.compile(
    r"secret|password|token|credential|parameter|login|private-key|access-key|connection-string|"
    r"decrypt|app-?settings|keys?$",
    re.I,
)
_GCLOUD_GROUPS = words(
    "alpha beta auth logs secrets compute instances instance-groups managed disks networks "
    "firewall-rules forwarding-rules backend-services "
    "sql operations run services revisions jobs executions container clusters node-pools logging "
    "sinks metrics projects config functions pubsub "
    "topics subscriptions storage buckets objects redis dns managed-zones record-sets builds "
    "artifacts repositories docker images iam "
    "service-accounts roles scheduler tasks queues monitoring policies uptime dashboards app "
    "versions spanner databases dataflow bigtable addresses "
    "routers regions zones snapshots target-pools health-checks url-maps ssl-certificates kms "
    "keyrings components organizations project-info security-policies time-series backups instance-templates "
    "machine-types ssl-policies vpn-tunnels vpn-gateways subnets peerings hybrid eventarc triggers workflows deployments "
    "filestore memcache ai endpoints models domains application-default locations namespaces domain-mappings packages tags"
)
_AZURE_GROUPS = words(
    "keyvault secret config appsettings connection-string vm aks webapp account group network sql db server "
    "postgres flexible-server "
    "mysql redis storage blob container acr repository functionapp "
    "containerapp monitor metrics activity-log alert log-analytics workspace cosmosdb servicebus "
    "queue topic namespace eventhubs eventhub "
    "resource vnet nsg lb public-ip dns zone record-set disk snapshot image vmss appservice plan "
    "nodepool replica revision application-gateway cdn"
)


def _resources(arguments_operands: list[Word]) -> list[str] | None:
    """The kinds of resource that operands name; None when one is not written out."""
    kinds: list[str] = []
    first = arguments_operands[0]
    if first.value is None and "/" not in first.head:
        return None
    slashed = any("/" in word.head for word in arguments_operands)
    for word in arguments_operands if slashed else [first]:
        for part in word.text.split(","):
            kinds.append(part.partition("/")[0].lower())
    return kinds


def kubectl_get(judge: Judge, call: Call) -> Classification:
    """Reading objects, unless they are secrets."""
    arguments = split(call.args, call.entry)
    found = [judge.options(call, arguments, call.entry), read_only(call)]
    if arguments.hazy:
        found.append(unknown(call, "a word may stand for any resource"))
    for option in arguments.options:
        if option.name == "--raw":
            raw = option.value or next(iter(arguments.operands), None)  # the path may be the next word
            if raw is None or raw.value is None or not _RAW.fullmatch(raw.value):
                found.append(unknown(call, "kubectl get --raw may read anything"))
            return most_dangerous(found)
        if option.name in ("-f", "--filename", "-k", "--kustomize"):
            found.append(unknown(call, "which objects are in the file is not known"))
            return most_dangerous(found)
        if option.name in ("-o", "--output") and option.value and "file" in option.value.text:
            found.append(unknown(call, "the output is made by a file"))
    if not arguments.operands:
        return most_dangerous([*found, unknown(call, f"{call.name} without a resource")])
    kinds = _resources(arguments.operands)
    if kinds is None:
        found.append(unknown(call, "which resource is read is not written out"))
    elif any(kind.startswith("secret") for kind in kinds):
        found.append(known(Safety.REVEALS, "it reads secrets", call.part()))
    elif any("$" in kind or not _RESOURCE.fullmatch(kind) for kind in kinds):
        found.append(unknown(call, "which resource is read is not written out"))
    return most_dangerous(found)


def kubectl_write(_judge: Judge, call: Call) -> Classification:
    """Writing objects; a dry run only prints what would be written."""
    values = [word.value for word in call.args]
    if (call.name.endswith(" create") and values[:1] == ["token"]) or (
        values[:1] == ["env"] and "--list" in values
    ):
        return known(Safety.REVEALS, f"{call.name} {values[0]} prints secrets", call.part())
    if ("--dry-run=client" in values or "--dry-run=server" in values) and "--force" not in values:
        if any("secret" in (value or "") for value in values):
            return known(Safety.REVEALS, "it prints a secret", call.part())
        return read_only(call, "a dry run changes nothing")
    if any((value or "").startswith("--prune") or value == "--force" for value in values):
        return known(Safety.DESTRUCTIVE, f"{call.name} may remove objects", call.part())
    return changes(call, f"{call.name} changes the cluster")


def kubectl_delete(_judge: Judge, call: Call) -> Classification:
    """Deleting a pod makes its controller start another; anything else is gone."""
    arguments = split(call.args, call.entry)
    kinds = _resources(arguments.operands) if arguments.operands else None
    everything = arguments.has("--all", "-A", "--all-namespaces")
    if kinds and set(kinds) <= {"pod", "pods", "po"} and not everything:
        return changes(call, "it deletes a pod")
    return known(Safety.DESTRUCTIVE, f"{call.name} removes objects", call.part())


def docker_inspect(_judge: Judge, call: Call) -> Classification:
    """The whole of a container holds its environment; named fields do not."""
    arguments = split(call.args, call.entry)
    formats = arguments.values("-f", "--format")
    if formats and all(word.value is not None and not _PRINTS_SECRETS.search(word.value) for word in formats):
        return read_only(call)
    return known(Safety.REVEALS, "docker inspect prints the environment", call.part())


def docker_top(_judge: Judge, call: Call) -> Classification:
    """`docker top NAME` lists processes; the words behind it are options of `ps`, which may print environments."""
    if any(
        "e" in (word.value or "e").lstrip("-") and "pid" not in (word.value or "") for word in call.args[1:]
    ):
        return known(Safety.REVEALS, "ps may print environments", call.part())
    return read_only(call)


def docker_stats(_judge: Judge, call: Call) -> Classification:
    if any(word.value == "--no-stream" for word in call.args):
        return read_only(call)
    return known(Safety.ENDLESS, "stats without --no-stream never ends", call.part())


def docker_events(_judge: Judge, call: Call) -> Classification:
    if any(word.head.startswith("--until") for word in call.args):
        return read_only(call)
    return known(Safety.ENDLESS, "events without --until never ends", call.part())


def _ends_with(option: str, reason: str) -> Look:
    """Endless unless an option ends it."""

    def look(_judge: Judge, call: Call) -> Classification:
        if any(word.value in option.split() for word in call.args):
            return read_only(call)
        return known(Safety.ENDLESS, reason, call.part())

    return look


_AWS_REVEALS = frozenset(
    {
        ("amplify", "get-app"), ("apprunner", "describe-service"), ("batch", "describe-job-definitions"),
        ("codebuild", "batch-get-projects"), ("ec2", "describe-launch-template-versions"),
        ("autoscaling", "describe-launch-configurations"), ("glue", "get-connection"), ("glue", "get-connections"),
        ("lightsail", "get-instance-access-details"), ("lightsail", "get-relational-database-master-user-password"),
        ("lightsail", "download-default-key-pair"), ("ec2", "get-console-output"),
    }
)  # fmt: skip


def aws(_judge: Judge, call: Call) -> Classification:
    """`aws SERVICE VERB-NOUN`: describe, list and get read, with exceptions that reveal."""
    arguments = split(
        call.args,
        Program(values=words("--region --profile --output --query --endpoint-url --color --ca-bundle")),
        operands=2,
    )
    early = [
        o.name
        for o in arguments.options
        if o.name
        not in words(
            "--region --profile --output --query --no-cli-pager --endpoint-url --no-paginate --debug "
            "--version"
        )
    ]
    operands = [word.value for word in arguments.operands]
    if arguments.has("--version") and not operands:
        return read_only(call)
    if early or arguments.odd or arguments.hazy or len(operands) < 2 or None in operands[:2]:
        return unknown(call, "which action of aws runs is not written out")
    service, verb = str(operands[0]), str(operands[1])
    rest = call.args[arguments.positions[1] + 1 :]
    if any(word.head.startswith(("--cli-input", "--generate-cli")) for word in rest):
        return unknown(call, "this form of aws is not read")
    return _aws_action(call, service, verb, rest)


def _aws_action(call: Call, service: str, verb: str, rest: tuple[Word, ...]) -> Classification:
    reveals = (
        (
            service in ("secretsmanager", "ssm", "kms", "cognito-idp")
            and not verb.startswith(("describe-instance", "list-secrets", "list-commands"))
        )
        or (_HIDDEN.search(verb) and not verb.startswith(("create", "put", "delete", "update")))
        or (service == "lambda" and verb in ("get-function", "list-functions", "get-function-configuration"))
        or verb in ("describe-configuration-settings", "export-credentials", "get-template")
        or (service, verb) in _AWS_REVEALS
        or (service == "ecs" and verb == "describe-task-definition")
        or (service == "ec2" and verb in ("describe-instance-attribute", "get-launch-template-data"))
    )
    reading = verb.startswith(
        ("describe-", "list-", "get-", "head-", "batch-get-", "lookup-", "filter-")
    ) or verb in ("wait", "ls")
    if service == "configure" and verb == "get":
        return known(Safety.REVEALS, "it prints a setting, which may be a key", call.part())
    if verb.startswith("assume-role") or (
        reveals and (reading or verb.startswith(("decrypt", "generate", "export")))
    ):
        return known(Safety.REVEALS, f"aws {service} {verb} can reveal secrets", call.part())
    if service == "logs" and verb == "tail":
        follows = any(word.value in ("--follow", "-f") for word in rest)
        return known(Safety.ENDLESS, "it follows the log", call.part()) if follows else read_only(call)
    if (service, verb) in (
        ("s3api", "get-object"),
        ("lambda", "get-layer-version"),
        ("s3api", "get-object-torrent"),
    ):
        return changes(call, "it writes a file")
    if (service, verb) in (
        ("ssm", "start-session"),
        ("ecs", "execute-command"),
        ("ec2-instance-connect", "ssh"),
    ):
        return known(Safety.INTERACTIVE, f"aws {service} {verb} opens a session", call.part())
    if verb in ("rm", "rb") or verb.startswith(("delete-", "terminate-", "purge-", "deregister-", "remove-")):
        return known(Safety.DESTRUCTIVE, f"aws {service} {verb} removes something", call.part())
    if verb == "scan":
        return known(Safety.COSTLY, "it reads a whole table", call.part())
    beside = len(rest) > 1 and not any(w.head.startswith("-") for w in rest[-2:])
    if verb.startswith("get-") and (beside or (rest and not rest[0].head.startswith("-"))):
        return unknown(call, "it may write a file")
    if verb == "ls" and service != "s3":
        return unknown(call, f"aws {service} {verb} is not known")
    if reading or (verb in ("query",) and service == "dynamodb"):
        return read_only(call)
    return changes(call, f"aws {service} {verb} changes something")


def _by_verb(call: Call, groups: frozenset[str], reads: frozenset[str], values: str) -> Classification:
    """`CLIENT GROUP… VERB`: the first word that is no group is the verb."""
    arguments = split(call.args, Program(values=words(values)))
    spoken: list[str] = []
    for word in arguments.operands:
        value = word.value or "?"
        spoken.append(value)
        if value in groups:
            continue
        hidden = any(_HIDDEN.search(one) for one in spoken)
        if value in ("delete", "destroy", "purge", "remove"):
            return known(Safety.DESTRUCTIVE, f"{call.name} {' '.join(spoken)} removes something", call.part())
        if value in reads and not arguments.odd and not arguments.hazy:
            return known(Safety.REVEALS, "it can reveal secrets", call.part()) if hidden else read_only(call)
        if hidden:
            return known(Safety.REVEALS, f"{call.name} {' '.join(spoken)} can reveal secrets", call.part())
        if value in (
            "create",
            "update",
            "deploy",
            "set",
            "add",
            "enable",
            "disable",
            "start",
            "stop",
            "restart",
            "reset",
            "resize",
            "scale",
            "apply",
            "import",
            "export",
            "restore",
            "failover",
            "patch",
            "promote",
            "update-traffic",
            "publish",
            "cancel",
            "rollback",
            "drain",
        ):
            return changes(call, f"{call.name} {' '.join(spoken)} changes something")
        return unknown(call, f"{call.name} {' '.join(spoken)} is not known")
    if arguments.has("--version"):
        return read_only(call)
    return unknown(call, f"{call.name} without an action")


def gcloud(_judge: Judge, call: Call) -> Classification:
    if any(word.value == "ssh" or word.head.startswith("--flags-file") for word in call.args):
        return unknown(call, "what runs over ssh, or is in a file, is not read")
    if [word.value for word in call.args[:2]] == ["logging", "tail"]:
        return known(Safety.ENDLESS, "it follows the log", call.part())
    if call.args[:1] and call.args[0].value == "sql" and any(word.value == "connect" for word in call.args):
        return known(Safety.INTERACTIVE, "gcloud sql connect opens a prompt", call.part())
    spoken = {word.value for word in call.args}
    if spoken & {"instances", "project-info", "instance-templates"} and {"compute", "describe"} <= spoken:
        narrow = re.compile(r"--format=[\"']?(?:value|get|table)\((?!.*metadata)")
        if not any(narrow.match(word.text) for word in call.args):
            return known(Safety.REVEALS, "metadata may hold keys and scripts", call.part())
    if any((word.value or "").startswith("print-") for word in call.args):
        return known(Safety.REVEALS, "it prints a token", call.part())
    reads = words("list describe read get-value get-iam-policy info version get-health get-server-config")
    return _by_verb(
        call,
        _GCLOUD_GROUPS,
        reads,
        "--project --region --zone --format --filter --limit --account --cluster --location",
    )


def azure(_judge: Judge, call: Call) -> Classification:
    if {"log", "tail"} <= {word.value for word in call.args}:
        return known(Safety.ENDLESS, "it follows the log", call.part())
    values = (
        "-g --resource-group -n --name --subscription -o --output --query --workspace --server -s --resource"
    )
    return _by_verb(call, _AZURE_GROUPS, words("list show version list-usages get-instance-view"), values)


def doctl(_judge: Judge, call: Call) -> Classification:
    groups = words(
        "compute droplet kubernetes cluster databases apps monitoring registry domain load-balancer "
        "volume account"
    )
    return _by_verb(
        call, groups, words("list get ls version list-deployments"), "--format -o --output --context"
    )


def gh_api(_judge: Judge, call: Call) -> Classification:
    """A GET of GitHub's API."""
    values = [word.head for word in call.args]
    if any(
        value.startswith(("-X", "--method", "-f", "-F", "--field", "--raw-field", "--input"))
        for value in values
    ):
        return changes(call, "gh api sends data")
    if any(word.value is None for word in call.args) or any("graphql" in value for value in values):
        return unknown(call, "what is asked is not written out")
    return read_only(call)


LOOKS: dict[str, Look] = {
    "kubectl_get": kubectl_get,
    "kubectl_write": kubectl_write,
    "kubectl_delete": kubectl_delete,
    "docker_inspect": docker_inspect,
    "docker_stats": docker_stats,
    "docker_top": docker_top,
    "docker_events": docker_events,
    "stern": _ends_with("--no-follow", "stern follows logs"),
    "pm2_logs": _ends_with("--nostream", "pm2 logs follows logs"),
    "fly_logs": _ends_with("-n --no-tail", "fly logs follows logs"),
    "cf_logs": _ends_with("--recent", "cf logs follows logs"),
    "aws": aws,
    "gcloud": gcloud,
    "azure": azure,
    "doctl": doctl,
    "gh_api": gh_api,
}
