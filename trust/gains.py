"""Proofs of gains: over cells, targets and all, complete and with what is lost, alone and in families."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.comparing import View, cells_of, compared
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, p_below, p_equivalent
from stiltwalk.analyse.responses import Bools, Responses, responses
from stiltwalk.spec.arms import NONE_ARM
from trust.measures import Measure, Proof, Values
from trust.simulator import COMPLETE, Floats, Frames, Grid, Holes, Noise, World, drawn, grid, lost

ALPHA: Final = 1 - CONFIDENCE

TARGETS: Final = ("xnli", "udpos", "tydiqa", "tatoeba")
LANGUAGES: Final = ("en", "de", "ru", "sw", "zh")
MARGIN: Final = 0.5
"""Points within which a difference counts as none, in these proofs."""


class Design(NamedTuple):
    """Arms and what they truly gain.

    Attributes:
        arms: names, without ``none``.
        seeds: how many.
        gains: true gain of each arm, the same in every cell but for ``scatter``.
        scatter: standard deviation in points of true gains between cells, drawn once.
    """

    arms: tuple[str, ...]
    seeds: int
    gains: tuple[float, ...]
    scatter: float = 1.5


USUAL: Final = Design(("a", "b", "c", "d"), 5, (0.0, 1.0, -0.5, 2.0))
SMALL: Final = Design(("a",), 3, (0.0,))
SIX: Final = Design(("a",), 6, (0.0,))
WIDE: Final = Design(tuple("abcdefghi"), 3, (0.0, 0.5, 1.0, 1.5, 2.0, -0.5, -1.0, 3.0, 4.0))


class Layout(NamedTuple):
    """A design as a grid.

    Attributes:
        grid: its cells.
        frames: makes its frames.
        truth: ``(1, arms, cells)``, 0 to 100.
    """

    grid: Grid
    frames: Frames
    truth: Floats


@lru_cache
def laid_out(design: Design) -> Layout:
    """The grid of a design, the same in every study: only runs are drawn."""
    where = grid(design.arms, design.seeds, TARGETS, LANGUAGES)
    rng = np.random.default_rng(8)
    base = rng.uniform(50, 75, len(where.targets))
    gains = np.zeros((len(where.arms), len(where.targets)))
    for place, gain in enumerate(design.gains, start=1):
        varied = rng.normal(0.0, design.scatter, len(where.targets)) if gain else 0.0
        gains[place] = gain + varied
    return Layout(where, Frames(where, retrieval=("tatoeba",)), (base + gains)[None])


def studied(
    design: Design,
    world: World,
    rng: np.random.Generator,
    holes: Holes = COMPLETE,
    noise: Noise | None = None,
) -> Responses:
    """The responses of one simulated study."""
    layout = laid_out(design)
    gone = None if holes == COMPLETE else lost(layout.grid, holes, rng)
    scores = drawn(layout.grid, layout.truth, world, rng, noise)
    return responses(layout.frames.of(scores, gone))[0]


def true_gain(design: Design, found: Responses, arm: str, cells: Bools) -> float:
    """What ``arm`` truly gains over ``cells``, averaged as the package averages."""
    layout = laid_out(design)
    places = {
        cell: at for at, cell in enumerate(zip(layout.grid.targets, layout.grid.languages, strict=True))
    }
    truth = layout.truth[0]
    by_target: dict[str, list[float]] = {}
    for target, language, taken in zip(found.targets, found.languages, cells, strict=True):
        if taken:
            at = places[target, language]
            by_target.setdefault(target, []).append(
                float(truth[layout.grid.arms.index(arm), at] - truth[0, at])
            )
    return float(np.mean([np.mean(each) for each in by_target.values()]))


def _covered(found: Estimate, truth: float) -> float:
    """1 where the interval holds the truth, 0 where not, NaN where there is none."""
    return float(found.low <= truth <= found.high) if found.df > 0 else np.nan


def over_cells(
    design: Design, chosen: Callable[[Responses, str], Bools], holes: Holes = COMPLETE
) -> Callable[[World, np.random.Generator], Values]:
    """A study in which each arm's gain over the chosen cells is asked for.

    It returns the share of intervals that hold the true gain; whether arm a, which gains nothing, is found to
    gain or lose; and whether the last arm is found to differ.
    """

    def study(world: World, rng: np.random.Generator) -> Values:
        found = studied(design, world, rng, holes)
        held: list[float] = []
        estimates: dict[str, Estimate] = {}
        for arm in design.arms:
            if arm not in found.arms:
                continue
            cells = chosen(found, arm)
            estimates[arm] = compared(found, {arm: 1.0, NONE_ARM: -1.0}, cells).estimate
            if cells.any():
                held.append(_covered(estimates[arm], true_gain(design, found, arm, cells)))
        known = [each for each in held if np.isfinite(each)]
        null, last = estimates.get("a"), estimates.get(design.arms[-1])
        return {
            "coverage": float(np.mean(known)) if known else np.nan,
            "null": float(null.p <= ALPHA) if null is not None and null.df > 0 else np.nan,
            "power": float(last.p <= ALPHA) if last is not None and last.df > 0 else np.nan,
        }

    return study


def everything(found: Responses, arm: str) -> Bools:
    """All zero-shot cells that the arm and the baseline have."""
    return cells_of(found, "zero-shot", (arm, NONE_ARM))


def one_target(found: Responses, arm: str) -> Bools:
    """The zero-shot cells of the first target."""
    here = np.array([target == TARGETS[0] for target in found.targets], dtype=bool)
    return np.asarray(everything(found, arm) & here)


def one_cell(found: Responses, arm: str) -> Bools:
    """The first target in its first language but English."""
    here = np.array([language == LANGUAGES[1] for language in found.languages], dtype=bool)
    return np.asarray(one_target(found, arm) & here)


def viewed(view: View) -> Callable[[Responses, str], Bools]:
    """The cells of one of the package's views."""
    return lambda found, arm: cells_of(found, view, (arm, NONE_ARM))


