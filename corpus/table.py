"""A plain table for a terminal: columns as wide as their widest cell, numbers to the right.

Called by the report. It knows nothing of what stands in the cells.
"""

from collections.abc import Iterable, Sequence

WIDEST = 44


def table(head: Sequence[str], rows: Iterable[Sequence[str | int]], *, total: bool = False) -> list[str]:
    """The lines of the table; with `total` the last row stands below a rule of its own."""
    body = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[column]) for line in [list(head), *body]) for column in range(len(head))]
    rule = "  ".join("-" * width for width in widths)
    lines = [_line(head, widths), rule, *(_line(row, widths) for row in body)]
    if total and len(body) > 1:
        lines.insert(-1, rule)
    return lines


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return str(value) if value else "·"
    return value if len(value) <= WIDEST else value[: WIDEST - 1] + "…"
