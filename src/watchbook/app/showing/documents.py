"""The text of a service as a view: what of it waits for a person, and what they would accept. Pure.

Called by `app.showing.services` and by `app.accepting`, which holds an acceptance against the same hash.
"""

from watchbook.app.trusting import waiting_names
from watchbook.app.views.watched import ChangeView, DocumentView, MissingView
from watchbook.app.watching.live import LiveService, label_of
from watchbook.deciding.trusting import waiting_says
from watchbook.model.ids import key_of


def waits(service: LiveService) -> bool:
    """Whether a person is to accept something of this service's text."""
    return bool(service.trusted.waiting or service.gone or any(row.kind != "text" for row in service.missing))


def content_hash(service: LiveService) -> str:
    """What a person accepts: this text, over that accepted one, without these rows."""
    missing = sorted(f"{row.kind} {row.name}" for row in service.missing)
    return key_of(service.loaded.runbook.digest, service.trusted.digest, service.gone, *missing)


def document_view(service: LiveService) -> DocumentView:
    """The runbook's text, what is missing in it, and whether its commands may run unattended."""
    loaded, trusted = service.loaded, service.trusted
    label = label_of(loaded)
    return DocumentView(
        service=service.id,
        path=str(loaded.path),
        text=loaded.text,
        digest=loaded.runbook.digest,
        trusted=service.is_trusted,
        loaded_at=service.loaded_at,
        reason="" if service.is_trusted else waiting_says(trusted.since),
        outdated=service.gone or (f"{label} cannot be read: {service.problem}" if service.problem else ""),
        revision=label,
        waits=waits(service),
        waiting=waiting_names(service),
        missing=tuple(
            MissingView(row.kind, row.name, row.since, row.says, row.needed) for row in service.missing
        ),
        changes=tuple(
            ChangeView(one.kind, str(one.risk), one.says, one.old_line, one.new_line)
            for one in trusted.changes
        ),
        accepted_by=trusted.by,
        accepted_at=trusted.at or None,
        content_hash=content_hash(service),
    )
