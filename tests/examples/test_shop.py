"""The shop: each fault breaks what it says, and the runbook's own remedy mends it, all without Watchbook."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import EXAMPLES, Copy, make_copy, until
from .remedies import causes_of, confirmed, meets

pytestmark = pytest.mark.slow


def place(shop: Copy, times: int) -> list[int]:
    """Places orders through the balancer; their statuses."""
    return [shop.ask(0, "POST", "/checkout")[0] for _ in range(times)]


def error_ratio(shop: Copy) -> float:
    """Errors among the requests of twenty orders placed now, from the instances' own counters."""
    before = shop.total("http_requests_total"), shop.total("http_requests_total", 'code="5')
    place(shop, 20)
    after = shop.total("http_requests_total"), shop.total("http_requests_total", 'code="5')
    return (after[1] - before[1]) / (after[0] - before[0])


def share_over_250ms(shop: Copy) -> float:
    """How many of three orders placed now took more than 250 ms, by the instances' histogram."""

    def seen() -> tuple[float, float]:
        family, handler = "http_request_duration_seconds_bucket", 'handler="/checkout"'
        return shop.total(family, handler, 'le="+Inf"'), shop.total(family, handler, 'le="0.25"')

    before = seen()
    place(shop, 3)
    after = seen()
    return 1 - (after[1] - before[1]) / (after[0] - before[0])


def status(shop: Copy) -> int:
    """The balancer's own health."""
    return shop.ask(0, "GET", "/health")[0]


def down(shop: Copy) -> bool:
    """No instance is healthy, and the balancer says so."""
    return status(shop) == 503 and shop.get(0, "/instances")["healthy"] == 0


def up(shop: Copy) -> bool:
    """All three instances are healthy, and orders are taken."""
    return status(shop) == 200 and shop.get(0, "/instances")["healthy"] == 3 and place(shop, 1) == [200]


def lost_to_memory(shop: Copy) -> bool:
    """Exactly one instance is gone, killed at its limit, while two serve."""
    seen = shop.get(0, "/instances")
    ended = [member for member in seen["instances"] if member["state"] == "ended"]
    reasons = [(member["exit"], member["reason"]) for member in ended]
    return reasons == [(137, "out of memory")] and seen["healthy"] == 2 and status(shop) == 200


def lost_to_crash(shop: Copy) -> bool:
    """Exactly one instance is gone by a fault of its own."""
    seen = shop.get(0, "/instances")
    reasons = [
        (member["exit"], member["reason"]) for member in seen["instances"] if member["exit"] is not None
    ]
    return reasons == [(139, "crashed")] and seen["healthy"] == 2


FAULTS: dict[str, tuple[str, Callable[[Copy], bool], Callable[[Copy], bool]]] = {
    "database": ("Database connection failure", down, up),
    "memory": ("Out of memory", lost_to_memory, up),
    "deployment": ("Bad deployment", down, up),
    "errors": ("Payment API failing", lambda s: error_ratio(s) > 0.3, lambda s: error_ratio(s) == 0),
    "latency": ("Missing index", lambda s: share_over_250ms(s) > 0.5, lambda s: share_over_250ms(s) < 0.5),
    "outage": ("All instances stopped", down, up),
    "cache": (
        "Cache not answering",
        lambda s: share_over_250ms(s) > 0.5,
        lambda s: share_over_250ms(s) < 0.5,
    ),
    "crash": ("Instance crashed", lost_to_crash, up),
}


def status_fallback(shop: Copy) -> bool:
    """Whether orders are taken without being charged."""
    return bool(shop.get(0, "/health")["payment_fallback"])


