"""Programs that some tests need and a machine may lack.

Called by tests and fixtures. A missing program skips the test with its reason; where WATCHBOOK_NO_SKIPS=1
(continuous integration) it fails instead. It installs nothing.
"""

import os
import shutil

import pytest


def require_program(name: str) -> str:
    """Path of the program `name`; skips the calling test where it is missing, or fails it when skips are forbidden."""
    found = shutil.which(name)
    if found is None:
        reason = f"the program {name} is not installed"
        if os.environ.get("WATCHBOOK_NO_SKIPS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
