"""Makes servers quickly for the crash tests: imports once, forks for each. Started by `test_crash.py`.

A line `ROOT SECRET` on standard input starts a server; the answer is its pid. It ends with its input.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from crash_server import serve


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    for line in sys.stdin:
        root, secret = line.split()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            errors = os.open(f"{root}/server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(errors, 1)
            os.dup2(errors, 2)
            status = 1
            try:
                asyncio.run(serve(Path(root), secret))
                status = 0
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                if status:
                    import traceback

                    traceback.print_exc()
                os._exit(status)
        print(child, flush=True)


if __name__ == "__main__":
    main()
