"""What the command line needs to run a procedure, wherever the runs are: a server's, or this process's own.

Implemented by `cli.remote` and `app.operating.alone`. Values are those of the API, JSON-ready.
"""

from types import TracebackType
from typing import Any, Protocol, Self


class Operator(Protocol):
    """Use as `with`. Methods raise the errors of `model.errors`. `left` says what becomes of a run that a person leaves."""

    left: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def plan(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """What `start` would do; `wanted` as the API's `POST /runs` takes it, with `procedure` a procedure or a cause."""
        ...

    def start(self, wanted: dict[str, Any]) -> dict[str, Any]: ...

    def run(self, run: str) -> dict[str, Any]: ...

    def answer(self, question: str, answer: str, content_hash: str) -> dict[str, Any]: ...
