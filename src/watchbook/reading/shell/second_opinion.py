"""A second reader of shell text: tree-sitter's bash grammar, behind an allow-list of node shapes.

Called by `classify` for every script that uses more than plain words, pipes and lists: both readers must find
the same programs, else the script counts as unknown. tree-sitter is imported on the first call only (33 ms).
It never decides alone: known misreadings (words after a redirection, `time`, continuations) are why `grammar`
exists.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from watchbook.reading.shell.syntax import Command, Script
from watchbook.reading.shell.table import words

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_SHAPES = words(
    "program list pipeline command command_name redirected_statement variable_assignment "
    "variable_assignments "
    "variable_name subshell compound_statement if_statement elif_clause else_clause while_statement "
    "for_statement do_group negated_command test_command unary_expression binary_expression "
    "negated_expression parenthesized_expression test_operator declaration_command unset_command word "
    "string string_content raw_string ansi_c_string translated_string concatenation number simple_expansion "
    "expansion special_variable_name command_substitution arithmetic_expansion file_redirect "
    "herestring_redirect heredoc_redirect heredoc_start heredoc_body heredoc_content heredoc_end "
    "file_descriptor comment brace_expression regex extglob_pattern"
)
_LOOKED_INTO = frozenset({"[", "[[", "export", "declare", "local", "readonly", "typeset", "unset"})


@lru_cache(maxsize=1)
def parser() -> "Parser":
    """tree-sitter's parser for bash, made once."""
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def refuses(text: str) -> int | None:
    """The 0-based line of the first thing that the grammar cannot take, or None when it takes all."""
    root = parser().parse(text.encode("utf-8", "replace")).root_node
    if not root.has_error:
        return None
    return next((node.start_point[0] for node in _walk(root) if node.is_error or node.is_missing), 0)


def agrees(script: Script) -> bool:
    """Whether tree-sitter finds the same programs in the script, in shapes that are all understood."""
    root = parser().parse(script.joined.encode("utf-8", "replace")).root_node
    if root.has_error:
        return False
    theirs: list[str] = []
    for node in _walk(root):
        if node.is_named and node.type not in _SHAPES:
            return False
        if node.type == "command_name" and node.text is not None:
            theirs.append(_timed(node) if node.text in (b"time", b"!") else node.text.decode())
    ours = [name for command in script.commands for name in _programs(command)]
    theirs = [name for name in theirs if name not in _LOOKED_INTO]
    return sorted(theirs) == sorted(name for name in ours if name not in _LOOKED_INTO)


def _timed(name: "Node") -> str:
    """The program behind `time` or a second `!`: words of the shell's, which tree-sitter takes for programs."""
    following = name.next_named_sibling
    while following is not None and following.text in (b"-p", b"time", b"!"):
        following = following.next_named_sibling
    return following.text.decode() if following is not None and following.text is not None else "time"


def _programs(command: Command) -> list[str]:
    """Program words of a command and of every substitution in it, as written."""
    words = [*command.words, *(a.value for a in command.assignments), *(r.target for r in command.redirects)]
    found = [command.words[0].source] if command.words else []
    for word in words:
        for inner in word.substitutions:
            found.extend(_programs(inner))
    return found


def _walk(node: "Node") -> "list[Node]":
    found, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(reversed(current.children))
    return found
