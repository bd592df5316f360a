"""Kubernetes manifests: workloads with their probes, replicas and namespaces, and the hosts of an Ingress.

Called by `surveying`. Templates (Helm) and overlays are not rendered: what they fill in is not known here.
"""

import re
from dataclasses import replace

from watchbook.world.surveying.facts import Address, Survey, Workload, is_path, is_word
from watchbook.world.surveying.outline import Node

_KINDS = {"Deployment", "StatefulSet", "DaemonSet"}
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PROBE_PATH = re.compile(r"/[\w./-]*")


def read(found: Survey, name: str, document: Node) -> Survey:
    """Adds what one manifest declares."""
    kind = document.at("kind").said
    if kind in _KINDS and is_word(document.at("metadata", "name").said) and is_path(name):
        return replace(found, workloads=(*found.workloads, _workload(document, name)))
    if kind == "Ingress":
        return replace(found, addresses=(*found.addresses, *_addresses(document, name)))
    return found


def _workload(document: Node, file: str) -> Workload:
    about, spec = document.at("metadata"), document.at("spec")
    container = next(iter(spec.at("template", "spec", "containers").listed), Node())
    paths = (
        container.at(probe, "httpGet", "path").said
        for probe in ("readinessProbe", "livenessProbe", "startupProbe")
    )
    namespace, app = about.at("namespace").said, spec.at("template", "metadata", "labels", "app").said
    replicas = spec.at("replicas").said
    return Workload(
        document.at("kind").said.lower(), about.at("name").said, f"{file}:{document.at('kind').line}", file,
        namespace if is_word(namespace) else "", int(replicas) if replicas.isdigit() else None,
        next((path for path in paths if _PROBE_PATH.fullmatch(path)), ""), container.at("image").said,
        app if is_word(app) else "",
    )  # fmt: skip


def _addresses(document: Node, file: str) -> tuple[Address, ...]:
    """The hosts of an Ingress; with https where it has a certificate for the host."""
    secured = {host for entry in document.at("spec", "tls").listed for host in entry.at("hosts").texts}
    hosts = [rule.at("host") for rule in document.at("spec", "rules").listed]
    return tuple(
        Address(f"{'https' if host.said in secured else 'http'}://{host.said}", f"{file}:{host.line}")
        for host in hosts
        if _HOST.fullmatch(host.said)
    )
