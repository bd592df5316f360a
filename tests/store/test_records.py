"""Records and rows: every type that is kept comes back as it was saved, and versions are checked."""

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from watchbook.model.alerts import AlertState, AlertStatus, Episode
from watchbook.model.errors import ConflictError
from watchbook.model.ids import AlertId, EpisodeId, IncidentId, QuestionId, RunId, StepId
from watchbook.model.incidents import Incident, IncidentState
from watchbook.model.paging import Climb, Notice, NoticeKind, NoticeState, Silence
from watchbook.model.runbook import Rung, Severity
from watchbook.model.runs import Attempt, AttemptState, Question, Run, RunState
from watchbook.store import records, sqlite
from watchbook.store.kinds import metadata

from .test_codec import diagnoses, numbers, words


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database file with all tables."""
    path = tmp_path_factory.mktemp("records") / "watchbook.sqlite"
    sqlite.make(path)
    made = sqlite.open_to_write(path)
    with made.begin() as connection:
        metadata.create_all(connection)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that leaves nothing behind."""
    with engine.connect() as opened:
        yield opened
        opened.rollback()


whole = st.integers(0, 2**40)
times = st.none() | numbers
severities = st.sampled_from(Severity)
data = st.dictionaries(words, words | st.integers() | st.booleans() | st.none())
saved = st.one_of(
    st.builds(
        AlertState,
        id=words.map(AlertId),
        service=words,
        environment=words,
        name=words,
        severity=severities,
        status=st.sampled_from(AlertStatus),
        armed=st.booleans(),
        active_since=times,
        value=times,
        reason=words,
        episode=st.none() | words.map(EpisodeId),
    ),
    st.builds(
        Episode,
        id=words.map(EpisodeId),
        alert=words.map(AlertId),
        service=words,
        environment=words,
        name=words,
        severity=severities,
        began_at=numbers,
        paging=st.booleans(),
        incident=st.none() | words.map(IncidentId),
    ),
    st.builds(
        Notice,
        key=words,
        episode=words.map(EpisodeId),
        kind=st.sampled_from(NoticeKind),
        sequence=whole,
        rung=whole,
        round=whole,
        contact=words,
        channel=words,
        body=data,
        state=st.sampled_from(NoticeState),
        due_at=numbers,
        sent_at=times,
    ),
    st.builds(
        Climb,
        episode=words.map(EpisodeId),
        ladder=st.lists(st.builds(Rung, who=words, after_s=numbers), max_size=3).map(tuple),
        rung=whole,
        next_at=times,
        acknowledged_by=st.none() | words,
        told=st.lists(st.tuples(words, words), max_size=3).map(tuple),
    ),
    st.builds(
        Silence,
        id=words,
        service=words,
        alert=st.none() | words,
        starts_at=numbers,
        ends_at=numbers,
        author=words,
        reason=words,
    ),
    st.builds(
        Incident,
        id=words.map(IncidentId),
        number=st.integers(1, 2**40),
        service=words,
        environment=words,
        title=words,
        severity=severities,
        state=st.sampled_from(IncidentState),
        opened_at=numbers,
        episodes=st.lists(words.map(EpisodeId), max_size=3).map(tuple),
    ),
    st.builds(
        Run,
        id=words.map(RunId),
        service=words,
        procedure=words,
        environment=st.none() | words,
        parameters=st.dictionaries(words, words),
        actor=words,
        state=st.sampled_from(RunState),
        created_at=numbers,
        content_hash=words,
        changing=st.booleans(),
    ),
    st.builds(
        Attempt,
        run=words.map(RunId),
        step=words.map(StepId),
        number=whole,
        state=st.sampled_from(AttemptState),
        claimed_at=numbers,
        exit=st.none() | st.integers(0, 255),
        output=words,
    ),
    st.builds(
        Question,
        id=words.map(QuestionId),
        run=words.map(RunId),
        service=words,
        kind=words,
        text=words,
        commands=st.lists(words, max_size=3).map(tuple),
        options=st.lists(words, max_size=3).map(tuple),
        data=st.dictionaries(words, words),
    ),
    diagnoses,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(record=saved)
def test_every_record_comes_back_as_it_was(engine: Engine, record: Any) -> None:
    """Whatever the fields hold, the loaded record equals the saved one, and so it does after an update."""
    with engine.connect() as connection:
        kept, repeat = records.save(connection, record)
        key = [getattr(record, name) for name in records.kind_of(type(record)).key]
        assert not repeat
        assert kept == replace(record, version=1)
        assert records.get(connection, type(record), *key) == kept
        again, _ = records.save(connection, kept)
        assert records.get(connection, type(record), *key) == again == replace(record, version=2)
        connection.rollback()


@pytest.mark.parametrize("type_", records.KINDS)
def test_columns_follow_fields(type_: type) -> None:
    """Each kind's table has exactly the fields of its type, a version among them, and its key is the primary key."""
    kind = records.kind_of(type_)
    assert [column.name for column in kind.table.columns] == [
        field.name for field in dataclasses.fields(type_)
    ]
    assert [column.name for column in kind.table.primary_key.columns] == list(kind.key)
    assert "version" in kind.table.c
    assert kind.order in kind.table.c


def _incident(name: str, number: int = 0) -> Incident:
    return Incident(
        IncidentId(name), number, "shop", "production", "down", Severity.HIGH, IncidentState.OPEN, 1.0
    )


def test_a_stale_version_is_a_conflict(connection: Connection) -> None:
    """Two decisions from the same reading: the second is refused and changes nothing."""
    first, _ = records.save(connection, _incident("a"))
    records.save(connection, replace(first, title="first"))
    with pytest.raises(ConflictError, match="incident a has changed meanwhile"):
        records.save(connection, replace(first, title="second"))
    found = records.get(connection, Incident, "a")
    assert found is not None and found.title == "first"


def test_an_update_of_nothing_is_a_conflict(connection: Connection) -> None:
    """A record that claims a version but is not stored is refused."""
    with pytest.raises(ConflictError):
        records.save(connection, replace(_incident("never"), version=3))


def test_a_taken_key_is_a_conflict(connection: Connection) -> None:
    """A second new record under the same key is refused where the kind is not idempotent."""
    records.save(connection, _incident("a"))
    with pytest.raises(ConflictError, match="there already"):
        records.save(connection, _incident("a"))


def test_repeats_of_idempotent_kinds_give_the_stored_record(connection: Connection) -> None:
    """Notices, attempts and questions are inserted once: a repeat returns what stands."""
    attempt = Attempt(RunId("r"), StepId("1"), 1, AttemptState.CLAIMED, 5.0)
    first, repeat = records.save(connection, attempt)
    assert not repeat
    ended, _ = records.save(connection, replace(first, state=AttemptState.ENDED, exit=0))
    again, repeat = records.save(connection, replace(attempt, claimed_at=9.0))
    assert repeat
    assert again == ended


def test_incidents_are_numbered(connection: Connection) -> None:
    """A new incident with number 0 gets the next number; a given number stands."""
    assert records.save(connection, _incident("a"))[0].number == 1
    assert records.save(connection, _incident("b", 7))[0].number == 7
    assert records.save(connection, _incident("c"))[0].number == 8


def test_a_number_is_never_lost(connection: Connection) -> None:
    """An update that was decided before the incident's number was known keeps the number that it was given."""
    records.save(connection, _incident("a", 7))
    again, _ = records.save(connection, replace(_incident("a"), title="still down", version=1))
    found = records.get(connection, Incident, "a")
    assert again == found
    assert found is not None and (found.number, found.title) == (7, "still down")


def test_looking_up_by_columns(connection: Connection) -> None:
    """Equal values, any of several, and empty columns; oldest first, or the newest few."""
    for number in range(1, 5):
        run = Run(
            id=RunId(f"r{number}"),
            service="shop" if number % 2 else "search",
            procedure="Deploy",
            environment=None if number == 4 else "production",
            parameters={},
            actor="ana",
            state=RunState.RUNNING if number < 3 else RunState.COMPLETED,
            created_at=float(10 - number),
            content_hash="",
        )
        records.save(connection, run)

    def found(**where: Any) -> list[str]:
        return [str(run.id) for run in records.load(connection, Run, where)]

    assert found() == ["r4", "r3", "r2", "r1"]
    assert found(service="shop") == ["r3", "r1"]
    assert found(state=(RunState.RUNNING, RunState.QUEUED)) == ["r2", "r1"]
    assert found(environment=None) == ["r4"]
    assert found(state=()) == []
    assert [run.id for run in records.load(connection, Run, {}, newest=2)] == ["r1", "r2"]
    assert records.remove(connection, Run, {"service": "search"}) == 2
    assert found(service="search") == []


def test_unknown_columns_and_types_are_bugs(connection: Connection) -> None:
    """A lookup by a column that is not there, or by a compound one, is a TypeError, not an empty answer."""
    with pytest.raises(TypeError, match="colour"):
        records.load(connection, Run, {"colour": "red"})
    with pytest.raises(TypeError, match="parameters"):
        records.load(connection, Run, {"parameters": {}})
    with pytest.raises(TypeError, match="Rung"):
        records.save(connection, Rung("Ana"))


def test_a_number_that_is_none_stays_without_value(connection: Connection) -> None:
    """NaN cannot be kept by every database: it is stored as no value."""
    state = AlertState(AlertId("x"), "shop", "production", "Down", Severity.LOW, value=float("nan"))
    records.save(connection, state)
    found = records.get(connection, AlertState, "x")
    assert found is not None and found.value is None


def test_number_that_the_store_gave_survives_an_update_without_it(connection: Connection) -> None:
    """An incident that was changed before its number was known keeps the number (pages past a stuck store)."""
    new = Incident(
        IncidentId("i"), 0, "shop", "production", "Down", Severity.HIGH, IncidentState.OPEN, opened_at=1.0
    )
    saved, _ = records.save(connection, new)
    later, _ = records.save(connection, replace(new, state=IncidentState.RESOLVED, version=1))
    assert saved.number == later.number > 0
    assert records.get(connection, Incident, "i") == later
