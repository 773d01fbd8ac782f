"""What others found, as the page shows it: counted in a sentence, and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.render.contents import Beside, Contents
from stiltwalk.render.tables.literature import ORDER, ordered

MOST_ROWS: Final = 60
"""On the page; all of them are in the table's files."""


class Shown(NamedTuple):
    """The part of the page.

    Attributes:
        rows: those first of which the study says something.
        more: rows that are not shown.
        counts: what the study says of the claims, in a sentence; empty: there is none.
        places: key of a reference → its place in their list, from 1 on.
    """

    rows: tuple[Beside, ...]
    more: int
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
    return Shown(rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS), counts, places)
