"""A study as a graph: every step once, in an order in which parents come first, and the cells it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stiltwalk.plan.steps import PredictStep, PretrainStep, Step, TextData, key_of
from stiltwalk.plan.training import intermediate_step, target_step, task_data
from stiltwalk.plan.vectors import Vectors, vectors_of
from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.encoders import EncoderChoice, Pretrain
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import UNKNOWN, Nature, Reading, reading_caveats, reading_of
from stiltwalk.spec.recipes import Override, Training, find_recipe, training_for
from stiltwalk.spec.sentence_encoders import SentencePipeline
from stiltwalk.spec.study import (
    Execution,
    Study,
    TargetChoice,
    reads_layers,
    trained_languages,
    training_chain,
)
from stiltwalk.spec.task import SplitName, Stage, Task
from stiltwalk.spec.tasks import Catalogue, find_task


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What planning needs to know of a given encoder.

    Attributes:
        parent: how steps refer to it: ``encoder:`` and its content hash, or the key of a finished step.
        layers: its depth.
        sentences: how it makes a sentence's vector, if it was saved as a sentence encoder.
        nature: what its config says of how it can be read.
        trained: how it was read when it was trained, if it is a finished step.
    """

    parent: str
    layers: int
    sentences: SentencePipeline | None = None
    nature: Nature = UNKNOWN
    trained: Reading | None = None


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
        untuned: those of them whose test files are there, but not the dev files a threshold is tuned on.
    """

    study: Study
    nodes: Mapping[str, Node]
    cells: tuple[Cell, ...]
    absent: tuple[tuple[str, str], ...]
    untuned: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Builder:
    study: Study
    facts: Facts
    tasks: Catalogue
    nodes: dict[str, Node] = field(default_factory=dict)
    absent: dict[tuple[str, str], None] = field(default_factory=dict)
    untuned: dict[tuple[str, str], None] = field(default_factory=dict)

    def plan(self, cells: list[Cell]) -> Plan:
        return Plan(self.study, self.nodes, tuple(cells), tuple(self.absent), tuple(self.untuned))

    def there(self, task: str, split: SplitName, wanted: tuple[str, ...]) -> dict[str, str]:
        data = self.facts.data
        return {code: data[task, split, code] for code in wanted if (task, split, code) in data}

    def add(self, step: Step, title: str, encoder: str) -> str:
        key = key_of(step)
        self.nodes.setdefault(key, Node(key, step, title, encoder))
        return key

    def training(self, task: str, stage: Stage, own: Override | None = None) -> Training:
        choice = self.study.recipe
        changed = choice.intermediate if stage == "intermediate" else choice.target
        record = find_task(task, self.tasks)
        return training_for(
            find_recipe(choice.name), record, stage, changed, choice.tasks.get(record.name, {}), own or {}
        )

    def text(self, names: tuple[str, ...]) -> tuple[TextData, ...]:
        """The raw text of those tasks in every language that is there."""
        return tuple(
            TextData(task=task, language=language, fingerprint=fingerprint)
            for (task, split, language), fingerprint in sorted(self.facts.data.items())
            if task in names and split == "train"
        )

    def named(self, name: str) -> EncoderChoice:
        return next(encoder for encoder in self.study.encoders if encoder.name == name)

    def nature(self, encoder: EncoderChoice) -> Nature:
        if encoder.pretrain is not None:
            return Nature(architecture=encoder.pretrain.shape.architecture)
        return self.facts.encoders[encoder.source or ""].nature

    def reading(self, encoder: EncoderChoice) -> Reading:
        given = self.facts.encoders.get(encoder.source or "")
        trained = given.trained if given is not None else None
        return reading_of(encoder.name, self.nature(encoder), encoder.attention, encoder.pooling, trained)

    @property
    def training_execution(self) -> Execution:
        """The study's, of which a training does not care how its model will predict."""
        return self.study.execution.replace({"prediction": "as-trained"})

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
        for arm in (None, *study.intermediate)
        for target in study.targets
    ]
    return builder.plan(cells)


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
        caveats = (*find_task(target.task, tasks).caveats, *_encoder_caveats(builder, encoder, target))
        cells.append(Cell(encoder.name, NONE_ARM, seed, target.task, key, caveats))
    return builder.plan(cells)


def _start(builder: _Builder, encoder: EncoderChoice) -> str:
    """The parent reference from which everything of this encoder starts."""
    if encoder.pretrain is None:
        return builder.facts.encoders[encoder.source or ""].parent
    return builder.add(_pretrain(builder, encoder.pretrain), f"pretrain {encoder.name}", encoder.name)


def _pretrain(builder: _Builder, recipe: Pretrain) -> PretrainStep:
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
    builder: _Builder,
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
    key = _predict(builder, encoder, target, parent, (name, seed))
    caveats = (*_caveats(builder, arm, target, chain), *_encoder_caveats(builder, encoder, target))
    return Cell(encoder.name, name, seed, target.task, key, caveats)


def _train_between(builder: _Builder, arm: ArmChoice, parent: str, seed: int, place: tuple[str, str]) -> str:
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
    builder: _Builder,
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


