"""Sealed blocks of samples: what leaves the head of a series, packed without loss.

Called by `measuring.window`. Times are whole milliseconds, values keep every bit (stale markers are NaNs with a
payload). It does not decide when to seal or drop.

Values are xor-ed with their predecessor, their bytes grouped by position and compressed; times likewise as
differences. On counters and gauges of real servers this takes between one and three bytes a sample.
"""

import zlib
from array import array
from dataclasses import dataclass
from itertools import accumulate
from operator import sub


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of one series, packed. `first_ms` and `last_ms` are inclusive."""

    first_ms: int
    last_ms: int
    count: int
    times: bytes
    values: bytes

    @property
    def size_bytes(self) -> int:
        """Packed bytes, with what Python adds for the objects (measured: about 180 bytes a block)."""
        return len(self.times) + len(self.values) + 180

    def moved(self, by_ms: int) -> "Block":
        """The same samples, all of them `by_ms` later: the packed times are steps from the first."""
        return Block(self.first_ms + by_ms, self.last_ms + by_ms, self.count, self.times, self.values)


class Packer:
    """Seals and unseals blocks. Series of one scrape share their times, so the last ones seen are remembered."""

    def __init__(self) -> None:
        self._packed: tuple[bytes, bytes] = (b"", b"")  # times as they are, and packed
        self._unpacked: tuple[int, bytes, array[int]] = (0, b"", array("q"))

    def seal(self, times: "array[int]", values: "array[float]") -> Block:
        """Packs samples (at least one; times ascending) into a block."""
        raw = times.tobytes()
        if raw != self._packed[0]:
            self._packed = raw, _pack_times(times)
        return Block(times[0], times[-1], len(times), self._packed[1], _pack_values(values))

    def unseal(self, block: Block) -> "tuple[array[int], array[float]]":
        """The samples exactly as they were sealed. The arrays are the caller's to read, not to change."""
        first_ms, packed, times = self._unpacked
        if (first_ms, packed) != (block.first_ms, block.times):
            times = _unpack_times(block)
            self._unpacked = block.first_ms, block.times, times
        return times, _unpack_values(block)


def _pack_times(times: "array[int]") -> bytes:
    steps = array("q", map(sub, times[1:], times))
    return zlib.compress(_grouped(steps.tobytes()), 1)


def _unpack_times(block: Block) -> "array[int]":
    steps = array("q", _ungrouped(zlib.decompress(block.times)))
    return array("q", accumulate(steps, initial=block.first_ms))


def _pack_values(values: "array[float]") -> bytes:
    raw = values.tobytes()
    number = int.from_bytes(raw, "little")
    mixed = (number ^ (number << 64)) & ((1 << (8 * len(raw))) - 1)
    return zlib.compress(_grouped(mixed.to_bytes(len(raw), "little")), 1)


def _unpack_values(block: Block) -> "array[float]":
    raw = _ungrouped(zlib.decompress(block.values))
    mask = (1 << (8 * len(raw))) - 1
    number, shift = int.from_bytes(raw, "little"), 64
    while shift < 8 * len(
        raw
    ):  # undoes the xor with the predecessor for all values at once, doubling its reach
        number ^= (number << shift) & mask
        shift *= 2
    return array("d", number.to_bytes(len(raw), "little"))


def _grouped(raw: bytes) -> bytes:
    """Bytes of eight-byte words grouped by their position, which compresses far better."""
    return b"".join(raw[position::8] for position in range(8))


def _ungrouped(grouped: bytes) -> bytes:
    count = len(grouped) // 8
    raw = bytearray(len(grouped))
    for position in range(8):
        raw[position::8] = grouped[position * count : (position + 1) * count]
    return bytes(raw)
