"""Proofs of decisions about arms and sizes: any gain, the best arm, size, more data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import numpy as np

from stiltwalk.analyse.decisions.gain import GAIN, LOSS, MIXED, NO_GAIN, decide_gain
from stiltwalk.analyse.decisions.one_curve import DIMINISHING, SATURATED
from stiltwalk.analyse.decisions.saturation import decide_saturation
from stiltwalk.analyse.decisions.size import FLAT, GROWS, SHRINKS, decide_size
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.verdicts import Number, Verdict
from trust.evidences import SIZES, Setting, evidence_of, setting
from trust.measures import Measure, Proof, Values
from trust.simulator import (
    COMPLETE,
    HEAVY,
    TRUE,
    UNEVEN,
    Floats,
    Holes,
    Noise,
    World,
    drawn,
    lost,
    unit_noise,
)

ALPHA: Final = 1 - CONFIDENCE
MARGIN: Final = 0.5
FINE: Final = Noise(model=0.12, target=0.15, language=0.2, items=20_000)
"""So little noise that an error at the margin is not hidden by intervals wider than the margin."""

THREE: Final = (TRUE, HEAVY, UNEVEN)
"""Worlds in which the baseline varies as any arm does."""

Study = Callable[[World, np.random.Generator], Values]

ARMS: Final = ("squad", "hellaswag", "cosmosqa", "commonsenseqa")
TARGETS: Final = ("xnli", "udpos", "tydiqa", "tatoeba")


def holds(found: Number, truth: float) -> float:
    """1 where the number's interval holds the truth; NaN where nothing bounds it."""
    if np.isinf(found.low) and np.isinf(found.high):
        return float("nan")
    return float(found.low <= truth <= found.high)


def numbers(verdict: Verdict, name: str, note: str = "") -> list[Number]:
    """The verdict's numbers called ``name`` whose note begins with ``note``."""
    return [each for each in verdict.numbers if each.name == name and each.note.startswith(note)]


def base_of(where: Setting) -> Floats:
    """``(cells,)``: what ``none`` truly scores."""
    return np.random.default_rng(8).uniform(50, 70, len(where.grid.targets))


@cache
def _gain_setting() -> Setting:
    return setting(
        {
            "intermediate": list(ARMS),
            "targets": list(TARGETS),
            "seeds": 5,
            "analysis": {"decision": "gain", "margin": MARGIN},
        },
        retrieval=("tatoeba",),
    )


def _gain(gains: Sequence[float], holes: Holes = COMPLETE, noise: Noise | None = None) -> Study:
    """Four arms of these true gains, the same in every cell."""

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _gain_setting()
        truth = base_of(where) + np.array([0.0, *gains])[:, None]
        gone = None if holes == COMPLETE else lost(where.grid, holes, rng)
        verdict = decide_gain(evidence_of(where, drawn(where.grid, truth[None], world, rng, noise), gone))
        # of every arm the first is the one that is judged
        first = {each.of.rpartition(" ")[2]: each for each in reversed(numbers(verdict, "gain"))}
        found = [(first[arm], truly) for arm, truly in zip(ARMS, gains, strict=True)]
        wrong = [each.p <= ALPHA and (not truly or (each.value > 0) != (truly > 0)) for each, truly in found]
        right = [each.p <= ALPHA for each, truly in found if truly]
        held = [holds(each, truly) for each, truly in found]
        naive = numbers(verdict, "best arm per target, naive")
        fitted = numbers(verdict, "best arm per target, cross-fitted")
        equal = len(set(gains)) == 1 and bool(naive)
        return {
            "wrong": float(any(wrong)),
            "found": float(np.mean(right)) if right else np.nan,
            "coverage": float(np.nanmean(held)) if not np.isnan(held).all() else np.nan,
            "answer": float(verdict.answer in {GAIN, LOSS, MIXED}),
            "no gain": float(verdict.answer == NO_GAIN),
            "naive": naive[0].value - gains[0] if equal else np.nan,
            "fitted": fitted[0].value - gains[0] if equal else np.nan,
            "fitted coverage": holds(fitted[0], gains[0]) if equal else np.nan,
        }

    return study


@cache
def _size_setting(encoders: int) -> Setting:
    return setting(
        {
            "intermediate": ["mnli", "squad"],
            "targets": ["xnli", "pawsx"],
            "seeds": 3,
            "analysis": {"decision": "size", "margin": MARGIN},
        },
        encoders=list(SIZES)[:encoders],
    )


