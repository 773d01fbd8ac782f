"""Proofs of fits: which law, its limit and D90, exchange rates, critical batches, laws in two variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate
from stiltwalk.analyse.fits.critical_batch import combined_noise, critical_batch
from stiltwalk.analyse.fits.derived import Derived, derived
from stiltwalk.analyse.fits.joint import choose_joint, interaction
from stiltwalk.analyse.fits.law_choice import choose_law
from stiltwalk.analyse.fits.limits import over_laws
from stiltwalk.analyse.fits.rates import exchange_rate
from trust.measures import Measure, Proof, Values
from trust.simulator import HEAVY, TRUE, UNEVEN, Floats, World, unit_noise

AMOUNTS: Final = np.array([1000.0, 4000.0, 16000.0, 64000.0, 128000.0, 196351.0, 392702.0])
"""The seven of the data-saturation study's MNLI."""

SEEDS: Final = 5
SURE: Final = 0.9
"""Akaike weight from which a law is believed."""

NO_NONE: Final = (TRUE, HEAVY, UNEVEN)
"""Worlds that differ where no baseline is compared."""


class Curve(NamedTuple):
    """A true law with its parameters.

    Attributes:
        law: its name.
        scores: ``(points,)`` at ``AMOUNTS``.
        start: the score of ``none``.
        limit: the score that more data comes to; inf: none.
        d90: examples at which 90 % of the way from ``start`` to the limit is reached; inf: none.
    """

    law: str
    scores: Floats
    start: float
    limit: float
    d90: float


def curve(law: str, rng: np.random.Generator) -> Curve:
    """A law with plausible parameters: 5 to 15 points from the smallest amount to the last, or the limit."""
    low = rng.uniform(52, 60)
    rise = rng.uniform(5, 15)
    if law == "log-linear":
        slope = rise / np.log(AMOUNTS[-1] / AMOUNTS[0])
        return Curve(law, low + slope * np.log(AMOUNTS / AMOUNTS[0]), low - slope, np.inf, np.inf)
    limit = low + rise
    start = low - 2.0
    # 90 % of the way from none: so much of the law's own way to the limit is still to go
    remains = 0.1 * (limit - start) / rise
    if law == "power":
        exponent = rng.uniform(0.25, 0.9)
        left, at = (AMOUNTS / AMOUNTS[0]) ** -exponent, AMOUNTS[0] * remains ** (-1 / exponent)
    elif law == "exponential":
        scale = np.exp(rng.uniform(np.log(4e3), np.log(1e5)))
        left, at = np.exp(-AMOUNTS / scale), -scale * np.log(remains)
    else:
        half = np.exp(rng.uniform(np.log(2e3), np.log(5e4)))
        left, at = half / (AMOUNTS + half), half * (1 / remains - 1)
    return Curve(law, limit - rise * left, start, limit, float(at))


def runs(means: Floats, seeds: int, sd: float, world: World, rng: np.random.Generator) -> Floats:
    """``(points, seeds)``: runs around the means, seeds as blocks of their own."""
    own = np.exp(rng.normal(0.0, world.uneven, (len(means), 1))) if world.uneven else 1.0
    varied = sd * own * unit_noise(world, rng, (len(means), seeds))
    return np.asarray(means[:, None] + rng.normal(0.0, 1.0, (1, seeds)) + varied)


LAWS: Final = ("log-linear", "power", "exponential", "michaelis-menten")


def _law_choice(world: World, rng: np.random.Generator) -> Values:
    """A law drawn evenly, noise of 0.3 to 1 point, the choice by AICc; counted where a law is believed."""
    truth = curve(str(rng.choice(LAWS)), rng)
    found = choose_law(AMOUNTS, runs(truth.scores, SEEDS, rng.uniform(0.3, 1.0), world, rng))
    if found.reason:
        return {}
    weight = max(found.weights)
    right = float(found.best == truth.law)
    sure = weight >= SURE
    values = {"believed": float(sure), "right": right if sure else np.nan, "best right": right}
    return values | {f"right {law}": right for law in (truth.law,) if sure}


def _known(law: str) -> Callable[[World, np.random.Generator], Values]:
    """Limit and D90 of a law that is known to be the true one."""

    def study(world: World, rng: np.random.Generator) -> Values:
        truth = curve(law, rng)
        table = runs(np.append(truth.scores, truth.start), SEEDS, 0.5, world, rng)
        return _implied(derived(AMOUNTS, table[:-1], law, table[-1]), truth)

    return study


def _chosen(law: str) -> Callable[[World, np.random.Generator], Values]:
    """The same where the law is chosen on the same rows: of all laws in play, and of the best one alone."""

    def study(world: World, rng: np.random.Generator) -> Values:
        truth = curve(law, rng)
        table = runs(np.append(truth.scores, truth.start), SEEDS, 0.5, world, rng)
        points, anchor = table[:-1], table[-1]
        choice = choose_law(AMOUNTS, points)
        if choice.reason:
            return {}
        alone = _implied(derived(AMOUNTS, points, choice.best, anchor), truth)
        values = _implied(over_laws(choice, AMOUNTS, points, anchor), truth)
        return {**values, "limit alone": alone.get("limit", np.nan), "d90 alone": alone.get("d90", np.nan)}

    return study


