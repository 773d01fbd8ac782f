"""Made-up results of the study that Phang et al. 2020 would be: XLM-R Large, every arm, gains as planted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from stiltwalk.analyse.evidence import Evidence
from stiltwalk.cli.named import presets
from stiltwalk.spec.claims import Claim, shipped_claims
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.study_files import read_study
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.benchmarks import find_benchmark

NINE = ("anli+", "mnli", "qqp", "squad", "squad2", "hellaswag", "ccg", "cosmosqa", "commonsenseqa")
ENGLISH = (*NINE, "multitask")
TRANSLATED = tuple(
    f"{task}{suffix}"
    for task in ("mnli", "qqp", "hellaswag")
    for suffix in ("@de", "@ru", "@sw", "@en+de+ru+sw")
)
ARMS = ("none", *ENGLISH, *(f"{arm}+mlm0.1" for arm in ENGLISH), *TRANSLATED)
REPEATED = {"mnli": ("xnli",), "anli+": ("xnli",), "squad": ("xquad", "mlqa"), "squad2": ("xquad", "mlqa")}

Planted = Mapping[str, float | Mapping[str, float]]
"""Arm → its gain, on every target or (target → gain; ``""``: on those not named)."""


def claim(name: str) -> Claim:
    """The shipped claim called so."""
    return next(each for each in shipped_claims() if each.id == name)


@cache
def full_study(*, test: bool = False) -> Study:
    """The preset at full scale; for ``test``, with the test sets of the whole benchmark."""
    overrides = {"targets": ["xtreme"]} if test else {}
    return read_study(presets()["phang2020"], overrides, scale="full")


@cache
def _cells(test: bool) -> tuple[tuple[str, str], ...]:
    languages = {each.task: each.languages for each in find_benchmark("xtreme").tasks}
    study = full_study(test=test)
    return tuple(
        (target.task, code)
        for target in study.targets
        for code in languages[target.task]
        if code in find_task(target.task, catalogue_of(study)).split(target.split).languages
    )


def baseline(study: Study) -> Evidence:
    """Evidence of ``study`` that has its baseline alone, one seed, in every language of every target."""
    tasks = catalogue_of(study)
    cells = [
        (target.task, code)
        for target in study.targets
        for code in target.languages or find_task(target.task, tasks).split(target.split).languages
    ]
    frame = pd.DataFrame(cells, columns=["target", "language"]).assign(
        encoder=study.encoders[0].name,
        intermediate="none",
        seed=1,
        score=50.0,
        degenerate=False,
        seen=False,
        repeats=False,
        retrieval=False,
    )
    return Evidence(study, frame, {}, {}, {}, {}, tasks, len(cells), len(cells), 0.95)


def world(
    planted: Planted,
    *,
    noise: float = 0.5,
    seeds: int = 5,
    test: bool = False,
    arms: tuple[str, ...] = ARMS,
    study: Study | None = None,
    seed: int = 0,
) -> Evidence:
    """Evidence of a study in which every arm gains what is planted, 0 where nothing is.

    Args:
        planted: gains.
        noise: standard deviation of a run's own deviation, which all of its cells share; a tenth of it comes
            on top for each cell.
        seeds: how many.
        test: on test sets; else on the splits of the paper's tables.
        arms: those that have rows.
        study: in place of the preset.
        seed: of the random numbers.
    """
    generator = np.random.default_rng(seed)
    cells = _cells(test)
    count = (len(arms), seeds, len(cells))
    values = 50 + generator.normal(0, 2, (1, seeds, 1)) + generator.normal(0, noise, (*count[:2], 1))
    values = values + generator.normal(0, noise / 10, count)
    for place, arm in enumerate(arms):
        gain = planted.get(arm, 0.0)
        if isinstance(gain, Mapping):
            values[place] += np.array([gain.get(target, gain.get("", 0.0)) for target, _ in cells])
        else:
            values[place] += gain
    frame = pd.DataFrame(
        {
            "encoder": "xlm-roberta-large",
            "intermediate": np.repeat(arms, seeds * len(cells)),
            "seed": np.tile(np.repeat(np.arange(1, seeds + 1), len(cells)), len(arms)),
            "target": np.tile([target for target, _ in cells], len(arms) * seeds),
            "language": np.tile([code for _, code in cells], len(arms) * seeds),
            "score": values.ravel(),
            "degenerate": False,
        }
    )
    spoken = {arm: set(arm.partition("@")[2].split("+")) - {"en"} for arm in arms}
    pairs = list(zip(frame["intermediate"], frame["language"], strict=True))
    frame["seen"] = [code in spoken[arm] for arm, code in pairs]
    again = {arm: REPEATED.get(arm.removesuffix("+mlm0.1").partition("@")[0], ()) for arm in arms}
    again |= {arm: ("xnli", "xquad", "mlqa") for arm in arms if arm.startswith("multitask")}
    frame["repeats"] = [
        target in again[arm] for arm, target in zip(frame["intermediate"], frame["target"], strict=True)
    ]
    frame["retrieval"] = frame["target"].isin(["bucc", "tatoeba"])
    held = study or full_study(test=test)
    return Evidence(
        study=held,
        scores=frame,
        amounts={},
        batch_sizes={},
        trainings={},
        encoders={},
        tasks=catalogue_of(held),
        planned=len(arms) * seeds * 9,
        finished=len(arms) * seeds * 9,
        confidence=0.95,
    )
