"""Runs one target under atheris (libFuzzer). Called by `python -m fuzz` as a process of its own, once for each target.

A process fuzzes one target: libFuzzer ends the process when it is done or when it has found something.
"""

import sys

import atheris

# What libFuzzer is guided by: the branches of these modules.
GUIDED_BY = ["watchbook"]


def main() -> None:
    """`python -m fuzz.run TARGET [libFuzzer's options and folders]`."""
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=GUIDED_BY):
        import watchbook.deciding.freshness
        import watchbook.reading.contract
        import watchbook.reading.differences
        import watchbook.reading.expectations
        import watchbook.reading.runbook
        import watchbook.reading.shell
        import watchbook.reading.suppressions  # noqa: F401  # each is instrumented as it is imported
    from fuzz.targets import TARGETS

    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
