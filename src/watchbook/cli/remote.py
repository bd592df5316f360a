"""Runs over a server's API, for `watchbook run`. Implements `app.operating.operator.Operator`."""

from types import TracebackType
from typing import Any, Self

from watchbook.cli.client import Client, path_of
from watchbook.model.errors import NotFoundError


class RemoteOperator:
    """Runs of one service on a server."""

    left = "The run goes on at the server; what it asks waits on the board and in `watchbook questions`."

    def __init__(self, client: Client, service: str) -> None:
        self._client, self._service = client, service

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to let go of: the run goes on at the server."""

    def plan(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """By the procedure's name, else as the remedy of a cause of that name."""
        body = {**wanted, "service": self._service, "dry_run": True}
        try:
            plan: dict[str, Any] = self._client.post("/api/v1/runs", body)
        except NotFoundError as unknown:
            as_cause = {name: value for name, value in body.items() if name != "procedure"}
            try:
                plan = self._client.post("/api/v1/runs", {**as_cause, "cause": wanted["procedure"]})
            except NotFoundError:
                raise unknown from None
        return plan

    def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        run: dict[str, Any] = self._client.post("/api/v1/runs", {**wanted, "service": self._service})
        return run

    def run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get(path_of("runs", run))
        return found

    def answer(self, question: str, answer: str, content_hash: str) -> dict[str, Any]:
        body = {"answer": answer, "content_hash": content_hash}
        answered: dict[str, Any] = self._client.post(path_of("questions", question, "answer"), body)
        return answered
