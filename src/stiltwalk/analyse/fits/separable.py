"""Least squares for laws that are linear but for one parameter: no start to choose, no local minimum.

For every value of the shape's parameter the rest is linear, and its best values under the bounds are known
in closed form: the free solution where it is allowed, the best point of the allowed triangle's three sides
where it is not (the problem is convex). What is left is a function of one number. It is looked at on a
dense grid over all values that differ within the data, which takes the place of several starts, and then
ever more closely around the best. Nothing is drawn at random. All of this is done for many responses at
once, so that ten thousand refits take about a second.

A table of scores has points (amounts) and seeds. Each seed has a level of its own at all points. The
least-squares scores of the points with the seeds' levels taken out, and their precision matrix, hold all that
a law can be fitted to: the sum of squares of any law is what is left within the table plus the law's lack of
fit to these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.fits.laws import FULL, LAWS, Floats, Law, LawFit
from stiltwalk.spec.errors import StiltwalkError, unknown_name

Shapes = Callable[[Floats], Floats]
"""``(draws or 1, thetas)`` → ``(draws or 1, thetas, rows)``: the law's shape at every row."""

_FEW: Final = 200
"""Up to so many responses are few: for these, more values at once are faster than more rounds."""
_GRID: Final = (97, 49)
"""Values of the shape's parameter looked at first, even in the logarithm; of few responses, and of many."""
_COUNT: Final = (31, 5)
"""Values looked at around the best so far, in each round."""
_CLOSE: Final = (1e-9, 1e-6)
"""How closely the logarithm is found in the end."""
_ON: Final = 1e-7
"""So close to a bound, in points, counts as on it."""


class Points(NamedTuple):
    """A table of scores, condensed to its points.

    Attributes:
        amounts: ``(points,)``, rising.
        means: ``(points,)``: least-squares scores, seeds' levels taken out (they sum to 0).
        root: ``(points, points)``: root of their precision, for a variance of 1 (``root.T @ root``).
        within: sum of squares that no curve through the points can take away.
        n: scores in the table.
        seeds: how many have any.
        levels: variance of seeds' levels, their noise included; NaN below two seeds.
        linked: whether seeds share points, so that their levels can be told from the points'.
    """

    amounts: Floats
    means: Floats
    root: Floats
    within: float
    n: int
    seeds: int
    levels: float
    linked: bool

    @property
    def within_df(self) -> int:
        """Degrees of freedom of ``within``."""
        return self.n - len(self.means) - max(self.seeds - 1, 0)


class Solved(NamedTuple):
    """Fits of one law to many responses; every array is ``(draws,)``. See ``LawFit`` for the parameters."""

    level: Floats
    gain: Floats
    theta: Floats
    rss: Floats


def condensed(amounts: Floats, table: Floats, weights: Floats | None = None) -> Points:
    """A table of scores as points.

    Args:
        amounts: ``(points,)``; equal ones stay points of their own.
        table: ``(points, seeds)`` or ``(points,)``; NaN: missing. Points and seeds without a score are left
            out.
        weights: ``(points,)``: one over the variance of a score there, up to a factor; ``None``: all alike.

    Raises:
        StiltwalkError: shapes do not fit; a weight is not above 0.
    """
    x, y, w = _checked(amounts, table, weights)
    there = ~np.isnan(y)
    y, there, x, w = (each[there.any(axis=1)] for each in (y, there, x, w))
    y, there = y[:, there.any(axis=0)], there[:, there.any(axis=0)]
    order = np.argsort(x, kind="stable")
    x, y, there, w = x[order], y[order], there[order], w[order]
    points, seeds = y.shape
    if not there.any():
        return Points(x, np.zeros(0), np.zeros((0, 0)), 0.0, 0, 0, math.nan, linked=False)
    rows, columns = np.nonzero(there)
    coded = np.vstack([np.eye(seeds - 1), -np.ones((1, seeds - 1))]) if seeds > 1 else np.zeros((1, 0))
    design = np.hstack([np.eye(points)[rows], coded[columns]]) * np.sqrt(w[rows])[:, None]
    response = y[rows, columns] * np.sqrt(w[rows])
    found, _, rank, _ = np.linalg.lstsq(design, response, rcond=None)
    left = float(((response - design @ found) ** 2).sum())
    linked = int(rank) == design.shape[1]
    if not linked:
        return Points(x, found[:points], np.eye(points), left, len(rows), seeds, math.nan, linked=False)
    precision = np.linalg.inv(np.linalg.inv(design.T @ design)[:points, :points])
    # rounding leaves traces where nothing is left
    left = left if left > 1e-22 * float((response**2).sum()) else 0.0
    levels = float((coded @ found[points:]).var(ddof=1)) if seeds > 1 else math.nan
    return Points(x, found[:points], root_of(precision), left, len(rows), seeds, levels, linked=True)


