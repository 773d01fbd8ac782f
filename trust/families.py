"""Proofs about many tests and many looks at once, and about what is drawn from test items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stiltwalk.analyse.comparing import cells_of, compared
from stiltwalk.analyse.decisions.spending import Look, Progress, permission
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.item_cells import item_cell
from stiltwalk.analyse.items import item_gains
from stiltwalk.analyse.multiplicity import benjamini_hochberg, holm
from stiltwalk.analyse.responses import responses
from stiltwalk.spec.analysis import Analysis
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.store.predictions import Kept
from trust.gains import TARGETS, Design, laid_out, studied
from trust.measures import Measure, Proof, Values
from trust.simulator import HEAVY, TRUE, Floats, World, drawn

ALPHA: Final = 1 - CONFIDENCE

NOTHING: Final = Design(("a", "b", "c", "d"), 5, (0.0, 0.0, 0.0, 0.0))
HALF: Final = Design(("a", "b", "c", "d"), 5, (0.0, 0.0, 3.0, 3.0), scatter=0.0)


def _tested(design: Design, world: World, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """P of the gain of every arm on every target, and which of them truly gain: ``(arms, targets)``."""
    found = studied(design, world, rng)
    p = np.empty((len(design.arms), len(TARGETS)))
    for row, arm in enumerate(design.arms):
        cells = cells_of(found, "headline", (arm, NONE_ARM))
        for column, target in enumerate(TARGETS):
            here = cells & np.array([name == target for name in found.targets])
            p[row, column] = compared(found, {arm: 1.0, NONE_ARM: -1.0}, here).estimate.p
    return p.ravel(), np.repeat(np.array(design.gains) != 0, len(TARGETS)).astype(float)


def _family(design: Design, world: World, rng: np.random.Generator) -> Values:
    p, truly = _tested(design, world, rng)
    by_holm, by_share = holm(p) <= ALPHA, benjamini_hochberg(p) <= ALPHA
    null = truly == 0
    some = int(by_share.sum())
    return {
        "holm": float((by_holm & null).any()),
        "share": float((by_share & null).sum() / some) if some else 0.0,
        "plain": float((p[null] <= ALPHA).any()),
        "found": float(by_holm[~null].mean()) if (~null).any() else np.nan,
    }


def _nothing(world: World, rng: np.random.Generator) -> Values:
    """No arm gains anything on any target."""
    return _family(NOTHING, world, rng)


def _half(world: World, rng: np.random.Generator) -> Values:
    """Half of the arms gain 3 points on every target, the others nothing."""
    return _family(HALF, world, rng)


LOOKS: Final = 3
_SEEDS: Final = (2, 4, 6)
"""How many seeds are finished at each look."""

GROWING: Final = Design(("a", "b"), _SEEDS[-1], (0.0, 0.0))


def _looks(world: World, rng: np.random.Generator) -> Values:
    """A study that is judged as it grows, and stopped at the first gain or loss of arm a."""
    layout = laid_out(GROWING)
    scores = drawn(layout.grid, layout.truth, world, rng)
    frame = layout.frames.of(scores)
    analysis = Analysis(decision="gain", looks=LOOKS)
    taken: list[Look] = []
    stopped = naive = False
    for seeds in _SEEDS:
        progress = Progress(seeds, _SEEDS[-1])
        allowed = permission(analysis, taken, f"{seeds} seeds", progress)
        assert allowed.allowed
        found = responses(frame[frame["seed"] <= seeds])[0]
        cells = cells_of(found, "headline", ("a", NONE_ARM))
        p = compared(found, {"a": 1.0, NONE_ARM: -1.0}, cells, confidence=allowed.confidence).estimate.p
        stopped = stopped or p <= 1 - allowed.confidence
        naive = naive or p <= ALPHA
        taken.append(Look("", f"{seeds} seeds", *progress[:2], allowed.confidence, allowed.last, ""))
    return {"stopped": float(stopped), "naive": float(naive)}


ITEMS: Final = 1000
DOCUMENTS: Final = 100
DRAWS: Final = 2000


def _outcomes(rng: np.random.Generator, ease: Floats, quality: Floats) -> Floats:
    """``(items,)``: whether a model gets each right: fixed once it is trained, as items are drawn."""
    chance = 1 / (1 + np.exp(-(ease + quality)))
    return (rng.random(len(ease)) < chance).astype(float)


def _items(world: World, rng: np.random.Generator) -> Values:
    """Two arms of two models each and a finite test set, of single items and of documents.

    What a model makes of an item of a given ease is fixed by the item; so the true gain is known exactly.
    """
    del world
    ids = np.array([f"e{at}" for at in range(ITEMS)])
    documents = {str(name): f"d{at % DOCUMENTS}" for at, name in enumerate(ids)}
    shared = rng.normal(0.0, 1.0, DOCUMENTS)[np.arange(ITEMS) % DOCUMENTS]
    values: dict[str, float] = {}
    for name, ease, grouped in (
        ("single", rng.normal(0.0, 1.2, ITEMS), None),
        ("document", shared + rng.normal(0.0, 0.6, ITEMS), documents),
    ):
        # how much better the arm does may hang on the document too, or documents would not matter to the gain
        by_document = rng.normal(0.0, 0.0 if grouped is None else 0.8, DOCUMENTS)
        lift = 0.3 + by_document[np.arange(ITEMS) % DOCUMENTS]
        arm = {seed: Kept(ids, {"correct": _outcomes(rng, ease, lift)}) for seed in (1, 2)}
        base = {seed: Kept(ids, {"correct": _outcomes(rng, ease, np.zeros(ITEMS))}) for seed in (1, 2)}
        cell = item_cell("a-target", "de", "accuracy", arm, base, grouped)
        (found,) = item_gains([cell], draws=DRAWS, seed=int(rng.integers(2**31))).each()
        values[name] = float(found.low <= TRUE_GAINS[name] <= found.high)
    return values


def _expected(spread: float, lift: Sequence[float]) -> float:
    """Points between an arm and the baseline over all items there could be.

    Args:
        spread: standard deviation of the ease of items.
        lift: mean and standard deviation of what the arm is better by.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()

    def mean(middle: float, sd: float) -> float:
        return float(weights @ (1 / (1 + np.exp(-(middle + sd * nodes)))))

    return 100 * (mean(lift[0], float(np.hypot(spread, lift[1]))) - mean(0.0, spread))


