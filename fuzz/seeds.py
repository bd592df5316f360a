"""What fuzzing starts from: golden documents, the corpus where it is there, commands, thresholds, and single sections.

Called by `python -m fuzz`. Seeds are written into a folder of the build, never committed.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CORPUS = ROOT.parent / "shared" / "corpus"
_LONGEST = 6_000  # bytes of one seed: short ones are mutated more often


def write(folder: Path, target: str) -> int:
    """Writes the seeds of a target into the folder; gives how many."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for text in _OF[target]():
        data = text.encode("utf-8", "surrogatepass")[:_LONGEST]
        if data.strip():
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            number += 1
    return number


def _documents() -> Iterator[str]:
    paths = [*sorted((ROOT / "tests/reading/golden").glob("*.md")), ROOT / "RUNBOOK.md"]
    paths += sorted((ROOT / "examples").glob("*/RUNBOOK.md")) + sorted(_CORPUS.glob("service/*.md"))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        yield text
        yield from re.split(r"(?m)^(?=#{1,2} )", text)  # each section alone


def _scripts() -> Iterator[str]:
    for line in (ROOT / "tests/reading/shell/commands.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split(maxsplit=1)[-1]
    for text in _documents():
        yield from re.findall(r"(?ms)^```(?:bash|sh|shell)\n(.*?)^```", text)


def _phrases() -> Iterator[str]:
    for path in sorted(_CORPUS.glob("lists/*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines()[:600]:
            yield line.split("\t")[-1]
    for text in _documents():
        yield from (line for line in text.splitlines() if re.search(r"\d", line))


_OF = {"read": _documents, "explain": _documents, "shell": _scripts, "quantities": _phrases}

# Pieces that libFuzzer puts into inputs whole: it would hardly ever spell them itself.
WORDS = (
    "# ", "## ", "### ", "```bash\n", "```\n", "~~~", "| ", " |\n|---|---|\n", "- [ ] ", "1. ", "> ", "<!-- ", " -->", "**",
    "`", "](", "---\n", "## Alerting\n", "## Health Checks\n", "## Deployment\n", "## Rollback\n", "## Troubleshooting\n",
    "## Contacts\n", "## Escalation\n", "## Maintenance\n", "## Disaster Recovery\n", "## Environments\n", "## SLO\n",
    "## Key Metrics\n", "## Useful Commands\n", "## Handoff\n", "**Threshold:** ", "**Severity:** ", "**Duration:** ",
    "| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n", "| Symptom | Cause | Fix |\n|---|---|---|\n",
    "> 5%", "< 99.9%", "for 5 min", "over 1 hour", "500ms", "p95", "10/min", "99.9", "1,000", "GiB", "critical",
    "Page on-call", "watchbook: ignore WB101", "watchbook test",
    "```yaml\ngroups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n",
    "$(", "${", "<<EOF\n", "\nEOF\n", "&&", "||", "2>&1", "> /dev/null", "| xargs ", "kubectl exec -- sh -c '", "psql -c \"",
    "sudo ", "for i in ", "; do ", "; done", "if ", "; then ", "fi", "while read ", "case x in ", "esac", "curl -X POST ",
    "<pod-name>", "{{ pod }}", "# Verify\n", "# If it fails\n", "# Wait 5 minutes\n", "\r\n", "\t", "\u00a0", "\u2028", "→",
)  # fmt: skip


def write_dictionary(path: Path) -> None:
    """The words in libFuzzer's notation."""
    lines = (
        "".join(
            f"\\x{byte:02x}" if byte < 32 or byte > 126 or byte in b'"\\' else chr(byte)
            for byte in word.encode()
        )
        for word in WORDS
    )
    path.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