def root_of(precision: Floats) -> Floats:
    """The root of a precision matrix: upper triangular, ``root.T @ root`` is the matrix."""
    root: Floats = np.linalg.cholesky((precision + precision.T) / 2).T.astype(np.float64)
    return root


def _checked(amounts: Floats, table: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    x, y = np.asarray(amounts, dtype=float), np.asarray(table, dtype=float)
    y = y[:, None] if y.ndim == 1 else y
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if x.ndim != 1 or y.ndim != 2 or len(y) != len(x) or w.shape != x.shape:
        raise StiltwalkError(
            f"A fit needs scores of (points, seeds) at as many amounts; found amounts {x.shape}, scores "
            f"{y.shape}, weights {w.shape}."
        )
    if not (np.all(w > 0) and np.all(np.isfinite(w))):
        raise StiltwalkError("Weights of points are numbers above 0: one over the variance of a score there.")
    return x, np.where(np.isfinite(y), y, np.nan), w


def solved(
    law: Law,
    amounts: Floats,
    root: Floats,
    responses: Floats,
    *,
    level: Floats | None = None,
    shapes: Shapes | None = None,
    close: float | None = None,
) -> Solved:
    """The best fit of a law to each of many responses.

    Args:
        law: the law.
        amounts: ``(points,)``, above 0, rising.
        root: ``(rows, rows)``: root of the rows' precision; rows are points, but for ``shapes``.
        responses: ``(draws, rows)``.
        level: ``(draws,)``: the limit, where it is held; ``None``: it is fitted.
        shapes: of every row, where rows are not just the points; may differ by draw.
        close: how closely the logarithm of the shape's parameter is found; ``None``: as closely as is of use.
    """
    smallest, largest = float(amounts[0]), float(amounts[-1])
    rotated, ones = responses @ root.T, root @ np.ones(root.shape[1])

    def plain(theta: Floats) -> Floats:
        return law.shape(amounts, theta[..., None], smallest)

    making = plain if shapes is None else shapes

    def at(theta: Floats) -> tuple[Floats, Floats, Floats]:
        return _linear(rotated, ones, making(theta) @ root.T, law.limited, level)

    draws = np.arange(len(responses))
    if not law.limited:
        best, gain, rss = (each[:, 0] for each in at(np.ones((1, 1))))
        return Solved(best, gain, np.full(len(draws), np.nan), rss)
    low, high = (math.log(end) for end in law.span(smallest, largest))
    many = int(len(responses) > _FEW)
    grid = np.linspace(low, high, _GRID[many])
    middle, half = grid[at(np.exp(grid)[None])[2].argmin(axis=1)], (high - low) / (len(grid) - 1)
    steps = np.linspace(-1, 1, _COUNT[many])
    while half > (_CLOSE[many] if close is None else close):
        tried = np.clip(middle[:, None] + half * steps, low, high)
        middle = tried[draws, at(np.exp(tried))[2].argmin(axis=1)]
        half *= 2 / (len(steps) - 1)
    levels, gains, rss = (each[:, 0] for each in at(np.exp(middle)[:, None]))
    return Solved(levels, gains, np.exp(middle), rss)


def kept_ends(grid: Floats, excess: Floats) -> tuple[float, float]:
    """The first and the last place of a grid at which a test does not reject.

    Args:
        grid: ``(places,)``, rising.
        excess: ``(places,)``: above 0 where the test rejects; somewhere it does not.

    Returns:
        Between two places as a straight line has it; -inf and inf where the grid's ends are not rejected.
    """
    kept = np.flatnonzero(excess <= 0)
    first, last = int(kept[0]), int(kept[-1])

    def turn(left: int) -> float:
        share = excess[left] / (excess[left] - excess[left + 1])
        return float(grid[left] + share * (grid[left + 1] - grid[left]))

    return (turn(first - 1) if first else -math.inf), (turn(last) if last < len(grid) - 1 else math.inf)


def squares_at(law: Law, points: Points, thetas: Floats) -> Floats:
    """``(thetas,)``: sums of squares of the points at each value of the shape's parameter."""
    rotated, ones = (points.root @ points.means)[None], points.root @ np.ones(len(points.means))
    shape = law.shape(points.amounts, thetas[:, None], float(points.amounts[0]))
    rss: Floats = _linear(rotated, ones, (shape @ points.root.T)[None], law.limited, None)[2][0]
    return rss


def _linear(
    rotated: Floats, ones: Floats, shape: Floats, limited: bool, level: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Level, gain and sum of squares, each ``(draws, thetas)``, of ``level * ones - gain * shape``."""
    uu = float(ones @ ones)
    uh, hh = shape @ ones, np.maximum((shape**2).sum(axis=2), 1e-300)
    uy = (rotated @ ones)[:, None]
    hy = _crossed(rotated, shape)

    def squares(levels: Floats, gains: Floats) -> Floats:
        if len(shape) < len(rotated):
            # many responses on one grid: from sums alone, close enough to choose the place to look at
            yy = (rotated**2).sum(axis=1)[:, None]
            crossed = 2 * gains * hy - 2 * levels * uy - 2 * levels * gains * uh
            return np.asarray(yy + crossed + levels**2 * uu + gains**2 * hh)
        left = rotated[:, None] - levels[..., None] * ones + gains[..., None] * shape
        return np.asarray(np.einsum("ntp,ntp->nt", left, left))

    if level is not None:
        held = np.broadcast_to(level[:, None], np.broadcast_shapes(hy.shape, uh.shape))
        gains = np.clip((held * uh - hy) / hh, 0, held)
        return held, gains, squares(held, gains)
    apart = shape - (uh / uu)[..., None] * ones
    gains = -_crossed(rotated, apart) / np.maximum((apart**2).sum(axis=2), 1e-28 * hh)
    levels = (uy + gains * uh) / uu
    if not limited:
        return levels, gains, squares(levels, gains)
    outside = (levels > FULL) | (gains < 0) | (gains > levels)
    if not outside.any():
        return levels, gains, squares(levels, gains)
    found = (levels, gains, np.where(outside, np.inf, squares(levels, gains)))
    at_full = np.clip((FULL * uh - hy) / hh, 0, FULL)
    no_gain = np.broadcast_to(np.clip(uy / uu, 0, FULL), at_full.shape)
    from_zero = np.clip((uy - hy) / np.maximum(uu - 2 * uh + hh, 1e-300), 0, FULL)
    sides = (
        (np.full_like(at_full, FULL), at_full),
        (no_gain, np.zeros_like(at_full)),
        (from_zero, from_zero),
    )
    for levels, gains in sides:
        rss = squares(levels, gains)
        better = outside & (rss < found[2])
        found = (
            np.where(better, levels, found[0]),
            np.where(better, gains, found[1]),
            np.where(better, rss, found[2]),
        )
    return found


def _crossed(rotated: Floats, shape: Floats) -> Floats:
    """``(draws, thetas)``: sums of products of each response with each shape."""
    if len(shape) == 1:
        return np.asarray(rotated @ shape[0].T)
    return np.asarray(np.einsum("np,ntp->nt", rotated, shape))


def fit_law(
    law: str, amounts: Floats, table: Floats, weights: Floats | None = None, huber: float | None = None
) -> LawFit:
    """A law fitted to a table of scores by least squares.

    Args:
        law: a name of ``LAWS``.
        amounts: ``(points,)``; rows of 0 are left out (0 has no logarithm).
        table: ``(points, seeds)`` or ``(points,)``, 0 to 100; NaN: missing. Every seed has its own level.
        weights: ``(points,)``: one over the seed variance of a score there; ``None``: all alike.
        huber: a point whose residual passes so many of the residuals' own standard deviations (by their
            median) counts by its distance, not by its square; 1.345 is usual. ``None``: least squares.

    Raises:
        UnknownNameError: no such law.
        StiltwalkError: shapes do not fit; fewer different amounts than the law has parameters; no two seeds
            share a point.
    """
    if law not in LAWS:
        raise unknown_name("law", law, LAWS)
    found = _above_zero(amounts, table, weights)
    wanted, there = len(LAWS[law].parameters), len(np.unique(found.amounts))
    if there < wanted or not found.linked:
        raise StiltwalkError(
            f"The {law} law has {wanted} parameters and needs scores at as many different amounts above 0, "
            f"of seeds that share some; found {there}."
        )
    if huber is not None:
        found = _reweighted(LAWS[law], found, huber)
    return fit_points(LAWS[law], found)


def _above_zero(amounts: Floats, table: Floats, weights: Floats | None) -> Points:
    x, y, w = _checked(amounts, table, weights)
    return condensed(x[x > 0], y[x > 0], w[x > 0])


def fit_points(law: Law, points: Points) -> LawFit:
    """A law fitted to points that do for it (see ``fit_law``)."""
    found = solved(law, points.amounts, points.root, points.means[None])
    level, gain, theta = (float(each[0]) for each in found[:3])
    smallest = float(points.amounts[0])
    return LawFit(
        law.name,
        tuple(float(amount) for amount in np.unique(points.amounts)),
        law.natural(level, gain, theta, smallest),
        level,
        gain,
        theta,
        points.within + float(found.rss[0]),
        points.n,
        len(law.parameters) + max(points.seeds - 1, 0) + 1,
        _bounds_hit(law, points.amounts, level, gain, theta),
    )


def _bounds_hit(law: Law, amounts: Floats, level: float, gain: float, theta: float) -> tuple[str, ...]:
    if not law.limited:
        return ()
    low, high = law.span(float(amounts[0]), float(amounts[-1]))
    hit = {
        "the limit is 100": level >= FULL - _ON,
        "there is no gain": gain <= _ON,
        "the score starts at 0": level - gain <= _ON,
        f"{law.parameters[-1]} is the lowest looked at": theta <= low * (1 + _ON),
        f"{law.parameters[-1]} is the highest looked at": theta >= high * (1 - _ON),
    }
    return tuple(words for words, on in hit.items() if on)


def _reweighted(law: Law, points: Points, huber: float) -> Points:
    """``points``, with those far from the law counting less (Huber's weights, by iterated reweighting)."""
    plain = points.root.copy()
    current = points
    last = np.full(len(points.means), np.inf)
    for _ in range(100):
        fit = fit_points(law, current)
        left = plain @ (points.means - fit.predict(points.amounts))
        # the median of the absolute residuals of a normal law is 0.6745 standard deviations
        scale = float(np.median(np.abs(left))) / 0.6745
        far = np.abs(left) / scale if scale > 0 else np.zeros(len(left))
        share = np.minimum(1.0, huber / np.maximum(far, huber))
        current = points._replace(root=np.sqrt(share)[:, None] * plain)
        if np.max(np.abs(left - last)) < 1e-9:
            break
        last = left
    return current
