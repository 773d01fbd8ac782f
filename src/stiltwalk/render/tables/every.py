"""Every table of a report, in the order a paper would have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from stiltwalk.render.contents import Contents
from stiltwalk.render.tables import languages, literature, making, results, standing
from stiltwalk.render.tables.table import Table, flat

T = TypeVar("T")

_TABLES: Final[tuple[Callable[[Contents], Iterator[Table]], ...]] = (
    results.verdict_numbers,
    results.gains,
    results.averages,
    results.mean_scores,
    results.best,
    languages.by_language,
    languages.spreads,
    languages.relations,
    standing.published,
    making.efficiency,
    making.inference,
    standing.claims,
    literature.literature,
    standing.caveats,
    making.encoders,
    making.arms,
    making.costs,
    standing.audit,
)


def tables(contents: Contents) -> tuple[Table, ...]:
    """The tables of ``contents``, each with a name of its own; one without a row is left out.

    Of a rehearsal the notes say so: a table may be pasted without the page around it.
    """
    found: dict[str, Table] = {}
    for make in _TABLES:
        for table in make(contents):
            name, number = table.name, 2
            while name in found:
                name, number = f"{table.name}-{number}", number + 1
            found[name] = _headed(table._replace(name=name), contents.rehearsal)
    names = [*contents.encoders]
    return tuple(_of_one(each, names[0]) if len(names) == 1 else each for each in found.values())


def _of_one(table: Table, encoder: str) -> Table:
    """``table`` with its only encoder in the title, and not in every row."""
    headings = [column.name for column in table.columns[: table.heads]]
    if "encoder" not in headings[1:]:
        return table
    place = headings.index("encoder")
    return table._replace(
        title=f"{table.title} ({flat(encoder)})",
        columns=_without(table.columns, place),
        rows=tuple(_without(row, place) for row in table.rows),
        values=tuple(_without(row, place) for row in table.values),
        heads=table.heads - 1,
    )


def _without(cells: tuple[T, ...], place: int) -> tuple[T, ...]:
    return cells[:place] + cells[place + 1 :]


def _headed(table: Table, rehearsal: str) -> Table:
    if not rehearsal or rehearsal in table.note:
        return table
    return table._replace(note=f"{rehearsal} {table.note}".strip())
