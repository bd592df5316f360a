"""What is kept of a command's output: its beginning and its end, redacted before the first write; the rest is counted.

Called by the run's supervisor process and by `world.shell.once`. Raw output is never in a file: what is not yet
known to be safe stays in memory. Standard library only. Control sequences stay (pages take them out).
"""

from collections import deque
from collections.abc import Callable, Iterable

from watchbook.deciding.redaction import Redactor

LIMIT_BYTES = 1024 * 1024


class BoundedOutput:
    """Takes raw chunks, gives redacted bytes to `write`: the head as it comes, and at the end the tail.

    Two files that are read together would need the order of their writes; there is only one stream.
    """

    def __init__(
        self, write: Callable[[bytes], object], secrets: Iterable[str] = (), limit_bytes: int = LIMIT_BYTES
    ) -> None:
        self._write = write
        self._redactor = Redactor(secrets)
        self._head_left = limit_bytes // 2
        self._tail_bytes = limit_bytes - limit_bytes // 2
        self._raw_tail: deque[bytes] = deque()
        self._raw_tail_bytes = 0
        self._raw_before_tail = 0
        self._tail_open = False
        self.seen_bytes = 0
        self.left_out_bytes = 0

    def feed(self, chunk: bytes) -> None:
        """Takes the next raw bytes."""
        self.seen_bytes += len(chunk)
        if self._tail_open:
            self._keep_tail(chunk)
            return
        self._write_head(self._redactor.feed(chunk))

    def finish(self) -> None:
        """Writes what is left: the end of a short output; of a long one its kept end, behind a line that counts the gap."""
        if not self._tail_open:
            self._write_head(self._redactor.flush())
            if not self._tail_open:
                return
        raw = b"".join(self._raw_tail)
        start = max(0, len(raw) - self._tail_bytes)
        self.left_out_bytes = self._raw_before_tail + start
        shown = self._redactor.cut(raw, start)
        if self.left_out_bytes:
            self._write(b"\n[... %d bytes left out ...]\n" % self.left_out_bytes)
        self._write(shown)

    def _write_head(self, shown: bytes) -> None:
        head = shown[: self._head_left]
        if head:
            self._write(head)
        self._head_left -= len(head)
        if len(shown) > len(head):
            self._tail_open = True
            self._keep_tail(shown[len(head) :] + self._redactor.give_up())

    def _keep_tail(self, chunk: bytes) -> None:
        self._raw_tail.append(chunk)
        self._raw_tail_bytes += len(chunk)
        while self._raw_tail_bytes - len(self._raw_tail[0]) >= self._tail_bytes + self._redactor.margin:
            oldest = self._raw_tail.popleft()
            self._raw_tail_bytes -= len(oldest)
            self._raw_before_tail += len(oldest)
