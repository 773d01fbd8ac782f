"""To a target: what trainings in batches of several sizes had spent when their dev score reached it.

It tells of batches only at a constant learning rate: under a falling one it would measure the schedule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.decisions.series import Series
from stiltwalk.analyse.decisions.wording import plain, whole
from stiltwalk.analyse.estimates import Estimate, estimate, unbounded
from stiltwalk.analyse.evidence import Evidence, Training
from stiltwalk.analyse.reaching import Reached, first_look
from stiltwalk.analyse.responses import Floats
from stiltwalk.analyse.verdicts import MEASURED, Curve, Number, number

SHARE: Final = 0.99
"""Of the best dev score of a series: its target, as §7 of the protocol has it."""


class ToTarget(NamedTuple):
    """What one encoder spent to reach a dev score, along batch sizes.

    Attributes:
        encoder: its name.
        series: of the arms.
        target: the score: of the best look of every run, averaged over the seeds of a batch size, the
            highest, times ``SHARE``.
        x: batch sizes, rising.
        steps: ``(batch sizes, seeds)``; NaN: never reached, or not there.
        examples: the same.
        tokens: the same.
        seconds: the same, of the training's time the share of its steps; NaN also where it is not known.
        missed: ``(batch sizes,)``: how many trainings never reached it.
        between: the most steps between two looks: it is known no closer.
    """

    encoder: str
    series: Series
    target: float
    x: tuple[float, ...]
    steps: Floats
    examples: Floats
    tokens: Floats
    seconds: Floats
    missed: tuple[int, ...]
    between: int

    @property
    def of(self) -> str:
        """What its numbers are of."""
        return f"{self.encoder} · {self.series.name}"


def to_target(evidence: Evidence, encoder: str, series: Series) -> ToTarget | None:
    """What ``encoder`` spent along ``series``.

    Collapsed trainings are left out.

    Returns:
        ``None`` where fewer than two batch sizes have trainings that looked at their dev set on the way.
    """
    found = {
        (arm, seed): training
        for (name, arm, seed), training in evidence.trainings.items()
        if name == encoder and arm in series.arms and not training.degenerate and len(training.looks) > 1
    }
    points = {
        x: [arm for arm in arms if any(own == arm for own, _ in found)] for x, arms in series.points.items()
    }
    x = tuple(place for place, arms in points.items() if arms)
    if len(x) < 2:
        return None
    # draws of one seed would stand at one place: the first of them counts
    runs = {
        (place, seed): (arm, found[arm, seed])
        for place in x
        for arm in reversed(points[place])
        for seed in {own for name, own in found if name == arm}
    }
    seeds = sorted({seed for _, seed in runs})
    target = SHARE * max(_best(runs, place) for place in x)
    spent = np.full((4, len(x), len(seeds)), np.nan)
    missed = [0] * len(x)
    for (place, seed), (arm, training) in runs.items():
        at = first_look(training.looks, target)
        if at is None:
            missed[x.index(place)] += 1
            continue
        wall = evidence.wall_seconds.get((encoder, arm, seed), math.nan)
        took = wall * at.step / training.steps if training.steps else math.nan
        spent[:, x.index(place), seeds.index(seed)] = at.step, at.examples, at.tokens, took
    between = max(_between(training.looks) for _, training in runs.values())
    steps, examples, tokens, seconds = spent
    return ToTarget(encoder, series, target, x, steps, examples, tokens, seconds, tuple(missed), between)


def geometric(values: Floats, confidence: float) -> Estimate:
    """The geometric mean of ``(seeds,)`` values above 0, with Student's interval on their logarithms."""
    logs = np.log(values[~np.isnan(values)])
    if not len(logs):
        return unbounded(confidence=confidence)
    middle = float(logs.mean())
    if len(logs) < 2 or not logs.std() > 0:
        return unbounded(math.exp(middle), confidence)
    found = estimate(middle, float(logs.std(ddof=1)) / math.sqrt(len(logs)), len(logs) - 1, confidence)
    ends = (math.exp(min(found.value, 700)), _up(found.low), _up(found.high))
    return Estimate(*ends, math.nan, found.df, 1.0, confidence)


def numbers(found: ToTarget, confidence: float) -> list[Number]:
    """Steps, examples, tokens and seconds to the target, of every batch size."""
    made = []
    for place, batch in enumerate(found.x):
        for name, spent in (
            ("steps to target", found.steps),
            ("examples to target", found.examples),
            ("tokens to target", found.tokens),
            ("seconds to target", found.seconds),
        ):
            reached = int((~np.isnan(spent[place])).sum())
            if not reached:
                continue
            told = _mean(found, spent, place, confidence)
            note = f"dev score {plain(found.target)}; geometric mean"
            if found.missed[place]:
                note += f" of those that reached it; {found.missed[place]} never did"
            made.append(
                number(
                    name,
                    told,
                    of=f"{found.of} · batch {whole(batch)}",
                    unit=name.split()[0],
                    n=float(reached),
                    p=math.nan,
                    note=note,
                )
            )
    return made


def pictures(found: ToTarget, axis: str, confidence: float) -> list[Curve]:
    """Steps and seconds to the target along ``axis``, of the batch sizes that reached it."""
    made = []
    for unit, spent in (("steps to target", found.steps), ("seconds to target", found.seconds)):
        means = [(x, _mean(found, spent, place, confidence)) for place, x in enumerate(found.x)]
        known = [(x, mean) for x, mean in means if math.isfinite(mean.value)]
        if known:
            x, values = zip(*known, strict=True)
            y, low, high = (tuple(getattr(each, end) for each in values) for end in ("value", "low", "high"))
            made.append(Curve(MEASURED, found.of, axis, x, y, low, high, unit))
    return made


def _mean(found: ToTarget, spent: Floats, place: int, confidence: float) -> Estimate:
    """The geometric mean at a batch size; nothing bounds it where some training never reached the target."""
    mean = geometric(spent[place], confidence)
    return unbounded(mean.value, confidence) if found.missed[place] else mean


def _best(runs: Mapping[tuple[float, int], tuple[str, Training]], place: float) -> float:
    tops = [
        max(look.score for look in training.looks) for (own, _), (_, training) in runs.items() if own == place
    ]
    return float(np.mean(tops))


def _between(looks: Sequence[Reached]) -> int:
    return max(after.step - before.step for before, after in pairwise(looks))


def _up(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
