"""Commands for a cluster go to the one that the environment's row names, or nowhere."""

import subprocess

import pytest

from watchbook.deciding.cluster import bind_cluster
from watchbook.model.runbook import Environment

HERE = Environment("production", context="prod", namespace="shop")
NOWHERE = Environment("production")


@pytest.mark.parametrize(
    ("script", "programs", "place", "wired"),
    [
        ("tail -n 5 log", ("tail",), NOWHERE, ()),
        ("kubectl --context other get pods", ("kubectl",), NOWHERE, ()),
        ("kubectl get pods --kubeconfig=here.yaml", ("kubectl",), NOWHERE, ()),
        ("kubectl get pods", ("kubectl",), NOWHERE, ("KUBECONFIG",)),
        ("helm --kube-context other list", ("helm",), NOWHERE, ()),
    ],
)
def test_what_says_its_cluster_is_left_alone(
    script: str, programs: tuple[str, ...], place: Environment, wired: tuple[str, ...]
) -> None:
    """No cluster needed, one named in the command, or one wired by the installation: the script runs as it stands."""
    bound = bind_cluster(script, programs, place, wired)
    assert (bound.script, bound.refusal, dict(bound.environment)) == (script, "", {})


def test_without_a_context_nothing_is_asked() -> None:
    """A command that would ask whatever cluster happens to be current is not run, and says what is missing."""
    bound = bind_cluster("kubectl get pods", ("kubectl",), NOWHERE, ())
    assert (
        bound.refusal
        == "which cluster kubectl would ask is not said: production has no Context under Environments"
    )


@pytest.mark.parametrize("script", ["timeout 5 kubectl get pods", "xargs kubectl get pod < names"])
def test_a_program_in_between_is_refused(script: str) -> None:
    """Started by another program, kubectl would not get the context: refused instead of asking the wrong cluster."""
    assert "another program" in bind_cluster(script, ("kubectl", "timeout", "xargs"), HERE, ()).refusal


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        ("kubectl get pods", "--context prod --namespace shop get pods"),
        ("kubectl get pods -n other | cat", "--context prod --namespace shop get pods -n other"),
        ("true && kubectl top pods", "--context prod --namespace shop top pods"),
        ('echo "$(kubectl version)"', "--context prod --namespace shop version"),
    ],
)
def test_the_context_reaches_the_program(script: str, asked: str) -> None:
    """Run by a real bash, the program is called with the context and the namespace before its own words."""
    bound = bind_cluster(script, ("kubectl",), HERE, ())
    fake = 'command() { shift; echo "$@"; }\n'
    done = subprocess.run(["bash", "-c", fake + bound.script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == asked


def test_helm_is_told_by_its_environment() -> None:
    """helm reads context and namespace from variables: those are set beside the installation's."""
    bound = bind_cluster("helm list", ("helm",), HERE, ())
    assert bound.script == "helm list"
    assert dict(bound.environment) == {"HELM_KUBECONTEXT": "prod", "HELM_NAMESPACE": "shop"}


def test_words_of_a_context_are_only_words() -> None:
    """A context with shell characters in it stays one word."""
    place = Environment("production", context="a; touch x")
    bound = bind_cluster("kubectl get pods", ("kubectl",), place, ())
    assert "'a; touch x'" in bound.script
