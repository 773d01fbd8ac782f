"""Responses: the scores of one encoder as an array of arms, seeds and cells, and averages over cells.

A cell is a target in a language. An average is taken within each run first: over the languages of a target,
then over targets, every target counting the same. What is uncertain about it is then seen in how it differs
between seeds, of all targets that share an intermediate model at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import SOURCE_LANGUAGE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Responses:
    """The scores of one encoder.

    Attributes:
        encoder: its name.
        arms: names, ``none`` first where it is there.
        seeds: in order.
        targets: of every cell its target.
        languages: of every cell its language.
        values: ``(arms, seeds, cells)``, 0 to 100; NaN: missing.
        degenerate: ``(arms, seeds, cells)``: the run had collapsed.
        seen: ``(arms, cells)``: the language was in the arm's intermediate data.
        repeats: ``(arms, cells)``: the arm's intermediate data is the target's training data again.
        retrieval: ``(cells,)``: the target compares sentences.
    """

    encoder: str
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    targets: tuple[str, ...]
    languages: tuple[str, ...]
    values: Floats
    degenerate: Bools
    seen: Bools
    repeats: Bools
    retrieval: Bools

    @property
    def zero_shot(self) -> Bools:
        """``(cells,)``: cells in another language than the source language."""
        return np.array([language != SOURCE_LANGUAGE for language in self.languages], dtype=bool)

    @property
    def healthy(self) -> Floats:
        """``values``, NaN where the run had collapsed."""
        return np.where(self.degenerate, np.nan, self.values)


class Averaged(NamedTuple):
    """An average over cells.

    Attributes:
        values: ``(arms, seeds)``; what single cells lack is filled in, as the arm and the seed have it
            elsewhere; NaN where the arm or the seed has nothing in some cell.
        present: ``(arms, seeds)``: share of the average that was there, 0 to 1.
    """

    values: Floats
    present: Floats


def responses(scores: pd.DataFrame) -> list[Responses]:
    """The arrays of every encoder in ``scores`` (see ``scores.scores``), in the order of their first rows.

    Arms, targets and languages keep the order of their first rows as well.
    """
    return [_of_encoder(str(name), part) for name, part in scores.groupby("encoder", sort=False)]


def _of_encoder(encoder: str, scores: pd.DataFrame) -> Responses:
    arm_codes, arms = pd.factorize(scores["intermediate"])
    if NONE_ARM in arms:
        first = int(np.flatnonzero(arms == NONE_ARM)[0])
        order = [first, *(place for place in range(len(arms)) if place != first)]
        arm_codes, arms = np.argsort(order)[arm_codes], arms[order]
    seed_codes, seeds = pd.factorize(scores["seed"], sort=True)
    cell_codes, cells = _cells(scores)
    shape = (len(arms), len(seeds), len(cells))
    values = np.full(shape, np.nan)
    values[arm_codes, seed_codes, cell_codes] = scores["score"].to_numpy(dtype=float)
    degenerate = np.zeros(shape, dtype=bool)
    degenerate[arm_codes, seed_codes, cell_codes] = scores["degenerate"].to_numpy(dtype=bool)
    of_arms = {name: np.zeros((len(arms), len(cells)), dtype=bool) for name in ("seen", "repeats")}
    for name, marks in of_arms.items():
        marked = scores[name].to_numpy(dtype=bool)
        marks[arm_codes[marked], cell_codes[marked]] = True
    retrieval = np.zeros(len(cells), dtype=bool)
    retrieval[cell_codes] = scores["retrieval"].to_numpy(dtype=bool)
    return Responses(
        encoder,
        tuple(map(str, arms)),
        tuple(int(seed) for seed in seeds),
        tuple(target for target, _ in cells),
        tuple(language for _, language in cells),
        values,
        degenerate,
        of_arms["seen"],
        of_arms["repeats"],
        retrieval,
    )


def _cells(scores: pd.DataFrame) -> tuple[NDArray[np.intp], list[tuple[str, str]]]:
    """Of every row its cell, and what cells there are, in the order of their first rows."""
    target_codes, targets = pd.factorize(scores["target"])
    language_codes, languages = pd.factorize(scores["language"])
    codes, cells = pd.factorize(target_codes * len(languages) + language_codes)
    places = (divmod(int(cell), len(languages)) for cell in cells)
    return codes, [(str(targets[target]), str(languages[language])) for target, language in places]


def averaged(found: Responses, cells: Bools, *, healthy: bool = True) -> Averaged:
    """The average over ``cells`` of every arm and seed.

    Args:
        found: the scores.
        cells: ``(cells,)``: which are averaged.
        healthy: whether collapsed runs count as missing.
    """
    values = (found.healthy if healthy else found.values)[:, :, cells]
    shares = _shares([target for target, taken in zip(found.targets, cells, strict=True) if taken])
    there = ~np.isnan(values)
    return Averaged(filled(np.moveaxis(values, 2, 0)).transpose(1, 2, 0) @ shares, there @ shares)


def _shares(targets: list[str]) -> Floats:
    """What every cell counts: each target the same, and each language of a target."""
    counts = Counter(targets)
    return np.array([1 / (len(counts) * counts[target]) for target in targets])


def filled(values: Floats) -> Floats:
    """``values`` with what is missing filled in by arm and seed, additively, as least squares has it.

    Args:
        values: ``(units, arms, seeds)``, NaN where missing.

    Returns:
        The same shape; NaN only where the arm, or the seed, has nothing at all in that unit.
    """
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    lost: Bools = np.logical_or(gaps.all(axis=2, keepdims=True), gaps.all(axis=1, keepdims=True))
    full = values.copy()
    holed = np.flatnonzero((gaps & ~lost).any(axis=(1, 2)))
    if len(holed):
        fitted = _additive(values[holed], gaps[holed])
        full[holed] = np.where(gaps[holed] & ~lost[holed], fitted, values[holed])
    return full


def _additive(values: Floats, gaps: Bools) -> Floats:
    """The additive table of arms and seeds that is closest to what is there of each."""
    there = (~gaps).astype(float)
    found = np.where(gaps, 0.0, values)
    middle = found.sum(axis=(1, 2), keepdims=True) / there.sum(axis=(1, 2), keepdims=True)
    found = np.where(gaps, 0.0, values - middle)  # what is far from 0 would cost digits
    shares = inverse_counts(there.sum(axis=1))
    of_seed = found.sum(axis=1)
    rest = found.sum(axis=2) - np.einsum("uas,us->ua", there, shares * of_seed)
    by_arm = np.einsum("uab,ub->ua", arms_covariance(there), rest)
    by_seed = shares * (of_seed - np.einsum("uas,ua->us", there, by_arm))
    return np.asarray(middle + by_arm[:, :, None] + by_seed[:, None, :])


def arms_covariance(there: Floats) -> Floats:
    """``(units, arms, arms)``: covariance of arms' effects, for a noise of 1, once seeds are taken out.

    Args:
        there: ``(units, arms, seeds)``: which runs there are; a fraction counts as part of one.
    """
    # languages of one target lack the same runs: few different patterns stand behind many units
    flat, place = np.unique(there.reshape(len(there), -1), axis=0, return_inverse=True)
    patterns = flat.reshape(-1, *there.shape[1:])
    shares = inverse_counts(patterns.sum(axis=1))
    shared = np.einsum("uas,us,ubs->uab", patterns, shares, patterns)
    information = np.eye(patterns.shape[1]) * patterns.sum(axis=2)[:, None, :] - shared
    return np.asarray(np.linalg.pinv(information, rcond=1e-9, hermitian=True)[place.ravel()])


def inverse_counts(counts: Floats) -> Floats:
    """One over each count; 0 where there is nothing."""
    return np.where(counts > 0, 1 / np.where(counts > 0, counts, 1.0), 0.0)
