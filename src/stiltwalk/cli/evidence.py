"""Gathering the evidence of a study from its plan and a store: all that a decision looks at, and no more."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from stiltwalk.analyse.evidence import Evidence, Training
from stiltwalk.analyse.reaching import Reached, looks_in
from stiltwalk.analyse.scores import scores
from stiltwalk.cli.evidence_encoders import encoder_sizes
from stiltwalk.engine.status import facts_of
from stiltwalk.metrics.noise_scale import NoiseScale, measured_in, noise_scale
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import ChooseStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study import catalogue_of
from stiltwalk.store.plans import Outline, outlines_of
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store

Run = tuple[str, str, int]
"""An encoder, an arm and a seed."""


def gathered(plan: Plan, store: Store, confidence: float | None = None) -> Evidence:
    """The evidence of the study of ``plan`` as far as its steps are finished in ``store``.

    Args:
        plan: of the study.
        store: where its steps lie.
        confidence: of intervals; ``None``: as the study's analysis says.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    study, rows = plan.study, study_rows(store, plan)
    keys = _intermediate(plan)
    facts = facts_of(store, [key for key in dict.fromkeys(keys.values()) if store.has(key)])
    tried = _tried(plan, store, facts)
    # a record without a mix is of a version that counted nothing
    trained = {key: _training(plan, store, key, own, tried) for key, own in facts.items() if "mix" in own}
    tasks = catalogue_of(study)
    return Evidence(
        study=study,
        scores=scores(rows, tasks),
        amounts=_of_arms(rows, "examples"),
        batch_sizes=_of_arms(rows, "batch_size"),
        trainings={run: trained[key] for run, key in keys.items() if key in trained},
        encoders=encoder_sizes(plan, store),
        tasks=tasks,
        planned=len(plan.cells),
        finished=sum(store.has(cell.key) for cell in plan.cells),
        confidence=study.analysis.confidence if confidence is None else confidence,
        wall_seconds={
            run: float(facts[key]["wall_seconds"])
            for run, key in keys.items()
            if key in facts and facts[key].get("wall_seconds") is not None
        },
    )


def _of_arms(rows: pd.DataFrame, column: str) -> dict[str, int]:
    """Arm → the number that its rows have in ``column``, of several the largest; ``none`` has none."""
    known = rows[rows["intermediate"] != NONE_ARM].dropna(subset=column)
    return {str(arm): int(most) for arm, most in known.groupby("intermediate")[column].max().items()}


def _intermediate(plan: Plan) -> dict[Run, str]:
    """The key of the intermediate training of every run that has one of its own."""
    steps = outlines_of(plan.nodes)
    idle = {NONE_ARM, *(arm.name for arm in plan.study.intermediate if arm.longer_by is not None)}
    found: dict[Run, str] = {}
    for cell in plan.cells:
        run = (cell.encoder, cell.intermediate, cell.seed)
        if cell.intermediate not in idle and run not in found:
            key = _behind(steps, cell.key)
            if key is not None:
                found[run] = key
    return found


def _behind(steps: Mapping[str, Outline], key: str) -> str | None:
    """The intermediate training that ``key`` is or goes back to; a step starts from its first parent."""
    while key in steps:
        step = steps[key]
        if step.kind == "intermediate":
            return key
        if step.kind not in {"predict", "target"} or not step.parents:
            return None
        key = step.parents[0]
    return None


def _tried(plan: Plan, store: Store, trained: Mapping[str, Any]) -> dict[str, float]:
    """Training → operations of all trials of one seed that its rate was chosen among, where it was."""
    choices = {
        key: step.rate_from
        for key in trained
        if isinstance(step := plan.nodes[key].step, TrainStep) and step.rate_from is not None
    }
    facts = facts_of(store, [key for key in dict.fromkeys(choices.values()) if store.has(key)])
    found = {}
    for key, choice in choices.items():
        step = plan.nodes[choice].step
        if choice in facts and isinstance(step, ChooseStep):
            found[key] = float(facts[choice]["flops"]) / len(step.trials[0].steps)
    return found


def _training(
    plan: Plan, store: Store, key: str, facts: Mapping[str, Any], tried: Mapping[str, float]
) -> Training:
    step = plan.nodes[key].step
    assert isinstance(step, TrainStep), "only they are intermediate trainings"
    watched = step.training.evaluate_every is not None or step.training.noise_scale_every > 0
    log = _log(store, key) if watched else []
    own = float(facts["flops"])
    return Training(
        steps=int(facts["steps"]),
        tokens=int(facts["tokens"]),
        flops=own,
        tried_flops=max(own, tried.get(key, own)),
        degenerate=bool(facts["degenerate"]),
        looks=tuple(_looks(log, facts)),
        noise_scale=_noise(log) if step.training.noise_scale_every else None,
    )


def _log(store: Store, key: str) -> list[dict[str, Any]]:
    path = store.folder(key) / "log.jsonl"
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError):
        raise UserError(
            f"{path} is missing or damaged. Delete {path.parent} and run the study again; only this step is "
            "computed anew."
        ) from None


def _looks(log: list[dict[str, Any]], facts: Mapping[str, Any]) -> Iterator[Reached]:
    """Looks on the way; where there were none the score of the finished model, if it has one."""
    looks = list(looks_in(log))
    yield from looks
    if not looks and facts.get("dev_score") is not None and math.isfinite(facts["dev_score"]):
        examples = sum(int(part["examples"]) for part in facts["mix"].values())
        yield Reached(int(facts["steps"]), examples, int(facts["tokens"]), float(facts["dev_score"]))


def _noise(log: list[dict[str, Any]]) -> NoiseScale | None:
    measured = measured_in(log)
    return noise_scale(measured) if measured else None
