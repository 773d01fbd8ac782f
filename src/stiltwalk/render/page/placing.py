"""Which table and which chart stands in which part of the page, with its number, its marks and its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from stiltwalk.render.charts.chart import Chart, inline_svg
from stiltwalk.render.page.marks import Mark, marked
from stiltwalk.render.tables.table import Table
from stiltwalk.spec.slugs import slug

RESULTS: Final = "results"
BESIDE: Final = "beside"
"""Of what the page shows in a form of its own: only the files are named."""

_TABLES: Final[Mapping[str, str]] = {
    "verdict-numbers": "verdict",
    "encoders": "method",
    "arms": "method",
    "gains-by-language": "languages",
    "gains": BESIDE,
    "spreads": "languages",
    "language": "languages",
    "efficiency": "efficiency",
    "inference": "efficiency",
    "costs": "costs",
    "claims": BESIDE,
    "literature": BESIDE,
    "caveats": BESIDE,
    "audit": BESIDE,
}
"""How the name of a table begins → the part it stands in; of several the first; else the results."""

_CHARTS: Final[Mapping[str, str]] = {
    "verdict-numbers": BESIDE,
    "verdict-curves": "scaling",
    "curves": "scaling",
    "gains-": BESIDE,
}
"""The same for charts; else the part that the chart itself says."""

FOLDED: Final = 20
"""A table with more rows is folded away below its title."""
_FOLDED_BEFORE: Final = 8
"""The same above the results, which should not be far down."""

BY_LANGUAGE: Final = "gains-by-language-"

FIGURE_FILES: Final = ("svg", "pdf")
TABLE_FILES: Final = ("csv", "md", "tex")


class Link(NamedTuple):
    """A file beside the page.

    Attributes:
        kind: its ending.
        href: where it is from the page.
    """

    kind: str
    href: str


class Shown(NamedTuple):
    """A table or a chart as it stands on the page.

    Attributes:
        name: of its files.
        kind: ``table`` or ``figure``.
        number: among its kind, from 1 on; 0: only its files are named.
        title: a line.
        html: the table, or the drawing.
        text: what must be known beside it; empty: nothing.
        links: its files.
        letters: of the caveats that mark it.
        folded: whether it is opened on demand.
        rows: of a table how many.
    """

    name: str
    kind: str
    number: int
    title: str
    html: Markup
    text: str
    links: tuple[Link, ...]
    letters: tuple[str, ...] = ()
    folded: bool = False
    rows: int = 0

    @property
    def printed(self) -> bool:
        """Whether it stands on paper even where it is folded."""
        return self.rows <= FOLDED and not self.name.startswith(BY_LANGUAGE)


class Placed(NamedTuple):
    """All tables and charts.

    Attributes:
        parts: part of the page → its charts, then its tables.
        every: all of them, as they stand on the page, those of which only files are named last.
    """

    parts: Mapping[str, tuple[Shown, ...]]
    every: tuple[Shown, ...]

    def files(self, kind: str, name: str) -> tuple[Link, ...]:
        """The files of the ``figure`` or ``table`` called ``name``; of one that is not there none."""
        return next((each.links for each in self.every if (each.kind, each.name) == (kind, name)), ())

    def by_language(self, target: str) -> str:
        """Where the gains of ``target`` in every language stand; of one without a table, the heat map."""
        name = f"{BY_LANGUAGE}{slug(target)}"
        return f"table-{name}" if self.files("table", name) else "gains"

    def heat(self, encoder: str) -> tuple[Link, ...]:
        """The files of the heat map of ``encoder`` on paper."""
        return self.files("figure", f"gains-{slug(encoder)}")


def placed(
    tables: Sequence[Table],
    charts: Sequence[Chart],
    own: Mapping[str, tuple[Mark, ...]],
    order: Iterable[str],
    banner: str = "",
) -> Placed:
    """Every table and chart in its part of the page, numbered as they stand there.

    Args:
        tables: the tables.
        charts: the charts.
        own: target → the marks of its caveats.
        order: the parts of the page.
        banner: a sentence that heads the page, and need not stand again at every table.
    """
    figures: dict[str, list[Chart]] = {}
    written: dict[str, list[Table]] = {}
    for chart in charts:
        figures.setdefault(_part(chart.name, _CHARTS, chart.section), []).append(chart)
    for table in tables:
        written.setdefault(_part(table.name, _TABLES, RESULTS), []).append(table)
    parts: dict[str, tuple[Shown, ...]] = {}
    drawn = tabled = 0
    for part in (*order, BESIDE):
        counts = part != BESIDE
        shown = [
            _figure(chart, drawn + number if counts else 0, banner)
            for number, chart in enumerate(figures.get(part, ()), 1)
        ]
        drawn += len(shown)
        shown += [
            _table(table, tabled + number if counts else 0, own, banner)._replace(folded=_folded(table, part))
            for number, table in enumerate(written.get(part, ()), 1)
        ]
        tabled += len(written.get(part, ()))
        if shown:
            parts[part] = tuple(shown)
    every = tuple(each for own_part in parts.values() for each in own_part)
    return Placed({part: found for part, found in parts.items() if part != BESIDE}, every)


def _part(name: str, known: Mapping[str, str], other: str) -> str:
    return next((part for begins, part in known.items() if name.startswith(begins)), other)


def _figure(chart: Chart, number: int, banner: str) -> Shown:
    # the drawing is our own, its text escaped where it is made
    drawing = Markup(inline_svg(chart)) if number else Markup()  # noqa: S704
    text = chart.caption.removeprefix(banner).strip()
    return Shown(
        chart.name,
        "figure",
        number,
        chart.title,
        drawing,
        text,
        _links("figures", chart.name, FIGURE_FILES),
    )


def _table(table: Table, number: int, own: Mapping[str, tuple[Mark, ...]], banner: str) -> Shown:
    html, letters = marked(table, own) if number else (Markup(), ())
    return Shown(
        table.name,
        "table",
        number,
        table.title,
        html,
        table.note.removeprefix(banner).strip(),
        _links("tables", table.name, TABLE_FILES),
        letters,
        rows=len(table.rows),
    )


def _folded(table: Table, part: str) -> bool:
    most = _FOLDED_BEFORE if part in {"verdict", "method"} else FOLDED
    return len(table.rows) > most or table.name.startswith(BY_LANGUAGE)


def _links(folder: str, name: str, kinds: Iterable[str]) -> tuple[Link, ...]:
    return tuple(Link(kind, f"{folder}/{name}.{kind}") for kind in kinds)
