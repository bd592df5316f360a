"""How each signal is measured under each naming convention. Data, and the few shapes that the data needs.

Called by `measuring.measurement`, which chooses among the families that a service really has. The names, units and
spellings of signals stand in `model.signal_table`. A family is one convention's way to measure one signal; within
a convention the first variant that is there wins, and two conventions at once are the user's to settle.

In queries, `$S` stands for the selector's matchers (with a comma after them), `$W` for the averaging window.
"""

from dataclasses import dataclass
from typing import Literal

CLIENT = "Prometheus client libraries"
OTEL = "OpenTelemetry"
MICROMETER = "Micrometer"
ISTIO = "Istio"
NGINX = "NGINX"
ENVOY = "Envoy"
GRPC = "gRPC"
TRAEFIK = "Traefik"
HAPROXY = "HAProxy"
KUBERNETES = "Kubernetes"
NODE = "node_exporter"
BLACKBOX = "blackbox_exporter"


@dataclass(frozen=True, slots=True)
class Requests:
    """A counter of requests. `status_labels`: labels that may hold the outcome; the first that is there is used.

    `errors` is the pattern of outcomes that are failures. With `needs_status` the name alone is too general to be
    the service's own requests: it counts only with one of the labels.
    """

    convention: str
    counter: str
    status_labels: tuple[str, ...] = ()
    errors: str = "5..|5xx|5XX"
    needs_status: bool = False


@dataclass(frozen=True, slots=True)
class Durations:
    """A histogram (or summary) of how long requests take; `base` is its name without `_bucket`."""

    convention: str
    base: str
    scale: float = 1.0  # seconds a unit


@dataclass(frozen=True, slots=True)
class Gauge:
    """A query of its own. It applies when all of `needs` are there (names, or patterns that match whole names).

    In the query, `$1`, `$2` stand for the names found for `needs`. `by` are the labels that tell the things apart
    of which each has its own value; empty for a value of the whole service. `traffic` is the rate that a ratio
    rests on: zero of it is no traffic, not missing data.
    """

    convention: str
    needs: tuple[str, ...]
    query: str
    by: tuple[str, ...] = ()
    traffic: str = ""


_STATUS = ("status", "code", "status_code", "http_status", "http_status_code", "response_code", "http_code")
# Outcomes in words, where a status label holds no HTTP statuses.
FAILURES = frozenset(
    (
        "error",
        "errors",
        "err",
        "fail",
        "failed",
        "failure",
        "fault",
        "exception",
        "timeout",
        "server_error",
        "internal_error",
    )
)
SUCCESSES = frozenset(
    (
        "ok",
        "success",
        "successful",
        "succeeded",
        "completed",
        "done",
        "redirection",
        "client_error",
        "informational",
    )
)
_SERVER_FAULTS = "Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded|Unimplemented"

# Metrics about the measuring itself, never about the service that is measured.
NOT_THE_SERVICE = ("prometheus_", "promhttp_", "grafana_", "alertmanager_", "scrape_", "go_", "rest_client_")

REQUESTS: tuple[Requests, ...] = (
    Requests(CLIENT, r"(?!nginx_|traefik_|haproxy_)(\w+_)?http_requests?_total", _STATUS),
    Requests(CLIENT, r"(\w+_)?http_(responses|server_requests|responses_total_by_status)_total", _STATUS),
    Requests(CLIENT, r"(?!nginx_|http_server_)(\w+_)?http_requests?_duration_seconds_count", _STATUS),
    Requests(
        CLIENT, r"(?!istio_|nginx_|traefik_|haproxy_)(\w+_)?requests?_total", _STATUS, needs_status=True
    ),
    Requests(OTEL, "http_server_request_duration_seconds_count", ("http_response_status_code",)),
    Requests(OTEL, "http_server_duration_milliseconds_count", ("http_status_code",)),
    Requests(OTEL, "http_server_duration_count", ("http_status_code",)),
    Requests(MICROMETER, "http_server_requests_seconds_count", ("status",)),
    Requests(ISTIO, "istio_requests_total", ("response_code",)),
    Requests(NGINX, "nginx_ingress_controller_requests", ("status",)),
    Requests(NGINX, "nginx_vts_server_requests_total", ("code",)),
    Requests(NGINX, "nginx_http_requests_total"),
    Requests(ENVOY, "envoy_http_downstream_rq_xx", ("envoy_response_code_class",), "5"),
    Requests(ENVOY, "envoy_cluster_upstream_rq_xx", ("envoy_response_code_class",), "5"),
    Requests(GRPC, "grpc_server_handled_total", ("grpc_code",), _SERVER_FAULTS),
    Requests(TRAEFIK, "traefik_service_requests_total", ("code",)),
    Requests(TRAEFIK, "traefik_entrypoint_requests_total", ("code",)),
    Requests(HAPROXY, "haproxy_frontend_http_responses_total", ("code",)),
)

