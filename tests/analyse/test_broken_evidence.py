"""Decisions on evidence with holes of every kind: a clear statement, never a crash, never a bare number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from stiltwalk.analyse.decisions.batch_size import decide_batch_size
from stiltwalk.analyse.decisions.exchange import decide_exchange
from stiltwalk.analyse.decisions.saturation import decide_saturation
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from stiltwalk.metrics.noise_scale import NoiseScale
from tests.analyse.worlds import AMOUNTS, BATCHES, along, looking, sizes, world

CASES: list[tuple[str, Callable[[Evidence], Verdict]]] = [
    ("examples", decide_saturation),
    ("batch_size", decide_batch_size),
    ("examples", decide_exchange),
]


def _whole(axis: str, rng: np.random.Generator) -> Evidence:
    """A study of one to six encoders, one to five places, one to three seeds."""
    encoders = [f"x/e{place}" for place in range(int(rng.integers(1, 7)))]
    values = (AMOUNTS if axis == "examples" else BATCHES)[: int(rng.integers(1, 6))]
    other = {"steps": 20} if axis == "examples" else {"least_rate_share": 1}
    study = along(
        axis,
        values,
        ["qqp", {"task": "qqp", "name": "other", "training": other}],
        encoders=encoders,
        seeds=int(rng.integers(1, 4)),
        axes={"subset": [0, 1]} if axis == "examples" and rng.random() < 0.4 else {},
    )
    return world(
        study,
        axis,
        lambda encoder, arm, x: 50 + math.log2(max(x, 2)),
        sd=float(rng.choice([0, 0.1, 1])),
        draw=int(rng.integers(1000)),
        ladder=sizes({f"e{place}": 10**8 * 2**place for place in range(6)}),
        languages=("en", "de"),
        retrieval=["panx"],
    )


def _jump(at: float) -> Callable[[int], float]:
    return lambda step: 80.0 if step >= at else 50.0


def _broken(made: Evidence, rng: np.random.Generator) -> Evidence:
    """With rows missing, collapsed, repeated, seen, or no numbers, and trainings likewise."""
    rows = made.scores[rng.random(len(made.scores)) >= rng.choice([0, 0.1, 0.5, 0.9])].copy()
    rows.loc[rng.random(len(rows)) < rng.choice([0, 0.2]), "score"] = math.nan
    for column in ("degenerate", "seen", "repeats"):
        rows.loc[rng.random(len(rows)) < rng.choice([0, 0.3]), column] = True
    if rng.random() < 0.2:
        rows["score"] = 50.0
    trainings = {}
    for run in made.trainings:
        jump = float(rng.integers(10, 200))
        looks = looking(200, 10, 8, _jump(jump))
        noise = NoiseScale(None if rng.random() < 0.3 else 20.0, None, None, 1.0, 1.0, 3)
        collapsed = bool(rng.random() < 0.2)
        trainings[run] = replace(
            looks, degenerate=collapsed, noise_scale=noise if rng.random() < 0.5 else None
        )
    known = {name: size for name, size in made.encoders.items() if rng.random() < 0.9}
    return replace(made, scores=rows, trainings=trainings, encoders=known)


@pytest.mark.parametrize("draw", range(12))
def test_no_number_without_an_interval(draw: int) -> None:
    """Every number has two ends, unbounded or not, around it; what is open says what it would need."""
    rng = np.random.default_rng(draw)
    axis, decide = CASES[draw % len(CASES)]
    found = decide(_broken(_whole(axis, rng), rng))
    assert bool(found.needed) == (found.answer == UNDECIDED)
    for each in found.numbers:
        assert not math.isnan(each.low)
        assert not math.isnan(each.high)
        assert math.isnan(each.value) or each.low <= each.value <= each.high
    for said in (found.sentence, found.needed, *found.caveats, *found.assumptions):
        assert not re.search(r"\b(nan|inf)\b", said)