def over_sizes(
    where: Setting, change: float, scatter: float, world: World, rng: np.random.Generator
) -> Floats:
    """``(encoders,)``: numbers that change by ``change`` over the ladder, each off by something of its own.

    Where arms vary unequally, encoders do too.
    """
    logs = np.log2([SIZES[name][1] for name in where.grid.encoders])
    own = np.exp(rng.normal(0.0, world.uneven, len(logs))) if world.uneven else 1.0
    line = change * (logs - logs.min()) / (logs.max() - logs.min())
    return np.asarray(line + scatter * own * unit_noise(world, rng, (len(logs),)))


def _size(change: float, scatter: float, noise: Noise | None = None) -> Study:
    """Nine encoders of two families; the gain changes by so much from the smallest to the largest."""

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _size_setting(len(SIZES))
        gains = 2.0 + over_sizes(where, change, scatter, world, rng)
        truth = np.tile(base_of(where), (len(SIZES), 3, 1))
        truth[:, 1:] += gains[:, None, None]
        verdict = decide_size(evidence_of(where, drawn(where.grid, truth, world, rng, noise)))
        slope = numbers(verdict, "slope of the gain", "headline, mean over arms")[0]
        logs = np.log2([size for _, size in SIZES.values()])
        return {
            "coverage": holds(slope, change / (logs.max() - logs.min())),
            "changes": float(slope.p <= ALPHA),
            "answer": float(verdict.answer in {GROWS, SHRINKS}),
            "flat": float(verdict.answer == FLAT),
        }

    return study


AMOUNTS: Final = (1000, 4000, 16000, 64000, 128000, 196351, 392702)


DRAWN: Final = (1000, 4000, 16000, 64000, 128000)


@cache
def _saturation_setting(draws: int) -> Setting:
    subsets = {"subset": list(range(draws))} if draws > 1 else {}
    return setting(
        {
            "intermediate": [{"task": "snli", "name": "snli", "training": {"steps": 2000}}],
            "axes": {"examples": list(AMOUNTS if draws == 1 else DRAWN), **subsets},
            "targets": list(TARGETS),
            "seeds": 5,
            "analysis": {"decision": "saturation", "margin": MARGIN},
        },
        retrieval=("tatoeba",),
    )


def _saturation(curve: Callable[[Floats], Floats], noise: Noise | None = None, draws: int = 1) -> Study:
    """One encoder, seven amounts; ``curve`` says what they truly gain.

    With several draws of the data there are five amounts, and each draw varies as an intermediate seed does.
    """
    amounts = AMOUNTS if draws == 1 else DRAWN
    gains = curve(np.array(amounts, dtype=float))
    doublings = np.log2(amounts)
    slope, bend = np.polyfit(doublings, gains, 1)[0], np.polyfit(doublings, gains, 2)[0]

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _saturation_setting(draws)
        at = [amounts.index(where.amounts[arm]) for arm in where.grid.arms[1:]]
        truth = base_of(where) + np.array([0.0, *gains[at]])[:, None]
        verdict = decide_saturation(evidence_of(where, drawn(where.grid, truth[None], world, rng, noise)))
        true = {
            "last doubling": gains[-1] - gains[-2],
            "gain at the largest amount": gains[-1],
            "slope": slope,
            "bend": bend,
        }
        values: dict[str, float] = {
            name: holds(numbers(verdict, name)[0], float(value)) for name, value in true.items()
        }
        values |= {answer: float(verdict.answer == answer) for answer in (SATURATED, DIMINISHING)}
        return values | {"bend found": float(numbers(verdict, "bend")[0].p <= ALPHA)}

    return study


def coverage(name: str, says: str) -> Measure:
    """A measure of intervals."""
    return Measure(name, f"95 % intervals that hold the true {says}", "coverage", CONFIDENCE)


def _straight(per_doubling: float) -> Callable[[Floats], Floats]:
    return lambda amounts: 1.0 + per_doubling * np.log2(amounts / amounts[0])


def _bent(amounts: Floats) -> Floats:
    return np.asarray(8.0 * (1 - np.exp(-amounts / 30_000)))


_FOUR: Final = "none and 4 arms, 5 seeds, 4 targets in 4 languages"
_NINE: Final = "9 encoders of two families, 2 arms, 3 seeds"
_WHERE: Final = "4 targets in 4 languages"
_SEVEN: Final = f"7 amounts, 5 seeds, {_WHERE}"

