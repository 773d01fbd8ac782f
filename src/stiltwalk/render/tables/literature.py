"""The table of what others found: claims of papers, and what the study measured of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stiltwalk.literature.agreement import Outcome
from stiltwalk.render.contents import Beside, Contents
from stiltwalk.render.tables.cells import NONE, Cell, change, count, foreign, left, made, right, text
from stiltwalk.render.tables.table import Table

ORDER: tuple[Outcome, ...] = (
    "agrees",
    "suggests the same",
    "differs",
    "suggests otherwise",
    "not decided",
    "not measured",
    "not comparable",
)
"""In which claims stand: those first of which the study says something."""


def literature(contents: Contents) -> Iterator[Table]:
    """A row for each claim and encoder, with its quote to the letter; none without a synthesis."""
    if contents.literature is None or not contents.literature.rows:
        return
    yield made(
        "literature",
        "What others found, beside this study",
        (
            *left("claim", "paper", "section", "verdict in the literature"),
            *left("arm", "of", "language", "encoder"),
            *right("gain", "seeds"),
            *left("this study", "why", "claims alike"),
        ),
        [_row(each) for each in ordered(contents.literature.rows)],
        [
            "Claims are quoted to the letter.",
            "A claim is held against the arm that trains on just the tasks that it names, on its data.",
            "Gains are over no intermediate training.",
        ],
    )


def ordered(rows: Sequence[Beside]) -> tuple[Beside, ...]:
    """``rows``, those first of which the study says something; of one kind as they were."""
    return tuple(sorted(rows, key=lambda row: ORDER.index(row.agreement.outcome)))


def _row(each: Beside) -> list[Cell]:
    claim, ours = each.checked.claim, each.ours
    return [
        foreign(claim.quote),
        foreign(each.reference),
        foreign(each.section),
        text(each.checked.verdict),
        text(each.arm),
        text(each.of),
        text(each.language),
        text(each.encoder),
        NONE if ours is None else change(ours.gain, ours.low, ours.high),
        NONE if ours is None else count(ours.seeds),
        text(each.agreement.outcome),
        text(each.agreement.reason),
        text(", ".join(each.like)),
    ]
