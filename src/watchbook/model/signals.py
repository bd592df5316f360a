"""Which signal a text names: "High CPU Usage", "p95 latency", "401s". Pure.

Called by `reading` (subjects of conditions, names of metrics) and, for `SIGNALS`, by `measuring.catalogue`.
It does not read thresholds or windows; the signals themselves stand in `model.signal_table`.
"""

import re
from dataclasses import dataclass
from functools import cache

from watchbook.model.signal_table import SIGNALS, BadDirection, Scope, Signal

__all__ = [
    "SIGNALS",
    "BadDirection",
    "Mention",
    "Scope",
    "Signal",
    "signal_mentioned",
    "signal_named",
]


@dataclass(frozen=True, slots=True)
class Mention:
    """A signal found in a text. `rest` holds the words that are not part of its name; empty: named outright.

    `params` come from the words: `p95` gives `("quantile", 0.95)`, `401s` gives `("status", "401")`.
    """

    signal: Signal
    alias: str
    rest: tuple[str, ...]
    params: tuple[tuple[str, float | str], ...] = ()


_BY_NAME = {signal.name: signal for signal in SIGNALS}
_NOISE_TEXT = """
a abnormal alert all an any api app application critical current degraded elevated endpoint excessive high
http https in increase increased is large low max maximum metric min minimum my normal of on our overall peak
per rising server service slow spike spiking sustained the too total unusual value very warning your
"""
_NOISE = frozenset(_NOISE_TEXT.split())
_STATUS_COMPANIONS = frozenset(
    ("code", "count", "error", "percent", "percentage", "rate", "ratio", "response", "return", "status")
)


def signal_named(text: str, unit: str | None = None, bad_direction: str | None = None) -> Signal | None:
    """The signal that `text` names outright ("High CPU Usage", "p95 latency"), or None.

    None also where other words remain ("Cache latency" is not this service's latency): `signal_mentioned`
    tells those. `unit` and `bad_direction` (of the threshold) decide between signals that share a spelling.
    """
    mention = signal_mentioned(text, unit, bad_direction)
    return mention.signal if mention is not None and not mention.rest else None


def signal_mentioned(text: str, unit: str | None = None, bad_direction: str | None = None) -> Mention | None:
    """The signal with the longest spelling in `text`, and the words left over; None where no spelling occurs.

    A signal whose unit differs from `unit` is still given when no other fits: the caller compares units.
    """
    exact = _BY_NAME.get(text.strip().strip("`"))
    if exact is not None and unit in (None, exact.unit):
        return Mention(exact, exact.name, ())
    words, params = _take_statistics(_words(text))
    status = _status_mention(words, unit)
    if status is not None:
        return status
    for length in range(min(len(words), _longest_alias()), 0, -1):
        for start in range(len(words) - length + 1):
            candidates = _aliases().get(words[start : start + length])
            if candidates:
                rest = tuple(word for word in words[:start] + words[start + length :] if word not in _NOISE)
                signal = _best(candidates, unit, bad_direction)
                return Mention(signal, " ".join(words[start : start + length]), rest, params)
    return None


def _best(candidates: tuple[Signal, ...], unit: str | None, bad_direction: str | None) -> Signal:
    """The candidate that agrees with unit first, then with direction; document order decides the rest."""

    def disagreement(signal: Signal) -> tuple[bool, bool]:
        wrong_way = bad_direction is not None and signal.bad_direction not in (bad_direction, "either")
        return (unit is not None and signal.unit != unit, wrong_way)

    return min(candidates, key=disagreement)


def _words(text: str) -> tuple[str, ...]:
    """Lower-case singular words; `HighErrorRate` and `error_rate` are split, percentiles stay one word."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", text)
    text = re.sub(r"\b([Pp]) (\d)", r"\1\2", text)  # "P 95", and "P95" after the splitting above
    ordinal = r"(\d+(?:\.\d+)?)(?:st|nd|rd|th)[ -]?(?:percentile|pctl|quantile|%ile)"
    text = re.sub(ordinal, r"p\1", text.casefold())
    return tuple(_singular(word) for word in re.findall(r"p\d+(?:\.\d+)?|[^\W_]+", text))


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _take_statistics(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, float | str], ...]]:
    """Words without percentiles and averages, and the quantile that they state; a mean states none."""
    kept: list[str] = []
    params: tuple[tuple[str, float | str], ...] = ()
    for word in words:
        if re.fullmatch(r"p\d+(\.\d+)?", word):
            digits = word[1:]
            quantile = float(digits) / 100 if "." in digits or len(digits) <= 2 else float(f"0.{digits}")
            params = (("quantile", round(quantile, 6)),)
        elif word == "median":
            params = params or (("quantile", 0.5),)
        elif word == "mean" or (word in ("average", "avg") and "load" not in words):
            continue
        else:
            kept.append(word)
    return tuple(kept), params


def _status_mention(words: tuple[str, ...], unit: str | None) -> Mention | None:
    """`401s`, `4xx rate`, `HTTP 429 responses`: a status is the subject. `5xx` stays with the errors."""
    statuses = [word for word in words if re.fullmatch(r"[1-5](\d\d|xx)", word)]
    if len(statuses) != 1 or statuses[0] == "5xx":
        return None
    status = statuses[0]
    name = {"ratio": "status_ratio", "count": "status_count"}.get(unit or "1/s", "status_rate")
    understood = _NOISE | _STATUS_COMPANIONS | {status}
    rest = tuple(word for word in words if word not in understood)
    return Mention(_BY_NAME[name], status, rest, (("status", status),))


@cache
def _aliases() -> dict[tuple[str, ...], tuple[Signal, ...]]:
    """Every spelling as words → the signals that share it, in catalogue order."""
    found: dict[tuple[str, ...], tuple[Signal, ...]] = {}
    for signal in SIGNALS:
        for alias in (*signal.aliases, signal.name):
            words = _words(alias)
            if signal not in found.get(words, ()):
                found[words] = (*found.get(words, ()), signal)
    return found


@cache
def _longest_alias() -> int:
    return max(len(words) for words in _aliases())


def averaging_s(window_s: float, source_every_s: float, stated_s: float | None = None) -> float:
    """How long a rate, ratio or quantile is averaged: as stated (`over N`), else max(4 scrapes, min(window, 5 min)).

    Shorter than four scrapes a rate is often empty: one minute on a 60 s scrape never fired.
    """
    return stated_s if stated_s else max(4 * source_every_s, min(window_s, 300.0))
