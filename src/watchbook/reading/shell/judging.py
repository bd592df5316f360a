"""Judges one command by the table of programs, and what surrounds it: redirections, assignments, substitutions.

Called by `classify`. `Judge` is handed to the functions of `looks_*`, which judge the programs that a table
cannot describe and the ones that run another command. It reads no text itself and runs nothing.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import Arguments, Option, split
from watchbook.reading.shell.programs import table
from watchbook.reading.shell.secrecy import (
    device_class,
    holds_secret,
    is_plain_name,
    is_pointer,
    is_secret_name,
    only_names_files,
    prints_files,
    searches,
    seeks_secret,
)
from watchbook.reading.shell.syntax import Assignment, Command, Redirect, Word
from watchbook.reading.shell.table import Program, words

_STANDARD_FOLDER = re.compile(r"(?:/usr(?:/local)?)?/s?bin/([\w.\[+-]+)|/opt/[\w.-]+/bin/([\w.+-]+)")
_HARMLESS_TARGET = re.compile(r"/dev/(?:null|stdout|stderr)|/dev/fd/[012]")
_DEVICE = re.compile(r"/dev/(?:sd|nvme|vd|xvd|hd|mapper|dm-|disk|md|loop|mmcblk)")
# Variables that change what a program is or does, whichever program follows.
_MEDDLING = re.compile(
    r"PATH|IFS|ENV|HOME|SHELL|CDPATH|BASH.*|LD_.*|DYLD_.*|PS[0-4]|PROMPT_COMMAND|SHELLOPTS|"
    r".*PAGER|.*EDITOR|VISUAL|"
    r"BROWSER|GIT_(?!(?:SHA|TAG|BRANCH|COMMIT|REF|REPO|URL|VERSION|REMOTE)$).*|LESS.*|PYTHON.*|PERL.*|RUBY(?!_VERSION$).*|"
    r"NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|REPL_\w+|TLS\w*|ICU_DATA|V8_\w+|PRESERVE\w*|REDIRECT\w*|DEBUG)|.*_OPTS|.*OPTIONS|.*_OPTIONS|PSQLRC|"
    r"PG(?:SERVICEFILE|SYSCONFDIR)|MYSQL_HOME|"
    r"XDG_.*|CURL_HOME|SSH_(?!(?:HOST|USER|PORT|NAME|TARGET|SERVER|IP)$).*|RSYNC_.*|OPENSSL_CONF|GREP_.*|EXINIT|VIMINIT|KUBECTL_.*|KUBE_EDITOR|"
    r"HISTFILE|TERMINFO|"
    r"DOCKER_CONFIG|AWS_CONFIG_FILE|GCONV_PATH|MALLOC_.*|TMPDIR|http_proxy|https_proxy|"
    r"HTTPS?_PROXY|ALL_PROXY|WGETRC"
)
_TAKES_TEXT = words(
    "cat grep egrep fgrep head tail wc sort uniq cut tr jq sed awk base64 md5sum sha256sum nl "
    "column cmp diff "
    "psql mysql mariadb sqlite3 sh bash dash zsh ash ksh ssh kubectl oc docker podman "
    "docker-compose read openssl "
    "redis-cli clickhouse-client cqlsh mongosh mongo ls test [ [[ sudo env timeout true : kubectl nohup"
)


# Subcommands that mean the same wherever they are: what they name is gone.
_DESTROYING = words("delete destroy purge wipe drop nuke")

NO_PROGRAM = Program()


@dataclass(frozen=True, slots=True)
class Call:
    """A program with its words, and what reaches it on its input: `text` of a here-document, or a pipe."""

    name: str
    args: tuple[Word, ...]
    text: str | None = None
    piped: bool = False
    closed: bool = False  # its input is /dev/null or a file
    depth: int = 0
    entry: Program = NO_PROGRAM

    def part(self) -> str:
        """The call as one line, for messages."""
        return " ".join([self.name, *(word.source for word in self.args)])[:200]


Look = Callable[["Judge", Call], Classification]


class Judge:
    """Judges calls. `classify_text` classifies a script inside a word (`sh -c '…'`), `looks` are by name."""

    def __init__(self, classify_text: Callable[[str, int], Classification], looks: dict[str, Look]) -> None:
        self.classify_text = classify_text
        self.looks = looks

    def command(self, command: Command, depth: int = 0) -> Classification:
        """The class of a whole command: its program, redirections, assignments and substitutions."""
        found = []
        if command.words:
            found.append(self.words(command.words, command_input(command), depth))
        found += [self.redirect(redirect) for redirect in command.redirects]
        found += [self.assignment(assignment) for assignment in command.assignments]
        every = [
            *command.words,
            *(a.value for a in command.assignments),
            *(r.target for r in command.redirects),
        ]
        found += [self.command(inner, depth + 1) for word in every for inner in word.substitutions]
        return most_dangerous(found)

    def words(self, words: tuple[Word, ...], source: "Input", depth: int = 0) -> Classification:
        """The class of a program with its arguments; `depth` guards against endless wrapping."""
        if not words:
            return known(Safety.UNKNOWN, "no command is named")
        if depth > 12:
            return known(Safety.UNKNOWN, "it is wrapped too deeply")
        program = words[0]
        if program.value is None or (program.glob and program.value not in ("[", "[[")):
            return known(Safety.UNKNOWN, "which program runs is not written out", program.source)
        name = program_name(program.value)
        call = Call(name, words[1:], source.text, source.piped, source.closed, depth)
        entry = table().get(name)
        if entry is None:
            return known(Safety.UNKNOWN, f"{name or program.value} is not a known program", call.part(), name)
        call = replace(call, entry=entry)
        result = self.looks[entry.look](self, call) if entry.look else self.by_table(call, entry)
        secret = self.secret_file(call) or self.secret_text(call, source)
        if source.text is not None and name not in _TAKES_TEXT:
            result = most_dangerous([result, known(Safety.UNKNOWN, f"{name} is given text", call.part())])
        result = most_dangerous([result, secret]) if secret else result
        heavy = self.whole_system(call)
        result = most_dangerous([result, heavy]) if heavy else result
        return replace(result, part=result.part or call.part(), programs=(name, *result.programs))

    def by_table(
        self,
        call: Call,
        program: Program,
        parents: frozenset[str] = frozenset(),
        inherited: Program | None = None,
    ) -> Classification:
        """The class by the table alone: options, then subcommand or operands."""
        values = parents | program.values
        limit = 1 if program.commands or program.rest else None
        arguments = split(call.args, program, operands=limit, parents=parents)
        found = [self.options(call, arguments, program, inherited)]
        if limit:
            found.append(self.subcommand(call, arguments, program, values))
        else:
            found.append(self.operands(call, arguments, program))
        return most_dangerous(found)

    def options(
        self, call: Call, arguments: Arguments, program: Program, inherited: Program | None = None
    ) -> Classification:
        """The worst class of the options; one that is not known is unknown where the table lists them."""
        found = []
        dangerous = dict(program.flags)
        if arguments.odd:
            found.append(known(Safety.UNKNOWN, f"the option {arguments.odd} is not written out", call.part()))
        if arguments.hazy and (
            program.commands or any(s.rank >= Safety.COSTLY.rank for s in dangerous.values())
        ):
            found.append(known(Safety.UNKNOWN, "a word may stand for any option", call.part()))
        for option in arguments.options:
            safety = flag_class(option, dangerous)
            if safety is not None:
                found.append(known(safety, f"{call.name} {option.name} {SAYS[safety]}", call.part()))
            elif not self._known(option, program, inherited):
                found.append(
                    known(
                        Safety.UNKNOWN, f"the option {option.name} of {call.name} is not known", call.part()
                    )
                )
        return most_dangerous(found)

    @staticmethod
    def _known(option: Option, program: Program, inherited: Program | None) -> bool:
        """Whether the table knows the option; before a subcommand every option has to be known."""
        if option.name in program.values or (program.only is not None and option.name in program.only):
            return True
        if inherited and (option.name in inherited.values or option.name in (inherited.only or ())):
            return True
        if program.only is None and not program.commands and program.rest is None:
            return True
        return option.value is not None and option.name.startswith("--") and program.only is None

    def operands(self, call: Call, arguments: Arguments, program: Program) -> Classification:
        """The class of a program without subcommands, by how many operands it has."""
        if not arguments.operands and program.bare is not None:
            safety = program.bare
        elif program.most is not None and len(arguments.operands) > program.most:
            safety = program.over
        else:
            safety = program.safety
        return known(safety, f"{call.name} {SAYS[safety]}", call.part())

    def subcommand(
        self, call: Call, arguments: Arguments, program: Program, values: frozenset[str]
    ) -> Classification:
        """The class of the subcommand that the first operand names."""
        if not arguments.operands:
            only_version = arguments.has("--version", "--help", "-h", "-V")
            safety = Safety.READ_ONLY if only_version else program.bare
            if safety is None:
                return known(Safety.UNKNOWN, f"{call.name} without a subcommand is not known", call.part())
            return known(safety, f"{call.name} {SAYS[safety]}", call.part())
        first = arguments.operands[0]
        if first.value is None or first.glob:
            return known(Safety.UNKNOWN, "which subcommand runs is not written out", call.part())
        rest = call.args[arguments.positions[0] + 1 :]
        entry = program.commands.get(first.value)
        if entry is None:
            safety = program.rest if program.rest is not None else Safety.UNKNOWN
            if safety is Safety.CHANGES and first.value in _DESTROYING:
                safety = Safety.DESTRUCTIVE
            return known(safety, f"{call.name} {first.value} {SAYS[safety]}", call.part())
        inner = replace(call, name=f"{call.name} {first.value}", args=rest, entry=entry)
        if entry.look:
            return self.looks[entry.look](self, inner)
        return self.by_table(inner, entry, values, program)

    def redirect(self, redirect: Redirect) -> Classification:
        """Writing to a file changes; `/dev/null` and other descriptors do not."""
        operator, target = redirect.operator, redirect.target
        if operator in ("<<", "<<-", "<<<"):
            return known(Safety.READ_ONLY, "a here-document")
        if target.value is None or "/dev/tcp" in target.text or "/dev/udp" in target.text:
            return known(
                Safety.UNKNOWN if operator.startswith("<") else Safety.CHANGES,
                "a redirection to a place that is not a plain file",
                target.source,
            )
        if operator in (">&", "<&") and re.fullmatch(r"\d+-?|-", target.value):
            return known(Safety.READ_ONLY, "a descriptor")
        if operator == "<":
            if holds_secret(target.text):
                return known(Safety.REVEALS, f"{target.text} holds secrets", target.source)
            return known(Safety.READ_ONLY, "reads a file")
        if _HARMLESS_TARGET.fullmatch(target.value) and operator != "<>":
            return known(Safety.READ_ONLY, "output is dropped")
        if _DEVICE.match(target.value):
            return known(Safety.DESTRUCTIVE, f"it writes to the device {target.value}", target.source)
        return known(Safety.CHANGES, f"it writes to the file {target.value}", f"{operator} {target.source}")

    def assignment(self, assignment: Assignment) -> Classification:
        """Setting a variable is harmless unless programs obey it (PATH, LD_PRELOAD, PAGER …)."""
        if meddles(assignment.name):
            return known(
                Safety.UNKNOWN, f"{assignment.name} changes what the programs after it do", assignment.name
            )
        if holds_secret(assignment.value.text) and not is_pointer(assignment.name):
            return known(
                Safety.UNKNOWN, f"{assignment.value.text} holds secrets, and may be read", assignment.name
            )
        return known(Safety.READ_ONLY, "sets a variable")

    def secret_text(self, call: Call, source: "Input") -> Classification | None:
        """Variables in a here-document or here-string are printed by whatever reads it."""
        for name in source.variables:
            if is_secret_name(name):
                return known(Safety.REVEALS, f"it prints ${name}", call.part())
            if not is_plain_name(name) and not name.islower():
                return known(Safety.UNKNOWN, f"what ${name} holds is not known", call.part())
        return None

    @staticmethod
    def whole_system(call: Call) -> Classification | None:
        """`grep -r x /` and `du -a /` walk every file of every disk."""
        if call.name not in ("grep", "egrep", "fgrep", "rg", "ag", "du", "tree", "ls"):
            return None
        values = [word.value or "" for word in call.args]
        deep = call.name in ("rg", "ag", "du", "tree") or any(
            re.match(r"-\w*[rR]|--(?:dereference-)?recursive$", value) for value in values
        )
        bounded = any(
            re.match(r"-\w*[sxdL]|--(?:max-depth|summarize|one-file-system)", value) for value in values
        )
        if deep and "/" in values and not (bounded and call.name in ("du", "tree")):
            return known(Safety.COSTLY, f"{call.name} walks the whole file system", call.part())
        return None

    def secret_file(self, call: Call) -> Classification | None:
        """Reading a file that holds secrets reveals them, whichever program prints it."""
        if only_names_files(call.name):
            return None
        words = call.args
        if searches(call.name):
            words = tuple(word for word in words if " " not in word.text)
            if any(seeks_secret(word.text) for word in words):
                return known(Safety.REVEALS, "it looks for secrets", call.part())
        for word in words:
            if holds_secret(word.text):
                return known(Safety.REVEALS, f"{word.text} holds secrets", call.part())
            if prints_files(call.name) and (found := device_class(word.text)):
                return known(found, f"{call.name} {SAYS[found]}", call.part())
            hidden = secret_variables([word]) if prints_files(call.name) else []
            if hidden and word.text == "${" + hidden[0] + "}":
                return known(Safety.REVEALS, f"what ${hidden[0]} names may hold secrets", call.part())
        return None


@dataclass(frozen=True, slots=True)
class Input:
    """What a command reads: the text of a here-document, a pipe, or a file."""

    text: str | None = None
    piped: bool = False
    closed: bool = False
    variables: tuple[str, ...] = ()


def command_input(command: Command) -> Input:
    """What the command's input is, by its redirections and place in a pipeline."""
    bodies = [redirect.body for redirect in command.redirects if redirect.body is not None]
    closed = any(redirect.operator == "<" for redirect in command.redirects)
    names = [
        name
        for redirect in command.redirects
        if redirect.body is not None and (redirect.operator == "<<<" or not redirect.target.quoted)
        for name in re.findall(r"\$\{?([A-Za-z_]\w*)", redirect.body)
    ]
    return Input(bodies[-1] if bodies else None, command.piped_in, closed, tuple(names))


