"""A study as a graph: every step once, in an order in which parents come first, and the cells it fills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from stiltwalk.plan.batches import require_full_batches
from stiltwalk.plan.builder import Builder
from stiltwalk.plan.caveats import arm_caveats, encoder_caveats
from stiltwalk.plan.facts import Facts
from stiltwalk.plan.measuring import add_measurement
from stiltwalk.plan.mixes import arm_data
from stiltwalk.plan.nodes import Cell, Plan
from stiltwalk.plan.predictions import add_prediction
from stiltwalk.plan.training import intermediate_step, target_step, task_data
from stiltwalk.plan.trainings import PretrainStep, TaskData, TrainStep
from stiltwalk.plan.tuning import arm_candidates, arm_trainings, tuned
from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.encoders import EncoderChoice, Pretrain
from stiltwalk.spec.study import Study
from stiltwalk.spec.targets import TargetChoice, trained_languages, training_chain
from stiltwalk.spec.tasks import Catalogue, find_task


def build(study: Study, facts: Facts, tasks: Catalogue) -> Plan:
    """The graph of ``study``: equal steps are one.

    Raises:
        StudyError: data that a step needs is not there.
        UserError: a name or hyper-parameter that does not exist.
    """
    builder = Builder(study, facts, tasks)
    cells = [
        cell
        for goals in [[_goal(builder, target) for target in study.targets]]
        for encoder in study.encoders
        for start in [_start(builder, encoder)]
        for seed in study.seeds
        for arm in (None, *study.intermediate)
        for cell in _cells(builder, encoder, start, arm, seed, goals)
    ]
    for encoder in study.encoders:  # alone on the machine, so after all that runs side by side
        add_measurement(builder, encoder, _start(builder, encoder))
    return builder.plan(cells)


def build_evaluation(study: Study, facts: Facts, tasks: Catalogue) -> Plan:
    """The graph that tests the one given model of ``study`` on its targets: nothing is trained.

    Raises:
        StudyError: none of a target's test files is there.
    """
    builder = Builder(study, facts, tasks)
    (encoder,) = study.encoders
    (seed,) = study.seeds
    parent = _start(builder, encoder)
    cells = []
    for target in study.targets:
        key = add_prediction(builder, encoder, target, parent, (NONE_ARM, seed))
        caveats = (*find_task(target.task, tasks).caveats, *encoder_caveats(builder, encoder, target))
        cells.append(Cell(encoder.name, NONE_ARM, seed, target.task, key, caveats))
    add_measurement(builder, encoder, parent)
    return builder.plan(cells)


def _start(builder: Builder, encoder: EncoderChoice) -> str:
    """The parent reference from which everything of this encoder starts."""
    if encoder.pretrain is None:
        return builder.facts.encoders[encoder.source or ""].parent
    return builder.add(_pretrain(builder, encoder.pretrain), f"pretrain {encoder.name}", encoder.name)


def _pretrain(builder: Builder, recipe: Pretrain) -> PretrainStep:
    given = recipe.vocabulary is not None
    return PretrainStep(
        shape=recipe.shape,
        text=builder.text(recipe.text),
        vocabulary=builder.facts.vocabularies[recipe.vocabulary] if recipe.vocabulary else None,
        vocabulary_kind="given" if given else recipe.vocabulary_kind,
        vocabulary_size=0 if given else recipe.vocabulary_size,
        training=recipe.training,
        seed=recipe.seed,
        execution=builder.training_execution.replace({"threads": recipe.threads}),
    )


class _Stage(NamedTuple):
    """One of the trainings behind a target: its data, the languages of it, and the heads that it inherits."""

    part: TaskData
    languages: tuple[str, ...]
    inherits: tuple[str, ...]

    def after(self, arm: str) -> str:
        """What it is called."""
        spoken = f" in {'+'.join(self.languages)}" if self.part.others else ""
        return f"target {self.part.task}{'' if arm == NONE_ARM else f' after {arm}'}{spoken}"


@dataclass(frozen=True, slots=True)
class _Goal:
    """A target with what is the same for every encoder, arm and seed: its trainings.

    ``caveats`` are those of each arm, by its name, and of each encoder as it is and as it was trained.
    """

    target: TargetChoice
    stages: tuple[_Stage, ...]
    caveats: dict[tuple[str, bool] | str, tuple[str, ...]] = field(default_factory=dict)


def _goal(builder: Builder, target: TargetChoice) -> _Goal:
    return _Goal(target, tuple(_stages(builder, target)))


def _cells(
    builder: Builder,
    encoder: EncoderChoice,
    start: str,
    arm: ArmChoice | None,
    seed: int,
    goals: Sequence[_Goal],
) -> Iterator[Cell]:
    """The cells of one arm: what it trains in between serves all targets."""
    name = arm.name if arm else NONE_ARM
    parent, longer_by = start, None
    if arm is not None and arm.longer_by is not None:
        # without training a target cannot be trained for longer
        goals = [goal for goal in goals if goal.stages]
        other = next(each for each in builder.study.intermediate if each.name == arm.longer_by)
        longer_by = _train_between(builder, other, start, seed, encoder.name) if goals else None
    elif arm is not None:
        parent = _train_between(builder, arm, start, seed, encoder.name)
    for goal in goals:
        trained = _train(builder, goal.stages, (start, parent), seed, (encoder.name, name), longer_by)
        key = add_prediction(builder, encoder, goal.target, trained, (name, seed))
        caveats = _caveats(builder, encoder, arm, goal, trained=trained != start)
        yield Cell(encoder.name, name, seed, goal.target.task, key, caveats)


def _caveats(
    builder: Builder, encoder: EncoderChoice, arm: ArmChoice | None, goal: _Goal, *, trained: bool
) -> tuple[str, ...]:
    said, name = goal.caveats, arm.name if arm else NONE_ARM
    if name not in said:
        chain = tuple(stage.part.task for stage in goal.stages)
        said[name] = arm_caveats(builder, arm, goal.target, chain)
    if (encoder.name, trained) not in said:
        own = encoder_caveats(builder, encoder, goal.target, trained=trained)
        said[encoder.name, trained] = own
    return (*said[name], *said[encoder.name, trained])


def _train_between(builder: Builder, arm: ArmChoice, parent: str, seed: int, encoder: str) -> str:
    what = f"intermediate {arm.name}"
    trial = partial(_between, builder, arm, parent, encoder)
    step = tuned(builder, trial(seed), arm_candidates(builder, arm), (encoder, what), trial)
    return builder.add(step, f"{what}, seed {seed}", encoder)


def _between(builder: Builder, arm: ArmChoice, parent: str, encoder: str, seed: int) -> TrainStep:
    """What ``arm`` trains, at one learning rate."""
    parts = arm_data(builder, arm, arm_trainings(builder, arm), seed)
    require_full_batches(builder, parts, "intermediate", arm)
    return intermediate_step(
        arm,
        parts,
        builder.text(arm.masked_lm.text) if arm.masked_lm else (),
        parent,
        builder.reading(builder.named(encoder)),
        seed,
        builder.training_execution,
        builder.adaptation(builder.named(encoder)),
    )


def _stages(builder: Builder, target: TargetChoice) -> Iterator[_Stage]:
    inherits: tuple[str, ...] = ()
    for name in training_chain(target, builder.tasks):
        task = find_task(name, builder.tasks)
        languages = trained_languages(target, task)
        if target.train_languages == "all":
            languages = tuple(builder.there(name, "train", languages))
        part = task_data(name, builder.facts.data, languages, builder.training(name, "target"), name)
        require_full_batches(builder, (part,), "target")
        yield _Stage(part, languages, inherits)
        inherits = (task.type,)


def _train(
    builder: Builder,
    stages: tuple[_Stage, ...],
    starts: tuple[str, str],
    seed: int,
    place: tuple[str, str],
    longer_by: str | None = None,
) -> str:
    """The key of the last of ``stages``, the first of which begins where the arm of ``place`` has ended.

    The last goes on for as many steps as the training ``longer_by`` took, if there is one.
    ``starts`` are where the encoder begins and where that arm has ended. A rate that dev scores choose is
    chosen on the arm without intermediate training.
    """
    (start, parent), (encoder, arm) = starts, place
    for index, stage in enumerate(stages):
        step = _target(builder, stage, parent, encoder, seed)
        if longer_by is not None and index == len(stages) - 1:
            step = step.replace({"longer_by": longer_by})
        way = tuple("+".join((each.part.task, *each.languages)) for each in stages[: index + 1])
        trial = partial(_untouched, builder, stages[: index + 1], start, encoder)
        rates = builder.study.recipe.rates.target or ()
        step = tuned(builder, step, rates, (encoder, *way, stage.after(NONE_ARM)), trial)
        parent = builder.add(step, f"{stage.after(arm)}, seed {seed}", encoder)
    return parent


def _untouched(
    builder: Builder, stages: tuple[_Stage, ...], start: str, encoder: str, seed: int
) -> TrainStep:
    """The last of ``stages`` at one learning rate, without intermediate training before the first."""
    parent = _train(builder, stages[:-1], (start, start), seed, (encoder, NONE_ARM))
    return _target(builder, stages[-1], parent, encoder, seed)


def _target(builder: Builder, stage: _Stage, parent: str, encoder: str, seed: int) -> TrainStep:
    choice = builder.named(encoder)
    reading, adaptation = builder.reading(choice), builder.adaptation(choice)
    execution = builder.training_execution
    return target_step(stage.part, parent, stage.inherits, reading, seed, execution, adaptation)
