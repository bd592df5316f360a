"""Reads one shell word: quotes, escapes, expansions, substitutions.

Base of `grammar.Reader`, which adds commands to it. A form of expansion that is not plainly understood raises
`Unreadable`. It knows nothing of programs.
"""

import re
from dataclasses import dataclass, field

from watchbook.reading.shell.syntax import Command, Unreadable, Variable, Word

BLANK = " \t\n"
_ENDS = frozenset(" \t\n;&|<>()")
_NAME = re.compile(r"[A-Za-z_]\w*")
_SIMPLE_BRACES = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_BRACES = re.compile(
    r"\$\{(?:#([A-Za-z_]\w*)|([A-Za-z_]\w*)(?:(?::?[-+?]|%%?|##?)[\w./:@%+=,* ?-]*|:\d+(?::\d+)?))\}"
)
_ARITHMETIC = re.compile(r"\$\(\([\d \t+\-*/%]*\)\)")
_PLAIN_WORD = re.compile(r"[^\s;&|<>()'\"\\$`]+")
_PLAIN_RUN = re.compile(r"[\w./:=,@%+^-]+")
_QUOTED_RUN = re.compile(r"[^\"\\$`]+")
_SPECIAL = frozenset("?$!#-@*0123456789")


@dataclass(slots=True)
class _Pieces:
    """A word while it is being read."""

    text: list[str] = field(default_factory=list)
    head: str | None = None  # fixed at the first expansion
    variables: list[Variable] = field(default_factory=list)
    substitutions: list[Command] = field(default_factory=list)
    glob: bool = False
    quoted: bool = False
    brace: bool = False

    def expand(self, shown: str) -> None:
        if self.head is None:
            self.head = "".join(self.text)
        self.text.append(shown)


