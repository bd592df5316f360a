"""Options of the test suite. Fixtures stand beside the tests that use them."""

import gc
import os
import tempfile

import pytest
from hypothesis import settings

# Tests judge what is said, never how fast: a busy machine is no failure. `make bench` holds the figures.
settings.register_profile("watchbook", deadline=None)
settings.load_profile("watchbook")

# The suite, and every process that it starts, keeps what it reads in a folder of its own and never in the user's cache.
_CACHE = tempfile.TemporaryDirectory(prefix="watchbook-cache-", ignore_cleanup_errors=True)
os.environ["WATCHBOOK_CACHE"] = _CACHE.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what the reader says now into the golden files, for a person to compare."""
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files instead of comparing them"
    )


# Fixtures that start a server, supervisors or an outbox for each test.
SERVERS = {"served", "shell", "house", "make_outbox"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests over a server of their own are `slow`: they belong to `make test`, not to the quick ring."""
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay until the end: looking through them for garbage again and again takes time."""
    gc.collect()
    gc.freeze()
