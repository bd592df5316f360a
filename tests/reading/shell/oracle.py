"""bash as the oracle of what a script runs.

Called by the tests of the classifier. `bash --pretty-print` parses a script and prints it again without running anything,
with substitutions, quotes and here-documents as it understood them: the class of a script has to be the class of what
bash prints. A test that asks skips where bash is missing.
"""

import re
import subprocess

from tests.programs import require_program

from watchbook.model.safety import Safety
from watchbook.reading.shell import classify
from watchbook.reading.shell.placeholders import as_variables


def pretty(script: str) -> str | None:
    """The script as bash prints it after parsing, None when bash refuses it."""
    bash = require_program("bash")
    done = subprocess.run(
        [bash, "--pretty-print", "/dev/stdin"],
        input=script.encode(),
        capture_output=True,
        timeout=10,
        check=False,
    )
    text = done.stdout.decode(errors="replace")
    return text if done.returncode == 0 and not done.stderr and text.strip() else None


# Where what bash prints is not what it read: a redirection is printed behind its command, so that a word that was no
# reserved word (`> f ! x` runs a program named `!`) becomes one; we refuse operators that a continuation cuts; and bash
# prints `! !` as nothing, which tree-sitter takes for a program. Words behind `&> FILE` are words for bash and a command of
# their own for dash and ash. In all of them our answer is `unknown`.
_MOVED = re.compile(
    r"(?:[<>]|[<>]&|<<<)\s*\S+(?:\s|\\\n)+(?:!|time|if|for|while|until|\{|\[\[|case|select|function|coproc|in|do|done|then|else|"
    r"elif|fi|esac|\}|\]\])(?=\s|$|[;&|])"
)
_TWICE = re.compile(r"(?:!|\btime(?:\s+-p)?)(?:\s|\\\n)+(?:!|time\b)")
_BOTH = re.compile(r"&>>?\s*\S+(?:\s|\\\n)+[^\s;&|)]")
_CUT = re.compile(r"[|&;<>](?:\\\n)+[|&;<>(-]")


def agrees_with_bash(script: str) -> None:
    """The class is that of what bash prints; what bash refuses is never harmless."""
    script = as_variables(script)[0]
    printed, ours = pretty(script), classify(script)
    if printed is None:
        assert ours.safety is not Safety.READ_ONLY, script
    elif any(exception.search(script) for exception in (_MOVED, _CUT, _TWICE, _BOTH)):
        assert ours.safety is not Safety.READ_ONLY or classify(printed).safety is Safety.READ_ONLY
    else:
        assert ours.safety is classify(printed).safety, (printed, ours, classify(printed))
