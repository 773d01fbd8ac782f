"""Small pieces of evidence, made by hand: scores by a formula, and the study that they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from stiltwalk.analyse.evidence import EncoderSize, Evidence, Training
from stiltwalk.spec.study import Study, catalogue_of

Score = Callable[[str, str, int, str, str], float | None]
"""Encoder, arm, seed, target and language → score; ``None``: there is none."""


def study_of(arms: Sequence[Any] = ("squad", "mnli"), **fields: Any) -> Study:
    """A study of these arms, with 3 seeds and two targets unless it is told otherwise."""
    raw: dict[str, Any] = {
        "study": "s",
        "encoders": ["x/e"],
        "intermediate": list(arms),
        "targets": ["udpos", "panx"],
        "seeds": 3,
    }
    return Study.model_validate(raw | fields)


def evidence_of(
    study: Study,
    score: Score,
    *,
    languages: Sequence[str] = ("en", "de", "sw"),
    degenerate: Iterable[tuple[str, str, int]] = (),
    seen: Mapping[str, Sequence[str]] | None = None,
    repeats: Iterable[tuple[str, str]] = (),
    retrieval: Iterable[str] = (),
    sizes: Mapping[str, EncoderSize] | None = None,
    confidence: float | None = None,
) -> Evidence:
    """The evidence of ``study`` whose every cell has the score that ``score`` says.

    Args:
        study: says encoders, arms, targets and seeds.
        score: the formula.
        languages: of every target.
        degenerate: (encoder, arm, seed) of trainings that collapsed, and all runs below them.
        seen: arm → languages of its intermediate data.
        repeats: (arm, target) where the arm repeats the target's training data.
        retrieval: targets that compare sentences.
        sizes: encoder → size; ``None``: 10^8 parameters each, one family.
        confidence: of intervals; ``None``: the study's.
    """
    collapsed, spoken = set(degenerate), seen or {}
    again, comparing = set(repeats), set(retrieval)
    names = [encoder.name for encoder in study.encoders]
    targets = [target.task for target in study.targets]
    rows = [
        (
            *(encoder, arm, seed, target, language, value, (encoder, arm, seed) in collapsed),
            *(language in spoken.get(arm, ()), (arm, target) in again, target in comparing),
        )
        for encoder in names
        for arm in study.arms
        for seed in study.seeds
        for target in targets
        for language in languages
        if (value := score(encoder, arm, seed, target, language)) is not None
    ]
    columns = ["encoder", "intermediate", "seed", "target", "language", "score", "degenerate", "seen"]
    scores = pd.DataFrame(rows, columns=[*columns, "repeats", "retrieval"])
    kinds = dict.fromkeys(("degenerate", "seen", "repeats", "retrieval"), bool)
    scores = scores.astype(kinds | {"score": float, "seed": int})
    runs = scores[["encoder", "intermediate", "seed", "target"]].drop_duplicates()
    trained = {arm.name for arm in study.intermediate if arm.longer_by is None}
    trainings = {
        (encoder, arm, seed): Training(10, 1000, 1e9, 1e9, (encoder, arm, seed) in collapsed)
        for encoder in names
        for arm in study.arms
        if arm in trained
        for seed in study.seeds
    }
    return Evidence(
        study=study,
        scores=scores,
        amounts={},
        batch_sizes={},
        trainings=trainings,
        encoders=sizes or {name: EncoderSize(2 * 10**8, 10**8, "one") for name in names},
        tasks=catalogue_of(study),
        planned=len(names) * len(study.arms) * len(study.seeds) * len(targets),
        finished=len(runs),
        confidence=study.analysis.confidence if confidence is None else confidence,
    )
