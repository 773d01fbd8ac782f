"""What test items are made ready by to be drawn again: what each adds to the gain of an arm.

A metric made of sums is a ratio of two sums over examples, and so is a difference of metrics with the same
denominator. So a gain in one target and language is a few columns, with a row for every example, or for every
document where examples of one document hang together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.responses import Floats
from stiltwalk.metrics.statistics import known_scorer
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.metrics import Metric, Scorer
from stiltwalk.store.predictions import Kept

_NAMED = 3
"""How many ids of unequal example sets are named."""


@dataclass(frozen=True, slots=True)
class ItemCell:
    """A gain in one target and language, as what each unit adds to it.

    The gain is 100 times the sum over columns of Σ ``above`` / Σ ``below``, in points.

    Attributes:
        target: its name.
        language: a code.
        units: ``(units,)``: what is drawn, ids of examples or names of documents, each once.
        above: ``(units, columns)``: sums of the numerators, arm minus baseline, averaged over seeds.
        below: ``(units, columns)``: sums of the denominators.
        seeds: how many pairs of models it is a mean of.
        unpaired: how many seeds were left out because one arm lacks them.
        items: how many examples.
        documents: whether units are documents.
    """

    target: str
    language: str
    units: NDArray[np.str_]
    above: Floats
    below: Floats
    seeds: int
    unpaired: int
    items: int
    documents: bool

    @property
    def value(self) -> float:
        """The gain over all items, in points."""
        return float(gain_of(self.above.sum(axis=0), self.below.sum(axis=0)).sum())


def item_cell(
    target: str,
    language: str,
    scorer: str,
    arm: Mapping[int, Kept],
    baseline: Mapping[int, Kept],
    documents: Mapping[str, str] | None = None,
) -> ItemCell:
    """One target in one language, made ready to be drawn from.

    The gain is that of the main score (the mean of the scorer's main metrics), averaged over the seeds that
    both arms have.

    Args:
        target: its name.
        language: a code.
        scorer: a key of ``SCORERS``.
        arm: seed → statistics of the arm.
        baseline: seed → statistics of what it is compared with.
        documents: id → document, of every example; ``None``: examples stand alone, or nothing is known.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: no seed is in both arms; the example sets differ or hold an id twice; a statistic is
            missing or no finite number; an example has no document; a main metric is not made of sums.
    """
    record = known_scorer(scorer)
    place = f"target '{target}' in '{language}'"
    seeds = sorted(arm.keys() & baseline.keys())
    if not seeds:
        raise StiltwalkError(f"Nothing can be said of {place}: the two arms share no seed.")
    ids = baseline[seeds[0]].ids
    _refuse_twice(ids, place)
    parts = []
    for seed in seeds:
        for sign, kept in ((1.0, arm[seed]), (-1.0, baseline[seed])):
            order = _order(ids, kept.ids, place, seed)
            parts += _parts(record, kept, order, sign / len(seeds), place)
    above, below = _merged(parts)
    units = ids
    if documents is not None:
        units, above, below = _by_document(ids, above, below, documents, place)
    return ItemCell(
        target,
        language,
        units,
        above,
        below,
        len(seeds),
        len(arm.keys() | baseline.keys()) - len(seeds),
        len(ids),
        documents is not None,
    )


def _refuse_twice(ids: NDArray[np.str_], place: str) -> None:
    names, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        raise StiltwalkError(f"The id '{names[counts > 1][0]}' stands twice among the examples of {place}.")


def _order(ids: NDArray[np.str_], own: NDArray[np.str_], place: str, seed: int) -> NDArray[np.intp] | None:
    """Where each of ``ids`` stands in ``own``; ``None``: in the same place."""
    if len(ids) == len(own) and bool((ids == own).all()):
        return None
    missing, extra = np.setdiff1d(ids, own), np.setdiff1d(own, ids)
    if len(missing) or len(extra):
        found = [
            f"{len(names)} {what} ({', '.join(names[:_NAMED])}{', …' if len(names) > _NAMED else ''})"
            for names, what in ((missing, "of the baseline's are missing"), (extra, "are not the baseline's"))
            if len(names)
        ]
        raise StiltwalkError(
            f"The arms were not tested on the same examples of {place} (seed {seed}): of {len(ids)} examples "
            f"{' and '.join(found)}. Gains over items need the same examples: run both on the same data."
        )
    _refuse_twice(own, place)
    return np.argsort(own)[np.searchsorted(np.sort(own), ids)]


class _Part(NamedTuple):
    """A numerator with its weight in it, and its denominator; each ``(examples,)``."""

    above: Floats
    below: Floats


def _parts(
    scorer: Scorer, kept: Kept, order: NDArray[np.intp] | None, weight: float, place: str
) -> list[_Part]:
    """What one model's main score is the sum of."""
    found = []
    for metric in scorer.metrics:
        if metric.name in scorer.main:
            columns = [_column(kept, name, order, place) for name in metric.statistics]
            above, below = _ratio(metric, columns)
            found.append(_Part(weight / len(scorer.main) * above, below))
    return found


def _column(kept: Kept, name: str, order: NDArray[np.intp] | None, place: str) -> Floats:
    if name not in kept.columns:
        raise StiltwalkError(f"The statistic '{name}' of {place} is missing.")
    column = kept.columns[name] if order is None else kept.columns[name][order]
    wrong = int((~np.isfinite(column)).sum())
    if wrong:
        raise StiltwalkError(
            f"The statistic '{name}' of {place} is no finite number for {wrong} of {len(column)} examples: "
            "nothing can be concluded from them."
        )
    return column


def _ratio(metric: Metric, columns: Sequence[Floats]) -> tuple[Floats, Floats]:
    """What each example adds to the metric's numerator and denominator."""
    match metric.aggregate:
        case "mean":
            return columns[0], np.ones_like(columns[0])
        case "ratio" | "share":
            return columns[0], columns[1]
        case "micro-f1":
            return 2 * columns[0], columns[1] + columns[2]
        case "best-threshold":
            raise StiltwalkError(
                f"Metric '{metric.name}' chooses a threshold on the very examples it scores and is no ratio "
                "of sums: its gain has no interval over items here."
            )


def _merged(parts: Sequence[_Part]) -> tuple[Floats, Floats]:
    """One column for all parts with the same denominator: ``(examples, columns)`` above and below."""
    distinct: dict[bytes, int] = {}
    aboves: list[Floats] = []
    belows: list[Floats] = []
    for part in parts:
        at = distinct.setdefault(part.below.tobytes(), len(belows))
        if at == len(belows):
            aboves.append(part.above)
            belows.append(part.below)
        else:
            aboves[at] = aboves[at] + part.above
    return np.stack(aboves, axis=1), np.stack(belows, axis=1)


def _by_document(
    ids: NDArray[np.str_], above: Floats, below: Floats, documents: Mapping[str, str], place: str
) -> tuple[NDArray[np.str_], Floats, Floats]:
    """Sums over the examples of each document."""
    lacking = [str(name) for name in ids if str(name) not in documents]
    if lacking:
        raise StiltwalkError(
            f"{len(lacking)} of {len(ids)} examples of {place} have no document, '{lacking[0]}' among them."
        )
    names, number = np.unique([documents[str(name)] for name in ids], return_inverse=True)
    sums = []
    for column in (above, below):
        total = np.zeros((len(names), column.shape[1]))
        np.add.at(total, number, column)
        sums.append(total)
    return names, sums[0], sums[1]


def gain_of(above: NDArray[Any], below: NDArray[Any]) -> NDArray[Any]:
    """Points of each column; what there is nothing of counts as 0, as the scorers have it."""
    there = below > 0
    return np.where(there, 100 * above / np.where(there, below, 1), 0)
