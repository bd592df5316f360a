"""Which cluster a command means: `kubectl`, `oc` and `helm` land where the environment's row says, or are not run. Pure.

Called by `app.diagnosing.examining` before a read-only command runs unattended. A command that names its cluster
itself, or an installation that wires `KUBECONFIG`, is left as it is. Commands of procedures are shown to a person as
they stand.
"""

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from watchbook.model.runbook import Environment

_PROGRAMS = ("kubectl", "oc", "helm")
_NAMED = re.compile(r"(?:^|\s)--(?:kube-?)?(?:context|kubeconfig|server)\b")
_FIRST = r"(?:^|[|;&(\n]|\$\()\s*"  # where a command begins


@dataclass(frozen=True, slots=True)
class Bound:
    """The script as it may run. `refusal` says why it may not; `environment` is set beside the installation's."""

    script: str
    refusal: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def bind_cluster(script: str, programs: Collection[str], place: Environment, wired: Collection[str]) -> Bound:
    """The script bound to the place's cluster. `programs` are those that it runs, `wired` the variables it will see."""
    used = [name for name in _PROGRAMS if name in programs]
    if not used or _NAMED.search(script) or "KUBECONFIG" in wired:
        return Bound(script)
    if place.context is None:
        return Bound(
            script,
            f"which cluster {used[0]} would ask is not said: {place.name} has no Context under Environments",
        )
    for name in used:
        if name != "helm" and not _stands_first(name, script):
            return Bound(script, f"{name} is started by another program, so that its context cannot be given")
    helm = {"HELM_KUBECONTEXT": place.context}
    if place.namespace:
        helm["HELM_NAMESPACE"] = place.namespace
    functions = "".join(_function(name, place) for name in used if name != "helm")
    return Bound(functions + script, environment=helm if "helm" in used else {})


def _stands_first(name: str, script: str) -> bool:
    """Whether the program stands at the beginning of a command wherever it occurs."""
    return len(re.findall(rf"\b{name}\b", script)) == len(re.findall(rf"{_FIRST}{name}\b", script))


def _function(name: str, place: Environment) -> str:
    """A shell function of the program's name that adds the context, and the namespace as a default."""
    given = ["--context", place.context or "", *(("--namespace", place.namespace) if place.namespace else ())]
    return f'{name}() {{ command {name} {shlex.join(given)} "$@"; }}\n'
