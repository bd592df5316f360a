"""What carries from one step to the next: variables, functions, directory, umask and the `set` options a person types.

Called by the run's supervisor process. The values travel over a pipe into its memory and come back in a memory file;
never through a file on disk. Standard library only. It starts no process.
"""

import re
from collections.abc import Iterable, Mapping

from watchbook.deciding.redaction import looks_secret, redact

# Far from the numbers that scripts use themselves (`exec 9>lock; flock 9`).
GO_FD, BLOCK_FD, START_FD, CARRY_FD = 216, 217, 218, 219
DIRECTORY_GONE = 97
PERSISTED_LIMIT = 64 * 1024  # characters of state kept on disk; more stays in memory only

# The step's shell reads this first. It waits for the word to go, which comes only after the start is on record:
# a shell whose supervisor died before that reads the end of the pipe and ends without having run anything.
PREAMBLE = rf"""
read -r -u {GO_FD} __wb_go || exit 98
exec {GO_FD}<&- {START_FD}<&-
__wb_dump() {{
  builtin trap - EXIT; builtin set +eux
  builtin unset -f __wb_dump
  if [[ -p /proc/self/fd/{CARRY_FD} ]]; then
    {{ builtin declare -p; builtin printf '\0'; builtin declare -f; builtin printf '\0'; builtin declare -F
      builtin printf '\0%s\0' "$1"; builtin umask; builtin printf '\0%s\0done\0' "$PWD"; }} >&{CARRY_FD} 2>/dev/null
  fi
}}
trap '__wb_dump "$-"' EXIT
unset __wb_go
"""
BLOCK_OPENS = f"exec {BLOCK_FD}<&-; "  # on the step's first line: bash's messages keep its line numbers

_OWN = re.compile(
    r"(BASH\w*|EUID|PPID|UID|SHELLOPTS|S?RANDOM|SECONDS|LINENO|PIPESTATUS|FUNCNAME|GROUPS|DIRSTACK|EPOCH\w*|_|SHLVL|HISTCMD"
    r"|OPTIND|OPTERR|OPTARG|IFS|PS4|HOSTTYPE|MACHTYPE|OSTYPE|HOSTNAME|SHELL|COMP_\w*|COPROC|PWD|OLDPWD|TERM|WATCHBOOK_\w*|__wb_\w*)\Z"
)
_DECLARED = re.compile(r"declare -([-a-zA-Z]+) ([A-Za-z_]\w*)(=|\n|\Z)")
_OPTIONS = "aefuxC"


class Carried:
    """The state of a run's shell between steps. `variables` maps a name to the bash text that declares it."""

    __slots__ = ("directory", "functions", "options", "umask", "variables")

    def __init__(
        self,
        variables: Mapping[str, str] | None = None,
        functions: str = "",
        directory: str = "",
        options: str = "e",
        umask: str = "",
    ) -> None:
        self.variables = dict(variables or {})
        self.functions = functions
        self.directory = directory
        self.options = options
        self.umask = umask

    def start_text(self) -> str:
        """Bash text that begins the next step.

        A step ends at its first failing command, and a pipeline fails when any part of it does (`set -e`, `pipefail`),
        until the document says otherwise; what it says carries on.
        """
        options = "".join(letter for letter in self.options if letter in _OPTIONS)
        lines = [*self.variables.values()]
        if self.umask:
            lines.append(f"umask {self.umask}")
        if self.directory:
            lines.append(f"cd -- {quoted(self.directory)} || exit {DIRECTORY_GONE}")
        # Functions come last: one may have the name of a builtin that is used above.
        lines += [PREAMBLE, self.functions]
        lines.append(f"builtin set -o pipefail{f' -{options}' if options else ''}")
        lines.append(f"builtin . /dev/fd/{BLOCK_FD}")
        return "\n".join(lines) + "\n"

    def without(self, names: Iterable[str]) -> "Carried":
        """The same state less some variables: values that were given anew replace what was carried."""
        dropped = set(names)
        kept = {name: text for name, text in self.variables.items() if name not in dropped}
        return Carried(kept, self.functions, self.directory, self.options, self.umask)

    def for_disk(self, given: Mapping[str, str], secrets: Iterable[str]) -> dict[str, object]:
        """What may be written down of it, as JSON: nothing secret, and nothing that the server gives anyway.

        `withheld` names the variables that a person or the installation must give again if this process is lost.
        """
        hidden = tuple(secrets)
        kept: dict[str, str] = {}
        withheld: list[str] = []
        for name, text in self.variables.items():
            if name in given and unquoted(text) == given[name]:
                continue
            if looks_secret(name) or redact(text, hidden) != text:
                withheld.append(name)
            else:
                kept[name] = text
        functions = self.functions if redact(self.functions, hidden) == self.functions else ""
        size = sum(map(len, kept.values())) + len(functions)
        if size > PERSISTED_LIMIT:
            withheld, kept, functions = [*withheld, *kept], {}, ""
        return {
            "variables": kept,
            "functions": functions,
            "directory": redact(self.directory, hidden),
            "options": self.options,
            "umask": self.umask,
            "withheld": sorted(withheld),
        }


def from_disk(state: Mapping[str, object]) -> Carried:
    """The state that `for_disk` wrote."""
    variables = state.get("variables")
    return Carried(
        {str(k): str(v) for k, v in variables.items()} if isinstance(variables, dict) else {},
        str(state.get("functions", "")),
        str(state.get("directory", "")),
        str(state.get("options", "e")),
        str(state.get("umask", "")),
    )


def read_dump(raw: bytes) -> Carried | None:
    """The state that a step's shell sent when it ended; None if it sent none, or not all of it."""
    parts = raw.decode("utf-8", "surrogateescape").split("\0")
    if len(parts) != 8 or parts[6] != "done":
        return None
    variables, functions, names, options, umask, directory = parts[:6]
    exported = [
        line for line in names.splitlines() if line.startswith("declare -f") and "x" in line.split()[1]
    ]
    return Carried(
        dict(_declarations(variables)),
        "\n".join([functions, *exported]),
        directory,
        options,
        umask.strip(),
    )


def _declarations(text: str) -> Iterable[tuple[str, str]]:
    """Each variable of `declare -p` with the text that declares it again; the shell's own ones are left out.

    Values are quoted by bash as `"…"`, `$'…'` or `(…)` of these, and may span lines.
    """
    at = 0
    while match := _DECLARED.match(text, at):
        flags, name = match.group(1), match.group(2)
        at = match.end()
        value = ""
        if match.group(3) == "=":
            end = _value_end(text, at)
            value = "=" + text[at:end]
            at = end + 1
        if not _OWN.match(name) and (value or flags != "-"):
            # A read-only variable could not be declared again when its step is retried.
            yield name, f"declare -{flags.replace('r', '').replace('-', '') or '-'} {name}{value}"


def _value_end(text: str, at: int) -> int:
    """Where the value that begins at `at` ends: the first line feed outside of quotes and brackets."""
    quote, depth = "", 0
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote[-1]:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign == "\\":
            at += 1
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == "\n" and depth <= 0:
            return at
        at += 1
    return at


def quoted(text: str) -> str:
    """`text` as one word of bash."""
    return "'" + text.replace("'", "'\\''") + "'"


def unquoted(declaration: str) -> str | None:
    """The plain value of a declaration's `"…"`; None for arrays and for `$'…'`."""
    value = declaration.partition("=")[2]
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return None
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
