"""Start of a run's supervisor process: `python -I -S shim.py FOLDER`, without site-packages.

Started by `world.shell.runner`. It only finds its own package, at the end of the path, and hands over to `supervisor`.
"""
# ruff: noqa: PTH100, PTH120

import os
import sys

if __name__ == "__main__":
    package = os.path.abspath(__file__)
    for _ in range(4):  # shim.py, shell, world, watchbook: up to the folder that holds the package
        package = os.path.dirname(package)
    sys.path.append(package)
    from watchbook.world.shell.supervisor import main

    sys.exit(main(sys.argv[1:]))