def _implied(found: Derived, truth: Curve) -> Values:
    if found.reason:
        return {}
    return {
        "limit": _holds(found.limit, truth.limit),
        "d90": _holds(found.amount, truth.d90),
        "plateau": float(found.plateau),
    }


def _holds(found: Estimate, truth: float) -> float:
    """1 where the interval holds the truth; what is unbounded to one side holds all of it."""
    if np.isinf(truth):
        return float(found.high == np.inf)
    return float(found.low <= truth <= found.high)


def _exchange(s_d: float) -> Callable[[World, np.random.Generator], Values]:
    """The exchange rate from two slopes: of parameters with 4 degrees of freedom, of data with 24."""

    def study(world: World, rng: np.random.Generator) -> Values:
        s_n = 1.0
        by_size = _slope(s_n, 0.25, 4, world, rng)
        by_data = _slope(s_d, 0.12, 24, world, rng)
        found = exchange_rate(by_size, by_data)
        return {"coverage": _holds(found.doublings, s_n / s_d), "unbounded": float(bool(found.open))}

    return study


def _slope(truth: float, se: float, df: int, world: World, rng: np.random.Generator) -> Estimate:
    """An estimate of ``truth`` as df + 1 draws make it."""
    draws = truth + se * np.sqrt(df + 1) * unit_noise(world, rng, (df + 1,))
    return estimate(float(draws.mean()), float(draws.std(ddof=1)) / np.sqrt(df + 1), df)


BATCHES: Final = np.array([8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0])


def _critical(world: World, rng: np.random.Generator) -> Values:
    """Steps to a score along the trade-off's curve, off by 10 % in each run."""
    truth = float(np.exp(rng.uniform(np.log(24), np.log(300))))
    steps = np.log(200 * (1 + truth / BATCHES))
    own = np.exp(rng.normal(0.0, world.uneven, (len(BATCHES), 1))) if world.uneven else 1.0
    off = 0.1 * own * unit_noise(world, rng, (len(BATCHES), SEEDS)) + rng.normal(0, 0.1, (1, SEEDS))
    found = critical_batch(BATCHES, np.exp(steps[:, None] + off))
    return {} if found.reason else {"coverage": _holds(found.batch, truth)}


def _noise_scale(world: World, rng: np.random.Generator) -> Values:
    """Noise scales of five seeds around a true one, off by a factor of about 1.5."""
    found = combined_noise(list(64 * np.exp(0.4 * unit_noise(world, rng, (SEEDS,)))))
    return {} if found.reason else {"coverage": _holds(found.scale, 64.0)}


SIZES: Final = np.array([21e6, 85e6, 151e6, 302e6, 1.2e9, 2.8e9, 5.5e9, 9.7e9])


def _encoders(amounts: int) -> NDArray[np.str_]:
    """``(rows,)``: names of encoders, each at so many amounts in turn."""
    return np.repeat([f"e{at}" for at in range(len(SIZES))], amounts)


def _grid(
    rng: np.random.Generator, world: World, law: str, gamma: float
) -> tuple[Floats, Floats, Floats, NDArray[np.str_]]:
    """Rows of encoders and amounts under a joint law; each encoder is off it by something of its own."""
    amounts = AMOUNTS[[0, 1, 2, 3, 6]]
    size, amount = (each.ravel() for each in np.meshgrid(SIZES, amounts, indexing="ij"))
    n, d = size / 300e6, amount / 16e3
    floor, alpha, beta = rng.uniform(8, 15), rng.uniform(0.15, 0.35), rng.uniform(0.15, 0.35)
    if law == "additive":
        error = floor + 10 * n**-alpha + 10 * d**-beta
    else:
        error = floor + 18 * np.exp(-alpha * np.log(n) - beta * np.log(d) + gamma * np.log(n) * np.log(d))
    noise = 0.25 * unit_noise(world, rng, size.shape)
    return (
        size,
        amount,
        100 - error + noise,
        _encoders(len(amounts)),
    )


JOINT: Final = ("multiplicative", "additive", "interaction")


def _joint_choice(world: World, rng: np.random.Generator) -> Values:
    """A joint law drawn evenly among three, the choice by AICc."""
    law = str(rng.choice(JOINT))
    gamma = float(rng.choice([-0.06, 0.06])) if law == "interaction" else 0.0
    size, amount, scores, encoders = _grid(rng, world, law, gamma)
    found = choose_joint(size, amount, scores, encoders)
    if found.reason:
        return {}
    sure = max(found.weights) >= SURE
    return {"believed": float(sure), "right": float(found.best == law) if sure else np.nan}


