"""The table of signals that conditions in prose may name: "error rate", "p95 latency", "healthy instances".

Called by `model.signals`, which finds them in texts. Pure data: it holds no thresholds, windows or queries.
"""

from dataclasses import dataclass
from typing import Literal

from watchbook.model.quantities import Unit

BadDirection = Literal["above", "below", "either"]
Scope = Literal["service", "each"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that can be measured of a service.

    `aliases` are the spellings people use; an alias may be shared by several signals, which the unit or the
    direction of a threshold then tells apart (`Error Rate > 1%` and `Error Rate > 10/min`). `scope` is
    `service` for one value of the whole service, `each` for a value of every instance, the worst shown.
    `params` names the parameters that the signal accepts.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    unit: Unit
    bad_direction: BadDirection
    scope: Scope = "service"
    params: tuple[str, ...] = ()


def _spelled(spellings: str) -> tuple[str, ...]:
    """Spellings out of one comma-separated text, so that the table below stays readable."""
    return tuple(spelling.strip() for spelling in spellings.split(","))


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "healthy_instances",
        "instances whose health check answers as expected",
        _spelled(
            "healthy instances, healthy pods, healthy replicas, healthy nodes, healthy hosts, healthy "
            "targets, healthy servers, healthy backends, healthy upstreams, healthy endpoints, healthy "
            "containers, healthy tasks, healthy workers, instances healthy, pods healthy, instances up, "
            "pods up, available instances, available replicas, available pods, ready pods, ready "
            "replicas, running instances, running pods, instances running, pods running, live instances, "
            "instance count, healthy instance count"
        ),
        Unit.COUNT,
        "below",
    ),
    Signal(
        "error_ratio",
        "share of requests that fail",
        _spelled(
            "error rate, errors, error ratio, error percentage, error percent, failure rate, failure "
            "ratio, failed requests, request failures, request errors, request error rate, failures, "
            "failed, failing requests, 5xx, 5xx errors, 5xx rate, 5xx error rate, 5xx responses, 5xx "
            "ratio"
        ),
        Unit.RATIO,
        "above",
    ),
    Signal(
        "error_rate",
        "failing requests in a second",
        _spelled(
            "error rate, errors, errors per second, errors per minute, failures per minute, failures, "
            "failure rate, failed requests, request failures, request errors, 5xx, 5xx errors, 5xx rate, "
            "5xx error rate, 5xx responses"
        ),
        Unit.PER_SECOND,
        "above",
    ),
    Signal(
        "error_count",
        "requests that failed within a time",
        _spelled(
            "errors, error count, number of errors, failures, failure count, failed requests, request "
            "failures, request errors, 5xx, 5xx errors, 5xx responses, exceptions"
        ),
        Unit.COUNT,
        "above",
        params=("window_s",),
    ),
    Signal(
        "request_rate",
        "requests in a second",
        _spelled(
            "request rate, requests, throughput, traffic, rps, qps, request volume, request throughput, "
            "requests per second, requests per minute, queries per second, load in requests, incoming "
            "requests, req s, req rate, traffic rate, call rate, transactions per second, tps"
        ),
        Unit.PER_SECOND,
        "either",
    ),
    Signal(
        "availability",
        "share of requests that succeed",
        _spelled(
            "availability, uptime, success rate, success ratio, request success rate, successful "
            "requests, success percentage, service availability"
        ),
        Unit.RATIO,
        "below",
    ),
    Signal(
        "latency",
        "time that requests take",
        _spelled(
            "latency, response time, request latency, request duration, response latency, request time, "
            "response duration, latency of requests, processing time, request processing time, duration, "
            "server response time, reply time, response times, slow responses"
        ),
        Unit.SECONDS,
        "above",
        params=("quantile",),
    ),
    Signal(
        "status_ratio",
        "share of requests answered with one status",
        _spelled("status ratio"),
        Unit.RATIO,
        "above",
        params=("status",),
    ),
    Signal(
        "status_rate",
        "requests in a second answered with one status",
        _spelled("status rate"),
        Unit.PER_SECOND,
        "above",
        params=("status",),
    ),
    Signal(
        "status_count",
        "requests answered with one status within a time",
        _spelled("status count"),
        Unit.COUNT,
        "above",
        params=("status", "window_s"),
    ),
    Signal(
        "cpu_utilization",
        "processor time used, of its limit or of one core",
        _spelled(
            "cpu, cpu usage, cpu utilization, cpu utilisation, cpu load, processor usage, cpu use, "
            "processor utilization, cpu consumption, cpu percent, cpu percentage"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "memory_utilization",
        "memory used, of its limit",
        _spelled(
            "memory, memory usage, memory utilization, memory utilisation, ram, ram usage, memory use, "
            "memory percent, memory percentage, memory consumption, mem usage, memory pressure"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "memory_bytes",
        "memory used",
        _spelled(
            "memory, memory usage, ram, ram usage, memory use, memory consumption, memory footprint, "
            "resident memory, rss, mem usage, memory size, working set"
        ),
        Unit.BYTES,
        "above",
        "each",
    ),
    Signal(
        "heap_utilization",
        "heap used, of its maximum",
        _spelled(
            "heap, heap usage, jvm heap, heap memory, jvm memory, heap utilization, jvm heap usage, heap "
            "memory usage, jvm memory usage"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "disk_utilization",
        "disk space used",
        _spelled(
            "disk, disk usage, disk utilization, disk utilisation, disk space, storage, storage usage, "
            "disk use, disk space usage, disk space used, volume usage, filesystem usage, storage "
            "utilization, disk full, disk percent, persistent volume usage, pvc usage, persistent volume claim, "
            "persistent volume, pvc"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "disk_free_ratio",
        "share of the disk that is free",
        _spelled(
            "disk space, free disk space, disk free, disk space free, free disk, free space, available "
            "disk space, disk space available, disk, storage, storage free, remaining disk space, disk "
            "space remaining, disk space left"
        ),
        Unit.RATIO,
        "below",
        "each",
    ),
    Signal(
        "disk_free_bytes",
        "disk space that is free",
        _spelled(
            "disk space, free disk space, disk free, disk space free, free disk, free space, disk, "
            "available disk space, disk space available, storage, storage free, remaining disk space, "
            "disk space remaining, disk space left"
        ),
        Unit.BYTES,
        "below",
        "each",
    ),
    Signal(
        "file_descriptor_utilization",
        "open files, of their limit",
        _spelled(
            "file descriptors, open files, open file descriptors, fd usage, file descriptor usage, file "
            "handles, file descriptor utilization"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "restarts",
        "restarts within a time",
        _spelled(
            "restarts, pod restarts, container restarts, restart count, instance restarts, process "
            "restarts, pod restarting, crashes, pod crashes, restart rate, restart, crash loops, pod restarted, "
            "container restarted, restarted, task "
            "restarts"
        ),
        Unit.COUNT,
        "above",
        "each",
        params=("window_s",),
    ),
    Signal(
        "queue_depth",
        "work that waits",
        _spelled(
            "queue depth, queue length, queue size, queue backlog, backlog, pending jobs, queued jobs, "
            "queued messages, pending messages, pending tasks, queue, queues, job queue, messages "
            "waiting, message backlog, jobs waiting, waiting jobs, messages in queue, job backlog, task "
            "queue"
        ),
        Unit.COUNT,
        "above",
    ),
    Signal(
        "consumer_lag",
        "messages that a consumer is behind",
        _spelled("consumer lag, kafka lag, consumer group lag, message lag, kafka consumer lag, topic lag"),
        Unit.COUNT,
        "above",
    ),
    Signal(
        "replication_lag",
        "time that a replica is behind",
        _spelled(
            "replication lag, replica lag, replication delay, replica delay, database replication lag, db "
            "replication lag, standby lag, slave lag, secondary lag, replication"
        ),
        Unit.SECONDS,
        "above",
        "each",
    ),
    Signal(
        "connection_utilization",
        "connections used, of their limit",
        _spelled(
            "connections, connection pool, database connections, db connections, connection pool usage, "
            "connection usage, connection utilization, db connection pool, database connection pool, pool "
            "usage, pool utilization, active connections, connection pool utilization, db pool, "
            "connection count, open connections, database connection usage, db pool usage"
        ),
        Unit.RATIO,
        "above",
        "each",
    ),
    Signal(
        "connections",
        "connections that are open",
        _spelled(
            "connections, database connections, db connections, active connections, open connections, "
            "connection count, concurrent connections, connection pool, client connections"
        ),
        Unit.COUNT,
        "above",
        "each",
    ),
    Signal(
        "cache_hit_ratio",
        "share of look-ups that the cache answers",
        _spelled(
            "cache hit ratio, cache hit rate, cache hit, cache hits, hit ratio, hit rate, cache hit "
            "percentage, cache effectiveness, cache efficiency"
        ),
        Unit.RATIO,
        "below",
    ),
    Signal(
        "certificate_lifetime",
        "time until a certificate expires",
        _spelled(
            "certificate, certificate lifetime, certificate expiry, certificate expiration, cert expiry, "
            "ssl certificate, tls certificate, ssl certificate expiry, tls certificate expiry, cert, "
            "certificate expires, ssl expiry, tls expiry, certificate validity, ssl cert expiry, ssl "
            "certificate expires, cert expiration, ssl certificate expiration, certificate remaining, tls "
            "certificate expiration, cert lifetime, certificate expires in, ssl cert, tls cert"
        ),
        Unit.SECONDS,
        "below",
        "each",
        params=("check",),
    ),
    Signal(
        "backup_age",
        "time since the last backup that succeeded",
        _spelled(
            "backup age, age of backup, last backup, latest backup, last successful backup, backup, time "
            "since last backup, successful backup, backup freshness, age of last backup, age of the last "
            "backup, time since backup, hours since last backup"
        ),
        Unit.SECONDS,
        "above",
    ),
    Signal(
        "heartbeat_age",
        "time since a job last reported",
        _spelled("heartbeat, heartbeat age, time since heartbeat, last heartbeat, time since last heartbeat"),
        Unit.SECONDS,
        "above",
        params=("name",),
    ),
    Signal(
        "probe_latency",
        "time that a health check takes, all phases",
        _spelled(
            "probe latency, health check latency, health check response time, health check time, probe "
            "duration, check latency, health endpoint latency, health endpoint response time, health "
            "check duration"
        ),
        Unit.SECONDS,
        "above",
        "each",
        params=("check",),
    ),
    Signal(
        "probe_success",
        "whether a health check succeeds",
        _spelled(
            "probe success, health check, health checks, service health, health endpoint, probe, check, "
            "health check endpoint, health check status, health status, endpoint health, healthcheck, "
            "liveness probe, readiness probe, liveness, readiness, health probe"
        ),
        Unit.RATIO,
        "below",
        "each",
        params=("check",),
    ),
    Signal(
        "scrape_success",
        "whether an instance answers with its metrics",
        _spelled(
            "metrics, scrape, scrapes, metric scrape, metrics endpoint, scrape success, telemetry, data"
        ),
        Unit.RATIO,
        "below",
        "each",
    ),
    Signal(
        "load_average",
        "processes that run or wait, over one minute",
        _spelled("load average, system load, load avg, load1"),
        Unit.COUNT,
        "above",
        "each",
    ),
)
