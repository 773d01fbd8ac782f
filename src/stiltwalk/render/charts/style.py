"""How charts look: their colours, by the name that a page gives them, and the settings of matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import matplotlib as mpl

from stiltwalk.spec.arms import NONE_ARM


class Colour(NamedTuple):
    """A colour by the name of its CSS variable.

    Attributes:
        name: of the variable, without its dashes.
        light: on a white page, and in files; no two colours have the same.
        dark: on a dark page.
    """

    name: str
    light: str
    dark: str


# Series are of Okabe and Ito, told apart by most colour-blind readers; their yellow and black are left out,
# since one is hardly seen on white and the other not on black.
COLOURS: Final = (
    Colour("ink", "#1a1d21", "#eceef0"),
    Colour("muted", "#5c6268", "#a8afb6"),
    Colour("grid", "#dde0e4", "#383e45"),
    Colour("surface", "#ffffff", "#15181c"),
    Colour("series-1", "#0072b2", "#4aa8e0"),
    Colour("series-2", "#d55e00", "#ff8a47"),
    Colour("series-3", "#009e73", "#2fc79c"),
    Colour("series-4", "#b65f94", "#e39ac6"),
    Colour("series-5", "#c98a00", "#f2b63c"),
    Colour("series-6", "#4a9fd0", "#93cdf0"),
    Colour("series-7", "#7a5c3a", "#c2a27e"),
    Colour("series-8", "#6a5acd", "#a99df2"),
)

INK, MUTED, GRID, SURFACE = (each.light for each in COLOURS[:4])
SERIES: Final = tuple(each.light for each in COLOURS[4:])
GAIN, LOSS = SERIES[0], SERIES[1]
"""Sides of a scale that has two: told apart by colour-blind readers as well."""

TEXT: Final = 8.5
"""Points; of all text that has no reason to be smaller."""
SMALL: Final = 7.5
WIDTH: Final = 7.2
"""Inches of a chart as wide as a page."""

_MARKERS: Final = ("o", "s", "^", "D", "v", "p", "<", ">", "h")

STYLE: Final[Mapping[Any, Any]] = {  # its keys are a type of thousands of names
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": TEXT,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": SURFACE,
    "savefig.facecolor": SURFACE,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "legend.labelcolor": INK,
    "text.color": INK,
    "text.hinting": "none",  # else letters are as wide as the resolution has it, and names are cut off
    "text.parse_math": False,  # a name may hold a dollar
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
    "svg.hashsalt": "stiltwalk",  # the same chart, the same file
    "pdf.fonttype": 42,  # whole fonts, as printers and conferences ask for
}


class Look(NamedTuple):
    """How an arm, or an encoder, is drawn wherever it is.

    Attributes:
        colour: of its line and its points.
        marker: of its points; with the colour it is its own for the first dozens.
    """

    colour: str
    marker: str


@contextmanager
def styled() -> Iterator[None]:
    """Charts that are made, or written, within look as they should."""
    with mpl.rc_context(dict(STYLE)):
        yield


def looks(names: Sequence[str]) -> dict[str, Look]:
    """Name → how it is drawn, by its place among ``names``; what has no intermediate stage is grey."""
    others = [name for name in dict.fromkeys(names) if name != NONE_ARM]
    found = {
        # a second round through the colours has other markers
        name: Look(
            SERIES[place % len(SERIES)], _MARKERS[(place + 3 * (place // len(SERIES))) % len(_MARKERS)]
        )
        for place, name in enumerate(others)
    }
    return {NONE_ARM: Look(MUTED, "o")} | found
