"""Stylesheet, scripts and icons, from memory, at addresses that carry their hash. Used by `web.board` and `web.routes`.

The hash is of all files together, so that modules can import each other by relative names; browsers keep them for good.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    kind: str


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    files = sorted(path for path in FOLDER.iterdir() if path.suffix in _KINDS)
    return {path.name: Asset(path.read_bytes(), _KINDS[path.suffix]) for path in files}


@cache
def version() -> str:
    """Ten digits that change whenever a file does."""
    whole = hashlib.sha256()
    for name, asset in assets().items():
        whole.update(name.encode() + b"\0" + asset.content)
    return whole.hexdigest()[:10]


def address(name: str) -> str:
    """`/static/0a1b2c3d4e/board.css`."""
    return f"/static/{version()}/{name}"