PROOFS: Final = (
    Proof(
        "decide/gain-none",
        f"{_FOUR}; no arm truly gains",
        (
            Measure("answer", "a gain or a loss declared", "at most", ALPHA),
            coverage("coverage", "gain"),
            Measure("naive", "best arm per target, chosen and judged on the same seeds: bias", "points"),
            Measure("fitted", "best arm per target, cross-fitted: bias", "bias", 0.0),
            coverage("fitted coverage", "gain of the cross-fitted best"),
        ),
        _gain((0.0, 0.0, 0.0, 0.0)),
    ),
    Proof(
        "decide/gain-some",
        f"{_FOUR}, 10 % missing and 10 % collapsed; two arms truly gain 2 points, two nothing",
        (
            Measure("wrong", "an arm that gains nothing declared to gain or lose", "at most", ALPHA),
            coverage("coverage", "gain"),
            Measure("found", "true gains of 2 points declared", "shown"),
        ),
        _gain((2.0, 0.0, 2.0, 0.0), Holes(0.1, 0.1)),
    ),
    Proof(
        "decide/gain-margin",
        f"{_FOUR}, little noise; every arm truly gains the margin of {MARGIN} points",
        (Measure("no gain", "declared that no arm gains the margin", "at most", ALPHA),),
        _gain((MARGIN,) * 4, noise=FINE),
        worlds=THREE,
    ),
    Proof(
        "decide/size-none",
        f"{_NINE}, whose gains scatter by 0.5 points and do not change with size",
        (
            coverage("coverage", "slope"),
            Measure("changes", "a slope found at 5 %", "false positives", ALPHA),
            Measure("answer", "declared to grow or shrink", "at most", ALPHA),
        ),
        _size(0.0, 0.5),
        worlds=THREE,
    ),
    Proof(
        "decide/size-margin",
        f"{_NINE}, little scatter; the gain changes over the ladder by the margin of {MARGIN} points",
        (
            Measure("flat", "declared not to change within the margin", "false positives", ALPHA),
            coverage("coverage", "slope"),
        ),
        _size(MARGIN, 0.05, FINE),
        worlds=(TRUE, UNEVEN),
    ),
    Proof(
        "decide/size-some",
        f"{_NINE}, gains scatter by 0.5 points and grow by 3 over the ladder",
        (Measure("answer", "declared to grow or shrink", "shown"),),
        _size(3.0, 0.5),
        worlds=(TRUE,),
    ),
    Proof(
        "decide/saturation-straight",
        f"{_SEVEN}; 0.6 points per doubling, without a bend",
        (
            coverage("last doubling", "last doubling"),
            coverage("gain at the largest amount", "gain at the largest amount"),
            coverage("slope", "slope"),
            coverage("bend", "bend"),
            Measure("bend found", "a bend found at 5 %", "false positives", ALPHA),
            Measure(DIMINISHING, "declared diminishing", "at most", ALPHA / 2),
        ),
        _saturation(_straight(0.6)),
    ),
    Proof(
        "decide/saturation-draws",
        f"5 amounts, 2 draws of each, 5 seeds, {_WHERE}; 0.6 points per doubling, without a bend",
        (
            coverage("last doubling", "last doubling"),
            coverage("gain at the largest amount", "gain at the largest amount"),
            coverage("bend", "bend"),
        ),
        _saturation(_straight(0.6), draws=2),
        worlds=(TRUE, UNEVEN),
    ),
    Proof(
        "decide/saturation-margin",
        f"{_SEVEN}, little noise; the last doubling brings the margin of {MARGIN} points",
        (Measure(SATURATED, "declared saturated", "false positives", ALPHA),),
        _saturation(_straight(MARGIN), FINE),
        worlds=THREE,
    ),
    Proof(
        "decide/saturation-bent",
        f"{_SEVEN}, little noise; an exponential curve that comes to rest",
        (
            coverage("last doubling", "last doubling"),
            coverage("bend", "bend"),
            Measure("bend found", "a bend found at 5 %", "shown"),
            Measure(SATURATED, "declared saturated", "shown"),
            Measure(DIMINISHING, "declared diminishing", "shown"),
        ),
        _saturation(_bent, FINE),
        worlds=(TRUE,),
    ),
)