TRUE_GAINS: Final = {
    "single": _expected(1.2, (0.3, 0.0)),
    "document": _expected(float(np.hypot(1.0, 0.6)), (0.3, 0.8)),
}

PROOFS: Final = (
    Proof(
        "families/none",
        "none and 4 arms on 4 targets, 5 seeds: 16 tests; nothing gains",
        (
            Measure("holm", "any gain or loss found, by Holm", "at most", ALPHA),
            Measure("plain", "the same without a correction", "shown"),
        ),
        _nothing,
    ),
    Proof(
        "families/half",
        "none and 4 arms on 4 targets, 5 seeds: 16 tests; two arms gain 3 points everywhere, two nothing",
        (
            Measure("holm", "any wrong finding, by Holm", "at most", ALPHA),
            Measure("share", "share of wrong findings, by Benjamini and Hochberg", "at most", ALPHA),
            Measure("found", "true gains found by Holm", "shown"),
        ),
        _half,
    ),
    Proof(
        "families/looks",
        f"none and 2 arms that gain nothing, judged at {', '.join(map(str, _SEEDS))} seeds (looks: {LOOKS})",
        (
            Measure("stopped", "a gain or loss found at any look", "at most", ALPHA),
            Measure("naive", "the same at 95 % each time", "shown"),
        ),
        _looks,
        worlds=(TRUE, HEAVY),
    ),
    Proof(
        "items/gain",
        f"{ITEMS:,} items (or {DOCUMENTS} documents of {ITEMS // DOCUMENTS}), two models an arm",
        (
            Measure(
                "single",
                "95 % intervals over items that hold these models' true gain",
                "coverage",
                CONFIDENCE,
            ),
            Measure("document", "the same over documents", "coverage", CONFIDENCE),
        ),
        _items,
        worlds=(TRUE,),
    ),
)
