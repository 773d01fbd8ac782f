"""Evidence of simulated studies: a real study record, and frames of scores drawn around a known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stiltwalk.analyse.evidence import EncoderSize, Evidence, Training
from stiltwalk.analyse.reaching import Reached
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import find_recipe, training_for
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS, find_task
from trust.simulator import Floats, Frames, Grid, Lost

SIZES: Mapping[str, tuple[str, int]] = {
    "FacebookAI/xlm-roberta-base": ("xlm-r", 85_000_000),
    "FacebookAI/xlm-roberta-large": ("xlm-r", 302_000_000),
    "facebook/xlm-roberta-xl": ("xlm-r", 2_830_000_000),
    "facebook/xlm-roberta-xxl": ("xlm-r", 9_660_000_000),
    "google/mt5-small": ("mt5", 19_000_000),
    "google/mt5-base": ("mt5", 85_000_000),
    "google/mt5-large": ("mt5", 302_000_000),
    "google/mt5-xl": ("mt5", 1_200_000_000),
    "google/mt5-xxl": ("mt5", 4_800_000_000),
}
"""Encoders of the two ladders: family, and parameters without embeddings, of mT5 made up in order."""

ONE = ("FacebookAI/xlm-roberta-large",)
LANGUAGES = (SOURCE_LANGUAGE, "de", "ru", "sw", "zh")


@dataclass(frozen=True, slots=True)
class Setting:
    """A study that is simulated again and again.

    Attributes:
        study: with its arms laid out.
        grid: encoders, arms, seeds and cells.
        frames: makes its frames of scores.
        amounts: arm → distinct intermediate examples.
        batch_sizes: arm → examples in one step.
        trainings: of every intermediate model, none collapsed.
    """

    study: Study
    grid: Grid
    frames: Frames
    amounts: Mapping[str, int]
    batch_sizes: Mapping[str, int]
    trainings: Mapping[tuple[str, str, int], Training]

    def place(self, arm: str) -> int:
        """Where ``arm`` stands in arrays."""
        return self.grid.arms.index(arm)


def setting(
    raw: Mapping[str, Any],
    *,
    encoders: Sequence[str] = ONE,
    languages: Sequence[str] = LANGUAGES,
    retrieval: Sequence[str] = (),
) -> Setting:
    """The setting of a study file's fields; ``study`` and ``encoders`` are filled in."""
    study = study_from({"study": "simulated", "encoders": list(encoders), **raw}, "a simulated study")
    targets = [target.task for target in study.targets]
    cells = [(target, language) for target in targets for language in languages]
    where = Grid(
        tuple(encoders),
        study.arms,
        study.seeds,
        tuple(target for target, _ in cells),
        tuple(language for _, language in cells),
    )
    trained = [arm for arm in study.intermediate if arm.longer_by is None]
    spoken = [(arm.name, code) for arm in trained for code in arm.languages if code != SOURCE_LANGUAGE]
    amounts, batches, trainings = {}, {}, {}
    for arm in trained:
        amounts[arm.name], batches[arm.name], steps = _sizes(study, arm)
        for encoder in encoders:
            tokens = 50 * steps * batches[arm.name]
            flops = 6.0 * SIZES[encoder][1] * tokens
            for seed in study.seeds:
                trainings[encoder, arm.name, seed] = Training(steps, tokens, flops, flops, degenerate=False)
    frames = Frames(where, retrieval=retrieval, seen=spoken)
    return Setting(study, where, frames, amounts, batches, trainings)


def _sizes(study: Study, arm: ArmChoice) -> tuple[int, int, int]:
    """Examples, batch size and steps of an arm's training."""
    tasks = arm.trained
    total, batch, steps = 0, 0, 0
    for task in tasks:
        record = find_task(task, TASKS)
        overrides = (study.recipe.intermediate, study.recipe.tasks.get(task, {}), arm.training)
        training = training_for(find_recipe(study.recipe.name), record, "intermediate", *overrides)
        whole = record.split("train").expected.get(SOURCE_LANGUAGE, 100_000)
        examples = min(training.examples or whole, whole)
        total += examples
        batch = training.batch_size
        steps += training.steps or max(1, round(examples * training.epochs / batch))
    return total, batch, steps


def evidence_of(
    where: Setting,
    scores: Floats,
    gone: Lost | None = None,
    trainings: Mapping[tuple[str, str, int], Training] | None = None,
) -> Evidence:
    """What a store would hold of the simulated runs; collapsed ones are known as collapsed trainings too."""
    known = dict(trainings or where.trainings)
    if gone is not None:
        for encoder, arm, seed in np.argwhere(gone.collapsed.any(axis=3)):
            key = where.grid.encoders[encoder], where.grid.arms[arm], where.grid.seeds[seed]
            known[key] = replace(known[key], degenerate=True)
    encoders, arms, seeds, _ = where.grid.shape
    planned = encoders * arms * seeds * len(set(where.grid.targets))
    frame = where.frames.of(scores, gone)
    finished = (
        planned if gone is None else len(frame.drop_duplicates(["encoder", "intermediate", "seed", "target"]))
    )
    return Evidence(
        study=where.study,
        scores=frame,
        amounts=where.amounts,
        batch_sizes=where.batch_sizes,
        trainings=known,
        encoders={
            name: EncoderSize(int(1.3 * SIZES[name][1]), SIZES[name][1], SIZES[name][0])
            for name in where.grid.encoders
        },
        tasks=TASKS,
        planned=planned,
        finished=finished,
        confidence=where.study.analysis.confidence,
    )


def looks_along(batch: int, steps: Floats, score: float) -> tuple[Reached, ...]:
    """Looks at the dev set: just below ``score`` until the last of ``steps``, which reaches it."""
    return tuple(
        Reached(
            int(step), int(step) * batch, int(step) * batch * 50, score if at == len(steps) - 1 else score - 5
        )
        for at, step in enumerate(steps)
    )
