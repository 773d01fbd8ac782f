"""Studies along an axis, made by hand: an encoder's score is a formula of where its arm lies, and noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stiltwalk.analyse.evidence import EncoderSize, Evidence, Training
from stiltwalk.analyse.reaching import Reached
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.placing import laid_out
from stiltwalk.spec.study import Study
from tests.analyse.evidences import evidence_of, study_of

AMOUNTS = (1000, 2000, 4000, 8000, 16000, 32000, 64000)
BATCHES = (8, 16, 32, 64, 128, 256)

Formula = Callable[[str, str, float], float]
"""Encoder, arm and where it lies on the axis (0 for ``none``) → its true score."""


def along(axis: str, values: Sequence[Any], arms: Sequence[Any] = ("mnli",), **fields: Any) -> Study:
    """A study whose ``arms`` are laid out along ``axis``."""
    more = fields.pop("axes", {})
    return laid_out(study_of(arms, axes={axis: list(values), **more}, **fields), "a test")


def places(study: Study, axis: str) -> dict[str, float]:
    """Arm → where it lies on the axis."""
    found = {arm.name: arm.training.get(axis) for arm in study.intermediate}
    return {arm: float(place) for arm, place in found.items() if place}


def world(
    study: Study,
    axis: str,
    truth: Formula,
    *,
    sd: float = 0.1,
    by_seed: float = 1.0,
    draw: int = 0,
    ladder: Mapping[str, EncoderSize] | None = None,
    **said: Any,
) -> Evidence:
    """The evidence of a study whose scores are ``truth`` and noise of standard deviation ``sd`` a run.

    Seeds move all arms of an encoder alike, by a standard deviation of ``by_seed``. What else is ``said``
    goes to ``evidence_of``.
    """
    x = places(study, axis)
    rng = np.random.default_rng(draw)
    noise: dict[tuple[Any, ...], float] = {}

    def drawn(*key: Any) -> float:
        if key not in noise:
            noise[key] = float(rng.normal())
        return noise[key]

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if arm != NONE_ARM and arm not in x:
            return None
        mean = truth(encoder, arm, x.get(arm, 0.0))
        return mean + by_seed * drawn(encoder, seed) + sd * drawn(encoder, arm, seed)

    made = evidence_of(study, score, sizes=ladder, **said)
    whole = {arm: int(place) for arm, place in x.items()}
    return replace(
        made,
        amounts=whole if axis == "examples" else {},
        batch_sizes=whole if axis == "batch_size" else {},
    )


def sizes(parameters: Mapping[str, int], family: str = "one") -> dict[str, EncoderSize]:
    """Encoders of one ladder."""
    return {name: EncoderSize(2 * count, count, family) for name, count in parameters.items()}


def looking(steps: int, every: int, batch: int, score: Callable[[int], float]) -> Training:
    """A training that looked at its dev set every so many steps, and found what ``score`` says."""
    looks = tuple(
        Reached(step, step * batch, 10 * step * batch, score(step)) for step in range(every, steps + 1, every)
    )
    return Training(steps, 10 * steps * batch, 1e9 * steps, 1e9 * steps, degenerate=False, looks=looks)
