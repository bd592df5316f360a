"""Takes a data folder, announces a server, prints a line and waits for its input to end. Run by test_folder.py."""

import sys
from pathlib import Path

from watchbook.store.folder import ServerNote, take

folder = take(Path(sys.argv[1]))
if len(sys.argv) > 2:
    import os

    folder.announce(ServerNote(sys.argv[2], os.getpid(), 5.0))
print("taken", flush=True)
sys.stdin.read()
