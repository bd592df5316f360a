"""A real server on loopback over the fake application, for the tests of the board."""

from tests.api.conftest import application, client, served, server  # noqa: F401
