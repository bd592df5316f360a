"""The commands of strangers' runbooks: bash agrees about each, and what is harmless is useful.

Not collected where the corpus is absent. Of the documents only names and lines stand here.
"""

from collections.abc import Iterable, Iterator

import pytest
from tests.reading.shell.oracle import agrees_with_bash

from corpus import sources
from watchbook.model.procedures import Step
from watchbook.model.runbook import Runbook
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook
from watchbook.reading.shell import classify

# Commands under diagnosis that a person would not call harmless: they open a session or a prompt, pull an image, start
# a pod, or are no command at all (sample output, a query, a word missing). Document and line of the step.
_NOT_HARMLESS = {
    "02-CA-git-com-co-ACGS-operational_runbook": {146},
    "35-apathy-ca-sark-OPERATIONAL_RUNBOOK": {172, 193},
    "GuestFilesystemAlmostOutOfSpace": {39, 47},
    "HAControlPlaneDown": {30},
    "HighNodeCPUFrequency": {25},
    "NodeNetworkInterfaceDown": {24},
    "NoReadyVirtController": {49},
    "VirtualMachineStuckInUnhealthyState": {92, 95},
    "VirtualMachineStuckOnNode": {128, 134, 137},
    "AlertmanagerClusterCrashlooping": {19},
    "KubeAPIErrorBudgetBurn": {46},
    "NodeFileDescriptorLimit": {26},
    "NodeFilesystemFilesFillingUp": {40},
    "NodeRAIDDegraded": {28},
    "PrometheusOperatorNodeLookupErrors": {21},
}


def _nested(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for choice in step.choices:
            yield from _nested(choice.steps)


def _diagnosis(runbook: Runbook) -> Iterator[Step]:
    for issue in runbook.issues:
        yield from _nested(issue.diagnosis)
        for cause in issue.causes:
            yield from _nested(cause.check)


def _commands(runbook: Runbook) -> Iterator[str]:
    """Every command of the document, wherever it stands."""
    for procedure in runbook.procedures:
        for step in _nested(procedure.steps):
            yield from step.commands
    for issue in runbook.issues:
        for cause in issue.causes:
            for step in _nested(cause.remedy):
                yield from step.commands
    for step in _diagnosis(runbook):
        yield from step.commands
    yield from (command.command for command in runbook.commands)


if sources.CORPUS.is_dir():

    @pytest.mark.slow
    def test_bash_reads_strangers_commands_as_we_do() -> None:
        """Each command of the corpus has exactly the class of what bash prints for it."""
        commands = {text for source in sources.documents() for text in _commands(read_runbook(source.text))}
        assert len(commands) > 1000
        for text in sorted(commands):
            agrees_with_bash(text)

    @pytest.mark.slow
    def test_what_a_person_would_call_harmless_is_proven_harmless() -> None:
        """At least 90 % of the harmless commands under diagnosis run unattended."""
        judged: list[tuple[str, int, str, Safety]] = []
        for source in sources.documents():
            for step in _diagnosis(read_runbook(source.text)):
                if step.line not in _NOT_HARMLESS.get(source.name, set()):
                    judged += [
                        (source.name, step.line, text, classify(text).safety) for text in step.commands
                    ]
        proven = [one for one in judged if one[3] is Safety.READ_ONLY]
        assert len(judged) > 300
        assert len(proven) >= 0.9 * len(judged), [one for one in judged if one[3] is not Safety.READ_ONLY]
