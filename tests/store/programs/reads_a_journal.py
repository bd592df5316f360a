"""Reads the journal of a database that it may not write, and prints the first entry. Run by test_folder.py."""

import sys
from pathlib import Path

from without_override import obey_permissions

from watchbook.store.journal import Wanted, read
from watchbook.store.store import Reader

obey_permissions()
reader = Reader(Path(sys.argv[1]))
print(reader.read_now(lambda connection: read(connection, Wanted()))[0].summary)
reader.close()