DURATIONS: tuple[Durations, ...] = (
    Durations(CLIENT, r"(?!nginx_|traefik_)(\w+_)?http_requests?_(duration|latency)_seconds"),
    Durations(CLIENT, r"(?!nginx_|traefik_)(\w+_)?http_(response_time|duration|latency)_seconds"),
    Durations(CLIENT, r"(?!nginx_|http_server_|istio_|traefik_)(\w+_)?request_(duration|latency)_seconds"),
    Durations(OTEL, "http_server_request_duration_seconds"),
    Durations(OTEL, "http_server_duration_milliseconds", 0.001),
    Durations(OTEL, "http_server_duration", 0.001),
    Durations(MICROMETER, "http_server_requests_seconds"),
    Durations(ISTIO, "istio_request_duration_milliseconds", 0.001),
    Durations(NGINX, "nginx_ingress_controller_request_duration_seconds"),
    Durations(ENVOY, "envoy_http_downstream_rq_time", 0.001),
    Durations(ENVOY, "envoy_cluster_upstream_rq_time", 0.001),
    Durations(GRPC, "grpc_server_handling_seconds"),
    Durations(TRAEFIK, "traefik_service_request_duration_seconds"),
    Durations(TRAEFIK, "traefik_entrypoint_request_duration_seconds"),
)

_INSTANCE = ("instance",)
_POD = ("pod",)
_REAL_DISKS = 'fstype!~"tmpfs|overlay|squashfs|ramfs|iso9660|nsfs|fuse.lxcfs"'
_DISK = ("instance", "mountpoint")
_CLAIM = ("namespace", "persistentvolumeclaim")


def _by(labels: tuple[str, ...], aggregation: str, inner: str) -> str:
    return f"{aggregation} by ({', '.join(labels)}) ({inner})"


