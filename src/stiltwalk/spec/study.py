"""The study schema: a question, and everything that has to be trained and tested to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.arm_checks import check_arm
from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.encoders import EncoderChoice, Layers
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.labels import label_clash
from stiltwalk.spec.ladders import with_ladders
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.recipes import Override, check_override, find_recipe
from stiltwalk.spec.record import Record
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import expanded


class TargetChoice(Record):
    """A target task of a study.

    Attributes:
        task: its name.
        trains_on: tasks whose English training replaces the record's own (noted as a caveat on its rows).
        languages: test only these; ``None``: every language of the task whose files are there.
        split: which split is predicted and scored; Phang et al. 2020 print dev scores of most tasks.
        train_languages: languages of the training data, where its task has others than English: published
            translations ("translate-train"), or its own ("in-language"); ``all``: every one whose files are
            there.
        layers: retrieval without a head only: the hidden states (0: embeddings) that sentence vectors are
            made of: ``published``, ``all``, one index or several, which are read in one pass.
        pooling: the same: ``mean`` over all tokens, or the first token (``cls``); ``None``: the mean, but a
            sentence encoder's own pipeline where nothing is trained and no layer is chosen.
    """

    task: str
    trains_on: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = Field(None, min_length=1)
    split: Literal["test", "dev"] = "test"
    train_languages: tuple[str, ...] | Literal["all"] = Field((SOURCE_LANGUAGE,), min_length=1)
    layers: Layers = "published"
    pooling: Literal["mean", "cls"] | None = None

    @field_validator("layers", mode="before")
    @classmethod
    def _one_layer(cls, raw: object) -> object:
        return (raw,) if isinstance(raw, int) and not isinstance(raw, bool) else raw

    @field_validator("layers")
    @classmethod
    def _layers_that_can_be(cls, layers: Layers) -> Layers:
        if not isinstance(layers, str) and (not layers or min(layers) < 0 or len({*layers}) < len(layers)):
            raise ValueError(
                f"expected published, all, or different indices from 0 (embeddings) on, found {list(layers)}"
            )
        return layers

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"task": raw} if isinstance(raw, str) else raw


class RecipeChoice(Record):
    """A recipe, and what this study changes in it.

    Attributes:
        name: of the recipe.
        intermediate: changed hyper-parameters of the intermediate stage.
        target: changed hyper-parameters of the target stage.
        tasks: changed hyper-parameters of single tasks, in both stages.
    """

    name: str = "released"
    intermediate: Override = {}
    target: Override = {}
    tasks: Mapping[str, Override] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"name": raw} if isinstance(raw, str) else raw

    @property
    def label(self) -> str:
        """What result rows print: the name, starred where the study changed anything."""
        return f"{self.name}*" if self.intermediate or self.target or self.tasks else self.name


PredictionPrecision = Literal["as-trained", "bf16", "int8"]


class Execution(Record):
    """How steps are carried out; all of it is part of a step's key, for it moves the last bits.

    Attributes:
        precision: ``fp32`` or ``bf16`` (autocast).
        threads: processor threads of one step.
        micro_tokens: most tokens laid out in one forward pass, padding included.
        processes: how many processes share one training, each with a GPU or, on a CPU, ``threads`` threads
            of its own; predictions are made by one.
        prediction: the precision in which targets are predicted through a trained head: ``as-trained``,
            ``bf16`` (autocast), or ``int8`` (the encoder's linear layers, on a CPU). Every such step measures
            on a sample what that changes. Sentence vectors are always read as trained.
        checkpointing: whether training keeps of every layer only what goes into it, and computes the layer
            again on the way back: less memory, about a third more work, the same result.
    """

    precision: Literal["fp32", "bf16"] = "fp32"
    threads: int = Field(1, ge=1)
    micro_tokens: int = Field(4096, ge=64)
    processes: int = Field(1, ge=1)
    prediction: PredictionPrecision = "as-trained"
    checkpointing: bool = False


class Study(Record):
    """A study.

    Attributes:
        study: its name.
        question: what it asks.
        encoders: encoders to compare; a ladder stands for all of its sizes.
        intermediate: arms; ``none`` is always added.
        targets: target tasks; a benchmark's name stands for all of its tasks, in its languages.
        seeds: random seeds; a number N means 1 to N.
        recipe: hyper-parameters.
        execution: how steps are carried out.
        tasks: records of tasks that are not the package's own.
    """

    study: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)
    question: str = ""
    encoders: tuple[EncoderChoice, ...] = Field(min_length=1)
    intermediate: tuple[ArmChoice, ...] = ()
    targets: tuple[TargetChoice, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field((1, 2, 3), min_length=1)
    recipe: RecipeChoice = RecipeChoice()
    execution: Execution = Execution()
    tasks: tuple[Task, ...] = ()

    @field_validator("encoders", mode="before")
    @classmethod
    def _ladders(cls, raw: object) -> object:
        return with_ladders(raw) if isinstance(raw, list | tuple) else raw

    @field_validator("targets", mode="before")
    @classmethod
    def _benchmarks(cls, raw: object) -> object:
        return expanded(raw) if isinstance(raw, list | tuple) else raw

    @field_validator("seeds", mode="before")
    @classmethod
    def _count_of_seeds(cls, raw: object) -> object:
        if isinstance(raw, bool) or not isinstance(raw, int):
            return raw
        if raw < 1:
            raise ValueError(f"needs at least one seed, found {raw}")
        return tuple(range(1, raw + 1))

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for field, names in (
            ("encoders", [encoder.name for encoder in self.encoders]),
            ("intermediate", [arm.name for arm in self.intermediate]),
            ("targets", [target.task for target in self.targets]),
            ("seeds", list(self.seeds)),
            ("tasks", [task.name for task in self.tasks]),
        ):
            twice = sorted({str(name) for name in names if names.count(name) > 1})  # type: ignore[arg-type]
            if twice:
                cure = "give each a name of its own" if field == "intermediate" else "name each once"
                raise ValueError(f"{field} lists {', '.join(twice)} twice; {cure}")
        return self

    @field_validator("intermediate")
    @classmethod
    def _without_baseline(cls, arms: tuple[ArmChoice, ...]) -> tuple[ArmChoice, ...]:
        """The baseline needs no naming, but may be named."""
        return tuple(arm for arm in arms if arm.name != NONE_ARM)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of every arm, the baseline first."""
        return (NONE_ARM, *(arm.name for arm in self.intermediate))

    def recipe_of(self, arm: str) -> str:
        """What result rows of the arm called ``arm`` print: the recipe, starred where anything changed."""
        changed = any(each.training for each in self.intermediate if each.name == arm)
        return f"{self.recipe.name}*" if changed else self.recipe.label

    @property
    def raw_text(self) -> tuple[str, ...]:
        """Names of every raw-text task that its encoders or arms are trained on."""
        pretrained = [e.pretrain.text for e in self.encoders if e.pretrain]
        mixed = [arm.masked_lm.text for arm in self.intermediate if arm.masked_lm]
        return tuple(dict.fromkeys(name for names in (*pretrained, *mixed) for name in names))


def catalogue_of(study: Study, tasks: Catalogue = TASKS) -> Catalogue:
    """Every task that ``study`` may name: ``tasks``, and those it declares itself."""
    return {**tasks, **{task.name: task for task in study.tasks}}


def check_study(study: Study, tasks: Catalogue = TASKS, *, trained: bool = True) -> Study:
    """``study``, once every name in it is known and every task stands where it can.

    Args:
        study: the study.
        tasks: every known task that it does not declare itself.
        trained: whether anything is trained; a model that is only tested needs no tasks to train on.

    Raises:
        UserError: an unknown name (the nearest is suggested), or a task in a place it cannot fill.
    """
    tasks = catalogue_of(study, tasks)
    find_recipe(study.recipe.name)
    check_override(study.recipe.intermediate, "recipe.intermediate")
    check_override(study.recipe.target, "recipe.target")
    for name, override in study.recipe.tasks.items():
        check_override(override, f"recipe.tasks.{name}")
        _check_used(name, override, study, tasks)
    for text in study.raw_text:
        if "text" not in find_task(text, tasks).stages:
            raise StudyError(f"'{text}' is no raw text. Raw text: {_texts(tasks)}.")
    for arm in study.intermediate:
        for name in arm.trained:
            _check_trainable(name, "an intermediate arm", tasks)
        check_arm(arm, tasks)
    for target in study.targets:
        _check_tested(target, tasks)
        if trained:
            _check_target(target, tasks)
    _check_prediction(study, tasks)
    return study


def training_chain(target: TargetChoice, tasks: Catalogue = TASKS) -> tuple[str, ...]:
    """The tasks a target is trained on in English, in order; empty for retrieval."""
    return target.trains_on if target.trains_on is not None else find_task(target.task, tasks).trains_on


def reads_layers(target: TargetChoice, tasks: Catalogue = TASKS) -> bool:
    """Whether sentences are compared by the encoder's own states: retrieval that no head is trained for."""
    task = find_task(target.task, tasks)
    return task.type == "sentence-retrieval" and not task.scoring.ranks


def trained_languages(target: TargetChoice, task: Task) -> tuple[str, ...]:
    """The languages in which ``task`` trains the target: of those it has, the ones that are asked for."""
    known = task.split("train").every_language
    if target.train_languages == "all":
        return known
    return tuple(code for code in target.train_languages if code in known)


def _check_used(name: str, override: Override, study: Study, tasks: Catalogue) -> None:
    """Refuse changed hyper-parameters that would change nothing."""
    find_task(name, tasks)
    chains = {target.task: training_chain(target, tasks) for target in study.targets}
    if any(name in arm.trained for arm in study.intermediate) or any(name in c for c in chains.values()):
        return
    if name not in chains:
        raise StudyError(f"recipe.tasks.{name}: this study does not train on '{name}'.")
    idle = sorted(set(override) - {"max_tokens"})
    if idle:
        raise StudyError(
            f"recipe.tasks.{name}: {', '.join(idle)} would change nothing: '{name}' is only tested"
            + (f", it trains on {', '.join(chains[name])}. Set it there." if chains[name] else ".")
        )


def _texts(tasks: Catalogue) -> str:
    return ", ".join(sorted(name for name, task in tasks.items() if "text" in task.stages))


def _check_trainable(name: str, place: str, tasks: Catalogue) -> None:
    task = find_task(name, tasks)
    if task.scorer is None or SOURCE_LANGUAGE not in getattr(task.splits.get("train"), "languages", ()):
        raise StudyError(f"Task '{name}' cannot be {place}: it has no labelled English training data.")


def _check_tested(target: TargetChoice, tasks: Catalogue) -> None:
    task = find_task(target.task, tasks)
    if "target" not in task.stages:
        raise StudyError(
            f"Task '{task.name}' is no target task: it has no test languages. "
            f"Targets: {', '.join(sorted(n for n, t in tasks.items() if 'target' in t.stages))}."
        )
    known = task.split(target.split).languages
    for code in target.languages or ():
        language(code)
        if code not in known:
            raise StudyError(f"Task '{task.name}' has no language '{code}'. It has: {', '.join(known)}.")
    if (target.layers != "published" or target.pooling is not None) and not reads_layers(target, tasks):
        raise StudyError(
            f"Target '{task.name}': layers and pooling would change nothing: it is predicted by a trained "
            "head, which reads the last layer. Leave them out."
        )


def _check_prediction(study: Study, tasks: Catalogue) -> None:
    """Refuse a precision of prediction where nothing is predicted through a head."""
    if study.execution.prediction == "as-trained":
        return
    if all(find_task(target.task, tasks).type == "sentence-retrieval" for target in study.targets):
        raise StudyError(
            f"execution.prediction: {study.execution.prediction} would change nothing: all targets are "
            "retrieval, whose sentence vectors are read as trained. Leave it out."
        )


def _check_target(target: TargetChoice, tasks: Catalogue) -> None:
    task = find_task(target.task, tasks)
    chain = training_chain(target, tasks)
    for name in chain:
        _check_trainable(name, f"what '{task.name}' trains on", tasks)
    _check_train_languages(target, chain, tasks)
    if not chain and not reads_layers(target, tasks):
        raise StudyError(
            f"Target '{task.name}' is {task.type} and must be trained: name a task in trains_on."
        )
    if reads_layers(target, tasks):
        return
    if chain:
        _check_heads(task, [find_task(name, tasks) for name in chain])


def _check_heads(task: Task, chain: Sequence[Task]) -> None:
    """Refuse training whose last head cannot answer the target, or whose heads cannot be trained on."""
    for earlier, later in pairwise(chain):
        if earlier.type == later.type and earlier.labels != later.labels:
            raise StudyError(
                f"Target '{task.name}': '{later.name}' would train the head of '{earlier.name}' on, but "
                f"their labels differ: {label_clash(earlier, later) or label_clash(later, earlier)}. "
                "Leave one of them out."
            )
    last = chain[-1]
    if last.type != task.type:
        raise StudyError(
            f"Target '{task.name}' is {task.type}, but '{last.name}', which it trains on, is {last.type}. "
            "Train it on a task of its own type."
        )
    if clash := label_clash(last, task):
        raise StudyError(f"Target '{task.name}' cannot train on {clash}. Train it on a task with its labels.")


def _check_train_languages(target: TargetChoice, chain: tuple[str, ...], tasks: Catalogue) -> None:
    """Refuse training languages that no training task of the target has."""
    if target.train_languages == "all":
        return
    there = {code for name in chain for code in find_task(name, tasks).split("train").every_language}
    for code in target.train_languages:
        language(code)
        if code != SOURCE_LANGUAGE and code not in there:
            raise StudyError(
                f"Target '{target.task}': no training data in '{code}'. There is: {', '.join(sorted(there))}."
            )
