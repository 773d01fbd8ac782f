"""Writing a report: the page, its figures and tables as files of their own, the claims, the study."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from stiltwalk.render.charts.chart import Chart, save
from stiltwalk.render.charts.every import charts
from stiltwalk.render.claims_json import claims_json
from stiltwalk.render.contents import Contents
from stiltwalk.render.folder import put_text, replacing, require_place
from stiltwalk.render.page.page import page
from stiltwalk.render.tables.every import tables
from stiltwalk.render.tables.table import Table, csv, latex, markdown

PAGE: Final = "report.html"
STUDY: Final = "study.yaml"
CLAIMS: Final = "claims.json"

FIGURE_FORMATS: Final = ("svg", "pdf")

Say = Callable[[str], None]


def written(
    contents: Contents,
    out: Path,
    *,
    say: Say = lambda part: None,  # noqa: ARG005  nobody listens by default
) -> Path:
    """Write the report of ``contents`` into the folder ``out``, in place of an earlier one.

    It becomes ``report.html``; every figure as ``figures/NAME.svg`` and ``.pdf``; every table as
    ``tables/NAME.md``, ``.tex`` and ``.csv``; ``claims.json``; ``study.yaml``; and ``manifest.json``, by
    which it is known as a report. An earlier report stays as it is until the new one is complete.

    Args:
        contents: what it shows.
        out: the folder; made where it is not there.
        say: is told of each part when it is begun.

    Returns:
        The path of the page.

    Raises:
        UserError: ``out`` holds other things than an earlier report, which are left as they are; or it
            cannot be written.
    """
    place = require_place(out)
    with replacing(place) as draft:
        _fill(draft, contents, say)
    return place / PAGE


def _fill(folder: Path, contents: Contents, say: Say) -> None:
    say("tables")
    listed = tables(contents)
    _write_tables(folder / "tables", listed)
    say("figures")
    drawn = charts(contents)
    _write_figures(folder / "figures", drawn)
    say("page")
    put_text(folder / PAGE, page(contents, listed, drawn))
    put_text(folder / CLAIMS, claims_json(contents))
    put_text(folder / STUDY, contents.yaml)


def _write_tables(folder: Path, listed: Iterable[Table]) -> None:
    folder.mkdir()
    for each in listed:
        for ending, form in (("md", markdown), ("tex", latex), ("csv", csv)):
            put_text(folder / f"{each.name}.{ending}", form(each))


def _write_figures(folder: Path, drawn: Iterable[Chart]) -> None:
    folder.mkdir()
    for each in drawn:
        for ending in FIGURE_FORMATS:
            save(each.figure, folder / f"{each.name}.{ending}")
