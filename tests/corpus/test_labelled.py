"""Two scores on ten strangers' runbooks that were labelled by hand: quantities understood, and nothing else armed.

Not collected where the corpus is absent. The limits are the project's promise, not what happens to hold today.
"""

from functools import reduce

import pytest
from tests.corpus import labels
from tests.corpus.scoring import Score, score

from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

FILES = labels.all_labels()
_RECALL = 0.95


if FILES:

    @pytest.fixture(scope="module")
    def total() -> Score:
        """The scores of the ten documents, added up."""
        read = [labels.load(path) for path in FILES]
        scores = (score(one, contract(read_runbook(one.text))) for one in read)
        return reduce(Score.__add__, scores, Score())

    @pytest.mark.slow
    def test_quantities_are_understood(total: Score) -> None:
        """At least 95 % of the rows that carry a number are read as labelled."""
        assert total.recall >= _RECALL, "\n".join((f"{total.recall:.1%} of {total.rows} rows", *total.missed))

    @pytest.mark.slow
    def test_the_rest_has_a_finding(total: Score) -> None:
        """Every row with a number that was not understood says so with a finding."""
        assert not total.uncovered, "\n".join(
            text for text in total.missed if text.startswith(total.uncovered)
        )

    @pytest.mark.slow
    def test_no_reading_is_wrong(total: Score) -> None:
        """Conditions in every role, windows, severities and classes of commands: what is read is right."""
        assert total.conditions and total.classes
        assert not total.wrong, "\n".join(total.wrong)

    @pytest.mark.slow
    def test_nothing_but_alerts_is_armed(total: Score) -> None:
        """No target, band, trigger, checklist, symptom or duration becomes an alert."""
        assert not total.armed, "\n".join(total.armed)
