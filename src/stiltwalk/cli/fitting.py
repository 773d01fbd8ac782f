"""Tables in narrow terminals: folded at words, apart under headings, or a block for each row.

Nothing is lost, and no word is broken that fits on a line. A column whose cells are all the same stands once,
above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from rich.cells import cell_len, chop_cells
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

_GAP: Final = 2
"""Between two columns."""
_LINES: Final = 4
"""Lines that the longest text of a column is folded to at most."""
_COMFORT: Final = 10
"""Width that text is not folded below, whatever its lines."""
_SAME: Final = 3
"""Rows from which on what they share is said once."""
_BETWEEN: Final = "  "
_INDENT: Final = "  "
_HEADING: Final = "bold"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table before it has a place.

    Attributes:
        names: of the columns.
        rows: cells of each row; they may hold breaks of lines.
        right: columns that are aligned right, by place; only their headings are folded.
        whole: further columns that are never folded, by place.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()

    def without(self, places: Sequence[int]) -> Grid:
        """The same without the columns at ``places``."""
        kept = [place for place in range(len(self.names)) if place not in places]
        return Grid(
            tuple(self.names[place] for place in kept),
            tuple(tuple(row[place] for place in kept) for row in self.rows),
            frozenset(kept.index(place) for place in self.right if place in kept),
            frozenset(kept.index(place) for place in self.whole if place in kept),
        )


def fitted(grid: Grid, width: int) -> list[RenderableType]:
    """What is printed of ``grid`` in ``width`` columns, from the top.

    As it is where it fits; else, in this order of preference: what all rows share said once; text folded;
    rows with the same first cells together under these as a heading; a block for each row.
    """
    if _fits(grid, width):
        return [_table(grid, _natural(grid))]
    shared = _shared(grid)
    less = grid.without(shared)
    above = [_of_all(grid, shared, width)] if shared else []
    if _folds(less, width):
        return [*above, _table(less, _widths(less, width))]
    for hoisted in range(1, len(less.names) - 1):
        rest, groups = less.without(range(hoisted)), _groups(less, hoisted)
        if 2 * len(groups) > len(less.rows):
            break
        if _folds(rest, width):
            return [*above, *_grouped(less, rest, groups, width)]
    return [*above, *_blocks(less, width)]


def _fits(grid: Grid, width: int) -> bool:
    return _taken(_natural(grid)) <= width


def _folds(grid: Grid, width: int) -> bool:
    return _taken(_least(grid)) <= width


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _cells(grid: Grid, place: int) -> Iterator[str]:
    yield grid.names[place]
    for row in grid.rows:
        yield row[place]


def _natural(grid: Grid) -> list[int]:
    """Of every column the width in which nothing of it is folded."""
    return [
        max(cell_len(line) for cell in _cells(grid, place) for line in cell.splitlines() or [""])
        for place in range(len(grid.names))
    ]


def _least(grid: Grid) -> list[int]:
    """Of every column the width that it is not to be folded below."""
    return [
        natural
        if place in grid.whole
        else max(_widest(grid, place), _longest_word(grid.names[place]))
        if place in grid.right
        else max(min(natural, _COMFORT), -(-natural // _LINES), *map(_longest_word, _cells(grid, place)))
        for place, natural in enumerate(_natural(grid))
    ]


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def _widest(grid: Grid, place: int) -> int:
    return max((cell_len(row[place]) for row in grid.rows), default=0)


def _widths(grid: Grid, width: int) -> list[int]:
    """Of every column its width: the widest are folded first."""
    found, least = _natural(grid), _least(grid)
    while _taken(found) > width:
        widest = max(range(len(found)), key=lambda place: found[place] - least[place])
        if found[widest] <= least[widest]:
            break
        found[widest] -= 1
    return found


def _table(grid: Grid, widths: Sequence[int]) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, (name, own) in enumerate(zip(grid.names, widths, strict=True)):
        justify: Literal["left", "right"] = "right" if place in grid.right else "left"
        table.add_column(Text(name), justify=justify, width=own, overflow="fold")
    for row in grid.rows:
        table.add_row(*map(Text, row))
    return table


def _shared(grid: Grid) -> list[int]:
    """Columns whose cells are all the same."""
    if len(grid.rows) < _SAME:
        return []
    same = [
        place
        for place in range(len(grid.names))
        if len({row[place] for row in grid.rows}) == 1 and grid.rows[0][place]
    ]
    return same if len(same) < len(grid.names) else same[1:]


def _of_all(grid: Grid, shared: Sequence[int], width: int) -> Text:
    pairs = [f"{grid.names[place]} {grid.rows[0][place]}" for place in shared]
    return _lines([f"In every row: {', '.join(pairs)}."], width, "")


def _groups(grid: Grid, hoisted: int) -> dict[tuple[str, ...], list[int]]:
    """First cells → the rows that have them, in the order of the first of each."""
    found: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(grid.rows):
        found.setdefault(row[:hoisted], []).append(place)
    return found


def _grouped(
    grid: Grid, rest: Grid, groups: dict[tuple[str, ...], list[int]], width: int
) -> Iterator[RenderableType]:
    """A table under each heading, columns as wide in all of them."""
    widths = _widths(rest, width)
    yield _by(grid.names[: len(grid.names) - len(rest.names)], width)
    for number, (cells, places) in enumerate(groups.items()):
        if number:
            yield ""
        yield _lines([_heading(grid, cells)], width, "", _HEADING)
        yield _table(replace(rest, rows=tuple(rest.rows[place] for place in places)), widths)


def _blocks(grid: Grid, width: int) -> Iterator[RenderableType]:
    """The first cells of every row as a heading, and the others with their names below it."""
    repeated = len(_groups(grid, 1)) < len(grid.rows)
    heads = 2 if repeated and len(grid.names) > 2 else 1
    yield _by(grid.names[:heads], width)
    for number, row in enumerate(grid.rows):
        if number:
            yield ""
        yield _lines([_heading(grid, row[:heads])], width, "", _HEADING)
        below = zip(grid.names[heads:], row[heads:], strict=True)
        pairs = [f"{name}: {' '.join(cell.split())}" for name, cell in below if cell]
        if pairs:
            yield _lines(_packed(pairs, width - len(_INDENT)), width, _INDENT)


def _by(names: Sequence[str], width: int) -> Text:
    """What the headings below are."""
    return _lines([f"By {' · '.join(names)}:"], width, "")


def _heading(grid: Grid, cells: Sequence[str]) -> str:
    """The first cells of rows; numbers with their names."""
    named = [
        f"{name} {cell}" if place in grid.right else cell
        for place, (name, cell) in enumerate(zip(grid.names, cells, strict=False))
    ]
    return " · ".join(each for each, cell in zip(named, cells, strict=True) if cell) or "-"


def _packed(pairs: Sequence[str], width: int) -> list[str]:
    """As many of ``pairs`` on a line as fit; a longer one has lines of its own."""
    lines: list[str] = []
    for pair in pairs:
        if lines and cell_len(lines[-1]) + len(_BETWEEN) + cell_len(pair) <= width:
            lines[-1] += f"{_BETWEEN}{pair}"
        else:
            lines.append(pair)
    return lines


def _lines(texts: Sequence[str], width: int, indent: str, style: str = "") -> Text:
    """``texts`` below each other, each folded at words; what follows in one stands further in."""
    found = [line for text in texts for line in _folded(text, width, indent)]
    return Text("\n".join(found), style=style)


def _folded(text: str, width: int, indent: str) -> Iterator[str]:
    further = f"{indent}{_INDENT}"
    line = indent
    for word in text.split(" "):
        if line.strip() and cell_len(f"{line} {word}") > width:
            yield line
            line = further
        line += f" {word}" if line.strip() else word
        while cell_len(line) > width:  # a word that is longer than a line
            first, *rest = chop_cells(line, width)
            yield first
            line = further + "".join(rest)
    yield line
