"""Judges version control, languages and builders where the table alone cannot.

Called through `Judge.looks`. A language runs what it is given, so that only asking for its version is harmless.
"""

import re

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import split
from watchbook.reading.shell.judging import Call, Judge, Look, known, most_dangerous
from watchbook.reading.shell.looks_files import changes, read_only, unknown
from watchbook.reading.shell.secrecy import holds_secret
from watchbook.reading.shell.table import words


def version(_judge: Judge, call: Call) -> Classification:
    """Languages and builders: only asking for their version is harmless."""
    values = [word.value for word in call.args]
    if len(values) == 1 and (
        values[0] == "--version" or call.name in _VERSION.get(values[0] or "", frozenset())
    ):
        return read_only(call, "it prints its version")
    prompts = call.name in ("python", "python3", "node", "php", "lua", "elixir", "erl", "Rscript")
    if not values and prompts and call.text is None and not (call.piped or call.closed):
        return known(Safety.INTERACTIVE, f"{call.name} opens a prompt", call.part())
    return unknown(call, f"what {call.name} runs is not known")


# Where a short form only prints the version; elsewhere the word may be a file or a package that runs.
_VERSION = {
    "-V": words("python python3 cargo rustc uv poetry"),
    "-v": words("node ruby perl php gcc deno bun tsc npx"),
    "-version": words("java javac"),
    "version": words("go cargo"),
}


def git(judge: Judge, call: Call) -> Classification:
    """By the table, but for addresses that run a program (`ext::sh -c …`)."""
    if any("::" in word.text for word in call.args):
        return unknown(call, "the address may run a program")
    return judge.by_table(call, call.entry)


def git_config(_judge: Judge, call: Call) -> Classification:
    values = [word.value or "?" for word in call.args]
    if any(value in ("--list", "-l", "list") for value in values):
        return known(Safety.REVEALS, "the settings may hold credentials", call.part())
    if values[:1] in (["--get"], ["get"]) and len(values) == 2 and not holds_secret(values[1]):
        return read_only(call)
    return changes(call, "git config sets a value")


def git_push(judge: Judge, call: Call) -> Classification:
    """`+BRANCH` forces, `:BRANCH` deletes."""
    result = judge.options(call, split(call.args, call.entry), call.entry)
    if any(re.match(r"[+:]\S", word.text) for word in call.args):
        return known(Safety.DESTRUCTIVE, "git push overwrites or removes a branch", call.part())
    return most_dangerous([changes(call, "git push changes the remote repository"), result])


def git_checkout(judge: Judge, call: Call) -> Classification:
    """A branch is switched to; files are overwritten, and what was not committed is lost."""
    result = judge.options(call, split(call.args, call.entry), call.entry)
    if any(word.value in ("--", ".") or (word.value or "").startswith(":/") for word in call.args):
        return known(Safety.DESTRUCTIVE, "git checkout overwrites files", call.part())
    return most_dangerous([changes(call, f"{call.name} changes the work tree"), result])


LOOKS: dict[str, Look] = {
    "version": version,
    "git": git,
    "git_config": git_config,
    "git_push": git_push,
    "git_checkout": git_checkout,
}
