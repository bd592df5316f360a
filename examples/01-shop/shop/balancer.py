"""The balancer: customers' requests to healthy instances in turn, and the desk where operators ask for changes.

Run as `python3 -m shop.balancer`; asked by customers, by Watchbook's probes or anyone's, and by the scripts
beside this folder. It supervises the instances of production and the one of staging (fleet.py) and restarts
none of them.
"""

import itertools
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from shop import ports, settings, web
from shop.fleet import MIB, Fleet

LOOK_S = 0.1
HEALTH_S = 0.5
REQUEST_S = 20.0


class Balancer:
    """The routes of the balancer over two fleets."""

    def __init__(self) -> None:
        log = web.Log("logs/supervisor.log")
        self.production = Fleet("production", ports.FIRST_INSTANCE, ports.MOST_INSTANCES, log)
        self.staging = Fleet("staging", ports.STAGING, 1, log, replicas=1)
        self.turns = itertools.count()

    def fleet(self, request: web.Request) -> Fleet:
        """The fleet that a request names. Raises ValueError."""
        name = request.query.get("environment", "production")
        found = {"production": self.production, "staging": self.staging}.get(name)
        if found is None:
            raise ValueError(f"there is no environment {name}: choose from production, staging")
        return found

    def routes(self) -> web.Routes:
        """What is answered here; everything else goes to an instance."""
        routes = web.Routes(fallback=self.forward)
        routes.add("GET", "/health", self.health)
        routes.add("GET", "/instances", self.instances)
        routes.add("GET", "/metrics", self.metrics)
        routes.add("POST", "/admin/scale", asked(self.scale))
        routes.add("POST", "/admin/deploy", asked(self.deploy))
        routes.add("POST", "/admin/config", asked(self.config))
        routes.add("POST", "/admin/fallback", asked(self.fallback))
        return routes

    def counts(self) -> dict[str, int]:
        """How many instances of production are wanted, run, and are healthy."""
        members = list(self.production.members)
        return {
            "wanted": self.production.replicas,
            "running": sum(member.running for member in members),
            "healthy": sum(member.healthy for member in members),
        }

    def health(self, _: web.Request) -> web.Answer:
        """200 while at least one instance is healthy."""
        counts = self.counts()
        state = {**counts, "payment_fallback": settings.fallback(self.production.environment)}
        if counts["healthy"]:
            return web.document({"status": "healthy", **state})
        return web.document({"status": "unhealthy", "why": "no healthy instance", **state}, 503)

    def instances(self, _: web.Request) -> web.Answer:
        """Every instance of production, and why any of them ended: JSON with a line for each, for people and grep."""
        state = {
            **self.counts(),
            "release": self.production.current_release(),
            "known_good": self.production.known_good(),
            "memory_limit_bytes": self.production.memory_limit_bytes,
        }
        lines = ",\n  ".join(json.dumps(member.shown()) for member in list(self.production.members))
        body = f'{json.dumps(state)[:-1]}, "instances": [\n  {lines}\n]}}\n'
        return web.Answer(200, body.encode(), "application/json")

    def metrics(self, _: web.Request) -> web.Answer:
        """The counts as figures."""
        lines = ["# HELP shop_instances Instances of production.", "# TYPE shop_instances gauge"]
        lines += [f'shop_instances{{state="{state}"}} {number}' for state, number in self.counts().items()]
        return web.Answer(200, ("\n".join(lines) + "\n").encode(), "text/plain; version=0.0.4; charset=utf-8")

    def forward(self, request: web.Request) -> web.Answer:
        """Gives a request to the next healthy instance; one that cannot be reached is passed over."""
        target = request.path + (f"?{urlencode(request.query)}" if request.query else "")
        turn = next(self.turns)
        for offset in range(ports.MOST_INSTANCES):
            member = self.production.pick(turn + offset)
            if member is None:
                break
            try:
                status, body = web.ask(
                    member.port, request.method, target, body=request.body, timeout_s=REQUEST_S
                )
            except web.Unreachable as error:
                if web.listens(member.port):
                    return web.document({"error": f"{member.name} did not answer: {error}"}, 502)
                member.answered_well = False
                continue
            finally:
                self.production.done(member)
            return web.Answer(status, body, "application/json")
        return web.document({"error": "no healthy instance"}, 503)

    def scale(self, request: web.Request) -> str:
        """So many instances, and so much memory for each."""
        replicas = request.query.get("replicas", "")
        if not replicas.isdigit():
            raise ValueError("--replicas needs a whole number")
        memory = request.query.get("memory")
        self.production.scale(int(replicas), bytes_of(memory) if memory else None)
        limit = self.production.memory_limit_bytes // MIB
        return f"{self.counts()['running']} instances run, each with at most {limit} MB"

    def deploy(self, request: web.Request) -> str:
        """A release, or `rollback`, `restart` or `accept`."""
        fleet, wanted = self.fleet(request), request.query.get("version", "")
        if wanted == "accept":
            return f"release {fleet.accept()} is known good in {fleet.environment}"
        known = {"rollback": fleet.known_good, "restart": fleet.current_release}.get(wanted)
        version = known() if known else wanted
        fleet.deploy(version, wanted if known else "deploy")
        number = len(fleet.members)
        return f"release {version} runs in {fleet.environment}, on {number} instance{'s' * (number != 1)}"

    def config(self, request: web.Request) -> str:
        """One setting, or the undoing of the last; instances read them when they start."""
        if request.query.get("undo"):
            settings.undo(self.fleet(request).environment)
            return "the settings are as they were, for instances that start from now on"
        name, value = request.query.get("name", ""), request.query.get("value", "")
        settings.change(self.fleet(request).environment, name, value)
        return f"{name} is {value} for instances that start from now on"

    def fallback(self, request: web.Request) -> str:
        """Whether orders are taken while cards cannot be charged."""
        on = request.query.get("on") == "1"
        settings.switch(self.fleet(request).environment, "payment_fallback", on)
        return "orders are taken and charged later" if on else "orders are taken only when they are charged"


