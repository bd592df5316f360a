"""Customers: two of them, who look at prices and place an order now and then. Run as `python3 -m shop.load`.

Each waits for its answer before it asks again, so that a slow shop is not buried in requests.
"""

import json
import random
import signal
import threading

from shop import ports, web
from shop.instance import ordinary_order

CUSTOMERS = 2
PAUSE_S = (0.4, 0.8)
ORDERS = 0.4  # of all requests


def shop(ended: threading.Event) -> None:
    """One customer, until the end. A shop that does not answer is tried again."""
    while not ended.wait(random.uniform(*PAUSE_S)):
        try:
            if random.random() < ORDERS:
                order = json.dumps(ordinary_order()).encode()
                web.ask(ports.BALANCER, "POST", "/checkout", body=order, timeout_s=15.0)
            else:
                web.ask(ports.BALANCER, "GET", f"/price?article={random.randint(1, 100)}", timeout_s=15.0)
        except web.Unreachable:
            continue


def main() -> None:
    """Shops until ended."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    for _ in range(CUSTOMERS):
        threading.Thread(target=shop, args=(ended,), daemon=True).start()
    while not ended.wait(0.5):
        pass  # a signal that another thread received is handled when this one wakes


if __name__ == "__main__":
    main()
