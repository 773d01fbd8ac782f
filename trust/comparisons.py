"""Proofs of decisions that compare ways to train in between: other languages, larger batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np

from stiltwalk.analyse.decisions.batch_size import decide_batch_size
from stiltwalk.analyse.decisions.batches import HELPS, HURTS, NO_WORSE
from stiltwalk.analyse.decisions.exchange import decide_exchange
from stiltwalk.analyse.decisions.language_contrasts import CONTRAST
from stiltwalk.analyse.decisions.languages import ENGLISH, EQUAL, OTHERS, decide_languages
from stiltwalk.analyse.decisions.slopes_compared import DATA, DEPENDS, PARAMETERS
from trust.decisions import ALPHA, FINE, MARGIN, THREE, Study, base_of, coverage, holds, numbers, over_sizes
from trust.evidences import SIZES, Setting, evidence_of, setting
from trust.measures import Measure, Proof, Values
from trust.simulator import TRUE, UNEVEN, Floats, Noise, World, drawn, unit_noise

SIX: Final = tuple(name for name in SIZES if name.endswith(("base", "large", "-xl")))
"""Encoders, three of each family."""


@cache
def _languages_setting() -> Setting:
    return setting(
        {
            "intermediate": ["mnli"],
            "axes": {"languages": {"values": ["en", ["en", "de", "ru"]], "match": ["examples"]}},
            "targets": ["pawsx"],
            "seeds": 3,
            "analysis": {"decision": "languages", "margin": MARGIN},
            "translation": {"model": "facebook/nllb-200-distilled-600M"},
        },
        encoders=SIX,
    )


def _languages(mean: float, change: float, scatter: float, noise: Noise | None = None) -> Study:
    """Six encoders; other languages less English is ``mean`` on average, and changes by so much over size."""

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _languages_setting()
        differences = over_sizes(where, change, scatter, world, rng)
        differences += mean - differences.mean()
        truth = np.tile(base_of(where), (len(SIX), len(where.grid.arms), 1))
        truth[:, 1:] += 2.0
        truth[:, 2] += differences[:, None]
        verdict = decide_languages(evidence_of(where, drawn(where.grid, truth, world, rng, noise)))
        found = next(each for each in numbers(verdict, CONTRAST, "headline") if not each.of)
        slope = numbers(verdict, "change with size", "headline")[0]
        logs = np.log2([SIZES[name][1] for name in SIX])
        return {
            "coverage": holds(found, mean),
            "answer": float(verdict.answer in {ENGLISH, OTHERS}),
            "equal": float(verdict.answer == EQUAL),
            "slope": holds(slope, change / (logs.max() - logs.min())),
            "changes": float(slope.p <= ALPHA),
        }

    return study


BATCHES: Final = (8, 32, 128, 512)
ANCHOR: Final = 32


@cache
def _batch_setting() -> Setting:
    return setting(
        {
            "intermediate": [{"task": "qqp", "name": "qqp"}],
            "axes": {"batch_size": {"values": list(BATCHES), "rate": "square-root"}},
            "targets": ["xnli", "udpos", "tydiqa"],
            "seeds": 5,
            "recipe": {"name": "released", "intermediate": {"batch_size": ANCHOR}},
            "analysis": {"decision": "batch-size", "margin": MARGIN},
        }
    )


def _batch(differences: Callable[[Floats], Floats], noise: Noise | None = None) -> Study:
    """One encoder, four batch sizes; ``differences`` from the anchor's score, by batch."""

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _batch_setting()
        true = differences(np.array(BATCHES, dtype=float))
        truth = base_of(where) + np.array([-2.0, *true])[:, None]
        verdict = decide_batch_size(evidence_of(where, drawn(where.grid, truth[None], world, rng, noise)))
        found = numbers(verdict, "difference", f"against batch {ANCHOR}")
        others = [value for batch, value in zip(BATCHES, true, strict=True) if batch != ANCHOR]
        larger = [each for each in found if not np.isnan(each.p)]
        return {
            "coverage": float(
                np.mean([holds(each, value) for each, value in zip(found, others, strict=True)])
            ),
            "no worse": float(any(each.p <= ALPHA for each in larger)),
            "differ": float(verdict.answer in {HELPS, HURTS}),
            "answer": float(verdict.answer == NO_WORSE),
        }

    return study


AMOUNTS: Final = (10_000, 40_000, 160_000)


