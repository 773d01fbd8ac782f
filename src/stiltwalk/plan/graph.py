"""A study as a graph: every step once, in an order in which parents come first, and the cells it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stiltwalk.plan.steps import PredictStep, PretrainStep, Step, TextData, TrainStep, key_of
from stiltwalk.spec.encoders import EncoderChoice, Pretrain, retrieval_layer
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import Training, find_recipe, training_for
from stiltwalk.spec.study import NONE_ARM, Study, TargetChoice, training_chain
from stiltwalk.spec.task import SplitName, Stage
from stiltwalk.spec.tasks import Catalogue, find_task


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What planning needs to know of a given encoder.

    Attributes:
        parent: how steps refer to it: ``encoder:`` and its content hash, or the key of a finished step.
        layers: its depth.
    """

    parent: str
    layers: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning needs to know of the world.

    Attributes:
        data: (task, split, language) → content hash, for all data that is there.
        encoders: hub id, folder or key of a finished step → its facts.
        vocabularies: path as the study writes it → content hash.
    """

    data: Mapping[tuple[str, SplitName, str], str]
    encoders: Mapping[str, EncoderFacts]
    vocabularies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """A step in its place: key, record, a title for people and the name of its encoder."""

    key: str
    step: Step
    title: str
    encoder: str

    @property
    def parents(self) -> tuple[str, ...]:
        """Keys of the steps it needs."""
        return self.step.parents


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the study's table: an encoder, an arm, a seed and a target, filled by one predict step."""

    encoder: str
    intermediate: str
    seed: int
    target: str
    key: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned study.

    Attributes:
        study: what was planned.
        nodes: key → step, parents before children.
        cells: what the steps are for.
        absent: (task, language) pairs that cannot be tested because their files are not there.
    """

    study: Study
    nodes: Mapping[str, Node]
    cells: tuple[Cell, ...]
    absent: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Builder:
    study: Study
    facts: Facts
    tasks: Catalogue
    nodes: dict[str, Node] = field(default_factory=dict)
    absent: dict[tuple[str, str], None] = field(default_factory=dict)

    def add(self, step: Step, title: str, encoder: str) -> str:
        key = key_of(step)
        self.nodes.setdefault(key, Node(key, step, title, encoder))
        return key

    def training(self, task: str, stage: Stage) -> Training:
        choice = self.study.recipe
        changed = choice.intermediate if stage == "intermediate" else choice.target
        record = find_task(task, self.tasks)
        return training_for(
            find_recipe(choice.name), record, stage, changed, choice.tasks.get(record.name, {})
        )

    def english(self, task: str, split: SplitName) -> str | None:
        return self.facts.data.get((task, split, SOURCE_LANGUAGE))


def build(study: Study, facts: Facts, tasks: Catalogue) -> Plan:
    """The graph of ``study``: equal steps are one.

    Raises:
        StudyError: data that a step needs is not there.
        UserError: a name or hyper-parameter that does not exist.
    """
    builder = _Builder(study, facts, tasks)
    cells = [
        _cell(builder, encoder, start, arm, seed, target)
        for encoder in study.encoders
        for start in [_start(builder, encoder)]
        for seed in study.seeds
        for arm in study.arms
        for target in study.targets
    ]
    return Plan(study, builder.nodes, tuple(cells), tuple(builder.absent))


def build_evaluation(study: Study, facts: Facts, tasks: Catalogue) -> Plan:
    """The graph that tests the one given model of ``study`` on its targets: nothing is trained.

    Raises:
        StudyError: none of a target's test files is there.
    """
    builder = _Builder(study, facts, tasks)
    (encoder,) = study.encoders
    (seed,) = study.seeds
    parent = _start(builder, encoder)
    cells = []
    for target in study.targets:
        key = _predict(builder, encoder, target, parent, (NONE_ARM, seed))
        caveats = tuple(find_task(target.task, tasks).caveats)
        cells.append(Cell(encoder.name, NONE_ARM, seed, target.task, key, caveats))
    return Plan(study, builder.nodes, tuple(cells), tuple(builder.absent))


def _start(builder: _Builder, encoder: EncoderChoice) -> str:
    """The parent reference from which everything of this encoder starts."""
    if encoder.pretrain is None:
        return builder.facts.encoders[encoder.source or ""].parent
    return builder.add(_pretrain(builder, encoder.pretrain), f"pretrain {encoder.name}", encoder.name)


def _pretrain(builder: _Builder, recipe: Pretrain) -> PretrainStep:
    text = tuple(
        TextData(task=task, language=language, fingerprint=fingerprint)
        for (task, split, language), fingerprint in sorted(builder.facts.data.items())
        if task in recipe.text and split == "train"
    )
    given = recipe.vocabulary is not None
    return PretrainStep(
        shape=recipe.shape,
        text=text,
        vocabulary=builder.facts.vocabularies[recipe.vocabulary] if recipe.vocabulary else None,
        vocabulary_kind="given" if given else recipe.vocabulary_kind,
        vocabulary_size=0 if given else recipe.vocabulary_size,
        training=recipe.training,
        seed=recipe.seed,
        execution=builder.study.execution.replace({"threads": recipe.threads}),
    )


def _cell(
    builder: _Builder, encoder: EncoderChoice, start: str, arm: str, seed: int, target: TargetChoice
) -> Cell:
    parent = start
    if arm != NONE_ARM:
        parent = _train(builder, "intermediate", arm, parent, seed, (encoder.name, arm))
    inherits: tuple[str, ...] = ()
    chain = training_chain(target, builder.tasks)
    for task in chain:
        parent = _train(builder, "target", task, parent, seed, (encoder.name, arm), inherits)
        inherits = (find_task(task, builder.tasks).type,)
    key = _predict(builder, encoder, target, parent, (arm, seed))
    return Cell(encoder.name, arm, seed, target.task, key, _caveats(builder, arm, target, chain))


def _train(
    builder: _Builder,
    stage: Stage,
    task: str,
    parent: str,
    seed: int,
    place: tuple[str, str],
    inherits: tuple[str, ...] = (),
) -> str:
    train = builder.english(task, "train")
    if train is None:
        raise StudyError(f"Task '{task}' has no English training data: its files are not there.")
    step = TrainStep(
        kind="intermediate" if stage == "intermediate" else "target",
        parent=parent,
        task=task,
        training=builder.training(task, stage),
        train=train,
        dev=builder.english(task, "dev"),
        inherits=inherits,
        seed=seed,
        execution=builder.study.execution,
    )
    encoder, arm = place
    after = "" if stage == "intermediate" or arm == NONE_ARM else f" after {arm}"
    return builder.add(step, f"{stage} {task}{after}, seed {seed}", encoder)


def _predict(
    builder: _Builder, encoder: EncoderChoice, target: TargetChoice, parent: str, place: tuple[str, int]
) -> str:
    task = find_task(target.task, builder.tasks)
    wanted = target.languages or task.languages
    data = {
        code: builder.facts.data[task.name, "test", code]
        for code in wanted
        if (task.name, "test", code) in builder.facts.data
    }
    builder.absent.update(dict.fromkeys((task.name, code) for code in wanted if code not in data))
    if not data:
        raise StudyError(f"Target '{task.name}' cannot be tested: none of its test files is there.")
    retrieval = task.type == "sentence-retrieval"
    step = PredictStep(
        parent=parent,
        task=task.name,
        data=data,
        max_tokens=builder.training(task.name, "target").max_tokens,
        layer=retrieval_layer(encoder, _layers(builder, encoder)) if retrieval else None,
        pooling="mean" if retrieval else None,
        execution=builder.study.execution,
    )
    arm, seed = place
    after = "" if arm == NONE_ARM else f" after {arm}"
    # an untouched encoder retrieves the same whatever the seed: one step serves them all
    seeded = "" if retrieval and arm == NONE_ARM else f", seed {seed}"
    return builder.add(step, f"predict {task.name}{after}{seeded}", encoder.name)


def _layers(builder: _Builder, encoder: EncoderChoice) -> int:
    if encoder.pretrain is not None:
        return encoder.pretrain.shape.layers
    return builder.facts.encoders[encoder.source or ""].layers


def _caveats(builder: _Builder, arm: str, target: TargetChoice, chain: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of everything a reader must know beside this cell's numbers."""
    found = list(find_task(target.task, builder.tasks).caveats)
    for task in chain:
        if task != target.task:
            found += find_task(task, builder.tasks).caveats
        if builder.english(task, "dev") is None:
            found.append("no-dev-set")
    if arm != NONE_ARM:
        found += find_task(arm, builder.tasks).caveats
    if chain != find_task(target.task, builder.tasks).trains_on:
        found.append(f"trained-on-{'+'.join(chain)}")
    if arm in chain:
        found.append("intermediate-repeats-target-training")
    return tuple(dict.fromkeys(found))
