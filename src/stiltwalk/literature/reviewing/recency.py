"""Recency: how old the included works are, counted from the year in which the synthesis was made."""

from __future__ import annotations

from statistics import median
from typing import Final

from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.points import Point, falling, scored

NAME: Final = "recency"

MEDIAN_YEARS: Final = (3, 13)
"""Age of the middle work at which its points are all there, and at which they are gone."""

NEWEST_YEARS: Final = (1, 6)
"""The same of the newest work."""


def reviewed(synthesis: Synthesis) -> Score:
    """Up to 6 points for the age of the middle work, 4 for that of the newest.

    - middle work (6): all of them up to 3 years, none from 13 on, evenly between;
    - newest work (4): all of them up to 1 year, none from 6 on, evenly between.

    Works without a year are left out.
    """
    made = int(synthesis.made[:4])
    ages = [max(0, made - each.paper.year) for each in synthesis.works if each.paper.year is not None]
    without = len(synthesis.works) - len(ages)
    said = f" ({without} works have no year)" if without else ""
    if not ages:
        nothing = f"No included work has a year{said}"
        return scored(NAME, (Point(6.0, None, nothing, ""), Point(4.0, None, nothing, ""))[:1])
    middle, newest = median(ages), min(ages)
    return scored(
        NAME,
        (
            Point(
                6.0,
                falling(middle, *MEDIAN_YEARS),
                f"The middle one of {len(ages)} works is {middle:g} years old{said}",
                f"narrow the search with --since {made - MEDIAN_YEARS[0]}",
            ),
            Point(
                4.0,
                falling(newest, *NEWEST_YEARS),
                f"The newest work is {newest} years old",
                "search again without --until, or databases that have preprints (arxiv, semanticscholar)",
            ),
        ),
    )
