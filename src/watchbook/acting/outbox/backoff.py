"""How long to wait before a page is tried again. Called by `acting.outbox.lanes`; it sends nothing."""

FIRST_S = 1.0
LONGEST_S = 60.0
GIVE_UP_S = 24 * 3600.0


def wait_s(tries: int, asked_s: float | None, dice: float) -> float:
    """Seconds before the next try after `tries` failed ones: doubling up to a minute, with a little jitter.

    `asked_s` is what the receiver asked for (`Retry-After`); `dice` is 0..1.
    """
    growing = min(LONGEST_S, FIRST_S * 2.0 ** min(tries - 1, 10))
    return max(growing * (0.8 + 0.4 * dice), asked_s or 0.0)
