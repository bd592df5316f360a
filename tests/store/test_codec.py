"""The codec: values of the model to plain values and back."""

import json
import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.diagnosis import CauseVerdict, CommandOutcome, Diagnosis, SymptomReading, Verdict
from watchbook.model.ids import DiagnosisId
from watchbook.model.procedures import Choice, Expectation, NumberTest, Procedure, Step, StepKind
from watchbook.model.safety import Classification, Safety
from watchbook.store.codec import canonical, from_json, plain, text_of, to_json

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
outcomes = st.builds(
    CommandOutcome,
    command=words,
    exit=st.none() | st.integers(0, 255),
    output=words,
    duration_s=numbers,
    problem=words,
    line=st.integers(0, 10_000),
)
verdicts = st.builds(
    CauseVerdict,
    cause=words,
    verdict=st.sampled_from(Verdict),
    evidence=words,
    outcomes=st.lists(outcomes, max_size=3).map(tuple),
    remedy=st.none() | words,
)
diagnoses = st.builds(
    Diagnosis,
    id=words.map(DiagnosisId),
    service=words,
    environment=words,
    issue=words,
    alert=st.none() | words,
    asked_by=words,
    began_at=numbers,
    ended_at=st.none() | numbers,
    symptoms=st.lists(
        st.builds(SymptomReading, text=words, holds=st.none() | st.booleans(), says=words), max_size=3
    ).map(tuple),
    findings=st.lists(outcomes, max_size=3).map(tuple),
    verdicts=st.lists(verdicts, max_size=3).map(tuple),
)


@given(diagnoses)
def test_a_nested_value_survives_json(diagnosis: Diagnosis) -> None:
    """A diagnosis with everything inside it comes back equal from its JSON text."""
    assert from_json(Diagnosis, to_json(diagnosis)) == diagnosis


@given(diagnoses)
def test_the_canonical_text_is_one_text(diagnosis: Diagnosis) -> None:
    """Reading the text and writing it again gives the same text: hashes do not depend on the path taken."""
    text = canonical(diagnosis)
    assert canonical(json.loads(text)) == text


def test_a_procedure_with_nested_choices_survives() -> None:
    """Steps hold choices that hold steps; optional parts, enums and unions come back as they were."""
    inner = Step(id="2a", name="rollback", kind=StepKind.COMMAND, commands=("./deploy.sh rollback",))
    procedure = Procedure(
        name="Deploy",
        section="deployment",
        steps=(
            Step(
                id="1",
                name="look",
                kind=StepKind.VERIFY,
                expect=Expectation(number=NumberTest("<", 0.5)),
                safety=Classification(Safety.READ_ONLY, "reads", programs=("curl", "jq")),
            ),
            Step(id="2", name="choose", kind=StepKind.CHOICE, choices=(Choice("undo", (inner,)),)),
        ),
    )
    again = from_json(Procedure, to_json(procedure))
    assert again == procedure
    assert again.content_hash == procedure.content_hash


def test_fields_of_another_version_are_left_out() -> None:
    """A text with a field that this version does not know is read all the same."""
    assert from_json(NumberTest, '{"op":">","value":2,"later":true}') == NumberTest(">", 2.0)


def test_what_cannot_be_stored_is_made_storable() -> None:
    """Lone surrogates, NUL, NaN and infinities have one storable form each."""
    assert text_of("a\udcffb\0c") == "a?b␀c"
    assert plain({"x": math.inf, 1: math.nan}) == {"x": "inf", "1": "nan"}
    assert canonical({"b": (1, 2), "a": frozenset("ba")}) == '{"a":["a","b"],"b":[1,2]}'


@dataclass(frozen=True)
class Mixed:
    mapping: dict[str, float | str] = field(default_factory=dict)
    pair: tuple[str, int] = ("", 0)
    far: float = 0.0
    names: frozenset[str] = frozenset()


@given(
    st.builds(
        Mixed,
        mapping=st.dictionaries(words, numbers | words),
        pair=st.tuples(words, st.integers()),
        far=st.floats(allow_nan=False),
        names=st.frozensets(words),
    )
)
def test_every_shape_of_field_survives(mixed: Mixed) -> None:
    """Mappings with values of two types, fixed tuples, infinities and sets come back equal."""
    again = from_json(Mixed, to_json(mixed))
    assert again == Mixed(dict(mixed.mapping.items()), mixed.pair, mixed.far, frozenset(mixed.names))
