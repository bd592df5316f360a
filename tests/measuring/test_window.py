"""Samples in memory: blocks without loss, ranges, staleness, retention."""

import math
import struct
from array import array

from hypothesis import given
from hypothesis import strategies as st

from watchbook.measuring.blocks import Packer
from watchbook.measuring.labels import Matcher, Matchers, labels_of
from watchbook.measuring.window import STALE, Window, is_stale

A = labels_of({"job": "a"}, "m")
ALL = Matchers((Matcher("__name__", "=", "m"),))

any_float = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])


@given(st.lists(st.tuples(st.integers(1, 10**7), any_float), min_size=1, max_size=300), st.integers(0, 2**45))
def test_blocks_keep_every_bit(steps: list[tuple[int, float]], start_ms: int) -> None:
    """Sealing and unsealing gives the same times and the same bits of every value, NaN payloads included."""
    times, values, at_ms = array("q"), array("d"), start_ms
    for step, value in steps:
        at_ms += step
        times.append(at_ms)
        values.append(value)
    packer = Packer()
    packer.seal(array("q", [1, 5]), array("d", [1.0, 2.0]))  # the packer remembers other times
    block = packer.seal(times, values)
    assert (block.first_ms, block.last_ms, block.count) == (times[0], times[-1], len(times))
    opened_times, opened_values = packer.unseal(block)
    assert opened_times == times
    assert opened_values.tobytes() == values.tobytes()


def test_a_window_moves_with_the_clock() -> None:
    """After a shift back by an hour all samples, sealed ones as well, are an hour earlier, and new ones follow on them."""
    window = Window()
    for at_s in range(10_000, 13_000, 15):
        window.append(A, float(at_s), float(at_s))
    (before,) = window.select(ALL, 0, 20_000_000)
    window.shift(-3600.0)
    (after,) = window.select(ALL, 0, 20_000_000)
    assert list(after.times_ms) == [at - 3_600_000 for at in before.times_ms]
    assert after.values == before.values
    assert window.append(A, 13_000.0 - 3600.0, 1.0)


def test_ordinary_counters_pack_well() -> None:
    """A counter scraped every 15 s takes less than four bytes a sample."""
    times = array("q", (1_700_000_000_000 + 15_000 * i for i in range(120)))
    values = array("d", (1000.0 + 7 * i for i in range(120)))
    block = Packer().seal(times, values)
    assert (len(block.times) + len(block.values)) / 120 < 4


@given(st.lists(st.integers(1, 30), min_size=1, max_size=900), st.data())
def test_ranges_are_open_left_and_closed_right(steps: list[int], data: st.DataObject) -> None:
    """Whatever was sealed meanwhile, a range holds exactly the samples in (start, end]."""
    window, samples, at_s = Window(retention_s=1e9), [], 0
    for number, step in enumerate(steps):
        at_s += step
        assert window.append(A, at_s, float(number))
        samples.append((at_s * 1000, float(number)))
    start = data.draw(st.integers(-5, at_s + 5)) * 1000
    end = data.draw(st.integers(-5, at_s + 5)) * 1000
    expected = [sample for sample in samples if start < sample[0] <= end]
    found = [list(zip(s.times_ms, s.values, strict=True)) for s in window.select(ALL, start, end)]
    assert found == ([expected] if expected else [])
    newest = [(s.at_ms, s.value) for s in window.latest(ALL, start, end)]
    assert newest == expected[-1:]


def test_stale_marker_ends_a_series() -> None:
    """After its end a series is gone from instant queries at once, and back with its next sample."""
    window = Window()
    window.append(A, 1, 5.0)
    assert window.end(A, 2)
    assert not window.end(A, 3)
    assert list(window.latest(ALL, 0, 2000)) == []
    assert [s.value for s in window.latest(ALL, 0, 1000)] == [5.0]
    assert [list(s.values) for s in window.select(ALL, 0, 9000)] == [[5.0]]
    assert window.inventory() == {}
    window.append(A, 4, 6.0)
    assert [s.value for s in window.latest(ALL, 0, 4000)] == [6.0]
    assert window.inventory() == {"m": frozenset({"__name__", "job"})}


def test_ordinary_nan_is_not_stale() -> None:
    """A NaN that a service exposes is a value."""
    window = Window()
    window.append(A, 1, math.nan)
    assert not is_stale(math.nan)
    assert is_stale(STALE)
    assert len(list(window.latest(ALL, 0, 1000))) == 1


