"""Tries to take a data folder where nothing may be written, and prints the one line. Run by test_folder.py."""

import sys
from pathlib import Path

from without_override import obey_permissions

from watchbook.model.errors import StoreError
from watchbook.store.folder import take

obey_permissions()
try:
    take(Path(sys.argv[1]))
    print("it was taken")
except StoreError as error:
    print(error)