@pytest.fixture(autouse=True)
def healthy(shop: Copy) -> Iterator[None]:
    """Every test begins with a healthy shop and leaves one behind."""
    assert shop.do("./faults.sh status").split() == ["none"]
    yield
    seen = shop.get(0, "/instances") if shop.do("./faults.sh status").split() == ["none"] else {}
    if (seen.get("healthy"), seen.get("memory_limit_bytes")) != (3, 128 * 1024**2) or status_fallback(shop):
        shop.do("./faults.sh reset")


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_breaks_and_its_remedy_mends(shop: Copy, fault: str) -> None:
    """A fault is seen from outside, exactly its own cause is confirmed, and the written remedy ends it."""
    name, broken, mended = FAULTS[fault]
    causes = causes_of((shop.folder / "RUNBOOK.md").read_text())
    cause = next(cause for cause in causes if cause.name == name)
    assert not any(confirmed(shop, other) for other in causes), "a cause is confirmed in a healthy shop"

    shop.do(f"./faults.sh {fault}")
    until(lambda: broken(shop), 10, f"{fault} is broken")
    assert shop.do("./faults.sh status").split() == [fault]
    same_issue = [other.name for other in causes if other.issue == cause.issue and confirmed(shop, other)]
    assert same_issue == [name]

    shop.do(cause.remedy)
    until(lambda: meets(shop.run(cause.verify).stdout, cause.verified), 10, f"the verification of {name}")
    until(lambda: mended(shop), 15, f"{fault} is mended")


def test_nothing_mends_itself(shop: Copy) -> None:
    """An instance that ended stays ended: the balancer supervises and restarts nothing."""
    shop.do("./faults.sh outage")
    until(lambda: down(shop), 20, f"all instances are gone: {shop.text(0, '/instances')}")
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 2 or not down(shop), 5, "two seconds without a restart")
    assert down(shop)


