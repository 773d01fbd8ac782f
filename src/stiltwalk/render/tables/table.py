"""A table as people read it, and the same written as Markdown, LaTeX, CSV and HTML."""

from __future__ import annotations

import csv as separated
import html as markup
import io
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from stiltwalk.render.tables import tex

MISSING: Final = "–"
"""Stands where there is no number."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>|~#$&])")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF"})


class Column(NamedTuple):
    """A column.

    Attributes:
        name: its heading.
        align: ``right`` for numbers.
    """

    name: str
    align: Literal["left", "right"] = "left"


class Interval(NamedTuple):
    """A number with its interval, as CSV has it: in three columns.

    Attributes:
        value: the number; NaN: there is none.
        low: lower end; -inf: nothing bounds it.
        high: upper end; inf: nothing bounds it.
    """

    value: float
    low: float
    high: float


class Table(NamedTuple):
    """A table.

    Attributes:
        name: of its files, ``[a-z0-9-]``.
        title: what it shows, a line.
        columns: from the left.
        rows: of every row its cells as people read them; plain text, not escaped, ``MISSING`` where there
            is nothing.
        values: the same cells for programs: numbers, an ``Interval``, text; ``None`` where there is nothing.
        note: what must be known beside it, sentences; empty: nothing.
        heads: how many of the first columns say what a row is of; they stand again where a table is cut.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[tuple[object, ...], ...]
    note: str = ""
    heads: int = 1


def flat(text: str) -> str:
    """``text`` on one line: spaces for white space, a mark for what is no character of a text."""
    return " ".join(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split())).split())


def markdown(table: Table) -> str:
    """``table`` in GitHub's Markdown, with its title above and its note below.

    Names that run from the right to the left are set apart, so that they do not turn the cells around.
    """
    lines = [
        [marked(column.name) for column in table.columns],
        ["---:" if column.align == "right" else "---" for column in table.columns],
        *([marked(cell) for cell in row] for row in table.rows),
    ]
    parts = [f"**{marked(table.title)}**", "\n".join(f"| {' | '.join(line)} |" for line in lines)]
    return "\n\n".join([*parts, *([marked(table.note)] if table.note else [])]) + "\n"


def latex(table: Table) -> str:
    r"""``table`` for pasting into a document that uses ``booktabs``, ``longtable`` and ``array``.

    Compiled by plain pdflatex. A table that is too wide is cut into several below each other, each with the
    columns that say what a row is of; long ones go on over pages. Characters that TeX's first fonts lack
    stand as their code points, which a sentence below says.
    """
    return tex.table(
        table.name,
        flat(table.title),
        [tex.Column(flat(column.name), column.align == "right") for column in table.columns],
        [[flat(cell) for cell in row] for row in table.rows],
        flat(table.note),
        table.heads,
    )


def csv(table: Table) -> str:
    """``table`` for programs: numbers in full, a missing one empty.

    A column with intervals becomes three: its own name, and with `` low`` and `` high`` behind it; an end
    that nothing bounds is ``-inf`` or ``inf``. Two columns of one name are told apart by a number. There is
    no title and no note.
    """
    wide = [any(isinstance(row[place], Interval) for row in table.values) for place in range(_width(table))]
    names = _own_names([flat(column.name) for column in table.columns])
    out = io.StringIO()
    writer = separated.writer(out, lineterminator="\n")
    writer.writerow(
        part
        for name, three in zip(names, wide, strict=True)
        for part in ((name, f"{name} low", f"{name} high") if three else (name,))
    )
    for row in table.values:
        writer.writerow(
            part for value, three in zip(row, wide, strict=True) for part in _parts(value, three=three)
        )
    return out.getvalue()


def html(table: Table) -> str:
    """``table`` as an escaped ``<table>`` with its title as caption; its note is left to the page.

    Columns that say what a row is of are headings of rows, the first of class ``name``; cells of columns
    aligned right are of class ``number``. Text of a cell is set apart (``bdi``), whichever way it runs.
    """
    head = "".join(
        f'<th scope="col"{_class(table, place)}>{_isolated(column.name)}</th>'
        for place, column in enumerate(table.columns)
    )
    body = "\n".join(f"<tr>{_html_row(table, row)}</tr>" for row in table.rows)
    return (
        f'<table id="table-{_escaped(table.name)}">\n<caption>{_isolated(table.title)}</caption>\n'
        f"<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
    )


def _html_row(table: Table, row: Sequence[str]) -> str:
    return "".join(
        f'<th scope="row"{_class(table, place)}>{_isolated(cell)}</th>'
        if place < table.heads
        else f"<td{_class(table, place)}>{_isolated(cell)}</td>"
        for place, cell in enumerate(row)
    )


def _class(table: Table, place: int) -> str:
    if place == 0:
        return ' class="name"'
    return ' class="number"' if table.columns[place].align == "right" else ""


def _escaped(text: str) -> str:
    return markup.escape(flat(text), quote=True)


def _isolated(text: str) -> str:
    """Escaped; set apart where it does not run from the left to the right all through."""
    return f"<bdi>{_escaped(text)}</bdi>" if _turns(text) else _escaped(text)


def marked(text: str) -> str:
    """``text`` within Markdown, such as a cell, on one line; none of it is taken for a mark."""
    escaped = _MARKDOWN.sub(r"\\\1", flat(text))
    return f"\N{FIRST STRONG ISOLATE}{escaped}\N{POP DIRECTIONAL ISOLATE}" if _turns(text) else escaped


def _turns(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text)


def _width(table: Table) -> int:
    return len(table.columns)


def _own_names(names: Sequence[str]) -> list[str]:
    """``names``, a number behind those that came before."""
    found: list[str] = []
    for name in names:
        own, number = name, 2
        while own in found:
            own, number = f"{name} {number}", number + 1
        found.append(own)
    return found


def _parts(value: object, *, three: bool) -> tuple[object, ...]:
    """The cells of CSV that ``value`` fills."""
    if isinstance(value, Interval):
        if math.isnan(value.value):
            return ("", "", "")
        return tuple(map(_written, value))
    return (_written(value), "", "") if three else (_written(value),)


def _written(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    return "" if value is None else flat(value) if isinstance(value, str) else value
