"""Reads shell text into commands: a strict part of bash's grammar, and nothing on trust.

Called by the rest of this package through `read_script`. Whatever is not plainly understood raises
`Unreadable`, which callers answer with the class `unknown`: functions, arrays, `case`, process substitution,
escaped backticks, two here-documents on one line. It decides nothing about safety and runs nothing.

The rules followed are those of the POSIX shell command language, section 2, as bash applies them.
"""

import re
from functools import lru_cache

from watchbook.reading.shell.syntax import Assignment, Command, Redirect, Script, Unreadable, Word
from watchbook.reading.shell.words import BLANK, WordReader

_REDIRECT = re.compile(r"(?:\d{0,3})(<<<|<<-|<<|<>|<&|<|>>|>\||>&|>)|&>>?")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_ELEMENT = re.compile(r"[A-Za-z_]\w*\[[^\]]*\]\+?=")
_OPENING = {"if", "for", "while", "until", "{", "[["}
_REFUSED = {"case", "select", "function", "coproc"}
_INNER = {"then", "else", "elif", "fi", "do", "done", "esac", "}", "]]"}
_BOTH = frozenset({"&>", "&>>"})
_RESERVED = _OPENING | _REFUSED | _INNER | {"!", "time", "in"}
_OPTION_OF_TIME = re.compile(r"-p(?=[ \t])")
_MOST_DEPTH = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_script(text: str) -> Script:
    """The commands that `text` may run; raises `Unreadable` for anything that is not plainly understood."""
    read = _read(text)
    if isinstance(read, Unreadable):
        raise Unreadable(read.reason, read.offset, read.syntax)
    return read


@lru_cache(maxsize=1024)
def _read(text: str) -> "Script | Unreadable":
    """The script, or why it cannot be read: each text is asked for several times while a document is read."""
    try:
        return _read_once(text)
    except Unreadable as problem:
        return Unreadable(problem.reason, problem.offset, problem.syntax)


def _read_once(text: str) -> Script:
    text = text.replace("\r\n", "\n")
    control = _CONTROL.search(text)
    if control:
        raise Unreadable("it holds a control character", control.start())
    reader = Reader(text)
    commands = reader.commands(frozenset(), "")
    if reader.place < len(text):
        raise Unreadable(f"unexpected `{text[reader.place]}`", reader.place, syntax=True)
    return Script(tuple(commands), reader.joined(), frozenset(reader.features), tuple(reader.loops))


