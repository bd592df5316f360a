"""Results of scenarios as text, JSON and JUnit XML. Called by `watchbook test`; it decides nothing.

The form of JUnit XML is the one that continuous integration servers share: suites of cases, each with a failure or an error.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

from watchbook.app.rehearsing import Played, Source, misfits_of, play
from watchbook.model.errors import DocumentError
from watchbook.model.quantities import say_duration
from watchbook.model.scenarios import Failure, Problem

_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Result:
    """The scenarios of one file as they were played, and how long that took. `problems` are those of the whole file."""

    source: Source
    played: tuple[Played, ...]
    problems: tuple[Problem, ...]
    took_s: float


def play_all(sources: Sequence[Source], only: str = "") -> list[Result]:
    """Plays every scenario whose name holds `only`. A file with problems of its own is not played."""
    results: list[Result] = []
    for source in sources:
        began = time.perf_counter()
        wanted = [one for one in source.scenarios if only.casefold() in one.name.casefold()]
        played: tuple[Played, ...] = ()
        if source.problems:
            misfits = [problem for one in source.scenarios for problem in misfits_of(source.loaded, one)]
            problems = tuple(sorted((*source.problems, *misfits), key=lambda problem: problem.line))
        else:
            played = tuple(play(source.loaded, one) for one in wanted)
            problems = tuple(problem for one in played for problem in one.problems)
        if only and not wanted and not problems:
            continue
        results.append(Result(source, played, problems, time.perf_counter() - began))
    if not results:
        raise DocumentError(
            f"no scenario's name holds “{only}”", mend="Call it without --only to see all of them."
        )
    return results


def exit_code(results: Sequence[Result]) -> int:
    """2 where anything could not be played, 1 where anything came out otherwise, else 0."""
    if any(result.problems for result in results):
        return 2
    return int(any(one.failures for result in results for one in result.played))


def problems_of(results: Sequence[Result]) -> Iterator[str]:
    """Everything that is wrong with the files, one line each: where, what, what to do."""
    for result in results:
        for one in result.problems:
            yield str(DocumentError(one.what, where=f"{result.source.path}:{one.line}", mend=one.mend))


def _word(one: Played) -> str:
    return "error" if one.problems else "failed" if one.failures else "ok"


# Text


def in_text(results: Sequence[Result], bare: Sequence[Path], colour: bool) -> Iterator[str]:
    """One line a scenario; under one that failed, what was expected, what happened, and the lines that decided."""
    for result in results:
        yield str(result.source.path)
        for one in result.played:
            word = f"{_word(one):6}"
            if colour:
                word = (_GREEN if word.startswith("ok") else _RED) + word + _PLAIN
            yield f"  {word}  {one.scenario.name} ({say_duration(one.lasted_s)})"
            for failure in one.failures:
                yield from _told(result.source, failure)
            if one.failures:
                for alert, why in one.left_out:
                    yield f"      not evaluated: {alert}: {why}"
    yield _summary(results, bare)


def _told(source: Source, failure: Failure) -> Iterator[str]:
    yield f"      {source.path}:{failure.line}: at {say_duration(failure.at_s)}"
    yield f"        expected: {failure.expected}"
    yield f"        happened: {failure.happened}"
    for one in failure.decided:
        yield f"        decided by {source.loaded.where(one.line)}: {one.text}"


def _summary(results: Sequence[Result], bare: Sequence[Path]) -> str:
    played = [one for result in results for one in result.played]
    failed = sum(bool(one.failures) for one in played)
    took = say_duration(round(sum(result.took_s for result in results), 2))
    parts = [f"{len(played)} scenario{'s' if len(played) != 1 else ''} in {took}"]
    parts.append(f"{failed} failed" if failed else "all as expected" if played else "none played")
    problems = sum(len(result.problems) for result in results)
    if problems:
        parts = [
            parts[0],
            *([parts[1]] if failed else []),
            f"{problems} problem{'s' if problems > 1 else ''}",
        ]
    if bare:
        parts.append(f"{len(bare)} runbook{'s have' if len(bare) > 1 else ' has'} no scenarios")
    return ", ".join(parts) + "."


# JSON


def in_json(results: Sequence[Result], bare: Sequence[Path]) -> str:
    """Everything as one object; fields may be added, never renamed."""
    said = {
        "files": [_file(result) for result in results],
        "without_scenarios": [str(path) for path in bare],
        "exit": exit_code(results),
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _file(result: Result) -> dict[str, Any]:
    return {
        "path": str(result.source.path),
        "runbook": str(result.source.loaded.path),
        "problems": [{"line": one.line, "message": one.what, "mend": one.mend} for one in result.problems],
        "scenarios": [_scenario(one) for one in result.played],
    }


def _scenario(one: Played) -> dict[str, Any]:
    return {
        "name": one.scenario.name,
        "line": one.scenario.line,
        "result": _word(one),
        "lasted_s": one.lasted_s,
        "failures": [
            {
                "at_s": failure.at_s,
                "line": failure.line,
                "expected": failure.expected,
                "happened": failure.happened,
                "decided": [{"line": line.line, "text": line.text} for line in failure.decided],
            }
            for failure in one.failures
        ],
        "not_evaluated": [{"alert": alert, "reason": why} for alert, why in one.left_out],
    }


# JUnit


def write_junit(path: Path, results: Sequence[Result]) -> None:
    """Writes the results as JUnit XML. Raises DocumentError where the file cannot be written."""
    root = xml.Element("testsuites", name="watchbook test")
    for result in results:
        _suite(root, result)
    xml.indent(root)
    try:
        path.write_bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    except OSError as error:
        raise DocumentError(
            f"cannot be written: {error.strerror}", where=str(path), mend="Check its folder."
        ) from None


def _suite(root: "xml.Element", result: Result) -> None:
    cases = len(result.played) or 1
    failed, broken = sum(bool(one.failures) for one in result.played), bool(result.problems)
    suite = xml.SubElement(root, "testsuite", name=_clean(str(result.source.path)), tests=str(cases),
                           failures=str(failed), errors=str(int(broken)), time=f"{result.took_s:.3f}")  # fmt: skip
    for one in result.played:
        case = xml.SubElement(suite, "testcase", name=_clean(one.scenario.name),
                              classname=_clean(str(result.source.loaded.path)))  # fmt: skip
        for failure in one.failures:
            message = f"at {say_duration(failure.at_s)}: expected {failure.expected}"
            part = xml.SubElement(case, "failure", message=_clean(message))
            part.text = _clean("\n".join(line.strip() for line in _told(result.source, failure)))
    if broken:
        case = xml.SubElement(
            suite, "testcase", name="the file can be played", classname=_clean(str(result.source.path))
        )
        error = xml.SubElement(case, "error", message=_clean(result.problems[0].what))
        error.text = _clean("\n".join(problems_of([result])))


def _clean(text: str) -> str:
    """Text without characters that XML does not allow."""
    return "".join(
        character if character in "\n\t" or (character >= " " and character not in "\ufffe\uffff") else "�"
        for character in text
    )
