"""Spending a study's error over looks at growing results.

Whoever judges results again and again as they grow, and stops where they please, errs more often than each
single judgement does. So a study says beforehand how often it will be judged, and its error is divided by
that number: with ``looks: 3`` at 95 % each verdict is made at 98.33 % (Bonferroni). That holds however the
looks depend on each other, and whatever is decided at them; methods that know how looks depend could spend
less. The last look is kept for the complete study. Looking at the same scores again is the same look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from stiltwalk.analyse.scores import CELL
from stiltwalk.spec.analysis import Analysis

BONFERRONI: Final = "Bonferroni: valid however the looks depend on each other"


class Look(NamedTuple):
    """A verdict that was asked for.

    Attributes:
        at: when, in UTC, as ISO 8601 has it.
        scores: digest of the scores it was made from.
        finished: cells that were finished.
        planned: cells that the study had.
        confidence: what it was made at.
        last: whether it was the one that is kept for the complete study.
        answer: what it said.
    """

    at: str
    scores: str
    finished: int
    planned: int
    confidence: float
    last: bool
    answer: str


class Permission(NamedTuple):
    """Whether a verdict may be made.

    Attributes:
        allowed: whether it may.
        confidence: what it, or the estimates in its place, are made at.
        last: whether it is the look that is kept for the complete study.
        before: the look that was taken at the same scores; ``None``: it would be a new one.
        why: why there is none, as a sentence; empty where it may be made.
    """

    allowed: bool
    confidence: float
    last: bool
    before: Look | None
    why: str


class Progress(NamedTuple):
    """How far a study is: finished cells, all of them, and whether it is called complete as it stands."""

    finished: int
    planned: int
    final: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing more is waited for."""
        return self.final or self.finished >= self.planned


def digest_of(scores: pd.DataFrame) -> str:
    """Twelve hexadecimal digits that change when any score does, whatever the order of its rows."""
    columns = [*CELL, "score", "degenerate"]
    ordered = scores[columns].sort_values(list(CELL), kind="stable")
    found = hashlib.sha256()
    for name in columns:
        values = ordered[name].to_numpy()
        content = (
            values.astype(np.float64).tobytes() if name == "score" else "\n".join(map(str, values)).encode()
        )
        found.update(content)
    return found.hexdigest()[:12]


def permission(analysis: Analysis, looks: Sequence[Look], scores: str, progress: Progress) -> Permission:
    """Whether a verdict on ``scores`` may be made, after the ``looks`` that were taken before.

    Args:
        analysis: says the confidence, and how many looks there are.
        looks: taken before, whenever.
        scores: digest of what would be looked at.
        progress: how far the study is.
    """
    each = 1 - (1 - analysis.confidence) / analysis.looks
    before = next(
        (look for look in looks if look.scores == scores and (look.last or not progress.complete)), None
    )
    if before is not None:
        return Permission(True, each, before.last, before, "")
    if progress.complete:
        return _last(each, looks)
    return _interim(each, analysis, looks, progress)


def _last(each: float, looks: Sequence[Look]) -> Permission:
    """The look that is kept for the complete study: it is there once."""
    taken = [look for look in looks if look.last]
    if not taken:
        return Permission(True, each, True, None, "")
    spent = (
        f"The last look was taken on {taken[-1].at[:10]}, at {taken[-1].finished} of {taken[-1].planned} "
        "cells and other scores, so that no error is left to spend: only estimates."
    )
    return Permission(False, each, True, None, spent)


def _interim(each: float, analysis: Analysis, looks: Sequence[Look], progress: Progress) -> Permission:
    """A look at a study that is not complete: all but one are for these."""
    share = f"{progress.finished} of {progress.planned} cells are finished"
    if analysis.looks == 1:
        return Permission(
            False, each, False, None, f"No verdict before the study is complete ({share}): only estimates."
        )
    interim = [look for look in looks if not look.last]
    if len(interim) < len(looks) or len(interim) >= analysis.looks - 1:
        return Permission(
            False,
            each,
            False,
            None,
            f"All looks are spent; the last is kept for the complete study ({share}): only estimates.",
        )
    return Permission(True, each, False, None, "")
