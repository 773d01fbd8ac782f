"""Evidence: all that a decision looks at, gathered from a store elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from stiltwalk.analyse.reaching import Reached
from stiltwalk.metrics.noise_scale import NoiseScale
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import Catalogue


@dataclass(frozen=True, slots=True)
class Training:
    """One finished intermediate training.

    Attributes:
        steps: optimiser steps.
        tokens: real tokens of its inputs.
        flops: operations.
        tried_flops: operations of all trainings that its rate was chosen among, its own included.
        degenerate: it did not beat chance on its own English dev set, or its loss was no number.
        looks: at its dev set, in order, with what had been spent by then; the last one is its end.
        noise_scale: of its gradient, where that was measured.
    """

    steps: int
    tokens: int
    flops: float
    tried_flops: float
    degenerate: bool
    looks: tuple[Reached, ...] = ()
    noise_scale: NoiseScale | None = None


@dataclass(frozen=True, slots=True)
class EncoderSize:
    """An encoder as a point of a ladder.

    Attributes:
        parameters: all of them.
        encoder_parameters: those without embeddings, the N of every fit; ``None``: not known.
        family: encoders of one family are one ladder; fits give each its own intercept.
        flops: operations of one sequence at inference; ``None``: not known.
        milliseconds: median latency of one sequence; ``None``: not measured.
    """

    parameters: int
    encoder_parameters: int | None
    family: str
    flops: float | None = None
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge a study by.

    Attributes:
        study: with its arms laid out and its analysis.
        scores: of every run, as ``scores.scores`` makes them.
        amounts: arm → distinct intermediate examples.
        batch_sizes: arm → examples in one intermediate optimiser step.
        trainings: (encoder, arm, seed) → its intermediate training; an arm that trains nothing has none.
        encoders: name → its size.
        tasks: every task that the study may name.
        planned: how many cells the study has (an encoder, an arm, a seed and a target each).
        finished: how many of them are.
        confidence: of intervals, once what earlier looks have spent is taken off; verdicts err at most by
            1 minus it.
        wall_seconds: (encoder, arm, seed) → seconds its intermediate training took.
    """

    study: Study
    scores: pd.DataFrame
    amounts: Mapping[str, int]
    batch_sizes: Mapping[str, int]
    trainings: Mapping[tuple[str, str, int], Training]
    encoders: Mapping[str, EncoderSize]
    tasks: Catalogue
    planned: int
    finished: int
    confidence: float
    wall_seconds: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
