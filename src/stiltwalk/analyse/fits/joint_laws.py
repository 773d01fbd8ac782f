"""Joint laws of the error in model size and data, and their fit.

The error is e = 100 - score, N an encoder's parameters without embeddings, D its intermediate examples:

==============  ===================================================
multiplicative  e = E + A N^-α D^-β
additive        e = E + A N^-α + B D^-β
interaction     ln(e - E) = c - α ln N - β ln D + gamma ln N ln D
==============  ===================================================

All are fitted on the scale of e, so that AICc compares like with like. E, A, B and the exponents are at least
0, E at most 100; in the interaction the exponents are those at the middle (geometric mean) of the sizes and
amounts. Families of encoders have an A (or c) of their own. Given the exponents, the rest is a least-squares
problem with one solution, and the best places of a fixed grid of exponents are the starts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from stiltwalk.analyse.fits.laws import FULL, Floats
from stiltwalk.spec.errors import StiltwalkError

JOINT: Final = ("multiplicative", "additive", "interaction")

_EXPONENTS: Final = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Starts: exponents times the range of ln N, or ln D."""
_GAMMAS: Final = (-1.0, -0.3, 0.0, 0.3, 1.0)
"""Starts of gamma, times both ranges."""
_STARTS: Final = 8
"""How many of the grid's places are followed where the law does not fit well. Where it does, the best place
leads to where the others lead."""
_WELL: Final = 0.2
"""A law that leaves at most this share of the errors' squares fits well."""
_STEEPEST: Final = 50.0
"""The largest exponent looked at, times the range."""
_LEAST: Final = 1e-9
"""So near counts as at a bound, and as no error at all."""

Labels = NDArray[np.str_]


class JointFit(NamedTuple):
    """A joint law, fitted.

    Attributes:
        law: its name.
        floor: E.
        alpha: α; of the interaction at the middle of the amounts.
        beta: β; of the interaction at the middle of the sizes.
        gamma: gamma; 0 in the other laws.
        amplitudes: A of every family, at the middle of sizes and amounts.
        other: B at the middle of the amounts; 0 but in the additive law.
        families: names, as ``amplitudes``.
        middle: geometric means of sizes and of amounts.
        rss: sum of squares of e left over, weighted.
        n: rows.
        k: numbers that were estimated, the variance included.
    """

    law: str
    floor: float
    alpha: float
    beta: float
    gamma: float
    amplitudes: tuple[float, ...]
    other: float
    families: tuple[str, ...]
    middle: tuple[float, float]
    rss: float
    n: int
    k: int

    def predict(self, parameters: Floats, amounts: Floats, family: str | None = None) -> Floats:
        """The law's score of an encoder of ``family`` (``None``: the first) at sizes and amounts above 0."""
        u = np.log(np.asarray(parameters, dtype=float) / self.middle[0])
        v = np.log(np.asarray(amounts, dtype=float) / self.middle[1])
        amplitude = self.amplitudes[0 if family is None else self.families.index(family)]
        if self.law == "additive":
            error = self.floor + amplitude * np.exp(-self.alpha * u) + self.other * np.exp(-self.beta * v)
        else:
            error = self.floor + amplitude * np.exp(-self.alpha * u - self.beta * v + self.gamma * u * v)
        return FULL - error


class Rows(NamedTuple):
    """Rows to be fitted: ``u`` and ``v`` are ln N and ln D less their means; ``of`` is each row's family."""

    error: Floats
    u: Floats
    v: Floats
    of: NDArray[np.intp]
    families: tuple[str, ...]
    encoders: Labels
    root: Floats
    middle: tuple[float, float]


def joint_count(law: str, families: int) -> int:
    """E, two exponents, an amplitude of each family, the law's own number if it has one, the variance."""
    return 3 + families + (law != "multiplicative") + 1


