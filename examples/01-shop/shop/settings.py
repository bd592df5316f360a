"""Settings, switches and releases of an environment, as files under run/ and releases/.

Settings are read when an instance starts; switches at every order. Written by the balancer, read by instances.
"""

import json
from pathlib import Path
from typing import Any

from shop import web

DEFAULTS: dict[str, dict[str, Any]] = {
    "production": {"payment_timeout_ms": 2000, "most_articles": 60},
    "staging": {"payment_timeout_ms": 2000, "most_articles": 60, "tax_region": "DE"},
}
KINDS: dict[str, type] = {"payment_timeout_ms": int, "most_articles": int, "tax_region": str}
SWITCHES = {"payment_fallback": False}


def settings_file(environment: str) -> Path:
    """Where an environment's settings are; production's is the one people look at most."""
    return Path("run/config.json" if environment == "production" else f"run/config.{environment}.json")


def undo_file(environment: str) -> Path:
    """Where an environment's settings are as they were before the last change."""
    return settings_file(environment).with_suffix(".before.json")


def switches_file(environment: str) -> Path:
    """Where an environment's switches are."""
    return Path(f"run/switches.{environment}.json")


def read(path: Path) -> dict[str, Any]:
    """A file of settings or switches. Raises OSError or ValueError."""
    loaded = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise ValueError(f"{path}: not a JSON object")
    return loaded


def prepare(environment: str) -> None:
    """Writes the files of an environment where they are missing."""
    for path, content in (
        (settings_file(environment), DEFAULTS[environment]),
        (switches_file(environment), SWITCHES),
    ):
        if not path.exists():
            web.write_file(str(path), json.dumps(content, indent=2) + "\n")


def change(environment: str, name: str, value: str) -> None:
    """Sets one setting. Raises ValueError with a sentence for people."""
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"there is no setting {name}: choose from {', '.join(KINDS)}")
    if not value or (kind is int and not value.isdigit()):
        raise ValueError(f"{name} needs {'a whole number' if kind is int else 'a value'}, not '{value}'")
    before = settings_file(environment).read_text(encoding="utf-8")
    changed = json.dumps({**json.loads(before), name: kind(value)}, indent=2) + "\n"
    if changed != before:
        web.write_file(str(undo_file(environment)), before)
        web.write_file(str(settings_file(environment)), changed)


def undo(environment: str) -> None:
    """Puts the settings back as they were before the last change. Raises ValueError where there was none."""
    before = undo_file(environment)
    if not before.exists():
        raise ValueError(f"nothing was changed in {environment} since the last undo")
    before.replace(settings_file(environment))


def switch(environment: str, name: str, on: bool) -> None:
    """Turns a switch; instances see it at their next order."""
    changed = {**read(switches_file(environment)), name: on}
    web.write_file(str(switches_file(environment)), json.dumps(changed, indent=2) + "\n")


def fallback(environment: str) -> bool:
    """Whether orders are taken while cards cannot be charged; not, where nobody has said so."""
    path = switches_file(environment)
    return path.exists() and bool(read(path)["payment_fallback"])


def release(version: str) -> dict[str, Any]:
    """What a release needs. Raises ValueError where there is no such release."""
    path = Path("releases") / f"{version}.json"
    known = sorted(file.stem for file in Path("releases").glob("*.json"))
    if version not in known:
        raise ValueError(f"there is no release {version}: choose from {', '.join(known)}")
    return read(path)