def test_old_samples_are_rejected() -> None:
    """Time goes forward: a sample at or before the last one is counted, not kept."""
    window = Window()
    assert window.append(A, 10, 1.0)
    assert not window.append(A, 10, 2.0)
    assert not window.append(A, 9, 2.0)
    assert window.rejected == 2
    assert [list(s.values) for s in window.select(ALL, 0, 10_000)] == [[1.0]]


def test_retention_drops_samples_and_empty_series() -> None:
    """What is older than the window goes, and a series with it when nothing is left."""
    window = Window(retention_s=100)
    other = labels_of({"job": "b"}, "m")
    window.append(other, 0, 1.0)
    for at_s in range(500):
        window.append(A, at_s, float(at_s))
    window.prune(500)
    assert len(window) == 1
    (stretch,) = window.select(ALL, -1, 500_000)
    assert stretch.times_ms[-1] == 499_000
    assert 400_000 - 120_000 <= stretch.times_ms[0] <= 401_000


def test_old_samples_go_by_themselves() -> None:
    """Whoever only appends scrapes keeps no more than the window, and about a minute."""
    window = Window(retention_s=100)
    for at_s in range(0, 3000, 2):
        window.append_all([(A, float(at_s)), (labels_of({"at": str(at_s // 500)}, "m"), 1.0)], at_s)
    (stretch,) = [s for s in window.select(ALL, -1, 10**9) if s.labels == A]
    assert len(window) == 2
    assert len(stretch.times_ms) <= 80 + 165 + 60


def test_byte_limit_shortens_the_window() -> None:
    """Over the limit, old samples go first and the retention says so."""
    window = Window(retention_s=10_000, limit_bytes=200_000)
    for at_s in range(3000):
        for job in "abcdefghij":
            window.append(labels_of({"job": job}, "m"), at_s, math.sin(at_s) * 1e6)
    before = window.size_bytes
    window.prune(3000)
    assert before > 200_000 >= window.size_bytes
    assert window.retention_s < 10_000
    assert len(window) == 10
    assert all(s.times_ms[-1] == 2_999_000 for s in window.select(ALL, 0, 3_000_000))


def test_choice_of_series_follows_new_ones() -> None:
    """Remembered selections see series that appear later."""
    window = Window()
    window.append(A, 1, 1.0)
    assert len(window.chosen(ALL)) == 1
    window.append(labels_of({"job": "b"}, "m"), 1, 1.0)
    assert len(window.chosen(ALL)) == 2


def test_many_series_of_one_metric() -> None:
    """With many series a fixed label is looked up; series that come and go are seen there as well."""
    window = Window(retention_s=100)

    def append(at_s: float, hosts: range) -> None:
        for host in hosts:
            for code in ("200", "500"):
                window.append(labels_of({"host": str(host), "code": code}, "m"), at_s, float(host))

    def chosen(*matchers: Matcher) -> set[str]:
        every = (Matcher("__name__", "=", "m"), *matchers)
        return {series.lookup["host"] for series in window.chosen(Matchers(every))}

    append(0, range(100))
    assert chosen(Matcher("host", "=", "7"), Matcher("code", "=", "500")) == {"7"}
    assert chosen(Matcher("host", "=", "150")) == set()
    append(90, range(50, 151))
    assert chosen(Matcher("host", "=", "150")) == {"150"}
    assert len(chosen(Matcher("code", "=", "500"))) == 151
    window.prune(150)
    assert chosen(Matcher("host", "=", "7")) == set()
    assert len(chosen(Matcher("code", "=~", "5.."))) == 101
    assert len(window.chosen(Matchers((Matcher("host", "=", "60"),)))) == 2
    assert window.label_values("m", "code") == {"200", "500"}


def test_what_a_series_began_with() -> None:
    """A counter that is about to appear can be said to have stood at zero; one that is known cannot."""
    window = Window()
    assert window.begin(A, 1)
    assert window.append(A, 2, 3.0)
    assert not window.begin(A, 3)
    assert [list(s.values) for s in window.select(ALL, 0, 9000)] == [[0.0, 3.0]]


def test_matchers() -> None:
    """All four operators, whole-value patterns, and a missing label as the empty text."""
    window = Window()
    for job in ("api", "api-2", "web"):
        window.append(labels_of({"job": job}, "m"), 1, 1.0)
    window.append(labels_of({}, "m"), 1, 1.0)

    def count(*matchers: Matcher) -> int:
        return len(window.chosen(Matchers(matchers)))

    assert count(Matcher("job", "=", "api")) == 1
    assert count(Matcher("job", "!=", "api")) == 3
    assert count(Matcher("job", "=~", "api")) == 1
    assert count(Matcher("job", "=~", "api.*")) == 2
    assert count(Matcher("job", "!~", "api.*")) == 2
    assert count(Matcher("job", "=", "")) == 1
