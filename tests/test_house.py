"""The house rules that a machine can hold: style, types, layers, spelling and file sizes.

Called by `make test`; `make check` runs the same tools directly. It does not judge beauty.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("ruff", "check", "--quiet", "."),
        ("ruff", "format", "--check", "--quiet", "."),
        ("mypy",),
        ("lint-imports", "--no-cache"),
        ("codespell", "src", "tests", "docs", "examples", "README.md", "CONTRIBUTING.md"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_tools_agree(arguments: tuple[str, ...]) -> None:
    """Linter, formatter, type checker, layer contract and spelling have nothing to say."""
    program = Path(sys.executable).parent / arguments[0]
    done = subprocess.run([program, *arguments[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _too_large(path: Path) -> Iterator[str]:
    """What is wrong with the size of a file, or of a function in it; and a file that does not say what it is."""
    text = path.read_text()
    tree = ast.parse(text)
    if text.count("\n") > 500:
        yield f"{path}: {text.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > 60:
                yield f"{path}:{node.lineno} {node.name}: {lines} lines"
    if not ast.get_docstring(tree):
        yield f"{path} does not say what it is"


def test_files_and_functions_stay_small() -> None:
    """No file is over 500 lines, no function over 60, and every module says what it is."""
    assert SOURCES
    assert not [problem for path in SOURCES for problem in _too_large(path)]


def test_no_loop_can_lose_its_cancellation() -> None:
    """`asyncio.timeout`, not `asyncio.wait_for`: in Python 3.11 that swallows a cancellation that comes at its end."""
    assert not [path for path in SOURCES if "asyncio.wait_for(" in path.read_text()]
