"""A stand-in for the outside company that charges cards. Run as `python3 -m shop.payments`.

It charges nobody. `POST /admin/failing?on=1` makes it answer 500 to everything that matters, as the real one
does on a bad day; `on=0` ends that.
"""

import itertools

from shop import ports, web


def main() -> None:
    """Serves the payment API until it is ended."""
    routes, numbers = web.Routes(), itertools.count(1)
    failing = False

    def health(_: web.Request) -> web.Answer:
        if failing:
            return web.document({"status": "unhealthy", "why": "card network does not answer"}, 500)
        return web.document({"status": "healthy"})

    def charge(request: web.Request) -> web.Answer:
        amount = int(request.json().get("amount", 0))
        if amount <= 0:
            return web.document({"error": "an amount above 0 is needed"}, 400)
        if failing:
            return web.document({"error": "card network does not answer"}, 500)
        return web.document({"charged": amount, "payment": f"pay-{next(numbers)}"})

    def set_failing(request: web.Request) -> web.Answer:
        nonlocal failing
        failing = request.query.get("on") == "1"
        return web.text("the payment API fails from now on" if failing else "the payment API works")

    routes.add("GET", "/health", health)
    routes.add("POST", "/charge", charge)
    routes.add("POST", "/admin/failing", set_failing)
    web.serve(ports.PAYMENTS, routes)


if __name__ == "__main__":
    main()
