"""`watchbook fix [PATH…]`: shows safe edits for findings that have one as a diff, and writes them with `--write`.

Ends with 0 where there is nothing to mend or everything was written, 1 where edits are shown and not written, 2 for a path
that cannot be read. It needs no server, and runs nothing but `git`, to learn when a file was last committed.
"""

import difflib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from watchbook.app.documents.mending import Proposal, propose_all, write
from watchbook.model.errors import DocumentError
from watchbook.reading.secrets import hide_secrets

_LINE_END, _LAST_END = re.compile(r"\r\n|\r|\n"), re.compile(r"(?:\r\n|\r|\n)\Z")
_COLOURS = {"+": "32", "-": "31", "@": "36"}


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option(
    "--write", "writes", is_flag=True, help="Write the edits into the files, instead of only showing them."
)
def command(paths: tuple[Path, ...], writes: bool) -> int:
    """Show safe edits for findings that have one, as a diff; with --write, make them.

    Only what the document or git already says is written, and only the lines concerned are touched: a curl that cannot
    fail in a verification, a Last Updated that is not there, a Severity column that the rows spell out, a placeholder
    whose value stands elsewhere in the document. PATH is a runbook, a pattern or a folder; without one, the files that
    watchbook.toml names, or this folder.
    """
    from watchbook.app.documents.choosing import files_meant

    open_edits, failed = 0, False
    for found in files_meant(paths, otherwise=Path()):
        try:
            proposals = propose_all(found)
            for proposal in proposals:
                if proposal.fixes and writes:
                    write(proposal)
        except DocumentError as error:
            print(f"watchbook: {error}", file=sys.stderr)
            failed = True
            continue
        open_edits += 0 if writes else sum(len(proposal.fixes) for proposal in proposals)
        for proposal in proposals:
            if proposal.fixes or proposal is proposals[0]:
                _print(proposal, writes)
    return 2 if failed else int(open_edits > 0)


def _print(proposal: Proposal, written: bool) -> None:
    for line in _diff(proposal):
        print(line)
    codes = Counter(fix.code for fix in proposal.fixes)
    said = ", ".join(f"{code} × {count}" if count > 1 else code for code, count in sorted(codes.items()))
    if not said:
        print(f"{proposal.path}: nothing to mend by itself")
    elif written:
        print(f"{proposal.path}: written: {said}")
    else:
        print(f"{proposal.path}: can be mended: {said}. Write it with --write.")


def _diff(proposal: Proposal) -> Iterator[str]:
    """Unified, without line ends, so that a file with CRLF looks like any other, and without the document's secrets."""
    before, after = (
        hide_secrets("\n".join(_LINE_END.split(_LAST_END.sub("", text)))).split("\n")
        for text in (proposal.before, proposal.after)
    )
    name, colour = proposal.path.as_posix(), sys.stdout.isatty()
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""):
        code = _COLOURS.get(line[:1])
        yield f"\x1b[{code}m{line}\x1b[0m" if colour and code else line
