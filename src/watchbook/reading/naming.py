"""Names that nobody has yet: of procedures in a chapter, of remedies and of steps.

Called by the modules that make up names while they read. However many things are called the same, giving each its
own name takes no longer than the one before it did. It knows nothing of what is named.
"""

from collections.abc import Callable


class Names:
    """The names that are taken. `key` is what makes two names the same."""

    def __init__(self, key: Callable[[str], str] = str) -> None:
        self._key = key
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # where to go on counting, of each name that was asked for twice

    def __bool__(self) -> bool:
        """Whether any name is taken."""
        return bool(self._taken)

    def take(self, name: str) -> None:
        """Somebody has the name."""
        self._taken.add(self._key(name))

    def unique(self, name: str, between: str = " ") -> str:
        """`name`, or `name 2`, `name 3`, … where it is taken; it is taken from now on."""
        wanted = key = self._key(name)
        number, unique = self._next.get(wanted, 2), name
        while key in self._taken:
            unique = f"{name}{between}{number}"
            key, number = self._key(unique), number + 1
            self._next[wanted] = number
        self._taken.add(key)
        return unique