def _at_the_margin(world: World, rng: np.random.Generator) -> Values:
    """Arms whose true gain is the margin exactly: equivalence and non-inferiority are wrong to be found."""
    design = EDGE
    found = studied(design, world, rng, noise=FINE)
    values: dict[str, float] = {}
    for arm, name in zip(design.arms, ("below", "none", "above"), strict=True):
        estimate = compared(found, {arm: 1.0, NONE_ARM: -1.0}, everything(found, arm)).estimate
        values[f"equivalent {name}"] = float(p_equivalent(estimate, MARGIN) <= ALPHA)
        values[f"no better {name}"] = float(p_below(estimate, MARGIN) <= ALPHA)
    return values


FINE: Final = Noise(model=0.12, target=0.15, language=0.2, items=20_000)
"""So little noise that an error at the margin is not hidden by intervals wider than the margin."""

EDGE: Final = Design(("a", "b", "c"), 5, (-MARGIN, 0.0, MARGIN), scatter=0.0)

_COVERAGE: Final = Measure("coverage", "95 % intervals that hold the true gain", "coverage", CONFIDENCE)
_NULL: Final = Measure("null", "no true gain, yet one (or a loss) found at 5 %", "false positives", ALPHA)


def _power(points: str) -> Measure:
    return Measure("power", f"a true gain of {points} points found", "shown")


_USUAL: Final = "none and 4 arms, 5 seeds, 4 targets in 4 languages"

PROOFS: Final = (
    Proof(
        "gains/overall",
        f"{_USUAL}: gain over all targets",
        (_COVERAGE, _NULL, _power("about 2")),
        over_cells(USUAL, everything),
    ),
    Proof(
        "gains/target",
        f"{_USUAL}: gain on one target",
        (_COVERAGE, _NULL, _power("about 2")),
        over_cells(USUAL, one_target),
    ),
    Proof(
        "gains/cell",
        f"{_USUAL}: gain on one target in one language",
        (_COVERAGE, _NULL, _power("about 2")),
        over_cells(USUAL, one_cell),
    ),
    Proof(
        "gains/no-retrieval",
        f"{_USUAL}: headline gain without retrieval",
        (_COVERAGE, _NULL),
        over_cells(USUAL, viewed("headline-without-retrieval")),
    ),
    Proof(
        "gains/fewest",
        "none and one arm, 3 seeds, the least there can be: gain over all targets",
        (_COVERAGE, _NULL),
        over_cells(SMALL, everything),
    ),
    Proof(
        "gains/wide",
        "none and 9 arms, 3 seeds: gain over all targets",
        (_COVERAGE, _NULL, _power("about 4")),
        over_cells(WIDE, everything),
    ),
    Proof(
        "gains/lost",
        f"{_USUAL}; 10 % of runs missing at random, 10 % of intermediate trainings collapsed and left out",
        (_COVERAGE, _NULL, _power("about 2")),
        over_cells(USUAL, everything, Holes(0.1, 0.1)),
    ),
    Proof(
        "gains/lost-target",
        f"{_USUAL}; the same losses, gain on one target",
        (_COVERAGE, _NULL),
        over_cells(USUAL, one_target, Holes(0.1, 0.1)),
    ),
    Proof(
        "gains/lost-fewest",
        "none and one arm, 6 seeds, 25 % of runs missing at random: gain on one target",
        (_COVERAGE, _NULL),
        over_cells(SIX, one_target, Holes(0.25)),
    ),
    Proof(
        "gains/margin",
        f"none and 3 arms whose true gains are -{MARGIN}, 0 and {MARGIN} points, 5 seeds, little noise",
        (
            Measure(
                "equivalent below", "true loss of the margin, found equivalent", "false positives", ALPHA
            ),
            Measure(
                "equivalent above", "true gain of the margin, found equivalent", "false positives", ALPHA
            ),
            Measure("no better above", "true gain of the margin, found to be less", "false positives", ALPHA),
            Measure("equivalent none", "no true gain, found equivalent", "shown"),
        ),
        _at_the_margin,
    ),
)
