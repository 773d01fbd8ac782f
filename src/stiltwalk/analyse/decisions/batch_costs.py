"""What batches cost: steps to a dev score, the critical batch, the gradient noise scale, and inference."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stiltwalk.analyse.decisions.batches import Batches
from stiltwalk.analyse.decisions.series import Series
from stiltwalk.analyse.decisions.to_target import ToTarget
from stiltwalk.analyse.decisions.wording import counted, large, listed, plain, whole
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.fits.critical_batch import combined_noise, critical_batch
from stiltwalk.analyse.verdicts import Number, number

TARGET = (
    "The target of steps, examples and tokens is 99 % of the best dev score of a series: the best look of "
    "every run, averaged over the seeds of a batch size, the highest of them."
)
_FALLING = (
    "Steps to a dev score are not given: under a falling learning rate they would measure the schedule. A "
    "constant one is least_rate_share: 1, with looks by evaluate_every."
)
_NO_LOOKS = (
    "Steps to a dev score are not given: fewer than two batch sizes trained above chance at a constant rate "
    "and looked at their dev set on the way."
)


def per_cost(evidence: Evidence, found: Batches) -> list[Number]:
    """The score of every batch size for 10^9 operations of a sequence at inference."""
    size = evidence.encoders.get(found.curve.encoder)
    if size is None or not size.flops:
        return []
    made = []
    for place, batch in enumerate(found.curve.x):
        level = found.curve.level(place, evidence.confidence)
        scale = 1e9 / size.flops
        costed = level._replace(
            value=level.value * scale, low=level.low * scale, high=level.high * scale, se=level.se * scale
        )
        made.append(
            number(
                "score per cost of inference",
                costed,
                of=f"{found.of} · batch {whole(batch)}",
                unit="points per 10^9 operations of a sequence",
                n=float(found.curve.seeds),
                p=math.nan,
                note="the cost is the same for every batch size",
            )
        )
    return made


def critical(found: ToTarget, confidence: float) -> list[Number]:
    """The critical batch by steps and examples to the target, where there is one."""
    fitted = critical_batch(np.array(found.x), found.steps, found.examples, confidence=confidence)
    if fitted.reason:
        return []
    note = f"fitted to steps and examples to a dev score of {plain(found.target)}"
    if math.isfinite(fitted.fifth):
        note += f"; at most 20 % more steps than in proportion: up to batch {plain(fitted.fifth)}"
    seeds = float(found.steps.shape[1])
    return [
        number("critical batch", fitted.batch, of=found.of, unit="examples", n=seeds, p=math.nan, note=note)
    ]


def noise(evidence: Evidence, series: Sequence[Series]) -> list[Number]:
    """The gradient noise scale of every arm where it was measured, over seeds."""
    by_arm: dict[tuple[str, str], list[float | None]] = {}
    wanted = {arm for each in series for arm in each.arms}
    for (encoder, arm, _), training in evidence.trainings.items():
        if arm in wanted and training.noise_scale is not None and not training.degenerate:
            by_arm.setdefault((encoder, arm), []).append(training.noise_scale.scale)
    made = []
    for (encoder, arm), scales in by_arm.items():
        found = combined_noise(scales, confidence=evidence.confidence)
        if not math.isfinite(found.scale.value):
            continue
        note = "geometric mean over seeds, of the whole training"
        if found.left_out:
            note += f"; {counted(found.left_out, 'seed')} without an estimate left out"
        made.append(
            number(
                "noise scale",
                found.scale,
                of=f"{encoder} · {arm}",
                unit="examples",
                n=float(found.seeds),
                p=math.nan,
                note=note,
            )
        )
    return made


def constant_cost(evidence: Evidence) -> list[str]:
    """That inference costs the same, with the costs that are known."""
    known = [
        f"{name} {large(size.flops)} operations"
        + (f" and {size.milliseconds:.3g} ms" if size.milliseconds else "")
        for name, size in evidence.encoders.items()
        if size.flops
    ]
    fact = "Training in another batch changes no shape: inference costs an encoder the same after all of them"
    return [f"{fact} (a sequence: {listed(known)})." if known else f"{fact}."]


def about_targets(series: Sequence[Series], reached: Sequence[ToTarget], confidence: float) -> list[str]:
    """What must be known beside steps to a target, or why there are none."""
    constant = [each for each in series if each.constant_rate]
    if not constant:
        return [_FALLING]
    if not reached:
        return [_NO_LOOKS]
    made = []
    for each in reached:
        made.append(
            f"{each.of}: when a dev score of {plain(each.target)} was reached is known no closer than looks "
            f"lie apart, at most {counted(each.between, 'step')}."
        )
        found = critical_batch(np.array(each.x), each.steps, each.examples, confidence=confidence)
        if found.reason:
            made.append(f"{each.of}: no critical batch. {found.reason}")
        elif found.sentence:
            made.append(f"{each.of}: {found.sentence}")
        if sum(each.missed):
            made.append(f"{each.of}: {counted(sum(each.missed), 'training')} never reached it.")
    return made