def _interaction(world: World, rng: np.random.Generator) -> Values:
    """Eight encoders whose returns to data differ by chance, and not by size."""
    amounts = AMOUNTS[[0, 1, 2, 3, 6]]
    size, amount = (each.ravel() for each in np.meshgrid(SIZES, amounts, indexing="ij"))
    exponents = np.repeat(0.25 + 0.03 * unit_noise(world, rng, (len(SIZES),)), len(amounts))
    levels = np.repeat(0.05 * unit_noise(world, rng, (len(SIZES),)), len(amounts))
    floor = 10.0
    error = floor + 18 * np.exp(levels - 0.25 * np.log(size / 300e6) - exponents * np.log(amount / 16e3))
    scores = 100 - error + 0.1 * unit_noise(world, rng, size.shape)
    names = _encoders(len(amounts))
    found = interaction(size, amount, scores, names, floor=floor)
    if found.reason:
        return {}
    return {"coverage": _holds(found.gamma, 0.0), "null": float(found.gamma.p <= 1 - CONFIDENCE)}


def _coverage(name: str, says: str) -> Measure:
    return Measure(name, f"95 % intervals that hold the true {says}", "coverage", CONFIDENCE)


_D90: Final = (
    _coverage("limit", "limit"),
    _coverage("d90", "D90"),
    Measure("plateau", "limits whose interval has an upper end", "shown"),
)
_CURVES: Final = "7 amounts from 1,000 to 392,702, 5 seeds, noise of 0.5 points"

PROOFS: Final = (
    Proof(
        "fits/law",
        "7 amounts, 5 seeds, noise of 0.3 to 1 point; one of four laws is true, each as often",
        (
            Measure("right", f"laws of a weight of {SURE} or more that are right", "at least", SURE),
            *(Measure(f"right {law}", f"of these where {law} is true", "shown") for law in LAWS),
            Measure("believed", f"studies in which some law has a weight of {SURE} or more", "shown"),
            Measure("best right", "best laws that are right, whatever their weight", "shown"),
        ),
        _law_choice,
        worlds=NO_NONE,
    ),
    *(
        Proof(
            f"fits/limit-{law}",
            f"{_CURVES}; {law} is true, and known to be",
            _D90,
            _known(law),
            worlds=NO_NONE,
        )
        for law in LAWS[1:]
    ),
    *(
        Proof(
            f"fits/limit-{law}-chosen",
            f"{_CURVES}; {law} is true, and laws are chosen on the same rows",
            (
                _coverage("limit", "limit, by all laws in play"),
                _coverage("d90", "D90, by all laws in play"),
                Measure("limit alone", "limits held by the best law alone", "shown"),
                Measure("d90 alone", "D90 held by the best law alone", "shown"),
                Measure("plateau", "limits whose interval has an upper end", "shown"),
            ),
            _chosen(law),
            worlds=NO_NONE,
        )
        for law in LAWS[1:]
    ),
    Proof(
        "fits/exchange",
        "1 point per doubling of parameters (4 degrees of freedom, se 0.25), 0.5 of data (24, se 0.12)",
        (_coverage("coverage", "exchange rate"), Measure("unbounded", "intervals without an end", "shown")),
        _exchange(0.5),
        worlds=(TRUE, HEAVY),
    ),
    Proof(
        "fits/exchange-weak",
        "the same with 0.15 points per doubling of data, hardly told from 0",
        (_coverage("coverage", "exchange rate"), Measure("unbounded", "intervals without an end", "shown")),
        _exchange(0.15),
        worlds=(TRUE, HEAVY),
    ),
    Proof(
        "fits/critical-batch",
        "8 batch sizes from 8 to 1,024, 5 seeds, steps to a score off by 10 %; true critical batch 24 to 300",
        (_coverage("coverage", "critical batch"),),
        _critical,
        worlds=NO_NONE,
    ),
    Proof(
        "fits/noise-scale",
        "noise scales of 5 seeds, off by a factor of 1.5 either way",
        (_coverage("coverage", "noise scale"),),
        _noise_scale,
        worlds=(TRUE, HEAVY),
    ),
    Proof(
        "fits/joint",
        "8 encoders, 5 amounts, noise of 0.25 points; one of three joint laws is true, each as often",
        (
            Measure("right", f"laws of a weight of {SURE} or more that are right", "at least", SURE),
            Measure("believed", f"studies in which some law has a weight of {SURE} or more", "shown"),
        ),
        _joint_choice,
        worlds=(TRUE, HEAVY),
    ),
    Proof(
        "fits/interaction",
        "8 encoders, 5 amounts; returns to data differ between encoders by chance, not with size",
        (
            _coverage("coverage", "interaction of size and data"),
            Measure("null", "no true interaction, yet one found at 5 %", "false positives", 1 - CONFIDENCE),
        ),
        _interaction,
        worlds=(TRUE, HEAVY),
    ),
)
