"""`python -m corpus [NAME…]`: the report over the corpus, or over the documents whose name holds NAME."""

import sys

from corpus import report, sources
from corpus.measure import Measured, measure
from watchbook.reading import read_runbook


def main(names: list[str]) -> int:
    """Exit code: 0 when reported, also where there is no corpus; 2 when no document has such a name."""
    if not sources.CORPUS.is_dir():
        sys.stdout.write(
            "corpus: there is no corpus beside this repository (../shared/corpus); nothing to measure.\n"
        )
        return 0
    groups: dict[str, list[Measured]] = {}
    read_runbook(
        "# The first reading\n\n```bash\nls | wc -l\n```\n"
    )  # what is imported on first use is not timed
    for source in sources.documents():
        if not names or any(name.lower() in source.name.lower() for name in names):
            groups.setdefault(source.group, []).append(measure(source))
    if not groups:
        sys.stderr.write(f"corpus: no document is called like {', '.join(names)}.\n")
        return 2
    for name, parts in groups.items():
        for line in report.section(name, parts, each=bool(names) or name == "service"):
            sys.stdout.write(line + "\n")
    if not names:
        for line in (*report.sums(groups), *report.of_lists(sources.lists()), *_scores()):
            sys.stdout.write(line + "\n")
    return 0


def _scores() -> list[str]:
    """The two scores on the documents that are labelled by hand; the labels belong to the tests."""
    from tests.corpus import labels, scoring

    from watchbook.reading.contract import contract

    found = [
        (one.name, scoring.score(one, contract(read_runbook(one.text))))
        for one in map(labels.load, labels.all_labels())
    ]
    return list(report.scores(found)) if found else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
