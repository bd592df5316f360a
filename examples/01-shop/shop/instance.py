"""One instance of the shop: prices a basket, charges the card, stores the order. Started by the balancer.

Run as `python3 -m shop.instance --name shop-1 --port N …`; it ends when its standard input closes, so that no
instance outlives its balancer. It restarts nothing and decides nothing about other instances.
"""

import argparse
import json
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from shop import ports, settings, web
from shop.figures import Figures

CACHE_TRIES = 4
CACHE_WAIT_S = 0.15
BASKET = 40
STREETS = ("Harbour Street", "Mill Lane", "Station Road", "Chapel Walk")


class Refused(Exception):
    """An order that cannot be taken; `status` is the answer to the customer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(slots=True)
class Shop:
    """What one instance knows and counts."""

    name: str
    environment: str
    release: dict[str, Any]
    database_port: int
    cache_port: int | None
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = settings.read(settings.settings_file(self.environment))

    def missing_settings(self) -> list[str]:
        """Settings that this release needs and its environment does not have."""
        return [name for name in self.release["requires"] if name not in self.settings]

    def why_unhealthy(self) -> str | None:
        """Why orders cannot be taken now, or nothing."""
        missing = self.missing_settings()
        if missing:
            return f"release {self.release['version']} needs the setting {', '.join(missing)}"
        try:
            status, _ = web.ask(self.database_port, "GET", "/ping", timeout_s=1.0)
        except web.Unreachable as error:
            return f"database does not answer: {error}"
        return None if status == 200 else f"database answers {status}"


class Instance:
    """The routes of one instance."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.log = web.Log(f"logs/{shop.name}.log")
        self.figures = Figures(shop.release["version"])
        self.figures.declare("http_requests", "Requests of customers, by handler and status.")
        self.figures.declare(
            "shop_checkouts", "Orders taken, by state of payment.", (("payment", "charged"),)
        )
        self.figures.declare("shop_cache_requests", "Prices asked of the cache.", ())
        self.figures.declare("shop_cache_hits", "Prices that the cache knew.", ())

    def routes(self) -> web.Routes:
        """Every route; only what customers ask is counted as a request."""
        routes = web.Routes(observe=self.observe)
        routes.add("GET", "/health", self.health)
        routes.add("GET", "/metrics", self.metrics)
        routes.add("GET", "/price", self.price)
        routes.add("POST", "/checkout", self.checkout)
        routes.add("POST", "/export", self.export)
        routes.add("POST", "/settle", self.settle)
        return routes

    def observe(self, request: web.Request, given: web.Answer, took_s: float) -> None:
        """Counts and times what customers asked."""
        if request.path in ("/checkout", "/price"):
            self.figures.count(
                "http_requests", handler=request.path, method=request.method, code=str(given.status)
            )
            self.figures.took(request.path, took_s)

    def health(self, _: web.Request) -> web.Answer:
        """200 when orders can be taken, else 503 and why."""
        why = self.shop.why_unhealthy()
        state = {"release": self.shop.release["version"], "instance": self.shop.name}
        if why:
            return web.document({"status": "unhealthy", "why": why, **state}, 503)
        return web.document({"status": "healthy", **state})

    def metrics(self, request: web.Request) -> web.Answer:
        """Figures, in the form that the reader accepts."""
        rendered, kind = self.figures.render(request.accept)
        return web.Answer(200, rendered.encode(), kind)

    def price(self, request: web.Request) -> web.Answer:
        """The price of one article."""
        article = request.query.get("article", "1")
        if not article.isdigit():
            return web.document({"error": "article must be a number"}, 400)
        try:
            prices = self.prices([article])
        except Refused as error:
            return self.refuse("price", error)
        if article not in prices:
            return web.document({"error": f"article {article} is not sold here"}, 404)
        return web.document({"article": int(article), "price": prices[article]})

    def checkout(self, request: web.Request) -> web.Answer:
        """Takes one order; without a body, an ordinary one of a random customer."""
        try:
            order = request.json() or ordinary_order()
            customer, articles = int(order["customer"]), [int(article) for article in order["articles"]]
        except (KeyError, TypeError, ValueError):
            return web.document({"error": 'an order is {"customer": 1, "articles": [1, 2]}'}, 400)
        try:
            return web.document(self.take(customer, articles))
        except Refused as error:
            return self.refuse("checkout", error)

    def refuse(self, what: str, error: Refused) -> web.Answer:
        """The answer to a customer whose order cannot be taken, and the line about it in the log."""
        if error.status >= 500:
            self.log.write(f"ERROR {what}: {error}")
        return web.document({"error": str(error)}, error.status)

    def take(self, customer: int, articles: list[int]) -> dict[str, Any]:
        """Prices, charges and stores one order. Raises Refused."""
        why = self.shop.missing_settings()
        if why:
            raise Refused(503, f"release {self.shop.release['version']} needs the setting {why[0]}")
        if not 0 < len(articles) <= self.shop.settings["most_articles"]:
            raise Refused(400, f"1 to {self.shop.settings['most_articles']} articles, please")
        keys = [str(article) for article in articles]
        prices = self.prices(sorted(set(keys)))
        unknown = [key for key in keys if key not in prices]
        if unknown:
            raise Refused(400, f"article {unknown[0]} is not sold here")
        earlier = self.database("/orders/earlier", {"customer": customer, "articles": articles})
        # Whoever bought an article before pays 2 % less for it.
        lines = [
            [article, prices[key] * (98 if known["orders"] else 100) // 100]
            for article, key, known in zip(articles, keys, earlier, strict=True)
        ]
        total = sum(amount for _, amount in lines)
        payment = self.charge(total)
        order = {"customer": customer, "lines": lines, "payment": payment, "address": address_of(customer)}
        stored = self.database("/orders", order)
        self.figures.count("shop_checkouts", payment=payment)
        self.log.write(
            f"INFO checkout: order {stored['order']}, {len(lines)} articles, {total} cents, {payment}"
        )
        return {"order": stored["order"], "articles": len(lines), "total": total, "payment": payment}

    def database(self, path: str, data: Any) -> Any:
        """Asks the database; Raises Refused when it does not answer as it should."""
        try:
            status, body = web.ask(self.shop.database_port, "POST", path, data, timeout_s=10.0)
        except web.Unreachable as error:
            raise Refused(503, f"database does not answer: {error}") from error
        if status != 200:
            raise Refused(
                503, f"database answers {status} to {path}: {body.decode(errors='replace').strip()}"
            )
        return json.loads(body)

    def prices(self, keys: list[str]) -> dict[str, int]:
        """Prices by article: from the cache, and what it does not know from the database."""
        known = self.cached(keys)
        missing = [key for key in keys if key not in known]
        if not missing:
            return known
        fresh: dict[str, int] = self.database("/prices", missing)
        self.remember(fresh)
        return {**known, **fresh}

    def cached(self, keys: list[str]) -> dict[str, int]:
        """What the cache knows. One that does not answer is asked again, a little later each time."""
        if self.shop.cache_port is None:
            return {}
        self.figures.count("shop_cache_requests", len(keys))
        for attempt in range(CACHE_TRIES):
            try:
                _, body = web.ask(self.shop.cache_port, "POST", "/get", keys, timeout_s=0.5)
            except web.Unreachable as error:
                if attempt == CACHE_TRIES - 1:
                    self.log.write(f"WARN cache does not answer: {error}")
                else:
                    time.sleep(CACHE_WAIT_S)
                continue
            known: dict[str, int] = json.loads(body)
            self.figures.count("shop_cache_hits", len(known))
            return known
        return {}

    def remember(self, fresh: dict[str, int]) -> None:
        """Gives the cache what it did not know; without a cache nothing is lost."""
        if self.shop.cache_port is None or not fresh:
            return
        try:
            web.ask(self.shop.cache_port, "POST", "/put", fresh, timeout_s=0.5)
        except web.Unreachable:
            return

    def charge(self, amount: int) -> str:
        """Charges the card: `charged`, or `later` where the fallback is on and charging fails. Raises Refused."""
        timeout_s = self.shop.settings["payment_timeout_ms"] / 1000
        try:
            status, _ = web.ask(ports.PAYMENTS, "POST", "/charge", {"amount": amount}, timeout_s=timeout_s)
            if status == 200:
                return "charged"
            why = f"payment API answers {status}"
        except web.Unreachable as error:
            why = f"payment API does not answer: {error}"
        if settings.fallback(self.shop.environment):
            self.log.write(f"WARN checkout: {why}; the card is charged later")
            return "later"
        raise Refused(502, why)

    def settle(self, _: web.Request) -> web.Answer:
        """Charges the orders that were taken while cards could not be charged."""
        body = web.ask(self.shop.database_port, "GET", "/orders/unpaid", timeout_s=10.0)[1]
        unpaid = json.loads(body)
        charged = []
        for owed in unpaid:
            answer = web.ask(ports.PAYMENTS, "POST", "/charge", {"amount": owed["amount"]})
            if answer[0] != 200:
                break
            # Marked one by one: a card that was charged must not be charged again after a failure.
            web.ask(self.shop.database_port, "POST", "/orders/paid", [owed], timeout_s=10.0)
            charged.append(owed["customer"])
        left = len(unpaid) - len(charged)
        return web.text(f"{len(charged)} customers charged, {left} left", 200 if not left else 502)

    def export(self, _: web.Request) -> web.Answer:
        """All orders by customer, for the accountants. It holds every row in memory until it is done."""
        by_customer: dict[str, list[tuple[str, ...]]] = {}
        after = "0"
        while True:
            body = web.ask(self.shop.database_port, "GET", f"/orders?after={after}", timeout_s=30.0)[1]
            rows = [line.split(";") for line in body.decode().split("\n") if line]
            if not rows:
                break
            for row in rows:
                number, customer, article, amount, payment, _address = row
                by_customer.setdefault(customer, []).append((number, article, amount, payment))
            after = rows[-1][0]
        count = sum(map(len, by_customer.values()))
        self.log.write(f"INFO export: {count} order rows of {len(by_customer)} customers")
        return web.document({"customers": len(by_customer), "rows": count})


def ordinary_order() -> dict[str, Any]:
    """A week's shopping of one customer."""
    return {"customer": random.randint(1, 20_000), "articles": random.sample(range(1, 101), BASKET)}


def address_of(customer: int) -> str:
    """Where a customer lives."""
    return f"{STREETS[customer % len(STREETS)]} {customer % 97}, 20457 Hamburg"


def end_with_parent() -> None:
    """Ends this process when standard input closes, which happens when the balancer is gone."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Serves one instance until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--environment", default="production")
    parser.add_argument("--release", required=True)
    given = parser.parse_args()
    staging = given.environment == "staging"
    try:
        shop = Shop(
            given.name,
            given.environment,
            settings.release(given.release),
            ports.STAGING_DATABASE if staging else ports.DATABASE,
            None if staging else ports.CACHE,
        )
    except (OSError, ValueError) as error:
        sys.exit(f"{given.name} cannot start: {error}")
    end_with_parent()
    web.serve(given.port, Instance(shop).routes())


if __name__ == "__main__":
    main()
