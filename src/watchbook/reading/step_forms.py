"""Whether blocks are steps: numbered items, lists of what to do, blocks of commands that go in order.

Called by `reading.procedures` for a heading or label and the blocks under it. It makes no steps and tells nothing; a list
of facts, of goals or of parts stays what it is.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from watchbook.model.safety import Safety
from watchbook.reading.blocks import Block, Fence, Item, List, Paragraph, Table
from watchbook.reading.fences import Group, is_shell, read_attributes, read_groups
from watchbook.reading.shell import classify
from watchbook.reading.step_tables import columns_of_steps
from watchbook.reading.step_text import command_in, is_path
from watchbook.reading.step_words import is_doing, is_imperative, is_procedural, is_verify, say_what_to_do

_MOSTLY = 0.8  # of the items, where a list has no numbers
_NUMBER = re.compile(r"(?:step\s*)?(?P<number>\d{1,2})\s*(?:/\s*\d+\s*)?[.:)–—-]\s*\S", re.IGNORECASE)
_AFTERWARDS = re.compile(r"(?:monitor|watch|wait (?:for|until)|follow)\b", re.IGNORECASE)
_ROUTINE = re.compile(
    r"(?:(?:start|end)[- ]of[- ]day|daily|weekly|monthly|quarterly|yearly|annual|nightly|morning|evening)\s+(?:\w+\s+){0,2}"
    r"(?:operations?|tasks?|checks?|maintenance|routines?|rounds?|procedures?|checklist|jobs?|reviews?)\b",
    re.IGNORECASE,
)
_CHANGING = frozenset({Safety.CHANGES, Safety.DESTRUCTIVE})
_LATER = re.compile(r"\b(?:after|within)\s+\d+\s*(?:m|min|minutes?|h|hours?)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_PURPOSE = re.compile(r"to\s+(?P<what>[a-z][\w-]*\b.{0,78})", re.IGNORECASE)
_FOLLOW = re.compile(
    r"(?:.*\b)?(?:follow|do|perform|take|run through|complete|use|execute)\s+(?:the\s+following|these|the)"
    r"(?:\s+steps)?(?:\s+below)?(?:\s+in order)?|.*\bthe following steps.*|.*\b(?:these|the) steps(?:\s+are)?",
    re.IGNORECASE,
)
_BY = re.compile(r"(?P<what>.{5,90})\s+by", re.IGNORECASE)


_ASIDE = re.compile(
    r"\W*(?:(?:please\s+)?notes?|nb|important|warnings?|cautions?|tips?|hints?|infos?|remember|caveats?|assumptions?|background"
    r"|context|rationale|(?:sample |example |expected )?outputs?|limitations?|known limits|why)\b[^\w:]*:?\W*",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"\W*(?:the|an?|this|these|it|its|each|every|all|there|our|we|users?|customers?|clients?|requests?|no)\s",
    re.IGNORECASE,
)


def is_aside(words: str) -> bool:
    """Whether a label or an introduction opens remarks: `Note:`, `Important:`, `Expected output:`."""
    return _ASIDE.fullmatch(words) is not None


def are_facts(block: List) -> bool:
    """Whether a list says how things are: none of its items says what to do or runs anything, most begin as a sentence."""
    items = block.items
    if any(item.task is not None or has_command(item) or is_imperative(item.first.text) for item in items):
        return False
    return sum(_FACT.match(item.first.text) is not None for item in items) >= _MOSTLY * len(items)


def has_steps(block: Block) -> bool:
    """Whether a block of a chapter of procedures has steps: commands, numbered or task items, a table of steps."""
    match block:
        case Fence():
            return is_shell(block) or block.language.casefold() == "sql"
        case List():
            numbered = block.ordered and not are_facts(block)
            return numbered or any(item.task is not None or has_command(item) for item in block.items)
        case Table():
            return bool(columns_of_steps(block))
        case _:
            return False


def are_steps(name: str, blocks: Sequence[Block]) -> bool:
    """Whether numbered items are steps: they hold commands, say what to do, or stand under a title that says so.

    A list without numbers is steps only where its title says that something is to be done and its items say what.
    """
    items = [item for block in _numbered(blocks) for item in block.items]
    introduces = any(
        isinstance(block, List) and opens(block) and isinstance(following, Fence) and is_shell(following)
        for block, following in itertools.pairwise(blocks)
    )
    if introduces or any(has_command(item) for item in items):
        return True
    told = sum(is_imperative(item.first.text) for item in items)
    if len(items) > 1 and told >= (1 if is_procedural(name) else len(items) / 2):
        return True
    if len(items) > 1 and say_what_to_do(name):
        return True
    return any(isinstance(block, List) and tells_what_to_do(name, block) for block in blocks)


def _numbered(blocks: Sequence[Block]) -> Iterator[List]:
    """The numbered lists that are neither facts nor remarks."""
    before: Block | None = None
    for block in blocks:
        remarks = isinstance(before, Paragraph) and is_aside(before.text)
        if isinstance(block, List) and block.ordered and not remarks and not are_facts(block):
            yield block
        before = block


def tells_what_to_do(name: str, block: List) -> bool:
    """Whether a list without numbers says what to do: `- Confirm that the queue drains` under *Verification*."""
    if block.ordered or len(block.items) < 2 or not is_doing(name):
        return False
    return sum(is_imperative(item.first.text) for item in block.items) >= _MOSTLY * len(block.items)


def is_response(name: str, blocks: Sequence[Block]) -> bool:
    """Whether steps stand under a title about people: each says what to do, none is a rung of a ladder."""
    items = [item for block in blocks if isinstance(block, List) and block.ordered for item in block.items]
    if any(_LATER.search(item.first.text) for item in items):
        return False
    told = sum(is_imperative(item.first.text) for item in items)
    commands = sum(has_command(item) for item in items)
    return commands > 0 or (len(items) > 1 and is_procedural(name) and told >= _MOSTLY * len(items))


def is_routine(name: str) -> bool:
    """Whether a title names work that is done again and again: `Daily Operations`, `Weekly maintenance tasks`."""
    return _ROUTINE.match(name) is not None


def opens(block: List) -> bool:
    """Whether the last numbered item only introduces the code block behind the list."""
    last = block.items[-1] if block.items else None
    return block.ordered and last is not None and not last.blocks and last.text.rstrip().endswith(":")


def has_command(item: Item) -> bool:
    """Whether an item holds a command that is run: in a block below it, or in a span that does not begin it."""
    code = command_in(item.first)
    inside = any(isinstance(block, Fence) and is_shell(block) for block in item.blocks)
    starts_with_code = (
        bool(item.first.spans) and item.first.spans[0].kind == "code" and item.first.spans[0].start == 0
    )
    return inside or (code is not None and not is_path(code) and " " in code and not starts_with_code)


def is_in_order(fence: Fence) -> bool:
    """Whether the commands of a block go in order.

    It has a name, its comments are numbered, a `# Verify` stands behind commands, or a `# Monitor` behind a change.
    """
    if read_attributes(fence).get("name"):
        return True
    groups = [group for group in read_groups(fence) if group.commands]
    if len(read_groups(fence)) > 1 and any(
        is_verify(group.title) for group in read_groups(fence)[1:] if group.commands
    ):
        return True
    return _are_numbered(groups) or any(
        _AFTERWARDS.match(group.title) and _changes(before) for before, group in itertools.pairwise(groups)
    )


def _changes(group: Group) -> bool:
    return classify(group.script).safety in _CHANGING


def _are_numbered(groups: list[Group]) -> bool:
    """Whether most comments that open commands count: `# 1. Drain`, `# Step 2: Restart`."""
    texts = [comment.text for group in groups for comment in group.comments]
    numbers = [int(found["number"]) for text in texts if (found := _NUMBER.match(text))]
    return len(numbers) > 1 and len(numbers) * 2 > len(groups) and numbers == sorted(set(numbers))


def introduced(name: str, blocks: Sequence[Block]) -> Iterator[tuple[str, Paragraph, List]]:
    """Numbered lists that a sentence introduces: `To drain a node:`, `Follow these steps:`, `Close it by:`.

    Each with the name of the procedure, the sentence, and the list.
    """
    for before, block in itertools.pairwise(blocks):
        if not isinstance(before, Paragraph) or not isinstance(block, List) or not block.ordered:
            continue
        found = _introduced_as(name, before)
        if found is None or len(block.items) < 2:
            continue
        title, gerunds = found
        told = sum(is_imperative(item.first.text, gerunds=gerunds) for item in block.items)
        if told * 2 >= len(block.items):
            yield title, before, block


def _introduced_as(name: str, block: Paragraph) -> tuple[str, bool] | None:
    text = block.text.strip()
    if not text.endswith(":") or block.label:
        return None
    last = _SENTENCES.split(text)[-1].rstrip(": ")
    purpose = _PURPOSE.fullmatch(last)
    if purpose and is_imperative(purpose["what"]):
        return purpose["what"][0].upper() + purpose["what"][1:], False
    by = _BY.fullmatch(last)
    if by and is_imperative(by["what"]):
        return by["what"], True
    return (name, False) if _FOLLOW.fullmatch(last) and len(last) < 120 else None
