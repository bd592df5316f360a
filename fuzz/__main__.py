"""`python -m fuzz`: fuzzes every target in turn for a given time; `python -m fuzz TARGET FILE` tries one input again.

Called by `make fuzz`. It starts a process for each target (`fuzz.run`), keeps what libFuzzer learnt in `.fuzz/corpus`, and
puts every input that broke something into `.fuzz/found`, with the line that shows it again.
"""

import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from fuzz import seeds
from fuzz.targets import TARGETS

FOLDER = seeds.ROOT / ".fuzz"
LONGEST_S = 10  # for one input; the reader takes milliseconds for inputs of this size
LARGEST_BYTES = 8_192
MEMORY_MB = 2_048
MOST_FOUND = 10  # of one target in one run: there is enough to mend then


def main(arguments: list[str]) -> int:
    """0 where nothing was found, 1 where something was, 2 for a mistake in the call."""
    if len(arguments) == 2 and arguments[0] in TARGETS and arguments[1] not in TARGETS:
        TARGETS[arguments[0]](Path(arguments[1]).read_bytes())
        _say(f"{arguments[1]}: nothing is wrong with it.")
        return 0
    wanted = arguments or list(TARGETS)
    if not set(wanted) <= set(TARGETS):
        _say(f"python -m fuzz [{'|'.join(TARGETS)}]… or python -m fuzz TARGET FILE")
        return 2
    seconds = float(os.environ.get("FUZZ_SECONDS", "60"))
    found = [path for name in wanted for path in fuzz(name, max(1, round(seconds / len(wanted))))]
    for path in found:
        _say(f"Found: {path}\n  again: {sys.executable} -m fuzz {path.parent.name} {path}")
    return 1 if found else 0


def fuzz(name: str, seconds: int) -> list[Path]:
    """Fuzzes one target for that long; gives the inputs that broke it. It goes on behind each of them."""
    kept, found = FOLDER / "corpus" / name, FOLDER / "found" / name
    kept.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    number = seeds.write(FOLDER / "seeds" / name, name)
    seeds.write_dictionary(FOLDER / "words.dict")
    before = set(found.iterdir())
    log = FOLDER / f"{name}.log"
    log.write_bytes(b"")
    tried, until = 0, time.monotonic() + seconds
    while (left := math.ceil(until - time.monotonic())) > 0:
        known = len(set(found.iterdir()))
        with log.open("ab") as output:
            began = output.tell()
            ended = subprocess.run(
                _command(name, left), stdout=output, stderr=output, cwd=seeds.ROOT, check=False
            )
        said = log.read_bytes()[began:].decode(errors="replace")
        tried += sum(int(one) for one in re.findall(r"number_of_executed_units:\s*(\d+)", said)[-1:])
        if ended.returncode == 0:
            break
        if "Test unit written to" not in said:
            raise SystemExit(f"{name}: the fuzzer itself failed; see {log}")
        if len(set(found.iterdir())) == known or known - len(before) >= MOST_FOUND:
            break  # the same one again, or enough to mend
    fresh = sorted(set(found.iterdir()) - before)
    _say(f"{name}: {tried:,} inputs from {number} seeds in about {seconds} s, {len(fresh)} found.")
    return fresh


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _command(name: str, seconds: int) -> list[str]:
    return [
        sys.executable, "-m", "fuzz.run", name,
        f"-max_total_time={seconds}", f"-timeout={LONGEST_S}", f"-max_len={LARGEST_BYTES}", f"-rss_limit_mb={MEMORY_MB}",
        f"-dict={FOLDER / 'words.dict'}", f"-artifact_prefix={FOLDER / 'found' / name}/", "-report_slow_units=3600",
        "-print_final_stats=1",
        str(FOLDER / "corpus" / name), str(FOLDER / "seeds" / name),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