@cache
def _exchange_setting() -> Setting:
    return setting(
        {
            "intermediate": ["snli"],
            "axes": {"examples": list(AMOUNTS)},
            "targets": ["xnli", "pawsx"],
            "seeds": 3,
            "analysis": {"decision": "exchange", "margin": MARGIN},
        },
        encoders=SIX,
    )


def _exchange(of_data: float, of_parameters: float) -> Study:
    """Six encoders, three amounts; points per doubling of each. Encoders scatter in level and in slope."""

    def study(world: World, rng: np.random.Generator) -> Values:
        where = _exchange_setting()
        logs = np.log2([SIZES[name][1] for name in SIX])
        levels = over_sizes(where, of_parameters * (logs.max() - logs.min()), 0.3, world, rng)
        slopes = of_data + 0.05 * unit_noise(world, rng, (len(SIX),))
        doublings = np.log2(AMOUNTS) - np.log2(AMOUNTS).mean()
        truth = np.tile(base_of(where), (len(SIX), 1 + len(AMOUNTS), 1)) + levels[:, None, None]
        truth[:, 1:] += 4.0 + (slopes[:, None] * doublings)[:, :, None]
        verdict = decide_exchange(evidence_of(where, drawn(where.grid, truth, world, rng)))
        rate = numbers(verdict, "exchange rate")[0]
        data = next(each for each in numbers(verdict, "slope of data") if each.units == "encoders")
        parameters = numbers(verdict, "slope of parameters")[0]
        factor = 2 ** (of_parameters / of_data)
        return {
            "rate": float(rate.low <= factor <= rate.high),
            "unbounded": float(not (np.isfinite(rate.low) and np.isfinite(rate.high))),
            "data": holds(data, of_data),
            "parameters": holds(parameters, of_parameters),
            "answer": float(verdict.answer in {DATA, PARAMETERS, DEPENDS}),
        }

    return study


_TRADED: Final = "6 encoders of two families, 3 amounts, 3 seeds, 2 targets in 4 languages"
_SIX: Final = (
    "6 encoders of two families, English and a mix as large, 3 seeds, one target in two unseen languages"
)
_BATCH: Final = "4 batch sizes, 5 seeds, 3 targets in 4 languages"

PROOFS: Final = (
    Proof(
        "decide/languages-none",
        f"{_SIX}; no difference on average over encoders, which scatter by 0.5 points, nor by size",
        (
            coverage("coverage", "difference of English and the mix"),
            Measure("answer", "one of them declared better", "at most", ALPHA),
            coverage("slope", "change of the difference with size"),
            Measure("changes", "a change with size found at 5 %", "false positives", ALPHA),
        ),
        _languages(0.0, 0.0, 0.5),
        worlds=THREE,
    ),
    Proof(
        "decide/languages-margin",
        f"{_SIX}, little noise; they differ by the margin of {MARGIN} points",
        (Measure("equal", "declared equivalent", "false positives", ALPHA),),
        _languages(MARGIN, 0.0, 0.2, FINE),
        worlds=(TRUE, UNEVEN),
    ),
    Proof(
        "decide/batch-margin",
        f"{_BATCH}, little noise; every larger batch is worse by the margin of {MARGIN} points",
        (
            Measure("no worse", "some larger batch declared no worse", "at most", ALPHA),
            coverage("coverage", "difference from the recipe's batch"),
        ),
        _batch(lambda batches: np.where(batches > ANCHOR, -MARGIN, 0.0), FINE),
        worlds=THREE,
    ),
    Proof(
        "decide/batch-none",
        f"{_BATCH}; the batch makes no difference",
        (
            coverage("coverage", "difference from the recipe's batch"),
            Measure("differ", "declared to help or hurt", "at most", ALPHA),
            Measure("answer", f"declared no worse, margin {MARGIN}", "shown"),
        ),
        _batch(lambda batches: 0.0 * batches),
        worlds=THREE,
    ),
    Proof(
        "decide/exchange",
        f"{_TRADED}; a doubling of data and one of parameters bring 0.6 points each",
        (
            coverage("rate", "exchange rate"),
            Measure("unbounded", "exchange rates whose interval lacks an end", "shown"),
            coverage("data", "slope of data"),
            coverage("parameters", "slope of parameters"),
            Measure("answer", "one of them declared to bring more", "at most", ALPHA),
        ),
        _exchange(0.6, 0.6),
        worlds=THREE,
    ),
)
