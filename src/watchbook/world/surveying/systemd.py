"""Units of systemd: services by their file name, with their description. Called by `surveying`.

Templates of units (`name@.service`) are left out: which instances run is not in the file.
"""

import re
from dataclasses import replace

from watchbook.world.surveying.facts import Survey, Unit, is_word

_DESCRIPTION = re.compile(r"^Description\s*=\s*(.+)$", re.MULTILINE)


def read(found: Survey, name: str, text: str) -> Survey:
    """Adds the unit, where the file is one that starts something."""
    unit = name.rsplit("/", 1)[-1].removesuffix(".service")
    if "[Service]" not in text or not is_word(unit) or unit.endswith("@"):
        return found
    said = _DESCRIPTION.search(text)
    return replace(found, units=(*found.units, Unit(unit, f"{name}:1", said[1].strip() if said else "")))
