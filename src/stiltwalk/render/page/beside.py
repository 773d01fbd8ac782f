"""What others found, as the page shows it: counted in a sentence, and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.render.contents import Beside, Contents
from stiltwalk.render.tables.literature import ORDER, ordered

MOST_ROWS: Final = 60
"""Of each list on the page; all of them are in the table's files."""

SILENT: Final = frozenset({"not measured", "not comparable"})
"""Outcomes of claims of which the study says nothing."""


class Listed(NamedTuple):
    """Some of the rows.

    Attributes:
        rows: those that are shown.
        every: how many there are.
    """

    rows: tuple[Beside, ...]
    every: int


class Shown(NamedTuple):
    """The part of the page.

    Attributes:
        held: claims of which the study says something.
        silent: claims of which it says nothing, folded away.
        counts: what the study says of the claims, in a sentence; empty: there is none.
        places: key of a reference → its place in their list, from 1 on.
    """

    held: Listed
    silent: Listed
    counts: str
    places: Mapping[str, int]


def beside(contents: Contents) -> Shown | None:
    """What is shown of the literature; ``None``: no synthesis was given."""
    found = contents.literature
    if found is None:
        return None
    rows = ordered(found.rows)
    of = Counter(row.agreement.outcome for row in rows)
    parts = [f"{of[outcome]} {outcome}" for outcome in ORDER if of[outcome]]
    counts = f"{counted(len(rows), 'comparison')}: {', '.join(parts)}." if parts else ""
    places = {each.key: place for place, each in enumerate(contents.references, 1)}
    silent = [row for row in rows if row.agreement.outcome in SILENT]
    return Shown(_listed(rows[: len(rows) - len(silent)]), _listed(silent), counts, places)


def _listed(rows: Sequence[Beside]) -> Listed:
    return Listed(tuple(rows[:MOST_ROWS]), len(rows))
