"""In a storm only the most upstream failing service is diagnosed (rule 22). Pure. Called by `app.watchbook`."""

from collections.abc import Collection, Mapping

from watchbook.model.ids import slug


def failing_upstream(
    service: str, dependencies: Mapping[str, Collection[str]], failing: Collection[str]
) -> str | None:
    """A failing service that `service` depends on, directly or not; None where it is the most upstream one itself.

    `dependencies` maps each service's slug to the names it depends on; a circle of failing services holds nothing back.
    """
    wanted = {slug(name) for name in failing}
    seen, queue = {slug(service)}, [slug(service)]
    while queue:
        for name in dependencies.get(queue.pop(0), ()):
            found = slug(name)
            if found in seen:
                continue
            if found in wanted and failing_upstream_of_itself(found, slug(service), dependencies):
                continue
            if found in wanted:
                return found
            seen.add(found)
            queue.append(found)
    return None


def failing_upstream_of_itself(
    service: str, target: str, dependencies: Mapping[str, Collection[str]]
) -> bool:
    """Whether `service` depends on `target`: the two stand in a circle."""
    seen, queue = {service}, [service]
    while queue:
        for name in dependencies.get(queue.pop(0), ()):
            found = slug(name)
            if found == target:
                return True
            if found not in seen:
                seen.add(found)
                queue.append(found)
    return False
