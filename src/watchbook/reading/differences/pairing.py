"""Which part of the old document is which part of the new one. Used by the modules of this package. Pure.

By name first (case and punctuation do not count; the second of one name is another), then by content: the same content
under another name is a renaming.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pairs(Generic[T]):
    """`kept` in the order of the new document, renamed ones included; `removed` and `added` in their documents' order."""

    kept: tuple[tuple[T, T], ...]
    renamed: tuple[tuple[T, T], ...]
    removed: tuple[T, ...]
    added: tuple[T, ...]


def pair(old: Sequence[T], new: Sequence[T], *keys: Callable[[T], Hashable | None]) -> Pairs[T]:
    """Pairs by the first key, what is left by the next, and so on; whatever a later key pairs is renamed.

    A key that gives None pairs nothing.
    """
    left_old, left_new = list(range(len(old))), list(range(len(new)))
    partner: dict[int, int] = {}
    renamed: set[int] = set()
    for number, key in enumerate(keys):
        places = {one: index for index, one in _numbered(old, left_old, key)}
        for index, one in _numbered(new, left_new, key):
            if one in places:
                partner[index] = places[one]
                renamed |= {index} if number else set()
        taken = set(partner.values())
        left_old = [index for index in left_old if index not in taken]
        left_new = [index for index in left_new if index not in partner]
    kept = tuple((old[partner[index]], new[index]) for index in sorted(partner))
    return Pairs(
        kept,
        tuple((old[partner[index]], new[index]) for index in sorted(renamed)),
        tuple(old[index] for index in left_old),
        tuple(new[index] for index in left_new),
    )


def _numbered(
    items: Sequence[T], left: list[int], key: Callable[[T], Hashable | None]
) -> list[tuple[int, tuple[Hashable, int]]]:
    """Index and key of each item that is left; equal keys are counted."""
    seen: Counter[Hashable] = Counter()
    found: list[tuple[int, tuple[Hashable, int]]] = []
    for index in left:
        one = key(items[index])
        if one is not None:
            seen[one] += 1
            found.append((index, (one, seen[one])))
    return found


def moved(old: Sequence[T], pairs: Pairs[T]) -> bool:
    """Whether what was kept stands in another order."""
    place = {id(one): index for index, one in enumerate(old)}
    order = [place[id(one)] for one, _ in pairs.kept]
    return order != sorted(order)
