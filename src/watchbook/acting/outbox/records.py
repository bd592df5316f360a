"""What the outbox writes down of a send: the notice as it is then, and the journal's word of it. Pure values.

Called by `acting.outbox.outbox` and read by the auditor; it neither sends nor stores.
"""

from typing import Any

from watchbook.model.decisions import Decision
from watchbook.model.ids import slug
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeState


def settled_decision(notice: Notice, *, recorded: bool) -> Decision:
    """A notice that was sent or refused for good. `recorded` False: it left while the store was stuck."""
    summary = str(notice.body.get("summary", ""))
    who = notice.contact
    if notice.state is NoticeState.SENT:
        kind, says = "page.sent", f"{who} was told through {notice.channel}: {summary}"
    else:
        kind, says = "page.failed", f"{who} could not be told through {notice.channel}: {notice.problem}"
    if not recorded:
        says += " (sent while nothing could be recorded)"
    at = notice.sent_at if notice.sent_at is not None else notice.due_at
    return Decision(says, (notice,), (entry_of(notice, kind, says, at, recorded=recorded),))


def entry_of(notice: Notice, kind: str, says: str, at: float, **more: Any) -> Entry:
    """A journal entry about a notice, in the timeline of its incident."""
    body = notice.body
    data = {
        "episode": str(notice.episode),
        "alert": body.get("alert", ""),
        "environment": body.get("environment", ""),
        "kind": str(notice.kind),
        "contact": notice.contact,
        "channel": notice.channel,
        "rung": notice.rung,
        "round": notice.round,
        "sequence": notice.sequence,
        "key": notice.key,
        "tries": notice.tries,
        **more,
    }
    return Entry(
        service=slug(str(body.get("service") or "watchbook")),
        kind=kind,
        summary=says,
        occurred_at=at,
        subject=notice.key,
        incident=str(body.get("incident", "")),
        data=data,
    )
