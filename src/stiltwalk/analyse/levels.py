"""Levels that arms share: what they score over the same targets and languages, where a cost stands beside it.

A level's interval is of its own seeds alone: seeds move all arms of an encoder alike, so that two levels
differ more surely than their intervals show. Comparisons of arms are ``comparing``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from stiltwalk.analyse.across.per_run import level
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate
from stiltwalk.analyse.responses import Bools, Responses, averaged, responses

Cell = tuple[str, str]
"""A target in a language."""


class Level(NamedTuple):
    """The mean score of one arm of one encoder.

    Attributes:
        encoder: its name.
        arm: its name.
        cells: how many: targets in languages.
        seeds: how many have any of them.
        estimate: 0 to 100; collapsed runs are left out.
    """

    encoder: str
    arm: str
    cells: int
    seeds: int
    estimate: Estimate


def shared_levels(scores: pd.DataFrame, confidence: float = CONFIDENCE) -> tuple[Level, ...]:
    """Every arm of every encoder: the mean over targets and languages, not English, that all of them have.

    Arms, of any encoder, without half of the cells that some arm has are left out, so that they do not leave
    others without any.

    Args:
        scores: as ``scores.scores`` makes them.
        confidence: of the intervals.
    """
    tables = responses(scores)
    there = {
        (table.encoder, arm): {
            cell
            for cell, has in zip(
                zip(table.targets, table.languages, strict=True), _has(table, arm), strict=True
            )
            if has
        }
        for table in tables
        for arm in table.arms
    }
    most = max(map(len, there.values()), default=0)
    kept = {key: cells for key, cells in there.items() if cells and 2 * len(cells) >= most}
    shared = set.intersection(*kept.values()) if kept else set()
    return tuple(_shared(tables, shared, set(kept), confidence)) if shared else ()


def _shared(
    tables: list[Responses], shared: set[Cell], kept: set[tuple[str, str]], confidence: float
) -> Iterator[Level]:
    for table in tables:
        cells = np.array([cell in shared for cell in _cells(table)])
        for arm in table.arms:
            if (table.encoder, arm) in kept:
                found = _level(table, arm, cells, confidence)
                if found is not None:
                    yield found


def _cells(table: Responses) -> list[Cell]:
    return list(zip(table.targets, table.languages, strict=True))


def _has(table: Responses, arm: str) -> Bools:
    """``(cells,)``: the arm has a score there, not in English, and not of a collapsed run."""
    healthy: Bools = np.isfinite(table.healthy[table.arms.index(arm)]).any(axis=0)
    return healthy & table.zero_shot


def _level(table: Responses, arm: str, cells: Bools, confidence: float) -> Level | None:
    """The mean over ``cells``, what single ones lack filled in (``averaged``); ``None``: nothing is there."""
    if not cells.any():
        return None
    place = table.arms.index(arm)
    found = averaged(table, cells)
    whole = np.where(found.present[place] > 0, found.values[place], np.nan)
    seeds = int(np.isfinite(whole).sum())
    if not seeds:
        return None
    return Level(table.encoder, arm, int(cells.sum()), seeds, level(whole, confidence))
