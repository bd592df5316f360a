"""One clock for the whole process: wall time that never jumps while we run.

`now()` is the wall time at start plus the monotonic time since; durations taken from it are right whatever happens to
the machine's clock (rule 7). `jump()` says when the wall clock has moved away, so that the watch can report it and
move its own marks; it neither pages nor resolves anything. It schedules nothing.
"""

import time

JUMP_S = 2.0  # slewing by NTP stays far below this between two looks


class SteadyClock:
    """Wall seconds since 1970 that only ever move forward at one second a second."""

    def __init__(self) -> None:
        self._wall = time.time()
        self._monotonic = time.monotonic()

    def now(self) -> float:
        """Seconds since 1970, steady."""
        return self._wall + (time.monotonic() - self._monotonic)

    def jump(self) -> float:
        """Seconds by which the machine's wall clock is ahead of ours; 0.0 while it is within two seconds.

        After a jump was returned our clock follows the machine's, and the caller moves its marks by that much.
        """
        ahead = time.time() - self.now()
        if abs(ahead) < JUMP_S:
            return 0.0
        self._wall += ahead
        return ahead
