"""Charts: what one is, as a file of its own and as a part of a page."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

from stiltwalk.render.charts.style import styled
from stiltwalk.render.charts.vector import inlined, standalone
from stiltwalk.spec.errors import UserError

FORMATS: Final = ("svg", "pdf", "png")

Section = Literal["results", "efficiency", "languages", "costs"]


class Chart(NamedTuple):
    """A chart with all that is said of it.

    Attributes:
        name: stem of its files: lower-case letters, digits and dashes.
        title: a line.
        caption: what is drawn, and what its intervals are; plain text.
        description: what there is to see, in words and numbers, for who cannot see it; plain text.
        figure: as it is drawn; its colours are those of ``style.COLOURS``.
        section: the part of a report that it belongs to.
        hovers: id of a thing in the figure → what is said of its marks, in their order.
    """

    name: str
    title: str
    caption: str
    description: str
    figure: Figure
    section: Section
    hovers: Mapping[str, tuple[str, ...]] = {}


def inline_svg(chart: Chart) -> str:
    """``chart`` as an ``svg`` element for a page of HTML.

    It is as wide as its place, at most somewhat wider than it was drawn. Its colours are variables of the
    page (``--ink``, ``--series-1``; ``style.COLOURS`` names them all) and, where the page has none, those of
    the file. It fetches nothing, its ids begin with the chart's name, its text is text, and marks tell their
    numbers when they are pointed at.
    """
    return inlined(_drawn(chart.figure), chart.name, chart.title, chart.description, chart.hovers)


def format_of(path: Path) -> str:
    """The format that the name of ``path`` ends in.

    Raises:
        UserError: there is no such format, or ``path`` can be no file: known before anything is drawn.
    """
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise UserError(
            f"A figure is written as {', '.join(FORMATS)}; found '{path.name}'. Name a file that ends in one."
        )
    if path.is_dir() or not path.parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise UserError(f"The figure cannot be written to {path}: {why}. Choose another.")
    return kind


def save(figure: Figure, path: Path) -> None:
    """Write ``figure`` in the format that the name of ``path`` ends in; the same figure makes the same bytes.

    Raises:
        UserError: there is no such format, or the file cannot be written.
    """
    kind = format_of(path)
    try:
        if kind == "svg":
            path.write_text(standalone(_drawn(figure)), encoding="utf-8")
            return
        with styled(), warnings.catch_warnings():
            _any_letters()
            figure.savefig(
                path, format=kind, metadata={"CreationDate": None} if kind == "pdf" else {}, dpi=150
            )
    except OSError as error:
        raise UserError(
            f"The figure cannot be written to {path}: {error.strerror}. Choose another."
        ) from None


def _drawn(figure: Figure) -> ET.Element:
    """The ``svg`` element as matplotlib writes it, without its account of who made it."""
    written = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with styled(), warnings.catch_warnings():
        _any_letters()
        figure.savefig(written, format="svg", metadata=nothing)
    return ET.fromstring(written.getvalue())  # noqa: S314  written a line above


def _any_letters() -> None:
    """A name may hold letters that matplotlib's own font lacks: readers of text have other fonts."""
    warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