class Reader(WordReader):
    """A cursor over the text. Methods read one construct at the cursor and leave it behind what they read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.loops: list[str] = []
        self.depth = 0
        self._waiting: list[tuple[str, bool, bool, int]] = []  # here-documents: delimiter, quoted, tabs, key
        self._bodies: dict[int, str] = {}

    def commands(self, ends: frozenset[str], close: str) -> list[Command]:
        """A list of pipelines up to one of the reserved words `ends`, the character `close`, or the end."""
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise Unreadable("it is nested too deeply", self.place)
        if self._waiting:
            raise Unreadable("a here-document around other commands is not read", self.place)
        found: list[Command] = []
        joined_by = ""
        while True:
            self.skip_lines()
            if self.place >= len(self.text) or self.text[self.place] == close or self.at_word(ends):
                break
            pipeline = self.pipeline(joined_by)
            joined_by = self.separator(close)
            if joined_by == "&":
                pipeline = [with_background(command) for command in pipeline]
            found.extend(pipeline)
            if joined_by == "":
                break
        if joined_by in ("&&", "||"):
            raise Unreadable(f"nothing follows `{joined_by}`", self.place, syntax=True)
        if not close and not ends and self._waiting:
            self._read_bodies()
        if self._waiting:
            raise Unreadable("a here-document around other commands is not read", self.place)
        self.depth -= 1
        return self._with_bodies(found)

    def separator(self, close: str) -> str:
        """What ends a pipeline; "" at the end of the list."""
        self.skip_blanks()
        rest = self.text[self.place : self.place + 3]
        if not rest or rest[0] == close:
            return ""
        for operator in (";;", "&&", "||", ";", "&", "\n"):
            if rest.startswith(operator):
                if operator == ";;":
                    raise Unreadable("`;;` outside a case", self.place, syntax=True)
                if operator != "\n":
                    self.refuse_split_operator(len(operator))
                    self.place += len(operator)
                return ";" if operator == "\n" else operator
        if rest[0] == "#" and self.place and self.text[self.place - 1] in BLANK:
            self.skip_comment()
            return self.separator(close)
        raise Unreadable(f"unexpected `{rest[0]}`", self.place, syntax=rest[0] != "(")

    def pipeline(self, joined_by: str) -> list[Command]:
        """Commands joined by pipes, with `!` and `time` before them looked through."""
        negated = False
        while self.at_word(frozenset({"!", "time"})):
            if self.take_word() == "!":
                negated = not negated
            else:
                self.skip_blanks()
                if _OPTION_OF_TIME.match(self.text, self.place):
                    self.place += 2
            self.skip_blanks()
            at_end = self.place >= len(self.text) or self.text[self.place] in "\n;&|)"
            if at_end and not self.text.startswith("&>", self.place):
                raise Unreadable("nothing follows `!` or `time`", self.place)
        found = self.command(joined_by)
        noted = 0  # of those, how many are known to be piped out
        while True:
            self.skip_blanks()
            if not self.text.startswith("|", self.place) or self.text.startswith("||", self.place):
                break
            both = self.text.startswith("|&", self.place)
            self.refuse_split_operator(2 if both else 1)
            self.place += 2 if both else 1
            last = found[-1]
            if both and (
                (last.assignments and not last.words)
                or any(redirect.operator == "<<<" for redirect in last.redirects)
            ):
                raise Unreadable("`|&` behind this is not read", self.place)
            self.skip_lines()
            following = [piped(command, into=True) for command in self.command("|")]
            found[noted:] = [piped(command, into=False) for command in found[noted:]]
            noted = len(found)
            found += following
        return [negate(command) for command in found] if negated else found

    def command(self, joined_by: str) -> list[Command]:
        """One simple or compound command, with the redirections behind it."""
        self.skip_blanks()
        start = self.place
        word = self.peek_word()
        if word in _REFUSED:
            raise Unreadable(f"`{word}` is not read", start)
        if word in _INNER:
            raise Unreadable(f"unexpected `{word}`", start, syntax=True)
        if self.text.startswith("(", start):
            found = self.subshell()
        elif word in _OPENING:
            self.features.add("compound")
            self.take_word()
            found = getattr(self, _READERS[word])()
        else:
            return [self.simple(joined_by)]
        redirects = self.redirects()
        if any(redirect.operator.startswith("<") for redirect in redirects):
            found = [piped(one, into=True) for one in found]
        return [*found, Command(redirects=tuple(redirects), joined_by=joined_by, offset=start)]

    def subshell(self) -> list[Command]:
        if self.text.startswith("((", self.place):
            raise Unreadable("`((` is not read", self.place)
        self.features.add("compound")
        self.place += 1
        found = self.body_of(frozenset(), ")")
        self.expect_text(")")
        return found

    def body_of(self, ends: frozenset[str], close: str = "") -> list[Command]:
        """A list of commands that may not be empty."""
        found = self.commands(ends, close)
        if not found:
            raise Unreadable("there is no command where one has to be", self.place, syntax=True)
        return found

    def group(self) -> list[Command]:
        found = self.body_of(frozenset({"}"}))
        self.expect_word("}")
        return found

    def conditional(self) -> list[Command]:
        found = self.body_of(frozenset({"then"}))
        self.expect_word("then")
        found += self.body_of(frozenset({"elif", "else", "fi"}))
        word = self.take_word() if self.at_word(frozenset({"elif", "else", "fi"})) else ""
        if word == "elif":
            return found + self.conditional()
        if word == "else":
            found += self.body_of(frozenset({"fi"}))
            self.expect_word("fi")
        elif word != "fi":
            raise Unreadable("`if` without `fi`", self.place, syntax=True)
        return found

    def loop(self) -> list[Command]:
        start = self.place
        found = self.body_of(frozenset({"do"}))
        self.loops.append(self.text[start : self.place].strip(" \t\n;"))
        return found + self.body()

    def each(self) -> list[Command]:
        """`for NAME in WORDS; do … done`; the words are kept as a command without a program: an assignment."""
        self.skip_blanks()
        name = self.take_word()
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise Unreadable("this form of `for` is not read", self.place)
        found: list[Command] = []
        self.skip_blanks()
        if self.at_word(frozenset({"in"})):
            self.take_word()
            while (word := self.word()) is not None:
                found.append(Command(assignments=(Assignment(name, word),), offset=self.place))
        self.skip_blanks()
        if self.place < len(self.text) and self.text[self.place] == ";":
            self.place += 1
        self.skip_lines()
        return found + self.body()

    def body(self) -> list[Command]:
        self.expect_word("do")
        found = self.body_of(frozenset({"done"}))
        self.expect_word("done")
        return found

    def condition(self) -> list[Command]:
        """`[[ … ]]` as a command whose program is `[[`; its operators are words."""
        start = self.place
        words = [Word("[[", "[[", "[[", "[[")]
        while True:
            self.skip_blanks()
            if self.at_word(frozenset({"]]"})):
                self.take_word()
                return [Command(words=tuple(words), offset=start)]
            if self.place < len(self.text) and self.text[self.place] in "<>":
                self.place += 1
                continue
            if self.text.startswith(("&&", "||"), self.place):
                self.place += 2
                continue
            word = self.word()
            if word is None:
                raise Unreadable("this `[[` is not read", start)
            words.append(word)

    def simple(self, joined_by: str) -> Command:
        """Assignments, words and redirections in any order, up to an operator."""
        start = self.place
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.skip_blanks()
            redirect = self.redirect()
            if redirect:
                redirects.append(redirect)
                continue
            before = self.place
            word = self.word()
            if word is None:
                break
            if self.text.startswith("(", self.place):
                raise Unreadable("functions, arrays and patterns in parentheses are not read", before)
            if not words and (assigned := self.assignment(word)):
                assignments.append(assigned)
                continue
            if not words and not assignments and redirects and word.source in _RESERVED:
                raise Unreadable(f"`{word.source}` behind a redirection is no reserved word", before)
            if any(redirect.operator in _BOTH for redirect in redirects):
                # `ls &> /dev/null rm x`: for dash and ash, which `sh` may be, `rm x` is a command of its own.
                raise Unreadable("words behind `&>` are a command of their own for some shells", before)
            words.append(word)
        if not (words or assignments or redirects):
            shown = self.text[self.place : self.place + 1] or "end"
            raise Unreadable(f"unexpected `{shown}`", self.place, syntax=True)
        if assignments and redirects and not words:
            raise Unreadable("a redirection of nothing but an assignment is not read", start)
        if len(redirects) > 1 and any(redirect.operator == "<<<" for redirect in redirects):
            raise Unreadable("a here-string beside another redirection is not read", start)
        return Command(
            words=tuple(words),
            assignments=tuple(assignments),
            redirects=tuple(redirects),
            joined_by=joined_by,
            offset=start,
        )

    def assignment(self, word: Word) -> Assignment | None:
        """`NAME=value` as bash sees it: the name and the sign are not quoted."""
        if _ELEMENT.match(word.source):
            raise Unreadable("an array is assigned", self.place)
        match = _ASSIGNMENT.match(word.source)
        if match is None:
            return None
        size = match.end()
        value = word.value[size:] if word.value is not None else None
        rest = Word(
            word.source[size:],
            value,
            word.text[size:],
            word.head[size:],
            word.variables,
            word.substitutions,
            word.glob,
            word.quoted,
        )
        return Assignment(match[1], rest)

    def redirects(self) -> list[Redirect]:
        found: list[Redirect] = []
        while True:
            self.skip_blanks()
            redirect = self.redirect()
            if redirect is None:
                return found
            found.append(redirect)

    def redirect(self) -> Redirect | None:
        """A redirection at the cursor, or None."""
        match = _REDIRECT.match(self.text, self.place)
        if match is None:
            return None
        operator = match[1] or match[0]
        self.place = match.end()
        if self.is_continued_by("<>&|-(") or self.text.startswith("(", self.place):
            raise Unreadable("process substitution and split operators are not read", self.place)
        self.skip_blanks()
        target = self.word()
        is_next = self.text[self.place : self.place + 1] in (
            "<",
            ">",
        )  # `< 2>&1`: the 2 belongs to what follows
        if target is None or (is_next and not operator.endswith("&") and target.source.isdigit()):
            raise Unreadable(f"nothing follows `{operator}`", self.place, syntax=True)
        if operator == "<<<":
            self.features.add("here")
            return Redirect(operator, target, target.text)
        if operator in ("<<", "<<-"):
            return self._here_document(operator, target)
        return Redirect(operator, target)

    def _here_document(self, operator: str, target: Word) -> Redirect:
        self.features.add("here")
        if target.value is None or self._waiting:
            raise Unreadable("this here-document is not read", self.place)
        key = self.place
        self._waiting.append((target.value, target.quoted or "\\" in target.source, operator == "<<-", key))
        return Redirect(operator, target, f"\0{key}")

    def skip_lines(self) -> None:
        """Blanks, comments and line ends; the body of a waiting here-document follows its line."""
        while True:
            self.skip_blanks()
            if self.text.startswith("#", self.place):
                self.skip_comment()
            if self.place < len(self.text) and self.text[self.place] == "\n":
                self.place += 1
                if self._waiting:
                    self._read_bodies()
                continue
            if self.place >= len(self.text) and self._waiting:
                raise Unreadable("a here-document has no end", self.place, syntax=True)
            return

    def _read_bodies(self) -> None:
        delimiter, quoted, tabs, key = self._waiting.pop()
        lines: list[str] = []
        while self.place < len(self.text):
            end = self.text.find("\n", self.place)
            end = len(self.text) if end < 0 else end
            line = self.text[self.place : end]
            line = line.lstrip("\t") if tabs else line
            self.place = min(end + 1, len(self.text))
            if line == delimiter:
                break
            lines.append(line)
        else:
            raise Unreadable("a here-document has no end", self.place, syntax=True)
        body = "\n".join(lines)
        if not quoted and re.search(r"`|\$[(\[{]|\\", body):
            raise Unreadable("a here-document with expansions is not read", self.place)
        self._bodies[key] = body
        # Leave the cursor on a line end, so that the list goes on with the next line.
        if self.place and self.text[self.place - 1] == "\n":
            self.place -= 1

    def _with_bodies(self, commands: list[Command]) -> list[Command]:
        if not self._bodies:
            return commands
        return [self._filled(command) for command in commands]

    def _filled(self, command: Command) -> Command:
        if not any(redirect.body and redirect.body.startswith("\0") for redirect in command.redirects):
            return command
        redirects = tuple(
            Redirect(r.operator, r.target, self._bodies.get(int(r.body[1:]), ""))
            if r.body and r.body.startswith("\0")
            else r
            for r in command.redirects
        )
        return _replaced(command, redirects=redirects)


_READERS = {
    "if": "conditional",
    "for": "each",
    "while": "loop",
    "until": "loop",
    "{": "group",
    "[[": "condition",
}


def _replaced(command: Command, **changes: object) -> Command:
    from dataclasses import replace

    return replace(command, **changes)  # type: ignore[arg-type]


def piped(command: Command, into: bool) -> Command:
    """The command with its place in a pipeline noted."""
    return _replaced(command, piped_in=True) if into else _replaced(command, piped_out=True)


def with_background(command: Command) -> Command:
    return _replaced(command, background=True)


def negate(command: Command) -> Command:
    return _replaced(command, negated=not command.negated)
