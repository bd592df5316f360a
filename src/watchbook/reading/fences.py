"""Code blocks: their language and attributes, and the groups of commands that comments make of them.

Called by `reading.steps`, `reading.commands` and `reading.troubleshooting`. It tells commands from comments,
sample output and the input of interactive clients; what a comment means for a step is `reading.steps`'.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from watchbook.model.safety import Safety
from watchbook.reading.blocks import Block, Fence, List, Quote
from watchbook.reading.shell import classes
from watchbook.reading.shell.grammar import read_script
from watchbook.reading.shell.placeholders import as_variables
from watchbook.reading.shell.programs import table
from watchbook.reading.shell.syntax import Unreadable
from watchbook.reading.shell.table import words

_SHELLS = words(
    "bash sh shell zsh ksh console terminal shell-session shellsession sh-session cmd-line commandline"
)
_SESSIONS = words("console shell-session shellsession sh-session terminal")
KNOWN_ATTRIBUTES = words(
    "id name tag category background cwd excludeFromRunAll interactive interpreter promptEnv "
    "transform ignore "
    "closeTerminalOnSuccess mimeType terminalRows skipPrompts verify readonly idempotent "
    "destructive timeout retry "
    "approve env rollback on expect"
)
_ATTRIBUTE = re.compile(r"([A-Za-z][\w.-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|/(?:[^/\\]|\\.)*/\w*|[^\s}]+))?")
_UNNAMED = words("text txt plaintext plain none output")
_ASSIGNED = re.compile(r"\A(?:[A-Za-z_]\w*=(?:\$\([^()]*\)|\"[^\"]*\"|'[^']*'|[^\s\"'$]\S*|\$\w\S*)?\s+)+")
_OUTPUT = re.compile(r"[A-Z][A-Z0-9_/()%-]+(?:\s{2,}[A-Z(][A-Z0-9_/()%-]*(?:\s[A-Z0-9_/()%-]+)?)+")
_PROMPT = re.compile(
    r"\s*(?:\([\w.-]+\)\s*)?(?:\[[^\]]{1,60}\]|[\w.-]+@[\w.-]+(?::\S*)?|~?[\w./-]*)?[$%❯]\s+(?=\S)"
    r"|\s*(?:\[[^\]]{1,60}\]|[\w.-]+@[\w.-]+(?::\S*)?)#\s+(?=\S)"
)
_CLIENT_PROMPT = re.compile(
    r"\s*(?:(?:mysql|mariadb|sqlite|sql|redis|mongo|mongos|rs\w*|test|cqlsh|ftp|"
    r"[\w.-]+:\d+(?:\[\d+\])?)(?:\s*\[[^\]]*\])?>|"
    r"[\w-]*=[#>*]|[\w-]+-[#>]|>>>|\.\.\.|>)(?:\s+|$)"
)
_CLIENT_INPUT = re.compile(
    r"\s*(?:select|update|insert|delete|alter|create|drop|show|explain|vacuum|reindex|analyze|"
    r"begin|commit|rollback|use|set|"
    r"flush\w*|info|config|keys|client|db\.|rs\.|sh\.|exit|quit|\\[a-z?!])\b.*",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"never closed|has no end|is missing|nothing follows|without `fi`|a backslash ends")
_NUMBER = re.compile(r"^(?:step\s*)?\d+(?:\.\d+)*\s*[.):]\s+", re.IGNORECASE)
_LONGEST_COMMAND = 40  # lines
_LONGEST_AFTER = 4  # once something in the block was never closed
ASSERTION = re.compile(
    r"(?P<word>expect(?:ed)?(?: (?:output|result|response|answer|status))?|should (?:return|show|"
    r"print)|confirmed if|ruled out if)\s*(?::|→|=>)\s*(?P<text>.*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"\s#\s*(?P<comment>(?:expect(?:ed)?(?: (?:output|result|response|answer|status))?|"
    r"confirmed if|ruled out if)\s*(?::|→)\s*.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Commented:
    """A comment line without its `#`."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """One command as written, without a prompt; `input` is what a person types into the client that it opens."""

    line: int
    end_line: int
    text: str
    input: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """Comments, the commands they introduce, and the assertion below these."""

    comments: list[Commented] = field(default_factory=list)
    commands: list[Ordered] = field(default_factory=list)
    assertion: Commented | None = None
    inverted: bool = False
    last_line: int = 0  # of an assertion over several lines

    @property
    def line(self) -> int:
        places = [comment.line for comment in self.comments[:1]] + [
            command.line for command in self.commands[:1]
        ]
        return min(places, default=0)

    @property
    def end_line(self) -> int:
        ends = [comment.line for comment in self.comments] + [command.end_line for command in self.commands]
        return max([*ends, self.last_line, self.assertion.line if self.assertion else 0])

    @property
    def title(self) -> str:
        """The first comment, without its number and a closing colon: `# 2. Deploy:` → `Deploy`."""
        text = self.comments[0].text if self.comments else ""
        return _NUMBER.sub("", text).rstrip(":").strip()

    @property
    def script(self) -> str:
        return "\n".join(command.text for command in self.commands)


def is_shell(fence: Fence) -> bool:
    """Whether the block is a shell script or a session; an unlabelled or indented one by what its lines look like."""
    language = fence.language.casefold()
    if language in _SHELLS:
        return True
    if language in _UNNAMED:
        return any(_PROMPT.match(line) and _starts(line) for line in fence.lines)
    if language:
        return False
    return looks_like_shell(fence.lines) and (not fence.indented or _are_all_commands(fence.lines))


def nested_fences(blocks: Iterable[Block]) -> Iterator[Fence]:
    """The code blocks among the blocks, and those inside list items and quotes, in document order."""
    for block in blocks:
        match block:
            case Fence():
                yield block
            case List():
                for item in block.items:
                    yield from nested_fences(item.blocks)
            case Quote():
                yield from nested_fences(block.blocks)
            case _:
                pass


def looks_like_shell(lines: tuple[str, ...]) -> bool:
    """Whether the first line that is no comment starts with a prompt, a known program or a local script.

    Without a prompt, a line that looks like the head of a table makes it the output of a command.
    """
    first = next((line for line in lines if line.strip() and not line.strip().startswith("#")), "")
    if _PROMPT.match(first):
        return True
    return _starts(first) and not any(_OUTPUT.fullmatch(line.strip()[:200]) for line in lines)


def _are_all_commands(lines: tuple[str, ...]) -> bool:
    """Whether every line of an indented block is a command, a comment or goes on with the line above."""
    goes_on = False
    for line in lines:
        text = line.strip()
        if text and not goes_on and not text.startswith("#") and not _starts(line):
            return False
        goes_on = text.endswith(("\\", "|", "&&"))
    return True


def _starts(line: str) -> bool:
    """Whether a line begins with a known program or a local script, behind a prompt, assignments and `sudo`."""
    prompt = _PROMPT.match(line)
    text = _ASSIGNED.sub("", line[prompt.end() if prompt else 0 :].strip(), count=1)
    words = text.split()
    if not words:
        return False
    first = words[1] if words[0] == "sudo" and len(words) > 1 else words[0]
    return first in table() or (first.startswith("./") and len(first) > 2) or (
        first.startswith("/") and first.rpartition("/")[2] in table()
    )  # fmt: skip


_KINDS = (
    ("mermaid plantuml dot graphviz ditaa", "A diagram"),
    ("json json5 jsonc", "JSON"),
    (
        "yaml yml toml ini cfg conf properties env dotenv hcl terraform tf nginx apache systemd dockerfile helm xml",
        "Configuration",
    ),
    ("sql psql mysql plsql cypher cql mongodb redis", "Statements of a database client"),
    ("promql logql kusto kql spl esql lucene flux influxql", "A query"),
    ("text txt plaintext plain output log logs none", "Text or the output of a command"),
    ("http", "A request and its answer"),
    ("markdown md", "A text to be filled in"),
    ("diff patch", "A change of a file"),
    ("powershell ps1 pwsh bat cmd batch", "Commands of another shell, which are not read"),
)
_KIND_OF = {language: said for languages, said in _KINDS for language in languages.split()}


def what_it_is(fence: Fence) -> str:
    """What a block that is no shell holds, in words."""
    language = fence.language.casefold()
    if language in _SHELLS:
        return "Only comments and output"
    if language:
        return _KIND_OF.get(language, f"Code in {fence.language}")
    start = fence.text.lstrip()[:1]
    return "JSON" if start in ("{", "[") else "Text or the output of a command"


def read_attributes(fence: Fence) -> dict[str, str]:
    """The attributes behind the language: `{"name": "x"}`, `{name=x verify timeout=10m}` or without braces.

    A bare word is `true`.
    """
    text = fence.attributes.strip()
    start, end = text.find("{"), text.find("}")
    if start >= 0 and end > start:
        try:
            found = json.loads(text[start : end + 1])
        except ValueError:
            text = text[start + 1 : end]
        else:
            return (
                {str(key): _spelled(value) for key, value in found.items()} if isinstance(found, dict) else {}
            )
    elif "=" not in text and not set(text.split()) & KNOWN_ATTRIBUTES:
        return {}
    return {match[1]: _unquoted(match[2]) for match in _ATTRIBUTE.finditer(text)}


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unquoted(value: str | None) -> str:
    if value is None:
        return "true"
    return value[1:-1] if value[0] in "\"'" and len(value) > 1 else value


@lru_cache(maxsize=64)
def read_groups(fence: Fence) -> tuple[Group, ...]:
    """The groups of a shell block in order; a comment behind commands starts the next one. Not to be changed."""
    return tuple(_Reader(fence).groups())


class _Reader:
    """Goes through the lines of one block."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.found: list[Group] = [Group()]
        prompted = any(_PROMPT.match(line) for line in fence.lines)
        self.session = prompted or fence.language.casefold() in _SESSIONS
        self.prompted = prompted
        self.parted = False  # a blank line stands before
        self.longest = _LONGEST_COMMAND

    def groups(self) -> list[Group]:
        index = 0
        while index < len(self.fence.lines):
            index += self._line(index)
        return [group for group in self.found if group.comments or group.commands]

    def _line(self, index: int) -> int:
        """Takes the line at `index`; the number of lines that were used."""
        line = self.fence.lines[index]
        number = self.fence.first_line + index
        text = line.strip()
        if not text:
            self.parted = True
            return 1
        if text.startswith("#") and not text.startswith("#!"):
            self._comment(number, text.lstrip("#").strip())
            return 1
        if text.startswith("#!"):
            return 1
        if self.prompted:
            return self._session_line(index, line)
        if self._client_line(line):
            return 1
        size = self._size(index, line)
        self._command(number, size, "\n".join(self.fence.lines[index : index + size]).strip())
        return size

    def _session_line(self, index: int, line: str) -> int:
        """In a session only lines with a prompt are commands; the rest is sample output."""
        prompt = _PROMPT.match(line)
        if prompt is None:
            return 1
        first = line[prompt.end() :]
        taken = [first]
        while taken[-1].endswith("\\") and index + len(taken) < len(self.fence.lines):
            taken.append(re.sub(r"^\s*>\s?", "", self.fence.lines[index + len(taken)]))
        self._command(self.fence.first_line + index, len(taken), "\n".join(taken).strip())
        return len(taken)

    def _client_line(self, line: str) -> bool:
        """Whether the line is typed into an interactive client that the command before opened."""
        commands = self.found[-1].commands
        if not _CLIENT_PROMPT.match(line) and not (
            commands and _CLIENT_INPUT.fullmatch(line) and Safety.INTERACTIVE in classes(commands[-1].text)
        ):
            return False
        if commands:
            last = commands[-1]
            commands[-1] = Ordered(last.line, last.end_line + 1, last.text, (*last.input, line.strip()))
        return True

    def _comment(self, number: int, text: str) -> None:
        group = self.found[-1]
        if group.assertion and not self.parted and _goes_on(group.assertion.text):
            # `# Expected:` with its text on the next lines.
            joined = f"{group.assertion.text}\n{text}".strip()
            group.assertion = Commented(group.assertion.line, joined)
            group.last_line = number
            return
        assertion = ASSERTION.match(text)
        if assertion and group.commands:
            self._assert(number, assertion)
            return
        if group.commands or (group.comments and self.parted):
            self.found.append(Group())
        self.parted = False
        self.found[-1].comments.append(Commented(number, text))

    def _assert(self, number: int, assertion: "re.Match[str]") -> None:
        group = self.found[-1]
        if group.assertion is None:
            group.assertion = Commented(number, assertion["text"].strip())
            group.inverted = assertion["word"].casefold() == "confirmed if"

    def _command(self, number: int, size: int, text: str) -> None:
        group = self.found[-1]
        if group.assertion is not None:
            # Commands below an assertion are a step of their own under the same comments.
            group = Group(comments=list(group.comments))
            self.found.append(group)
        trailing = _TRAILING.search(text)
        if trailing:
            text = text[: trailing.start()].rstrip()
        group.commands.append(Ordered(number, number + size - 1, text))
        assertion = ASSERTION.match(trailing["comment"]) if trailing else None
        if assertion:
            self._assert(number + size - 1, assertion)

    def _size(self, index: int, line: str) -> int:
        """How many lines the command at `index` takes: continuations, quotes, here-documents, loops."""
        text, size = line, 1
        while size < self.longest and _is_unfinished(text):
            if index + size >= len(self.fence.lines):
                self.longest = _LONGEST_AFTER
                return 1
            text += "\n" + self.fence.lines[index + size]
            size += 1
        if size < self.longest:
            return size
        self.longest = _LONGEST_AFTER
        return 1


_OPENS = re.compile(r"[(`{\\]|<<|\b(?:if|for|while|until|do|then|else)\b|(?:&&|\|\|?)\s*$")


def _goes_on(text: str) -> bool:
    """Whether an assertion has no text yet, or is JSON that is not closed."""
    return not text or (
        text[0] in "{[" and (text.count("{") > text.count("}") or text.count("[") > text.count("]"))
    )


def _is_unfinished(text: str) -> bool:
    """Whether a shell would wait for more lines."""
    if text.endswith("\\") and not text.endswith("\\\\"):
        return True
    if not re.search(r"['\"(`{]|<<|\b(?:if|for|while|until|do|then|else)\b|(?:&&|\|\|?)\s*$", text):
        return False
    if text.count("'") % 2 == text.count('"') % 2 == 0 and not _OPENS.search(text):
        return False  # quotes in pairs and nothing else that could be open
    try:
        read_script(as_variables(text)[0])
    except Unreadable as problem:
        return bool(_UNFINISHED.search(problem.reason))
    return False
