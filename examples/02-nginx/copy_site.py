#!/usr/bin/env python3
"""Copies this example to another folder, and to other ports: python3 copy_site.py FOLDER [BASE].

The one rule of ports, and the only change a copy makes: in every text file, the number 82NN (NN from 00 to 49)
becomes BASE + NN. BASE is 8200 where it is not given. What a running site leaves behind is not copied.
"""

import re
import shutil
import sys
from pathlib import Path

PORT = re.compile(r"(?<![0-9.])82[0-4][0-9](?![0-9])")
LEFT_BEHIND = ("run", "logs", "tls", ".watchbook", "__pycache__", "*.pyc")
ORDINARY_BASE = 8200


def moved(text: str, base: int) -> str:
    """The text with every port moved to the base."""
    return PORT.sub(lambda found: str(int(found[0]) - ORDINARY_BASE + base), text)


def copy(source: Path, target: Path, base: int) -> None:
    """Copies the example. The target may exist; files of the same name are replaced, others are kept."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_BEHIND), dirs_exist_ok=True)
    for path in sorted(source.rglob("*")):
        copied = target / path.relative_to(source)
        if not copied.is_file() or not path.is_file() or path.name == Path(__file__).name:
            continue
        copied.write_text(moved(path.read_text(encoding="utf-8"), base), encoding="utf-8")
        if path.suffix == ".sh":
            copied.chmod(0o755)


def main() -> None:
    """Reads the command line and copies."""
    if len(sys.argv) not in (2, 3) or not (len(sys.argv) < 3 or sys.argv[2].isdigit()):
        sys.exit("usage: python3 copy_site.py FOLDER [BASE]")
    base = int(sys.argv[2]) if len(sys.argv) == 3 else ORDINARY_BASE
    if not 1024 <= base <= 65_400:
        sys.exit(f"a port base must be 1024 to 65400, not {base}")
    copy(Path(__file__).resolve().parent, Path(sys.argv[1]).resolve(), base)


if __name__ == "__main__":
    main()