SAYS = {
    Safety.READ_ONLY: "only reads",
    Safety.ENDLESS: "never ends by itself",
    Safety.INTERACTIVE: "waits for a person at a terminal",
    Safety.COSTLY: "can be too much for the service",
    Safety.REVEALS: "can reveal secrets",
    Safety.UNKNOWN: "is not known to be harmless",
    Safety.CHANGES: "changes something",
    Safety.DESTRUCTIVE: "destroys something",
}


def known(safety: Safety, reason: str, part: str = "", *programs: str) -> Classification:
    """A classification with its reason."""
    return Classification(safety, reason, part, tuple(program for program in programs if program))


def meddles(variable: str) -> bool:
    """Whether programs obey a variable of that name (PATH, LD_PRELOAD, PAGER …)."""
    return _MEDDLING.fullmatch(variable) is not None


def most_dangerous(found: Iterable[Classification]) -> Classification:
    """The worst of the classifications, the first among equals; harmless when there is none."""
    every = list(found)
    if not every:
        return known(Safety.READ_ONLY, "nothing is run")
    if len(every) == 1 and len(every[0].programs) < 2:  # the ordinary command: nothing to compare or to join
        return every[0]
    worst = max(every, key=lambda one: one.safety.rank)
    programs = tuple(dict.fromkeys(name for one in every for name in one.programs))
    return worst if programs == worst.programs else replace(worst, programs=programs)


def flag_class(option: Option, dangerous: dict[str, Safety]) -> Safety | None:
    """The class that the option brings. GNU programs take any clear beginning of a long option for it."""
    found = [dangerous[option.name]] if option.name in dangerous else []
    if option.name.startswith("--") and len(option.name) > 2:
        found += [safety for name, safety in dangerous.items() if name.startswith(option.name)]
    return max(found, key=lambda safety: safety.rank, default=None)


def program_name(value: str) -> str:
    """The program's name in the table: folders of installed programs are left out, others kept."""
    if "/" not in value:
        return value
    match = _STANDARD_FOLDER.fullmatch(value)
    return (match[1] or match[2]) if match else ""


def secret_variables(words: Iterable[Word]) -> list[str]:
    """Names of variables in the words that look like secrets."""
    return [variable.name for word in words for variable in word.variables if is_secret_name(variable.name)]
