"""Which text's commands run unattended, and what waits until a person has accepted it (rule 22).

Called by `app.reloading`. What is one command is `deciding.trusting`; what an acceptance changes besides is `app.accepting`.
"""

from dataclasses import replace

from watchbook.app.documents.loading import Loaded
from watchbook.app.watching.live import LiveCheck, LiveService, Place, Trusted
from watchbook.deciding.trusting import accepted_check, check_command, commands_of, waiting_says
from watchbook.model.ids import slug
from watchbook.model.observations import CheckHealth
from watchbook.model.runbook import HealthCheck, Runbook, Service
from watchbook.world.probes import full_target


def folder_of(loaded: Loaded) -> str:
    """Where a runbook's commands run."""
    return str(loaded.path.parent.absolute())


def accepted(loaded: Loaded, by: str, at: float) -> Trusted:
    """This text, accepted whole."""
    return Trusted(
        loaded.runbook.digest,
        loaded.runbook,
        by,
        at,
        frozenset(commands_of(loaded.runbook, folder_of(loaded))),
    )


def nothing(loaded: Loaded) -> Trusted:
    """Of a service that came while it was not looked at nothing is accepted."""
    return Trusted(runbook=Runbook(Service(loaded.runbook.service.name)))


def beside(trusted: Trusted, loaded: Loaded, now: float) -> Trusted:
    """What was accepted, with what a newer text would run beside it. What waited already waits since then."""
    if trusted.everything or trusted.runbook is None:
        return trusted
    from watchbook.reading.differences import differences

    asked = commands_of(loaded.runbook, folder_of(loaded))
    waiting = {command: where for command, where in asked.items() if command not in trusted.commands}
    same = trusted.digest == loaded.runbook.digest
    return replace(
        trusted,
        waiting=waiting,
        since=(trusted.since if trusted.waiting else now) if waiting else 0.0,
        changes=() if same else differences(trusted.runbook, loaded.runbook),
    )


def hold_back(service: LiveService) -> None:
    """Checks whose command nobody has accepted: asked as they were accepted, or not at all."""
    trusted, folder = service.trusted, folder_of(service.loaded)
    for place in service.places.values():
        for key, live in list(place.checks.items()):
            command = check_command(live.check, place.environment, folder)
            if trusted.allows(command):
                continue
            del place.checks[key]
            held = _held(live.check, place, trusted, folder)
            place.checks[(held.check.name, held.target)] = held
            if place.service_check is live.check:
                place.service_check = held.check


def _held(check: HealthCheck, place: Place, trusted: Trusted, folder: str) -> LiveCheck:
    why = waiting_says(trusted.since)
    before = accepted_check(check, trusted.runbook) if isinstance(trusted.runbook, Runbook) else None
    if before is not None and trusted.allows(check_command(before, place.environment, folder)):
        return LiveCheck(before, full_target(before, place.environment.url), accepted_only=why)
    unknown = CheckHealth(reason=why)
    return LiveCheck(check, full_target(check, place.environment.url), waits=why, health=unknown)


def waiting_names(service: LiveService) -> tuple[str, ...]:
    """Where the commands that wait stand, each place once."""
    found = {slug(where): where for where in service.trusted.waiting.values()}
    return tuple(found.values())
