"""Predicates on rows: how probable the statement of a claim is, given the scores of one encoder.

Each gain is estimated by ``blocks.contrasts``, as everywhere. Gains that are judged together share the
baseline's errors, and their models: how their errors go together is taken from the design, and between
targets from how runs of one intermediate model differ together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.claims.asking import ROUNDING, Asked, asked, of_choice
from stiltwalk.analyse.claims.posterior import Crossed, Joint, between, crossed, joint
from stiltwalk.analyse.comparing import View
from stiltwalk.analyse.decisions.best import Best, best_per_target
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, unbounded
from stiltwalk.analyse.responses import Averaged, Bools, Floats, Responses, averaged
from stiltwalk.spec.claims import LeftOut
from stiltwalk.spec.predicates import BestPerTargetGain, Predicate, Threshold

ALIKE: Final = 0.5
"""Correlation, before any row is seen, of what one arm gains on two targets. With none, an arm that gains on
all of many targets would be so improbable that its gain was taken for an error they share; with 1, all
targets would be one."""


class Estimated(NamedTuple):
    """The contrasts of a statement, estimated.

    Attributes:
        asked: the statement.
        estimates: one for each contrast.
        seeds: how many each rests on.
        noise: ``(contrasts, contrasts)``: covariance of their errors; ``None``: nothing is known of it.
        df: its degrees of freedom.
        crossed: the same, where there are several targets with the same arms and as many runs each; but for
            what was held before. ``None``: there are not.
    """

    asked: Asked
    estimates: tuple[Estimate, ...]
    seeds: tuple[float, ...]
    noise: Floats | None
    df: float
    crossed: Crossed | None = None


def estimated(
    said: Asked, found: Responses, *, healthy: bool = True, confidence: float = CONFIDENCE
) -> Estimated:
    """The contrasts of ``said``, and how their errors go together."""
    masks: dict[bytes, list[int]] = {}
    for place, contrast in enumerate(said.contrasts):
        masks.setdefault(contrast.cells.tobytes(), []).append(place)
    count = len(said.contrasts)
    single: list[Estimate] = [unbounded(confidence=confidence)] * count
    seeds = [0.0] * count
    group, tables = np.zeros(count, dtype=int), []
    for number, places in enumerate(masks.values()):
        table = averaged(found, said.contrasts[places[0]].cells, healthy=healthy)
        weights = np.array([said.contrasts[place].weights for place in places])
        result = contrasts(table.values[None], weights, table.present[None], confidence=confidence)
        for row, place in enumerate(places):
            single[place], seeds[place] = result.at(0, row), float(result.seeds[0, row])
        group[places] = number
        tables.append(table)
    if any(not (each.df > 0 and each.se > 0) for each in single):
        return Estimated(said, tuple(single), tuple(seeds), None, 0.0)
    noise = _noise(said, [each.se for each in single], group, tables)
    df = min(each.df for each in single)
    return Estimated(said, tuple(single), tuple(seeds), noise, df, _crossed(said, single, group, tables))


def _crossed(
    said: Asked, single: Sequence[Estimate], group: NDArray[np.int_], tables: Sequence[Averaged]
) -> Crossed | None:
    """Several targets with the same arms on each, and all of their runs there."""
    count = len(tables)
    arms, left = divmod(len(group), count)
    weights = np.array([contrast.weights for contrast in said.contrasts])
    if count == 1 or left or not (group == np.repeat(np.arange(count), arms)).all():
        return None
    if any((weights[:arms] != weights[place : place + arms]).any() for place in range(0, len(group), arms)):
        return None
    residuals, df = _residuals(tables)
    if any((table.present[_used(weights)] < 1).any() for table in tables) or df < count:
        return None
    variances = (residuals**2).sum(axis=1) / df
    scale = np.sqrt(np.outer(variances, variances))
    runs = tables[0].present.sum(axis=1)
    per_seed = np.where(runs > 0, 1 / np.where(runs > 0, runs, 1.0), 0.0)
    design = (weights[:arms] * per_seed) @ weights[:arms].T
    values = np.array([each.value for each in single]).reshape(count, arms)
    return Crossed(values, _between_tables(tables) * scale, design, np.eye(count), df)


def _used(weights: Floats) -> Bools:
    used: Bools = (weights != 0).any(axis=0)
    return used


def _noise(
    said: Asked, errors: Sequence[float], group: NDArray[np.int_], tables: Sequence[Averaged]
) -> Floats:
    """The covariance of the contrasts' errors, whose square roots on the diagonal are ``errors``."""
    weights = np.array([contrast.weights for contrast in said.contrasts])
    runs = np.mean([table.present.sum(axis=1) for table in tables], axis=0)
    per_seed = np.where(runs > 0, 1 / np.where(runs > 0, runs, 1.0), 0.0)
    alike = _correlation((weights * per_seed) @ weights.T) * _between_tables(tables)[np.ix_(group, group)]
    return np.asarray(alike * np.outer(errors, errors))


