"""Options of the test suite. Fixtures stand beside the tests that use them."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what the reader says now into the golden files, for a person to compare."""
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files instead of comparing them"
    )
