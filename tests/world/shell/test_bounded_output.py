"""Bounds of output: beginning and end are kept, the rest is counted, redaction holds at every seam."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.world.shell.bounded_output import BoundedOutput

SECRET = "correct-horse"


def kept(
    raw: bytes, chunk_bytes: int, limit_bytes: int, secrets: tuple[str, ...] = ()
) -> tuple[bytes, BoundedOutput]:
    written: list[bytes] = []
    output = BoundedOutput(written.append, secrets, limit_bytes)
    for at in range(0, len(raw), chunk_bytes):
        output.feed(raw[at : at + chunk_bytes])
    output.finish()
    return b"".join(written), output


@pytest.mark.parametrize("chunk_bytes", [1, 7, 4096])
def test_short_output_is_kept_whole(chunk_bytes: int) -> None:
    """Below the limit nothing is changed or left out."""
    raw = b"".join(b"line %d\n" % n for n in range(100))
    text, output = kept(raw, chunk_bytes, 10_000)
    assert text == raw
    assert (output.seen_bytes, output.left_out_bytes) == (len(raw), 0)


def test_long_output_keeps_both_ends() -> None:
    """Head, a line that counts the gap, tail."""
    raw = b"".join(b"line %06d\n" % n for n in range(100_000))
    text, output = kept(raw, 4096, 2000)
    head, tail = text.split(b"\n[... %d bytes left out ...]\n" % output.left_out_bytes)
    assert raw.startswith(head)
    assert raw.endswith(tail)
    assert len(head) + len(tail) + output.left_out_bytes == len(raw)
    assert (len(head), len(tail)) == (1000, 1000)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 600), st.integers(1, 500), st.integers(10, 60))
def test_no_seam_shows_part_of_a_secret(place: int, chunk_bytes: int, every: int) -> None:
    """Wherever the secret stands, at the end of the head or the beginning of the tail, no part of it is seen."""
    raw = b"." * place + (SECRET.encode() + b"." * every) * (3000 // every)
    text, _ = kept(raw, chunk_bytes, 500, (SECRET,))
    for piece in text.split(b"[redacted]"):
        for n in range(len(SECRET) - 3):
            assert SECRET[n : n + 4].encode() not in piece


def test_memory_stays_small() -> None:
    """What is held of an endless output is bounded."""
    output = BoundedOutput(lambda _: None, (), 100_000)
    for _ in range(2000):
        output.feed(b"x" * 65536)
    assert sum(map(len, output._raw_tail)) < 400_000
