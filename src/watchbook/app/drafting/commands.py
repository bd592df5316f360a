"""What a platform is told to deploy, go back, scale, restart and show, as lines of shell. Called by `sections`.

Only what the platform itself can do is written: an empty text is a gap that a person fills in.
"""

from dataclasses import dataclass

from watchbook.app.drafting.choosing import Subject, compose
from watchbook.world.surveying.facts import Container, Unit, Workload


@dataclass(frozen=True, slots=True)
class Commands:
    """One platform's commands for one service. `verify` says whether a change has worked; it ends by itself."""

    deploy: str = ""
    verify: str = ""
    rollback: str = ""
    scale: str = ""  # with {count}
    count: int = 1
    restart: str = ""
    status: str = ""
    logs: str = ""
    follow: str = ""
    since: str = ""
    describe: str = ""
    usage: str = ""
    events: str = ""


def commands_of(subject: Subject) -> Commands:
    """Kubernetes before compose before systemd: the one that is furthest from a developer's machine."""
    if subject.workload is not None:
        return _kubernetes(subject.workload)
    if subject.container is not None:
        return _compose(subject.container)
    if subject.unit is not None:
        return _systemd(subject.unit)
    return Commands()


def _kubernetes(one: Workload) -> Commands:
    where = f" -n {one.namespace}" if one.namespace else ""
    name = f"{one.kind}/{one.name}"
    scales = one.kind != "daemonset"
    return Commands(
        deploy=f"kubectl apply{where} -f {one.file}",
        verify=f"kubectl rollout status{where} {name} --timeout=120s",
        rollback=f"kubectl rollout undo{where} {name}",
        scale=f"kubectl scale{where} {name} --replicas={{count}}" if scales else "",
        count=one.replicas or 1,
        restart=f"kubectl rollout restart{where} {name}",
        status=f"kubectl get pods{where} -l app={one.app}" if one.app else f"kubectl get{where} {name}",
        logs=f"kubectl logs{where} {name} --tail=100",
        follow=f"kubectl logs{where} {name} --follow",
        since=f"kubectl logs{where} {name} --since=1h",
        describe=f"kubectl describe{where} {name}",
        usage=f"kubectl top pods{where}" + (f" -l app={one.app}" if one.app else ""),
        events=f"kubectl get events{where} --sort-by=.lastTimestamp",
    )


def _compose(one: Container) -> Commands:
    call = compose(one.file)
    build = " --build" if one.built else ""
    return Commands(
        deploy=f"{call} up -d{build} {one.name}",
        scale="" if one.ports else f"{call} up -d --scale {one.name}={{count}} {one.name}",
        restart=f"{call} restart {one.name}",
        status=f"{call} ps {one.name}",
        logs=f"{call} logs --tail=100 {one.name}",
        follow=f"{call} logs --follow {one.name}",
        since=f"{call} logs --since=1h {one.name}",
        usage=f"{call} top {one.name}",
    )


def _systemd(one: Unit) -> Commands:
    return Commands(
        verify=f"systemctl is-active {one.name}",
        restart=f"sudo systemctl restart {one.name}",
        status=f"systemctl status {one.name} --no-pager",
        logs=f"journalctl -u {one.name} -n 100 --no-pager",
        follow=f"journalctl -u {one.name} -f",
        since=f'journalctl -u {one.name} --since "1 hour ago" --no-pager',
        describe=f"systemctl show {one.name} --no-pager",
    )
