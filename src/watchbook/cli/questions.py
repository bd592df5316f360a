"""`watchbook questions`: what waits for a person, and the answer to it. Asks the running server."""

from typing import Any

import click

from watchbook.cli.client import connect, path_of
from watchbook.cli.speaking import DATA, FORMAT, SERVER, ago, print_json


@click.command()
@click.argument("question", required=False)
@click.argument("answer", required=False)
@FORMAT
@SERVER
@DATA
def command(
    question: str | None, answer: str | None, form: str, server: str | None, data: str | None
) -> None:
    """List what waits for a person; with QUESTION show it; with ANSWER answer it.

    The answer is bound to the text that this command has just shown you or that stands on the board.
    """
    client = connect(server, data)
    if question is None:
        questions = client.get("/api/v1/questions")["questions"]
        if form == "json":
            print_json(questions)
        elif not questions:
            print("Nothing waits for a person.")
        else:
            for one in questions:
                print(f"{one['id']}  {one['service']}, asked {ago(one['asked_at'])} ago: {one['text']}")
        return
    asked = client.get(path_of("questions", question))
    if answer is not None:
        body = {"answer": answer, "content_hash": asked["content_hash"]}
        asked = client.post(path_of("questions", question, "answer"), body)
    if form == "json":
        print_json(asked)
    elif answer is not None:
        print(f"Answered {asked['answer']} by {asked['answered_by']}.")
    else:
        show(asked)


def show(question: dict[str, Any], *, answered: str = "") -> None:
    """A question with the commands it is about, and the words that answer it; or `answered`, the answer given here."""
    print(question["text"])
    for line in question["commands"]:
        print(f"    {line}")
    if question.get("handler"):
        print(f"Behind the answer rollback stands {question['handler']}:")
        for line in question["handler_commands"]:
            print(f"    {line}")
    if answered:
        print(f"Answered {answered}.")
    elif question["answered_at"]:
        print(f"Answered {question['answer']} by {question['answered_by']}.")
    elif question["options"]:
        print(f"Answers: {', '.join(question['options'])}")