def _correlation(covariance: Floats) -> Floats:
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    return np.asarray(covariance / np.outer(scale, scale))


def _between_tables(tables: Sequence[Averaged]) -> Floats:
    """``(tables, tables)``: correlations of what is left once arms and seeds are taken out.

    Each is pulled to the mean of all, by as much of their scatter as chance explains (Schäfer and Strimmer
    2005, https://doi.org/10.2202/1544-6115.1175, with a common correlation as target).
    """
    if len(tables) == 1:
        return np.ones((1, 1))
    residuals, df = _residuals(tables)
    products = residuals @ residuals.T
    alone = np.sqrt(np.diag(products))
    if not (alone > 0).all():
        return np.eye(len(tables))
    found = products / np.outer(alone, alone)
    apart = found[np.triu_indices(len(tables), 1)]
    middle_one = float(apart.mean())
    scatter = float(((apart - middle_one) ** 2).sum())
    by_chance = len(apart) * (1 - middle_one**2) ** 2 / df
    pull = min(1.0, by_chance / scatter) if scatter > 0 else 1.0
    common = np.where(np.eye(len(tables), dtype=bool), 1.0, middle_one)
    return np.asarray((1 - pull) * found + pull * common)


def _residuals(tables: Sequence[Averaged]) -> tuple[Floats, int]:
    """``(tables, arms × seeds)``, once arms and seeds are taken out, of what all have; degrees of freedom."""
    values = np.array([table.values for table in tables])
    there = ~np.isnan(values).any(axis=0)
    kept = values[:, there.any(axis=1)][:, :, there[there.any(axis=1)].all(axis=0)]
    if min(kept.shape[1:]) < 2:
        return np.zeros((len(tables), 1)), 0
    middle = kept.mean(axis=1, keepdims=True) + kept.mean(axis=2, keepdims=True)
    residuals = kept - middle + kept.mean(axis=(1, 2), keepdims=True)
    return residuals.reshape(len(tables), -1), (kept.shape[1] - 1) * (kept.shape[2] - 1)


def probability(found: Estimated, tau: float) -> float | None:
    """How probable the statement is; ``None``: nothing is known of the noise.

    Args:
        found: its contrasts.
        tau: standard deviation, in points, of each arm's gain before any row is seen.
    """
    if found.noise is None:
        return None
    said = found.asked
    # the baseline gains nothing over itself
    arms = np.array([contrast.weights for contrast in said.contrasts])[:, 1:]
    targets = np.array([contrast.on for contrast in said.contrasts])
    prior = tau**2 * (arms @ arms.T) * np.where(targets[:, None] == targets[None, :], 1.0, ALIKE)
    if len(said.contrasts) == 1 and said.bounds is not None:
        (one,) = found.estimates
        return float(between(one.value, one.se, one.df, *said.bounds, math.sqrt(float(prior[0, 0]))))
    if found.crossed is not None:
        own = tau**2 * ((1 - ALIKE) * np.eye(len(found.crossed.noise)) + ALIKE)
        return crossed(found.crossed._replace(prior=own), said.holds)
    values = np.array([each.value for each in found.estimates])
    return joint(Joint(values, found.noise, prior, found.df), said.holds)


