"""Any sequence of edits (rule 13): no open episode is lost, no armed alert disappears, the same text changes nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deciding.books import Book, changed

from watchbook.model.ids import slug
from watchbook.model.runbook import (
    AlertRule,
)

START = 1_800_000_000.0


# Any sequence of edits ---------------------------------------------------------------------------------------------

NAMES = ("One", "Two", "Three", "Four")
rows = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from((1.0, 2.0, 3.0)), st.sampled_from(("critical", "medium"))
    ),
    max_size=4,
    unique_by=lambda row: row[0],
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(texts=st.lists(rows, min_size=1, max_size=6), firing=st.sets(st.sampled_from(NAMES)))
def test_no_sequence_of_edits_loses_an_open_episode(
    timelines: Any, texts: list[Any], firing: set[str]
) -> None:
    """Whatever is edited in whatever order, every open episode stays open with its alert, and no armed alert is lost."""
    book = _opened(timelines, texts[0], firing)
    episodes = {one.id for one in book.timeline.watch.open_episodes()}
    count = len(book.timeline.watch.alerts)
    for step, text in enumerate(texts[1:], 1):
        book.text(*_rules(timelines, text), at=10.0 + step)
        watch = book.timeline.watch
        assert {one.id for one in watch.open_episodes()} == episodes
        held = {one.state.episode for one in watch.alerts.values()} - {None}
        assert held == episodes
        assert {slug(name) for name, _, _ in text} <= {slug(one.rule.name) for one in watch.alerts.values()}
        assert len(watch.alerts) >= count
        count = len(watch.alerts)
        assert all(one.state.armed for one in watch.alerts.values())
        book.timeline.run(10.5 + step)
        before = book.timeline.watch
        again = book.text(*_rules(timelines, text), at=None)
        assert (again.watch, again.decision.saves, again.decision.entries) == (before, (), ())


@settings(max_examples=200, deadline=None)
@given(first=rows, second=rows, firing=st.sets(st.sampled_from(NAMES)))
def test_there_and_back_is_where_it_was(timelines: Any, first: Any, second: Any, firing: set[str]) -> None:
    """A, then B, then A: every alert of A is as it was, and only what B brought is missing now."""
    book = _opened(timelines, first, firing)
    before = {key: one.state for key, one in book.timeline.watch.alerts.items()}
    book.text(*_rules(timelines, second), at=11.0)
    book.text(*_rules(timelines, first), at=12.0)
    after = book.timeline.watch.alerts
    episodes = {state.episode for state in before.values()} - {None}
    assert {one.state.episode for one in after.values()} - {None} == episodes
    wanted_names = {slug(name) for name, _, _ in first}
    for key, one in after.items():
        assert (one.missing is None) == (slug(one.rule.name) in wanted_names), key
    renamed = {slug(name) for name, _, _ in second} - wanted_names
    if not renamed:  # nothing could have been taken for another's new name
        for key, state in before.items():
            now = after[key].state
            assert (now.status, now.episode, now.armed, now.severity) == (
                state.status, state.episode, state.armed, state.severity,
            )  # fmt: skip


def _rules(timelines: Any, text: Any) -> list[AlertRule]:
    return [changed(timelines.rule(name, severity=severity), value) for name, value, severity in text]


def _opened(timelines: Any, text: Any, firing: set[str]) -> Book:
    """Ten seconds under the first text, with some alerts firing."""
    timeline = timelines.of(*_rules(timelines, text))
    for name in firing & {name for name, _, _ in text}:
        timeline.push(0, name, True)
    timeline.run(10).truth = {}  # from here on nothing new is seen: only the texts change
    return Book(timeline)
