"""Leaves out the tests that read Prometheus' evaluation tests where these are absent."""

from pathlib import Path

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "promql"

collect_ignore = [] if CORPUS.is_dir() else ["test_corpus.py", "test_rules_corpus.py"]