def test_health_does_not_queue_behind_slow_look_ups(shop: Copy) -> None:
    """With the index gone and orders waiting for each other, ping and health still answer at once."""
    shop.do("./faults.sh latency")
    crowd = [threading.Thread(target=place, args=(shop, 1)) for _ in range(5)]
    for customer in crowd:
        customer.start()
    taken = []
    for path, number in [("/health", 1), ("/ping", 20)] * 8:
        began = time.perf_counter()
        assert shop.ask(number, "GET", path)[0] == 200
        taken.append(time.perf_counter() - began)
    assert any(customer.is_alive() for customer in crowd), "the crowd was gone before health was measured"
    for customer in crowd:
        customer.join()
    assert sorted(taken)[len(taken) // 2] < 0.1


def test_memory_remedy_gives_the_export_room(shop: Copy) -> None:
    """With the limit of the remedy the same export that killed an instance comes to its end."""
    shop.do("./faults.sh memory")
    shop.do("./scale.sh --replicas=3 --memory=256M")
    answer, body = shop.ask(2, "POST", "/export")
    assert answer == 200 and json.loads(body)["rows"] >= 400_000


def test_a_release_goes_through_staging_to_production(shop: Copy) -> None:
    """Deploying loses no order, `accept` makes a release known good, and `rollback` returns to it."""
    shop.do("./deploy.sh staging 1.1.0")
    assert shop.get(10, "/health")["release"] == "1.1.0"
    statuses: list[int] = []
    ended = threading.Event()

    def customer() -> None:
        while not ended.is_set():
            statuses.extend(place(shop, 1))

    crowd = threading.Thread(target=customer)
    crowd.start()
    shop.do("./deploy.sh production 1.1.0")
    ended.set()
    crowd.join()
    assert set(statuses) == {200}
    assert {member["release"] for member in shop.get(0, "/instances")["instances"]} == {"1.1.0"}
    shop.do("./deploy.sh production accept")
    assert shop.run("diff run/release.production run/release.known-good").returncode == 0
    shop.do("./deploy.sh production 1.2.0")
    shop.do("./deploy.sh production rollback")
    assert shop.get(0, "/instances")["release"] == "1.1.0"
    assert "production rollback: 1.2.0 -> 1.1.0" in (shop.folder / "logs/releases.log").read_text()
    shop.do("./deploy.sh production 1.0.0 && ./deploy.sh production accept && ./deploy.sh staging rollback")


def test_the_bad_release_passes_on_staging_only(shop: Copy) -> None:
    """Release 2.0.0 needs a setting that staging has and production has not; setting it mends it, too."""
    shop.do("./deploy.sh staging 2.0.0")
    assert shop.ask(10, "GET", "/health")[0] == 200
    shop.do("./deploy.sh production 2.0.0")
    code, body = shop.ask(1, "GET", "/health")
    assert (code, json.loads(body)["why"]) == (503, "release 2.0.0 needs the setting tax_region")
    shop.do("./config.sh set tax_region=DE && ./deploy.sh production restart")
    until(lambda: up(shop), 5, "2.0.0 is healthy with its setting")
    shop.do("./config.sh undo && ./deploy.sh production rollback && ./deploy.sh staging rollback")


WRONG_COMMANDS = (
    ("./deploy.sh production 9.9.9", "there is no release 9.9.9: choose from 1.0.0"),
    ("./deploy.sh nowhere 1.0.0", "there is no environment nowhere"),
    ("./deploy.sh production ../releases/1.0.0", "there is no release ../releases/1.0.0"),
    ("./scale.sh --replicas=ten", "--replicas needs a whole number"),
    ("./scale.sh --replicas=10", "replicas must be 0 to 9, not 10"),
    ("./scale.sh --replicas=3 --memory=lots", "--memory needs a size such as 256M"),
    ("./config.sh set colour=blue", "there is no setting colour"),
    ("./config.sh set payment_timeout_ms=soon", "payment_timeout_ms needs a whole number"),
    ("./config.sh undo", "nothing was changed"),
    ("./restore.sh --to=data/shop.db", "data/shop.db is not a place to restore to"),
    ("./restore.sh --to=data/x.db --from=data/none.db", "No such file"),
    ("./faults.sh earthquake", "there is no fault earthquake: choose from database memory"),
    ("./db.sh explode", "usage: ./db.sh"),
)


def test_a_wrong_command_says_why(shop: Copy) -> None:
    """Every script refuses what it does not understand, with a sentence, and changes nothing."""
    for command, says in WRONG_COMMANDS:
        done = shop.run(command)
        assert done.returncode != 0, command
        assert says in done.stdout + done.stderr, command


def test_scaling_moves_the_list_of_instances(shop: Copy) -> None:
    """The file_sd file names exactly the instances that are wanted; with none the shop is down."""

    def listed() -> list[str]:
        groups = json.loads((shop.folder / "run/production.json").read_text())
        return [target for group in groups for target in group["targets"]]

    shop.do("./scale.sh --replicas=5")
    assert listed() == [f"127.0.0.1:{shop.base + number}" for number in range(1, 6)]
    assert shop.get(0, "/instances")["healthy"] == 5
    shop.do("./scale.sh --replicas=0")
    assert listed() == [] and status(shop) == 503
    shop.do("./scale.sh --replicas=3")
    assert len(listed()) == 3 and status(shop) == 200


def test_a_setting_reaches_instances_that_start(shop: Copy) -> None:
    """A setting holds after a restart, and `undo` puts the old one back."""
    order = {"customer": 1, "articles": [1, 2, 3]}
    shop.do("./config.sh set most_articles=2")
    assert shop.ask(0, "POST", "/checkout", order)[0] == 200
    shop.do("./deploy.sh production restart")
    code, body = shop.ask(0, "POST", "/checkout", order)
    assert (code, json.loads(body)["error"]) == (400, "1 to 2 articles, please")
    shop.do("./config.sh undo && ./deploy.sh production restart")
    assert shop.ask(0, "POST", "/checkout", order)[0] == 200


def test_orders_of_the_fallback_are_charged_later(shop: Copy) -> None:
    """Orders taken while cards cannot be charged are owed until `settle`, which fails as long as they cannot."""
    shop.do("./faults.sh errors && ./payments.sh fallback on")
    assert json.loads(shop.ask(0, "POST", "/checkout")[1])["payment"] == "later"
    assert shop.get(20, "/orders/unpaid") != []
    assert shop.run("./payments.sh settle").returncode != 0
    shop.ask(22, "POST", "/admin/failing?on=0")
    shop.do("./payments.sh fallback off && ./payments.sh settle")
    assert shop.get(20, "/orders/unpaid") == []


def test_a_backup_is_proved_by_its_content(shop: Copy) -> None:
    """A restore holds what the backup held; one changed character in a backup is found."""
    made = shop.do("./backup.sh").split()[0]
    assert "400000 rows" in shop.do("./restore.sh --to=data/restored.db")
    assert (shop.folder / made).read_bytes() == (
        shop.folder / "data/backups-elsewhere" / made.split("/")[-1]
    ).read_bytes()
    damaged = (shop.folder / made).read_bytes().replace(b"20457 Hamburg", b"20457 Homburg", 1)
    (shop.folder / made).write_bytes(damaged)
    done = shop.run(f"./restore.sh --to=data/restored.db --from={made}")
    assert done.returncode == 1
    assert "the content is not what it was when the backup was made" in done.stderr


def test_read_only_stops_orders_and_nothing_else(shop: Copy) -> None:
    """A read-only database refuses orders; prices and health go on, and the data stays whole."""
    shop.do("./db.sh read-only")
    assert place(shop, 3) == [503, 503, 503]
    assert shop.ask(0, "GET", "/price?article=7")[0] == 200
    assert status(shop) == 200
    assert shop.text(20, "/integrity").strip() == "ok"
    shop.do("./db.sh read-write")
    assert place(shop, 1) == [200]


def test_metrics_speak_both_forms(shop: Copy) -> None:
    """Prometheus' text by default, OpenMetrics with its end mark when asked for; both are readable as such."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
    from prometheus_client.parser import text_string_to_metric_families as plain

    place(shop, 3)
    families = {family.name for family in plain(shop.text(1, "/metrics"))}
    wanted = {
        "http_requests",
        "http_request_duration_seconds",
        "process_cpu_seconds",
        "process_resident_memory_bytes",
    }
    assert wanted | {"shop_checkouts", "shop_cache_hits", "shop_cache_requests"} <= families
    modern = shop.do(
        f"curl -fsS -H 'Accept: application/openmetrics-text' http://127.0.0.1:{shop.base + 1}/metrics"
    )
    assert modern.endswith("# EOF\n")
    assert {family.name for family in openmetrics(modern)} == families


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Copy]:
    """Another copy beside the first, not yet started."""
    other = make_copy("01-shop", tmp_path / "second")
    yield other
    other.do("./shop.sh stop")


def test_copies_run_side_by_side(shop: Copy, second: Copy) -> None:
    """A second copy starts on its own ports within three seconds; stopping it ends all of it and nothing else."""
    began = time.monotonic()
    second.do("./shop.sh start")
    assert time.monotonic() - began < 3
    assert second.do("./shop.sh status").count(" runs, pid ") == 6
    pids = second.pids()
    assert len(pids) == 10
    second.do("./shop.sh stop")
    assert second.pids() == []
    assert second.run("./shop.sh status").returncode == 1
    assert up(shop)


def test_no_instance_outlives_its_balancer(second: Copy) -> None:
    """When the balancer is killed, its instances end as well, and the next start finds its ports free."""
    second.do("./shop.sh start")
    second.do("kill -9 $(cat run/balancer.pid)")
    until(lambda: not any(second.ask(number, "GET", "/health")[0] for number in (1, 2, 3, 10)), 5, "orphans")
    second.do("./shop.sh start")
    assert status(second) == 200


def test_a_port_in_use_is_one_clear_line(second: Copy) -> None:
    """A program whose port is taken is not started, and the line says which port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", second.base + 21))
        other.listen()
        done = second.run("./shop.sh start")
    assert done.returncode == 1
    assert f"port {second.base + 21}" in done.stderr


def test_only_ports_differ_between_copies(second: Copy) -> None:
    """A copy is the example with its ports moved, and nothing of the old ports is left."""
    source = EXAMPLES / "01-shop"
    for path in (
        path for path in source.rglob("*") if path.is_file() and path.suffix in (".md", ".sh", ".toml")
    ):
        copied = (second.folder / path.relative_to(source)).read_text()
        assert not re.search(r"(?<![0-9.])8(1[0-3][0-9]|090)(?![0-9])", copied), path
        back = re.sub(r"[1-9]\d*", lambda found: moved_back(found[0], second.base), copied)
        assert back == path.read_text(), path


def moved_back(number: str, base: int) -> str:
    """A port of the copy as the port it has in the example; every other number as it is."""
    return str(int(number) - base + 8100) if base - 10 <= int(number) < base + 40 else number