def asked(change: Callable[[web.Request], str]) -> web.Handler:
    """A change as a route: a sentence when it is done, 400 for a wrong request, 500 when it went wrong."""

    def handler(request: web.Request) -> web.Answer:
        try:
            return web.text(change(request))
        except ValueError as error:
            return web.text(str(error), 400)
        except (OSError, RuntimeError) as error:
            return web.text(str(error), 500)

    return handler


def bytes_of(size: str) -> int:
    """`256M`, `1G`, with or without an i. Raises ValueError."""
    found = re.fullmatch(r"(\d+)([MG])i?B?", size)
    if not found:
        raise ValueError(f"--memory needs a size such as 256M, not '{size}'")
    return int(found[1]) * (MIB if found[2] == "M" else 1024 * MIB)


def every(seconds: float, work: Callable[[], None]) -> None:
    """Does something again and again, in a thread of its own; one failure does not end it."""

    def repeat() -> None:
        while True:
            try:
                work()
            except Exception as error:
                print(f"ERROR {work.__qualname__}: {error!r}", file=sys.stderr, flush=True)
            time.sleep(seconds)

    threading.Thread(target=repeat, daemon=True).start()


def main() -> None:
    """Starts the instances and serves until ended; ends them then."""
    balancer = Balancer()
    fleets = (balancer.production, balancer.staging)
    listening = web.server(ports.BALANCER, balancer.routes())
    for fleet in fleets:
        every(LOOK_S, fleet.look)
        every(HEALTH_S, fleet.ask_health)

    def start() -> None:
        for fleet in fleets:
            fleet.open()

    def end() -> None:
        for fleet in fleets:
            fleet.close()

    threading.Thread(target=start, daemon=True).start()
    web.run(listening, end)


if __name__ == "__main__":
    main()