def joint_rows(
    parameters: Floats,
    amounts: Floats,
    scores: Floats,
    encoders: Labels,
    families: Labels | None,
    weights: Floats | None,
) -> Rows:
    """The rows that can be fitted, of what ``joint.choose_joint`` is given.

    Raises:
        StiltwalkError: arrays differ in length.
    """
    size, data, score = (np.asarray(each, dtype=float) for each in (parameters, amounts, scores))
    names = np.asarray(encoders, dtype=str)
    groups = np.full(len(names), "") if families is None else np.asarray(families, dtype=str)
    w = np.ones(len(names)) if weights is None else np.asarray(weights, dtype=float)
    lengths = {len(each) for each in (size, data, score, names, groups, w)}
    if len(lengths) != 1:
        raise StiltwalkError(
            "A joint law needs a size, an amount, a score and an encoder's name of every row."
        )
    kept = (size > 0) & (data > 0) & np.isfinite(size) & np.isfinite(score) & (w > 0)
    size, data, score, names, groups, w = (each[kept] for each in (size, data, score, names, groups, w))
    found, of = np.unique(groups, return_inverse=True)
    u, v = np.log(size), np.log(data)
    centre = (float(u.mean()), float(v.mean())) if len(u) else (0.0, 0.0)
    middle = (math.exp(centre[0]), math.exp(centre[1]))
    return Rows(
        FULL - score, u - centre[0], v - centre[1], of, tuple(map(str, found)), names, np.sqrt(w), middle
    )


def fit_joint(law: str, rows: Rows, k: int, huber: float | None) -> JointFit:
    """A law of ``JOINT`` fitted to rows that do for it.

    Args:
        law: its name.
        rows: of more than one size and amount.
        k: numbers that are estimated (``joint_count``).
        huber: see ``joint.choose_joint``.
    """
    wide, long = float(np.ptp(rows.u)), float(np.ptp(rows.v))
    gammas = [g / (wide * long) for g in _GAMMAS] if law == "interaction" else [0.0]
    grid = [
        np.array([a / wide, b / long, g]) for a, b, g in itertools.product(_EXPONENTS, _EXPONENTS, gammas)
    ]
    tried = [(_linear(law, rows, place), place) for place in grid]
    tried.sort(key=lambda each: each[0][1])
    bounds = (
        np.array([0.0] * (2 + len(rows.families)) + [0.0, 0.0, -np.inf]),
        np.array([FULL] + [np.inf] * (1 + len(rows.families)) + [_STEEPEST / wide, _STEEPEST / long, np.inf]),
    )
    # what a law does not have is held at 0
    free = np.ones(len(bounds[0]), dtype=bool)
    free[1 + len(rows.families)] = law == "additive"
    free[-1] = law == "interaction"
    starts = [np.r_[linear, place] for (linear, _), place in tried[:_STARTS]]
    best, rss = _followed(law, rows, starts, bounds, free)
    if huber is not None:
        best, rss = _robust(law, rows, best, bounds, free, huber)
    families = len(rows.families)
    return JointFit(
        law,
        float(best[0]),
        float(best[-3]),
        float(best[-2]),
        float(best[-1]),
        tuple(float(each) for each in best[1 : 1 + families]),
        float(best[1 + families]),
        rows.families,
        rows.middle,
        rss,
        len(rows.error),
        k,
    )


def _terms(law: str, rows: Rows, place: Floats) -> Floats:
    """``(rows, E, families and B)``: what the linear numbers multiply; ``place`` is α, β, gamma."""
    alpha, beta, gamma = place
    power = -alpha * rows.u
    other = np.zeros_like(rows.u)
    if law == "additive":
        other = np.exp(-beta * rows.v)
    else:
        power = power - beta * rows.v + gamma * rows.u * rows.v
    of_families = np.exp(np.clip(power, -300, 300))[:, None] * np.eye(len(rows.families))[rows.of]
    return np.column_stack([np.ones_like(rows.u), of_families, other])