class WordReader:
    """A cursor over shell text that reads words. `features` collects the grammar met on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.features: set[str] = set()
        self._cuts: list[int] = []  # offsets of continuations, ascending but for what was read twice

    def joined(self) -> str:
        """The text without the line continuations that were met."""
        if not self._cuts:
            return self.text
        pieces, last = [], 0
        for cut in sorted(set(self._cuts)):
            pieces.append(self.text[last:cut])
            last = cut + 2
        return "".join(pieces) + self.text[last:]

    def skip_blanks(self) -> None:
        while self.place < len(self.text):
            if self.text[self.place] in " \t":
                self.place += 1
            elif self.text.startswith("\\\n", self.place):
                self._cut()
            else:
                return

    def _cut(self) -> None:
        self._cuts.append(self.place)
        self.place += 2

    def skip_comment(self) -> None:
        end = self.text.find("\n", self.place)
        self.place = len(self.text) if end < 0 else end

    def peek_word(self) -> str:
        """The plain word at the cursor, "" when it is not plain: reserved words are never quoted."""
        match = _PLAIN_WORD.match(self.text, self.place)
        if match is None:
            return ""
        after = self.text[match.end() : match.end() + 1]
        return match[0] if not after or after in _ENDS else ""

    def at_word(self, words: frozenset[str]) -> bool:
        return self.peek_word() in words

    def take_word(self) -> str:
        word = self.peek_word()
        self.place += len(word)
        return word

    def expect_word(self, word: str) -> None:
        self.skip_blanks()
        if self.take_word() != word:
            raise Unreadable(f"`{word}` is missing", self.place, syntax=True)

    def expect_text(self, text: str) -> None:
        if not self.text.startswith(text, self.place):
            raise Unreadable(f"`{text}` is missing", self.place, syntax=True)
        self.place += len(text)

    def refuse_split_operator(self, size: int) -> None:
        """A continuation inside an operator, or behind one before another, may make a third: not read."""
        if "\\\n" in self.text[self.place : self.place + size]:
            raise Unreadable("an operator is continued on the next line", self.place)
        self.place += size
        split = self.is_continued_by("|&;<>(")
        self.place -= size
        if split:
            raise Unreadable("an operator is continued on the next line", self.place)

    def is_continued_by(self, marks: str) -> bool:
        """Whether a continuation stands at the cursor, and one of the marks behind it."""
        place = self.place
        while self.text.startswith("\\\n", place):
            place += 2
        return place > self.place and self.text[place : place + 1] in tuple(marks)

    def word(self) -> Word | None:
        """The word at the cursor, or None where none starts."""
        self.skip_blanks()
        start = self.place
        if self.text.startswith("#", start):
            return None
        pieces = _Pieces()
        while self.place < len(self.text) and self.text[self.place] not in _ENDS:
            self._piece(pieces)
        if self.place == start:
            return None
        return self._finished(pieces, start)

    def _finished(self, pieces: _Pieces, start: int) -> Word:
        source = self._source(start)
        text = "".join(pieces.text)
        if pieces.brace and re.search(r"\{[^{}]*(,|\.\.)", source):
            self.features.add("braces")
            pieces.head = source[: source.index("{")] if pieces.head is None else pieces.head
        head = text if pieces.head is None else pieces.head
        return Word(
            source,
            text if pieces.head is None else None,
            text,
            head,
            tuple(pieces.variables),
            tuple(pieces.substitutions),
            pieces.glob,
            pieces.quoted,
            start,
        )

    def _source(self, start: int) -> str:
        pieces, last = [], start
        recent = []
        for cut in reversed(self._cuts):
            if cut < start:
                break
            recent.append(cut)
        for cut in sorted(set(recent)):
            pieces.append(self.text[last:cut])
            last = cut + 2
        return "".join(pieces) + self.text[last : self.place]

    def _piece(self, pieces: _Pieces) -> None:
        """One character, quotation or expansion of an unquoted word."""
        character = self.text[self.place]
        if character == "'":
            end = self.text.find("'", self.place + 1)
            if end < 0:
                raise Unreadable("a single quote is never closed", self.place, syntax=True)
            pieces.text.append(self.text[self.place + 1 : end])
            pieces.quoted = True
            self.place = end + 1
        elif character == '"':
            self._double(pieces)
        elif character == "\\":
            self._escape(pieces)
        elif character == "$":
            self._dollar(pieces, quoted=False)
        elif character == "`":
            self._backticks(pieces)
        elif run := _PLAIN_RUN.match(self.text, self.place):
            pieces.text.append(run[0])
            self.place = run.end()
        else:
            pieces.glob = pieces.glob or character in "*?["
            pieces.brace = pieces.brace or character == "{"
            pieces.text.append(character)
            self.place += 1

    def _escape(self, pieces: _Pieces) -> None:
        if self.text.startswith("\\\n", self.place):
            self._cut()
            return
        if self.place + 1 >= len(self.text):
            raise Unreadable("a backslash ends the text", self.place)
        pieces.text.append(self.text[self.place + 1])
        pieces.quoted = True
        self.place += 2

    def _double(self, pieces: _Pieces) -> None:
        start = self.place
        pieces.quoted = True
        self.place += 1
        while self.place < len(self.text):
            character = self.text[self.place]
            if character == '"':
                self.place += 1
                return
            if character == "\\":
                following = self.text[self.place + 1 : self.place + 2]
                if following == "\n":
                    self._cut()
                    continue
                pieces.text.append(following if following in '$`"\\' else "\\" + following)
                self.place += 2
            elif character == "$":
                self._dollar(pieces, quoted=True)
            elif character == "`":
                self._backticks(pieces)
            else:
                run = _QUOTED_RUN.match(self.text, self.place)
                end = run.end() if run else self.place + 1
                pieces.text.append(self.text[self.place : end])
                self.place = end
        raise Unreadable("a double quote is never closed", start, syntax=True)

    def _dollar(self, pieces: _Pieces, quoted: bool) -> None:
        """What a `$` starts: variable, braces, substitution, arithmetic, quotation, or nothing."""
        following = self.text[self.place + 1 : self.place + 2]
        name = _NAME.match(self.text, self.place + 1)
        if name:
            self._variable(pieces, name[0], quoted, name.end())
        elif following in _SPECIAL and following:
            self._variable(pieces, following, quoted, self.place + 2)
        elif following == "{":
            self._braces(pieces, quoted)
        elif following == "(":
            self._substitution(pieces)
        elif following == "'" and not quoted:
            self._ansi(pieces)
        elif following == '"' and not quoted:
            self.features.add("locale")
            self.place += 1
        elif following == "[" or (following == "\\" and self.text.startswith("\n", self.place + 2)):
            raise Unreadable("this expansion is not read", self.place)
        else:
            pieces.text.append("$")
            self.place += 1

    def _variable(self, pieces: _Pieces, name: str, quoted: bool, end: int) -> None:
        pieces.expand("${" + name + "}")
        pieces.variables.append(Variable(name, quoted))
        self.place = end

    def _braces(self, pieces: _Pieces, quoted: bool) -> None:
        match = _SIMPLE_BRACES.match(self.text, self.place)
        if match:
            self._variable(pieces, match[1], quoted, match.end())
            return
        match = _BRACES.match(self.text, self.place)
        self.features.add("expansion")
        if match is None:
            raise Unreadable("this form of `${…}` is not read", self.place)
        self._variable(pieces, match[1] or match[2], quoted, match.end())

    def _substitution(self, pieces: _Pieces) -> None:
        self.features.add("substitution")
        if self.text.startswith("$((", self.place):
            match = _ARITHMETIC.match(self.text, self.place)
            if match is None:
                raise Unreadable("arithmetic with names is not read", self.place)
            pieces.expand("0")
            self.place = match.end()
            return
        self.place += 2
        pieces.expand("$(…)")
        pieces.substitutions.extend(self.commands(frozenset(), ")"))
        self.expect_text(")")

    def _backticks(self, pieces: _Pieces) -> None:
        self.features.add("substitution")
        start = self.place
        end = self.text.find("`", start + 1)
        if end < 0:
            raise Unreadable("a backtick is never closed", start, syntax=True)
        inner = self.text[start + 1 : end]
        if "\\" in inner:
            raise Unreadable("escaped backticks are not read", start)
        pieces.expand("$(…)")
        reader = type(self)(inner)
        pieces.substitutions.extend(reader.commands(frozenset(), ""))
        if reader.place < len(inner):
            raise Unreadable("unexpected text in backticks", start, syntax=True)
        self.features |= reader.features | {"backticks"}
        self.place = end + 1

    def _ansi(self, pieces: _Pieces) -> None:
        self.features.add("ansi")
        match = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL).match(self.text, self.place)
        if match is None:
            raise Unreadable("a quotation is never closed", self.place, syntax=True)
        if "\\" in match[1]:
            pieces.expand(match[1])
        else:
            pieces.text.append(match[1])
        pieces.quoted = True
        self.place = match.end()

    def commands(self, ends: frozenset[str], close: str) -> list[Command]:
        """A list of commands at the cursor; `grammar.Reader` reads them."""
        raise NotImplementedError
