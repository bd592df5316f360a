"""Which text's commands run unattended, and what waits until a person has accepted it (rule 22).

Called by `app.reloading` and `app.watching.place_watch`. What is one command is `deciding.trusting`; what an acceptance
changes besides is `app.accepting`.
"""

from dataclasses import replace

from watchbook.app.documents.loading import Loaded
from watchbook.app.watching.live import LiveCheck, LiveService, Place, Trusted
from watchbook.deciding.trusting import accepted_check, check_command, commands_of, waiting_says
from watchbook.model.ids import slug
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


def why_it_waits(service: LiveService, place: Place, check: HealthCheck) -> str:
    """Why a check is not asked in an environment: nobody has accepted its command. Empty where it may be asked."""
    command = check_command(check, place.environment, folder_of(service.loaded))
    return "" if service.trusted.allows(command) else waiting_says(service.trusted.since)


def hold_back(service: LiveService) -> None:
    """Checks whose command nobody has accepted: asked as they were accepted, or not at all."""
    for place in service.places.values():
        for key, live in list(place.checks.items()):
            why = why_it_waits(service, place, live.check)
            if not why:
                continue
            del place.checks[key]
            held = _held(live.check, service, place, why)
            place.checks[(held.check.name, held.target)] = held
            if place.service_check is live.check:
                place.service_check = held.check


def _held(check: HealthCheck, service: LiveService, place: Place, why: str) -> LiveCheck:
    runbook = service.trusted.runbook
    before = accepted_check(check, runbook) if runbook is not None else None
    if before is not None and not why_it_waits(service, place, before):
        return LiveCheck(before, full_target(before, place.environment.url), accepted_only=why)
    return LiveCheck(check, full_target(check, place.environment.url), waits=why)


def waiting_names(service: LiveService) -> tuple[str, ...]:
    """Where the commands that wait stand, each place once."""
    found = {slug(where): where for where in service.trusted.waiting.values()}
    return tuple(found.values())
