"""A question as the faces show it."""

from watchbook.app.showing.runs import question_view
from watchbook.model.ids import QuestionId, RunId
from watchbook.model.runs import Question


def test_what_a_rollback_would_run_is_shown_before_it_is_chosen() -> None:
    """The handler's name and commands are part of the question: nothing is run that nobody was shown."""
    asked = Question(
        QuestionId("q"), RunId("r"), "shop", "failed", "Verify failed.",
        options=("retry", "rollback"), data={"handler": "Rollback", "handler_commands": "./deploy.sh back\ncurl x"},
    )  # fmt: skip
    view = question_view(asked, None)
    assert (view.handler, view.handler_commands) == ("Rollback", ("./deploy.sh back", "curl x"))


def test_a_question_without_a_way_back_names_none() -> None:
    """Most questions have no handler."""
    view = question_view(Question(QuestionId("q"), RunId("r"), "shop", "confirm", "Run it?"), None)
    assert (view.handler, view.handler_commands) == ("", ())
