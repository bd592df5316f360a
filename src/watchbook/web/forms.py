"""What a page's request carries: form fields, the page to go back to, the actor's cookie. Used by `web.routes` and the gate.

It checks shapes only. Whether a form is the board's own is the gate's question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from watchbook.app.views.watched import Actor
from watchbook.model.errors import UsageError

ACTOR_COOKIE = "watchbook_actor"
PARAMETER_PREFIX = "p."
MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page. `named`: this browser was told a name; until then the page asks for one."""

    name: str
    named: bool


def reader_of(request: Request) -> Reader:
    """The reader by the gate's actor and the browser's cookie."""
    return Reader(actor_in(request).name, bool(request.cookies.get(ACTOR_COOKIE)))


async def form_of(request: Request) -> dict[str, str]:
    """Fields of an urlencoded form; of a repeated one the last. Raises `UsageError` for what is no form."""
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise UsageError("the form could not be read", mend="Load the page again.") from None
    return dict(pairs)


def parameters_in(fields: Mapping[str, str]) -> dict[str, str]:
    """Parameters of a procedure: fields named `p.NAME`, without those left empty."""
    return {
        name.removeprefix(PARAMETER_PREFIX): value
        for name, value in fields.items()
        if name.startswith(PARAMETER_PREFIX) and value
    }


def back_in(fields: Mapping[str, str], otherwise: str) -> str:
    """The page to return to: a path of this board, never another site."""
    back = fields.get("back", "")
    own = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if own else otherwise


def actor_in(request: Request) -> Actor:
    """Who asks, as the gate has found."""
    actor = request.state.actor
    assert isinstance(actor, Actor)
    return actor
