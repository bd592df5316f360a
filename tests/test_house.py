"""The house rules that a machine can hold: style, types, layers, spelling and file sizes.

Called by `make test`; `make check` runs the same tools directly. It does not judge beauty.
"""

import ast
import subprocess
import sys
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


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_files_and_functions_stay_small(path: Path) -> None:
    """No file is over 500 lines, no function over 60, and every module says what it is."""
    text = path.read_text()
    tree = ast.parse(text)
    assert text.count("\n") <= 500, f"{path} has {text.count(chr(10))} lines"
    long = [
        f"{path}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert not long, long
    assert ast.get_docstring(tree), f"{path} does not say what it is"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_loop_can_lose_its_cancellation(path: Path) -> None:
    """`asyncio.timeout`, not `asyncio.wait_for`: in Python 3.11 that swallows a cancellation that comes at its end."""
    assert "asyncio.wait_for(" not in path.read_text()
