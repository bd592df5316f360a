"""Looking around real little trees of files: what is found, from which line, and what is left alone."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.programs import require_program

from watchbook.world.surveying import survey
from watchbook.world.surveying.facts import Address, Container, Endpoint, Project, Rule, Unit, Workload

COMPOSE = """services:
  till:
    build: .
    ports: ["8080:80", "${PORT}:81", "9000:9000/udp"]
    depends_on:
      store: {condition: service_healthy}
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost/healthz"]
  store:
    image: postgres:16
    ports:
      - target: 5432
        published: 15432
  "bad; name":
    image: x
"""
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
  namespace: shop
spec:
  replicas: 3
  template:
    metadata:
      labels:
        app: till
    spec:
      containers:
        - name: till
          image: registry.test/till:1
          readinessProbe:
            httpGet:
              path: /ready
              port: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: till}
spec:
  tls:
    - hosts: [till.shop.test]
  rules:
    - host: till.shop.test
    - host: "*.shop.test"
"""
RULES = """groups:
  - name: till
    rules:
      - record: till:rate
        expr: sum(rate(x[5m]))
      - alert: TillErrors
        expr: |
          # of all tills
          rate(errors_total[5m])
            > 0.1
        for: 10m
        labels: {severity: critical}
        annotations:
          summary: "Errors on {{ $labels.instance }}"
"""


def _tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_compose_services_are_found(tmp_path: Path) -> None:
    """Ports that are known numbers, the health path, what it waits for; a name that no shell takes is left out."""
    found = survey(_tree(tmp_path, {"compose.yml": COMPOSE}))
    assert found.containers == (
        Container(
            "till", "compose.yml:2", "compose.yml", "", ((8080, 80),), "/healthz", ("store",), True, 80
        ),
        Container("store", "compose.yml:9", "compose.yml", "postgres:16", ((15432, 5432),)),
    )


def test_manifests_are_found(tmp_path: Path) -> None:
    """The workload and the host of its Ingress; a wildcard is no address."""
    found = survey(_tree(tmp_path, {"deploy/till.yaml": MANIFEST}))
    assert found.workloads == (
        Workload("deployment", "till", "deploy/till.yaml:2", "deploy/till.yaml", "shop", 3, "/ready",
                 "registry.test/till:1", "till"),
    )  # fmt: skip
    assert found.addresses == (Address("https://till.shop.test", "deploy/till.yaml:28"),)


def test_rules_are_found_in_both_forms(tmp_path: Path) -> None:
    """A rule file, and the PrometheusRule of Kubernetes; recording rules are none."""
    inside = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n" + "".join(
        f"  {line}\n" for line in RULES.splitlines()
    )
    found = survey(_tree(tmp_path, {"a/rules.yml": RULES, "b/rules.yaml": inside}))
    assert found.rules == tuple(
        Rule(
            "TillErrors",
            place,
            "rate(errors_total[5m]) > 0.1",
            "10m",
            "critical",
            "Errors on {{ $labels.instance }}",
        )
        for place in ("a/rules.yml:6", "b/rules.yaml:9")
    )


def test_units_interfaces_and_projects_are_found(tmp_path: Path) -> None:
    """systemd, OpenAPI in YAML, the Dockerfile, package.json and pyproject.toml."""
    found = survey(
        _tree(
            tmp_path / "till-of-shop",
            {
                "till.service": "[Unit]\nDescription=Takes money\n[Service]\nExecStart=/usr/bin/till\n",
                "till@.service": "[Service]\nExecStart=/usr/bin/till %i\n",
                "api/openapi.yaml": "openapi: 3.1.0\ninfo:\n  title: Till API\nservers:\n  - url: https://till.test\n"
                "paths:\n  /orders:\n    get: {summary: x}\n  /health:\n    get:\n      summary: x\n",
                "Dockerfile": "FROM x\nHEALTHCHECK --interval=5s \\\n  CMD curl -f http://localhost:90/up || exit 1\n",
                "package.json": '{"name": "@shop/till", "description": "Takes money"}',
                "pyproject.toml": '[project]\nname = "till"\n',
                "node_modules/x/compose.yml": COMPOSE,
            },
        )
    )
    assert found.units == (Unit("till", "till.service:1", "Takes money"),)
    assert found.addresses == (Address("https://till.test", "api/openapi.yaml:5"),)
    assert set(found.endpoints) == {
        Endpoint("/health", "api/openapi.yaml:9"),
        Endpoint("/up", "Dockerfile", 90),
    }
    assert set(found.projects) == {
        Project("till-of-shop", "the folder's name"), Project("till", "package.json", "Takes money"),
        Project("till", "pyproject.toml"), Project("Till API", "api/openapi.yaml:3"),
    }  # fmt: skip
    assert found.containers == ()
    assert found.unread == ()


def test_openapi_in_json_is_found(tmp_path: Path) -> None:
    """The same facts from the other form."""
    text = json.dumps({"openapi": "3.1.0", "info": {"title": "Till"}, "paths": {"/healthz": {"get": {}}}})
    assert survey(_tree(tmp_path, {"openapi.json": text})).endpoints == (
        Endpoint("/healthz", "openapi.json:1"),
    )


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A template, a file that is no text, broken JSON: the rest is found nevertheless, and no link is followed."""
    outside = _tree(tmp_path / "outside", {"compose.yml": COMPOSE})
    folder = _tree(
        tmp_path / "inside",
        {
            "chart/templates/a.yaml": "apiVersion: v1\nkind: Service\n{{- if .x }}\nspec: y\n{{- end }}\n",
            "package.json": "{",
            "rules.yml": RULES,
        },
    )
    (folder / "till.service").write_bytes(b"\xff[Service]")
    (folder / "compose.yml").symlink_to(outside / "compose.yml")
    found = survey(folder)
    assert [name for name, _ in found.unread] == ["package.json", "till.service", "chart/templates/a.yaml"]
    assert [rule.name for rule in found.rules] == ["TillErrors"]
    assert found.containers == ()


def test_the_git_remote_names_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last part of its address, which may hold a password."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git = require_program("git")
    subprocess.run([git, "init", "-q", tmp_path], check=True, capture_output=True)
    address = "https://ana:hunter2@git.test/shop/till.git"
    subprocess.run([git, "-C", tmp_path, "remote", "add", "origin", address], check=True, capture_output=True)
    assert survey(tmp_path).projects == (Project("till", "the git remote"),)
