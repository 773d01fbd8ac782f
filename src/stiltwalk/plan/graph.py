"""A study as a graph: every step once, in an order in which parents come first, and the cells it fills."""

from __future__ import annotations

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.caveats import arm_caveats, encoder_caveats
from stiltwalk.plan.facts import Facts
from stiltwalk.plan.nodes import Cell, Plan
from stiltwalk.plan.predictions import add_prediction
from stiltwalk.plan.steps import PretrainStep
from stiltwalk.plan.training import intermediate_step, target_step, task_data
from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.encoders import EncoderChoice, Pretrain
from stiltwalk.spec.languages import SOURCE_LANGUAGE
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
        _cell(builder, encoder, start, arm, seed, target)
        for encoder in study.encoders
        for start in [_start(builder, encoder)]
        for seed in study.seeds
        for arm in (None, *study.intermediate)
        for target in study.targets
    ]
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


def _cell(
    builder: Builder,
    encoder: EncoderChoice,
    start: str,
    arm: ArmChoice | None,
    seed: int,
    target: TargetChoice,
) -> Cell:
    name = arm.name if arm else NONE_ARM
    place, parent = (encoder.name, name), start
    if arm is not None:
        parent = _train_between(builder, arm, parent, seed, place)
    inherits: tuple[str, ...] = ()
    chain = training_chain(target, builder.tasks)
    for task in chain:
        languages = trained_languages(target, find_task(task, builder.tasks))
        if target.train_languages == "all":
            languages = tuple(builder.there(task, "train", languages))
        parent = _train(builder, task, parent, seed, place, inherits, languages)
        inherits = (find_task(task, builder.tasks).type,)
    key = add_prediction(builder, encoder, target, parent, (name, seed))
    caveats = (*arm_caveats(builder, arm, target, chain), *encoder_caveats(builder, encoder, target))
    return Cell(encoder.name, name, seed, target.task, key, caveats)


def _train_between(builder: Builder, arm: ArmChoice, parent: str, seed: int, place: tuple[str, str]) -> str:
    data, english = builder.facts.data, (SOURCE_LANGUAGE,)
    trainings = {name: builder.training(name, "intermediate", arm.training) for name in arm.trained}
    parts = [task_data(name, data, english, each, arm.head_of(name)) for name, each in trainings.items()]
    step = intermediate_step(
        arm,
        parts,
        builder.text(arm.masked_lm.text) if arm.masked_lm else (),
        parent,
        builder.reading(builder.named(place[0])),
        seed,
        builder.training_execution,
    )
    return builder.add(step, f"intermediate {arm.name}, seed {seed}", place[0])


def _train(
    builder: Builder,
    task: str,
    parent: str,
    seed: int,
    place: tuple[str, str],
    inherits: tuple[str, ...],
    languages: tuple[str, ...],
) -> str:
    encoder, arm = place
    part = task_data(task, builder.facts.data, languages, builder.training(task, "target"), task)
    reading = builder.reading(builder.named(encoder))
    step = target_step(part, parent, inherits, reading, seed, builder.training_execution)
    spoken = f" in {'+'.join(languages)}" if part.others else ""
    what = task if arm == NONE_ARM else f"{task} after {arm}"
    return builder.add(step, f"target {what}{spoken}, seed {seed}", encoder)
