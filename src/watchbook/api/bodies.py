"""What the API's writes take, checked at the edge. pydantic stays in this module.

Unknown fields are refused, so that `env` instead of `environment` never runs in the wrong place. Each body becomes a request
of `app.application`.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from watchbook.app.application import AcknowledgeRequest, DiagnoseRequest, RunRequest, SilenceRequest

Name = Annotated[str, Field(min_length=1, max_length=300)]
Note = Annotated[str, Field(max_length=2000)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AcknowledgeBody(Body):
    for_s: Annotated[float, Field(gt=0, le=7 * 86400)] | None = None
    note: Note = ""

    def request(self, target: str) -> AcknowledgeRequest:
        return AcknowledgeRequest(target, self.for_s, self.note)


class EmptyBody(Body):
    """`{}`."""


class ReasonBody(Body):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class AcceptBody(Body):
    digest: Digest
    content_hash: Annotated[str, Field(max_length=128)] = ""


class ApproveBody(Body):
    digest: Digest
    reason: Note = ""


class DiagnoseBody(Body):
    service: Name
    issue: Name | None = None
    alert: Name | None = None
    environment: Name | None = None
    wait_s: Annotated[float, Field(ge=0, le=120)] = 0.0

    def request(self) -> DiagnoseRequest:
        return DiagnoseRequest(self.service, self.issue, self.alert, self.environment, self.wait_s)


class RunBody(Body):
    service: Name
    procedure: Name | None = None
    cause: Name | None = None
    environment: Name | None = None
    parameters: dict[str, Annotated[str, Field(max_length=10_000)]] = Field(default_factory=dict)
    dry_run: bool = False
    content_hash: Annotated[str, Field(max_length=128)] = ""
    offline: Note = ""
    undoes: Name | None = None

    def request(self, key: str) -> RunRequest:
        return RunRequest(
            service=self.service,
            procedure=self.procedure,
            cause=self.cause,
            environment=self.environment,
            parameters=self.parameters,
            content_hash=self.content_hash,
            offline=self.offline,
            undoes=self.undoes,
            key=key,
        )


class AnswerBody(Body):
    answer: Annotated[str, Field(min_length=1, max_length=10_000)]
    content_hash: Annotated[str, Field(max_length=128)] = ""


class SilenceBody(Body):
    service: Name
    alert: Name | None = None
    ends_at: float
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    starts_at: float | None = None

    def request(self) -> SilenceRequest:
        return SilenceRequest(self.service, self.alert, self.ends_at, self.reason, self.starts_at)