def _predict(
    builder: _Builder, encoder: EncoderChoice, target: TargetChoice, parent: str, place: tuple[str, int]
) -> str:
    task = find_task(target.task, builder.tasks)
    data, dev = _tested(builder, task, target)
    if not data:
        files = f"{target.split} files"
        lacking = "languages has both test and dev files" if task.scoring.tuned else f"{files} is there"
        raise StudyError(f"Target '{task.name}' cannot be tested: none of its {lacking}.")
    compared, reading = reads_layers(target, builder.tasks), builder.reading(encoder)
    vectors = _vectors(builder, encoder, target, parent) if compared else Vectors()
    step = PredictStep(
        parent=parent,
        task=task.name,
        split=target.split,
        data=data,
        dev=dev,
        max_tokens=builder.training(task.name, "target").max_tokens,
        layer=vectors.layer,
        layers=vectors.layers,
        pooling=vectors.pooling,
        prefix=vectors.prefix,
        reading=reading,
        execution=_predicting(builder.study.execution, task),
    )
    arm, seed = place
    after = "" if arm == NONE_ARM else f" after {arm}"
    # an untouched encoder retrieves the same whatever the seed: one step serves them all
    untouched = compared and arm == NONE_ARM and not training_chain(target, builder.tasks)
    seeded = "" if untouched else f", seed {seed}"
    return builder.add(step, f"predict {task.name}{after}{seeded}", encoder.name)


def _predicting(execution: Execution, task: Task) -> Execution:
    """Of one process, whatever the study's trainings are: several predictions run side by side.

    Without a way back there is nothing to checkpoint; sentence vectors are read as trained, and to predict as
    trained has but one name.
    """
    same = execution.prediction == execution.precision or task.type == "sentence-retrieval"
    alone = execution.replace({"processes": 1, "checkpointing": False})
    return alone.replace({"prediction": "as-trained"}) if same else alone


def _tested(builder: _Builder, task: Task, target: TargetChoice) -> tuple[dict[str, str], dict[str, str]]:
    """Language → its test data, and → the dev data its threshold is tuned on; what is not there is noted."""
    wanted = target.languages or task.split(target.split).languages
    test = builder.there(task.name, target.split, wanted)
    dev = builder.there(task.name, "dev", wanted) if task.scoring.tuned else {}
    data = {code: content for code, content in test.items() if code in dev or not task.scoring.tuned}
    builder.absent.update(dict.fromkeys((task.name, code) for code in wanted if code not in data))
    builder.untuned.update(dict.fromkeys((task.name, code) for code in test if code not in data))
    return data, {code: content for code, content in dev.items() if code in data}


def _vectors(builder: _Builder, encoder: EncoderChoice, target: TargetChoice, parent: str) -> Vectors:
    facts = builder.facts.encoders.get(encoder.source or "")
    untrained = facts is not None and parent == facts.parent and not builder.study.intermediate
    sentences = facts.sentences if facts is not None else None
    return vectors_of(encoder, target, _layers(builder, encoder), sentences, untrained=untrained)


def _layers(builder: _Builder, encoder: EncoderChoice) -> int:
    if encoder.pretrain is not None:
        return encoder.pretrain.shape.layers
    return builder.facts.encoders[encoder.source or ""].layers


def _encoder_caveats(builder: _Builder, encoder: EncoderChoice, target: TargetChoice) -> tuple[str, ...]:
    """What a reader must know of the encoder itself, and of how it is read."""
    facts = builder.facts.encoders.get(encoder.source or "")
    task = find_task(target.task, builder.tasks)
    read = reading_caveats(builder.reading(encoder), builder.nature(encoder), task)
    return ("sentence-encoder", *read) if facts is not None and facts.sentences is not None else read


def _caveats(
    builder: _Builder, arm: ArmChoice | None, target: TargetChoice, chain: tuple[str, ...]
) -> tuple[str, ...]:
    """Ids of everything a reader must know beside this cell's numbers."""
    found = list(find_task(target.task, builder.tasks).caveats)
    for task in chain:
        if task != target.task:
            found += find_task(task, builder.tasks).caveats
        if builder.english(task, "dev") is None:
            found.append("no-dev-set")
        if set(trained_languages(target, find_task(task, builder.tasks))) - {SOURCE_LANGUAGE}:
            found.append("trained-beyond-english")
    if target.split == "dev":
        found.append("dev-split")
    trained = arm.trained if arm else ()
    for task in (*trained, *(arm.masked_lm.text if arm and arm.masked_lm else ())):
        found += find_task(task, builder.tasks).caveats
    if chain != find_task(target.task, builder.tasks).trains_on:
        found.append(f"trained-on-{'+'.join(chain)}")
    if any(_same_data(builder, one, task) for one in trained for task in chain):
        found.append("intermediate-repeats-target-training")
    return tuple(dict.fromkeys(found))


def _same_data(builder: _Builder, *names: str) -> bool:
    """Whether two tasks are one, made from the same one, or one of them is a part of the other."""
    records = [find_task(name, builder.tasks) for name in names]
    one, other = ({task.name, *task.made_from, *(part.name for part in task.parts)} for task in records)
    return not one.isdisjoint(other)