GAUGES: dict[str, tuple[Gauge, ...]] = {
    "cpu_utilization": (
        Gauge(CLIENT, ("process_cpu_seconds_total",), _by(_INSTANCE, "sum", "rate($1{$S}[$W])"), _INSTANCE),
        Gauge(OTEL, ("process_cpu_utilization_ratio",), _by(_INSTANCE, "sum", "$1{$S}"), _INSTANCE),
        Gauge(
            OTEL, ("process_cpu_time_seconds_total",), _by(_INSTANCE, "sum", "rate($1{$S}[$W])"), _INSTANCE
        ),
        Gauge(MICROMETER, ("process_cpu_usage",), _by(_INSTANCE, "max", "$1{$S}"), _INSTANCE),
        Gauge(
            KUBERNETES,
            ("container_cpu_usage_seconds_total", "kube_pod_container_resource_limits"),
            'sum by (pod) (rate($1{$Scontainer!=""}[$W])) / sum by (pod) ($2{$Sresource="cpu"})',
            _POD,
        ),
        Gauge(
            KUBERNETES,
            ("container_cpu_usage_seconds_total",),
            'sum by (pod) (rate($1{$Scontainer!=""}[$W]))',
            _POD,
        ),
        Gauge(
            NODE,
            ("node_cpu_seconds_total",),
            '1 - avg by (instance) (rate($1{$Smode="idle"}[$W]))',
            _INSTANCE,
        ),
    ),
    "memory_bytes": (
        Gauge(CLIENT, ("process_resident_memory_bytes",), _by(_INSTANCE, "sum", "$1{$S}"), _INSTANCE),
        Gauge(OTEL, ("process_memory_usage_bytes",), _by(_INSTANCE, "sum", "$1{$S}"), _INSTANCE),
        Gauge(MICROMETER, ("jvm_memory_used_bytes",), _by(_INSTANCE, "sum", "$1{$S}"), _INSTANCE),
        Gauge(
            KUBERNETES,
            ("container_memory_working_set_bytes",),
            'sum by (pod) ($1{$Scontainer!=""})',
            _POD,
        ),
        Gauge(
            NODE,
            ("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"),
            "max by (instance) ($1{$S} - $2{$S})",
            _INSTANCE,
        ),
    ),
    "memory_utilization": (
        Gauge(
            CLIENT,
            ("process_resident_memory_bytes", r"(\w+_)?memory_limit_bytes"),
            "sum by (instance) ($1{$S}) / sum by (instance) ($2{$S})",
            _INSTANCE,
        ),
        Gauge(
            KUBERNETES,
            ("container_memory_working_set_bytes", "kube_pod_container_resource_limits"),
            'sum by (pod) ($1{$Scontainer!=""}) / sum by (pod) ($2{$Sresource="memory"})',
            _POD,
        ),
        Gauge(
            NODE,
            ("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"),
            "max by (instance) (1 - $2{$S} / $1{$S})",
            _INSTANCE,
        ),
    ),
    "heap_utilization": (
        Gauge(
            MICROMETER,
            ("jvm_memory_used_bytes", "jvm_memory_max_bytes"),
            'sum by (instance) ($1{$Sarea="heap"}) / sum by (instance) ($2{$Sarea="heap"} > 0)',
            _INSTANCE,
        ),
        Gauge(
            CLIENT,
            ("nodejs_heap_size_used_bytes", "nodejs_heap_size_total_bytes"),
            "sum by (instance) ($1{$S}) / sum by (instance) ($2{$S})",
            _INSTANCE,
        ),
    ),
    "disk_utilization": (
        Gauge(
            NODE,
            ("node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
            f"max by (instance, mountpoint) (1 - $1{{$S{_REAL_DISKS}}} / $2{{$S{_REAL_DISKS}}})",
            _DISK,
        ),
        Gauge(
            KUBERNETES,
            ("kubelet_volume_stats_used_bytes", "kubelet_volume_stats_capacity_bytes"),
            "max by (namespace, persistentvolumeclaim) ($1{$S} / $2{$S})",
            _CLAIM,
        ),
        Gauge(
            MICROMETER,
            ("disk_free_bytes", "disk_total_bytes"),
            "max by (instance, path) (1 - $1{$S} / $2{$S})",
            ("instance", "path"),
        ),
    ),
    "disk_free_ratio": (
        Gauge(
            NODE,
            ("node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
            f"min by (instance, mountpoint) ($1{{$S{_REAL_DISKS}}} / $2{{$S{_REAL_DISKS}}})",
            _DISK,
        ),
        Gauge(
            KUBERNETES,
            ("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"),
            "min by (namespace, persistentvolumeclaim) ($1{$S} / $2{$S})",
            _CLAIM,
        ),
    ),
    "disk_free_bytes": (
        Gauge(
            NODE,
            ("node_filesystem_avail_bytes",),
            f"min by (instance, mountpoint) ($1{{$S{_REAL_DISKS}}})",
            _DISK,
        ),
        Gauge(
            KUBERNETES,
            ("kubelet_volume_stats_available_bytes",),
            "min by (namespace, persistentvolumeclaim) ($1{$S})",
            _CLAIM,
        ),
    ),
    "file_descriptor_utilization": (
        Gauge(
            CLIENT,
            ("process_open_fds", "process_max_fds"),
            "max by (instance) ($1{$S} / $2{$S})",
            _INSTANCE,
        ),
        Gauge(
            MICROMETER,
            ("process_files_open_files", "process_files_max_files"),
            "max by (instance) ($1{$S} / $2{$S})",
            _INSTANCE,
        ),
    ),
    "restarts": (
        Gauge(
            KUBERNETES,
            ("kube_pod_container_status_restarts_total",),
            "sum by (pod) (increase($1{$S}[$W]))",
            _POD,
        ),
        Gauge(
            CLIENT, ("process_start_time_seconds",), _by(_INSTANCE, "sum", "changes($1{$S}[$W])"), _INSTANCE
        ),
    ),
    "queue_depth": (
        Gauge(CLIENT, (r"(\w+_)?queue_(depth|length|size|backlog)",), "sum($1{$S})"),
        Gauge("RabbitMQ", ("rabbitmq_queue_messages_ready",), "sum($1{$S})"),
        Gauge("RabbitMQ", ("rabbitmq_queue_messages",), "sum($1{$S})"),
        Gauge("Sidekiq", ("sidekiq_queue_enqueued_jobs",), "sum($1{$S})"),
    ),
    "consumer_lag": (
        Gauge("Kafka", ("kafka_consumergroup_lag",), "sum($1{$S})"),
        Gauge("Kafka", ("kafka_consumergroup_group_lag",), "sum($1{$S})"),
        Gauge("Kafka client", ("kafka_consumer_fetch_manager_records_lag_max",), "max($1{$S})"),
    ),
    "replication_lag": (
        Gauge(
            "postgres_exporter", (r"pg_replication_lag(_seconds)?",), "max by (instance) ($1{$S})", _INSTANCE
        ),
        Gauge(
            "mysqld_exporter",
            (r"mysql_slave_status_seconds_behind_(master|source)",),
            "max by (instance) ($1{$S})",
            _INSTANCE,
        ),
    ),
    "connection_utilization": (
        Gauge(
            "postgres_exporter",
            (r"pg_stat_(activity_count|database_numbackends)", "pg_settings_max_connections"),
            "sum by (instance) ($1{$S}) / max by (instance) ($2{$S})",
            _INSTANCE,
        ),
        Gauge(
            "mysqld_exporter",
            ("mysql_global_status_threads_connected", "mysql_global_variables_max_connections"),
            "max by (instance) ($1{$S} / $2{$S})",
            _INSTANCE,
        ),
        Gauge(
            MICROMETER,
            ("hikaricp_connections_active", "hikaricp_connections_max"),
            "max by (instance, pool) ($1{$S} / $2{$S})",
            ("instance", "pool"),
        ),
        Gauge(
            OTEL,
            ("db_client_connection_count", "db_client_connection_max"),
            'sum by (instance) ($1{$Sdb_client_connection_state="used"}) / sum by (instance) ($2{$S})',
            _INSTANCE,
        ),
        Gauge(
            CLIENT,
            (
                r"(\w+_)?(db|database)_connections(_active|_in_use|_used)?",
                r"(\w+_)?(db|database)_connections_max",
            ),
            "sum by (instance) ($1{$S}) / sum by (instance) ($2{$S})",
            _INSTANCE,
        ),
        Gauge(
            "redis_exporter",
            ("redis_connected_clients", "redis_config_maxclients"),
            "max by (instance) ($1{$S} / $2{$S})",
            _INSTANCE,
        ),
    ),
    "connections": (
        Gauge("postgres_exporter", ("pg_stat_activity_count",), "sum by (instance) ($1{$S})", _INSTANCE),
        Gauge(
            "postgres_exporter", ("pg_stat_database_numbackends",), "sum by (instance) ($1{$S})", _INSTANCE
        ),
        Gauge(
            "mysqld_exporter",
            ("mysql_global_status_threads_connected",),
            "sum by (instance) ($1{$S})",
            _INSTANCE,
        ),
        Gauge(MICROMETER, ("hikaricp_connections_active",), "sum by (instance) ($1{$S})", _INSTANCE),
        Gauge(NGINX, ("nginx_connections_active",), "sum by (instance) ($1{$S})", _INSTANCE),
        Gauge(
            CLIENT,
            (r"(\w+_)?(db|database)_connections(_active|_in_use|_used)?",),
            "sum by (instance) ($1{$S})",
            _INSTANCE,
        ),
        Gauge("redis_exporter", ("redis_connected_clients",), "sum by (instance) ($1{$S})", _INSTANCE),
    ),
    "cache_hit_ratio": (
        Gauge(
            "redis_exporter",
            ("redis_keyspace_hits_total", "redis_keyspace_misses_total"),
            "sum(rate($1{$S}[$W])) / (sum(rate($1{$S}[$W])) + sum(rate($2{$S}[$W])) > 0)",
            traffic="sum(rate($1{$S}[$W])) + sum(rate($2{$S}[$W]))",
        ),
        Gauge(
            CLIENT,
            (r"(?!redis_)(\w+_)?cache_hits_total", r"(\w+_)?cache_misses_total"),
            "sum(rate($1{$S}[$W])) / (sum(rate($1{$S}[$W])) + sum(rate($2{$S}[$W])) > 0)",
            traffic="sum(rate($1{$S}[$W])) + sum(rate($2{$S}[$W]))",
        ),
        Gauge(
            CLIENT,
            (r"(?!redis_)(\w+_)?cache_hits_total", r"(\w+_)?cache_(requests|lookups|gets)_total"),
            "sum(rate($1{$S}[$W])) / (sum(rate($2{$S}[$W])) > 0)",
            traffic="sum(rate($2{$S}[$W]))",
        ),
        Gauge(
            MICROMETER,
            ("cache_gets_total",),
            'sum(rate($1{$Sresult="hit"}[$W])) / (sum(rate($1{$S}[$W])) > 0)',
            traffic="sum(rate($1{$S}[$W]))",
        ),
    ),
    "certificate_lifetime": (
        Gauge(
            BLACKBOX, ("probe_ssl_earliest_cert_expiry",), "min by (instance) ($1{$S} - time())", _INSTANCE
        ),
        Gauge(
            "cert-manager",
            ("certmanager_certificate_expiration_timestamp_seconds",),
            "min by (namespace, name) ($1{$S} - time())",
            ("namespace", "name"),
        ),
        Gauge(
            "x509-certificate-exporter",
            ("x509_cert_not_after",),
            "min by (instance) ($1{$S} - time())",
            _INSTANCE,
        ),
    ),
    "backup_age": (
        Gauge("Velero", ("velero_backup_last_successful_timestamp",), "time() - max($1{$S})"),
        Gauge(
            CLIENT,
            (
                r"(?!velero_)(\w+_)?(backup_last_success(ful)?|last_success(ful)?_backup)_timestamp(_seconds)?",
            ),
            "time() - max($1{$S})",
        ),
    ),
    "scrape_success": (Gauge("Prometheus", ("up",), "min by (instance) (up{$S})", _INSTANCE),),
    "load_average": (Gauge(NODE, ("node_load1",), "max by (instance) ($1{$S})", _INSTANCE),),
}

MeasuredBy = Literal["probes", "metrics", "jobs"]

# Signals that Watchbook's own observations answer: what its probes and heartbeats saw, never a metric.
OBSERVED: dict[str, MeasuredBy] = {
    "healthy_instances": "probes",
    "probe_success": "probes",
    "probe_latency": "probes",
    "heartbeat_age": "jobs",
}

OF_REQUESTS = frozenset(
    (
        "request_rate",
        "error_ratio",
        "error_rate",
        "error_count",
        "availability",
        "status_ratio",
        "status_rate",
        "status_count",
    )
)