def best_of(
    predicate: BestPerTargetGain,
    found: Responses,
    targets: Collection[str] = (),
    left_out: Collection[LeftOut] = (),
    *,
    healthy: bool = True,
    confidence: float = CONFIDENCE,
) -> Best:
    """The best arm of every target, cross-fitted, and never in English; arguments as in ``asked``."""
    kept = np.ones(len(found.targets), dtype=bool)
    if targets:
        kept &= np.array([name in targets for name in found.targets], dtype=bool)
    if "retrieval" in left_out:
        kept &= ~found.retrieval
    view: View = "without-repeats" if "repeats" in left_out else "zero-shot"
    if "seen" in left_out:
        view = "headline" if "repeats" in left_out else "unseen"
    some = _of_cells(found, kept)
    return best_per_target(some, predicate.arms, view=view, healthy=healthy, confidence=confidence)


def _of_cells(found: Responses, kept: Bools) -> Responses:
    """The scores of some cells alone."""
    return replace(
        found,
        targets=tuple(name for name, taken in zip(found.targets, kept, strict=True) if taken),
        languages=tuple(name for name, taken in zip(found.languages, kept, strict=True) if taken),
        values=found.values[:, :, kept],
        degenerate=found.degenerate[:, :, kept],
        seen=found.seen[:, kept],
        repeats=found.repeats[:, kept],
        retrieval=found.retrieval[kept],
    )


def probability_of_best(
    predicate: BestPerTargetGain, made: Estimated, best: Best, tau: float
) -> float | None:
    """How probable it is that the arms chosen in ``best`` truly gain what ``predicate`` says.

    It is made of the gains of every arm on every target together. That the chosen ones were the largest by
    luck in part is accounted for by what is held of all of them beforehand, so that no seeds are set aside.

    Args:
        predicate: the statement.
        made: every arm's gain on every target, estimated.
        best: the choice.
        tau: standard deviation, in points, of each of these gains before any row is seen.
    """
    said = of_choice(made.asked, predicate, {each.target: each.arm for each in best.targets})
    return None if said is None else probability(made._replace(asked=said), tau)


def variants(predicate: Predicate) -> Iterator[tuple[str, float, Predicate]]:
    """The statement with other values of those thresholds that are no words of the paper.

    A share is moved by 0.1 either way, any other threshold is halved and doubled.

    Returns:
        The threshold's name, the value tried, and the statement with it.
    """
    for name in type(predicate).model_fields:
        held = getattr(predicate, name)
        if isinstance(held, Threshold) and held.ours:
            tried = (
                (held.value - 0.1, held.value + 0.1) if name == "share" else (held.value / 2, held.value * 2)
            )
            for value in tried:
                if name != "share" or 0 < value <= 1 + ROUNDING:
                    changed = held.model_copy(update={"value": round(value, 9)})
                    yield name, changed.value, predicate.model_copy(update={name: changed})


def posterior_of(
    predicate: Predicate,
    found: Responses,
    tau: float,
    targets: Collection[str] = (),
    left_out: Collection[LeftOut] = (),
    *,
    healthy: bool = True,
    confidence: float = CONFIDENCE,
) -> float | None:
    """How probable ``predicate`` is, given the scores of one encoder.

    Args:
        predicate: the statement; about the arms that are there.
        found: the scores.
        tau: standard deviation, in points, of each arm's gain before any row is seen.
        targets: an average is over these; empty: over all.
        left_out: cells that do not count.
        healthy: whether collapsed runs count as missing.
        confidence: of intervals.

    Returns:
        ``None`` where nothing is known of the noise, an arm is missing, or the predicate is a decision.
    """
    said = asked(predicate, found, targets, left_out, healthy=healthy)
    if said is None:
        return None
    made = estimated(said, found, healthy=healthy, confidence=confidence)
    if isinstance(predicate, BestPerTargetGain):
        best = best_of(predicate, found, targets, left_out, healthy=healthy, confidence=confidence)
        return probability_of_best(predicate, made, best, tau)
    return probability(made, tau)
