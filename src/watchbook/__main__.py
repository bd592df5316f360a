"""`python -m watchbook` is the same as `watchbook`."""

from watchbook.cli.main import main

main()
