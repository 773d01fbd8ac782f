"""Coverage: how much of what was written of the question was looked at."""

from __future__ import annotations

from statistics import mean
from typing import Final

from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.points import Point, scored, share

NAME: Final = "coverage"

ENOUGH_SOURCES: Final = 3
"""Sources from which on more bring no points: databases, and a folder of papers."""

ENOUGH_WORKS: Final = 10
"""Works from which on more bring no points."""


def reviewed(synthesis: Synthesis) -> Score:
    """Up to 3 points for sources that answered, 2 for taking all they have, 2 for works, 3 for full texts.

    - sources (3): those that gave what was asked without a failure, of three;
    - records (2): the mean share that was taken of what each source says it has for the question;
    - works (2): those that claims are taken from, of ten;
    - full texts (3): the share of these that was read whole, and not only as an abstract.
    """
    return scored(NAME, (_sources(synthesis), _records(synthesis), _works(synthesis), _texts(synthesis)))


def _sources(synthesis: Synthesis) -> Point:
    failed = [each.source for each in synthesis.searched if each.failed]
    answered = len(synthesis.searched) - len(failed)
    said = f"; {', '.join(failed)} failed" if failed else ""
    again = f"ask {', '.join(failed)} again later" if failed else "search further databases with --sources"
    return Point(
        3.0,
        min(1.0, answered / ENOUGH_SOURCES),
        f"{answered} of {len(synthesis.searched)} sources answered in full, and {ENOUGH_SOURCES} are "
        f"enough{said}",
        again,
    )


def _records(synthesis: Synthesis) -> Point:
    counted = [each for each in synthesis.searched if each.total is not None]
    shares = [min(1.0, each.found / each.total) if each.total else 1.0 for each in counted]
    few = [
        f"{each.found} of {each.total} of {each.source}" for each in counted if each.found < (each.total or 0)
    ]
    said = (
        f"of the records that sources have, taken were {', '.join(few)}" if few else "all records were taken"
    )
    if not counted:
        said = "no source says how many records it has"
    return Point(2.0, mean(shares) if shares else None, said.capitalize(), "raise --limit, or narrow --query")


def _works(synthesis: Synthesis) -> Point:
    count = len(synthesis.screening.included)
    return Point(
        2.0,
        min(1.0, count / ENOUGH_WORKS),
        f"{count} works are included, and {ENOUGH_WORKS} are enough",
        "search more databases, raise --limit, or ask in words that more papers use (--query)",
    )


def _texts(synthesis: Synthesis) -> Point:
    whole, included = synthesis.screening.full_texts, len(synthesis.screening.included)
    return Point(
        3.0,
        share(whole, included),
        f"{whole} of {included} works were read whole, of {included - whole} only the abstract"
        if included
        else "No work is included, so no full text was read",
        "put PDFs of the others into a folder and give it with --from",
    )
