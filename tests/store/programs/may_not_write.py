"""Tries to take a data folder where nothing may be written, and prints the one line. Run by test_folder.py.

`may_not_write.py FOLDER [UID]`: as that user, where the caller is root (root may write everywhere).
"""

import os
import sys
from pathlib import Path

from watchbook.model.errors import StoreError
from watchbook.store.folder import take

if len(sys.argv) > 2 and os.getuid() == 0:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    take(Path(sys.argv[1]))
    print("it was taken")
except StoreError as error:
    print(error)