def _linear(law: str, rows: Rows, place: Floats) -> tuple[Floats, float]:
    """The best E, amplitudes and B at an exponents' place, and their sum of squares."""
    terms = _terms(law, rows, place) * rows.root[:, None]
    found, left = optimize.nnls(terms, rows.error * rows.root)
    found[0] = min(found[0], FULL)
    return found, float(left) ** 2


def _residuals(law: str, rows: Rows, free: NDArray[np.bool_], *, logs: bool) -> Callable[[Floats], Floats]:
    """Of the numbers that are free: what the law leaves over of e, or of ln e."""
    linear = 2 + len(rows.families)

    def left(values: Floats) -> Floats:
        whole = np.zeros(len(free))
        whole[free] = values
        error = _terms(law, rows, whole[-3:]) @ whole[:linear]
        if logs:
            return np.log(np.maximum(error, _LEAST) / np.maximum(rows.error, _LEAST)) * rows.root
        return (error - rows.error) * rows.root

    return left


def _slopes(law: str, rows: Rows, free: NDArray[np.bool_]) -> Callable[[Floats], Floats]:
    """Of the numbers that are free: the derivative of what the law leaves over of e by each."""
    families = len(rows.families)

    def slopes(values: Floats) -> Floats:
        whole = np.zeros(len(free))
        whole[free] = values
        terms = _terms(law, rows, whole[-3:])
        first = terms[:, 1 : 1 + families] @ whole[1 : 1 + families]
        second = terms[:, 1 + families] * whole[1 + families] if law == "additive" else first
        by_power = np.column_stack([-rows.u * first, -rows.v * second, rows.u * rows.v * first])
        return np.asarray((np.hstack([terms, by_power]) * rows.root[:, None])[:, free])

    return slopes


def _followed(
    law: str, rows: Rows, starts: list[Floats], bounds: tuple[Floats, Floats], free: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """The best end of all starts, and its sum of squares."""
    left, slopes, ends = _residuals(law, rows, free, logs=False), _slopes(law, rows, free), []
    middle = float(np.average(rows.error, weights=rows.root**2))
    total = float((((rows.error - middle) * rows.root) ** 2).sum())
    for start in starts:
        end = optimize.least_squares(
            left,
            np.clip(start, bounds[0] + _LEAST, np.maximum(bounds[1] - _LEAST, bounds[0]))[free],
            jac=slopes,
            bounds=(bounds[0][free], bounds[1][free]),
            x_scale="jac",
            xtol=1e-10,
            ftol=1e-10,
        )
        ends.append((2 * float(end.cost), end.x))
        if ends[-1][0] <= _WELL * total:
            break
    rss, values = min(ends, key=lambda each: each[0])
    whole = np.zeros(len(free))
    whole[free] = values
    return whole, rss


def _robust(
    law: str,
    rows: Rows,
    start: Floats,
    bounds: tuple[Floats, Floats],
    free: NDArray[np.bool_],
    huber: float,
) -> tuple[Floats, float]:
    """Huber's fit of ln e from the least-squares one, and a sum of squares that stands for it."""
    left, cost = _residuals(law, rows, free, logs=True), 0.0
    current = start[free]
    for _ in range(10):
        inside = np.clip(current, bounds[0][free] + _LEAST, bounds[1][free] - _LEAST)
        # the median of the absolute residuals of a normal law is 0.6745 standard deviations
        scale = max(float(np.median(np.abs(left(inside)))) / 0.6745, _LEAST)
        end = optimize.least_squares(
            left,
            inside,
            bounds=(bounds[0][free], bounds[1][free]),
            x_scale="jac",
            loss="huber",
            f_scale=huber * scale,
        )
        moved, current, cost = float(np.max(np.abs(end.x - inside))), end.x, 2 * float(end.cost)
        if moved < _LEAST:
            break
    whole = np.zeros(len(free))
    whole[free] = current
    return whole, cost
