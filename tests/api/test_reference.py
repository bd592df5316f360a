"""The reference page documents exactly the routes that exist, and the error codes that are answered."""

import asyncio
import re
from pathlib import Path

from tests.web.fake_application import FakeApplication

from watchbook.api import make_app
from watchbook.api.errors import status_of
from watchbook.api.settings import ServerSettings
from watchbook.model import errors

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"


async def test_every_route_is_documented_and_no_other() -> None:
    """A route without a line in the reference fails here, as does a line without a route."""
    schema = make_app(FakeApplication(), ServerSettings(asyncio.Event())).openapi()
    routes = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    said = set(
        re.findall(r"^\| `((?:GET|POST|DELETE|PUT) /api/v1/[^`]+)`", REFERENCE.read_text(), re.MULTILINE)
    )
    assert said - {"GET /api/v1/openapi.json"} == {route.replace(":path", "") for route in routes}


def test_every_error_code_is_documented() -> None:
    """Each kind of error has its code and status in the table."""
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d, ]+) \|", REFERENCE.read_text(), re.MULTILINE))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert len(kinds) > 5
    for kind in kinds:
        assert str(status_of(kind("x"))) in rows[kind.code].split(", "), kind
