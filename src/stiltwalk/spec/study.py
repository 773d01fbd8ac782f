"""The study schema: a question, and everything that has to be trained and tested to answer it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.recipes import Override, check_override, find_recipe
from stiltwalk.spec.record import Record, parse
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task


class TargetChoice(Record):
    """A target task of a study.

    Attributes:
        task: its name.
        trains_on: tasks whose English training replaces the record's own (noted as a caveat on its rows).
        languages: test only these; ``None``: every language of the task whose files are there.
    """

    task: str
    trains_on: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = Field(None, min_length=1)

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


class Execution(Record):
    """How steps are carried out; all of it is part of a step's key, for it moves the last bits.

    Attributes:
        precision: ``fp32`` or ``bf16`` (autocast).
        threads: processor threads of one step.
        micro_tokens: most tokens laid out in one forward pass, padding included.
    """

    precision: Literal["fp32", "bf16"] = "fp32"
    threads: int = Field(1, ge=1)
    micro_tokens: int = Field(4096, ge=64)


class Study(Record):
    """A study.

    Attributes:
        study: its name.
        question: what it asks.
        encoders: encoders to compare.
        intermediate: arms; ``none`` is always added.
        targets: target tasks.
        seeds: random seeds; a number N means 1 to N.
        recipe: hyper-parameters.
        execution: how steps are carried out.
    """

    study: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)
    question: str = ""
    encoders: tuple[EncoderChoice, ...] = Field(min_length=1)
    intermediate: tuple[ArmChoice, ...] = ()
    targets: tuple[TargetChoice, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field((1, 2, 3), min_length=1)
    recipe: RecipeChoice = RecipeChoice()
    execution: Execution = Execution()

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
        ):
            twice = sorted({str(name) for name in names if names.count(name) > 1})  # type: ignore[arg-type]
            if twice:
                raise ValueError(f"{field} lists {', '.join(twice)} twice; name each once")
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

    @property
    def raw_text(self) -> tuple[str, ...]:
        """Names of every raw-text task that its encoders or arms are trained on."""
        pretrained = [e.pretrain.text for e in self.encoders if e.pretrain]
        mixed = [arm.masked_lm.text for arm in self.intermediate if arm.masked_lm]
        return tuple(dict.fromkeys(name for names in (*pretrained, *mixed) for name in names))


def check_study(study: Study, tasks: Catalogue = TASKS) -> Study:
    """``study``, once every name in it is known and every task stands where it can.

    Raises:
        UserError: an unknown name (the nearest is suggested), or a task in a place it cannot fill.
    """
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
        _check_trainable(arm.task, "an intermediate arm", tasks)
    for target in study.targets:
        _check_target(target, tasks)
    return study


def training_chain(target: TargetChoice, tasks: Catalogue = TASKS) -> tuple[str, ...]:
    """The tasks a target is trained on in English, in order; empty for retrieval."""
    return target.trains_on if target.trains_on is not None else find_task(target.task, tasks).trains_on


def _check_used(name: str, override: Override, study: Study, tasks: Catalogue) -> None:
    """Refuse changed hyper-parameters that would change nothing."""
    find_task(name, tasks)
    chains = {target.task: training_chain(target, tasks) for target in study.targets}
    if any(name == arm.task for arm in study.intermediate) or any(name in chain for chain in chains.values()):
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


def _check_target(target: TargetChoice, tasks: Catalogue) -> None:
    task = find_task(target.task, tasks)
    if "target" not in task.stages:
        raise StudyError(
            f"Task '{task.name}' is no target task: it has no test languages. "
            f"Targets: {', '.join(sorted(n for n, t in tasks.items() if 'target' in t.stages))}."
        )
    for code in target.languages or ():
        language(code)
        if code not in task.languages:
            raise StudyError(
                f"Task '{task.name}' has no language '{code}'. It has: {', '.join(task.languages)}."
            )
    chain = training_chain(target, tasks)
    for name in chain:
        _check_trainable(name, f"what '{task.name}' trains on", tasks)
    if not chain and task.type != "sentence-retrieval":
        raise StudyError(
            f"Target '{task.name}' is {task.type} and must be trained: name a task in trains_on."
        )
    if chain and find_task(chain[-1], tasks).type != task.type:
        last = find_task(chain[-1], tasks)
        raise StudyError(
            f"Target '{task.name}' is {task.type}, but '{last.name}', which it trains on, is {last.type}. "
            "Train it on a task of its own type."
        )


def read_study(path: Path, overrides: Mapping[str, Any], tasks: Catalogue = TASKS) -> Study:
    """The study in the YAML file at ``path``, with dotted ``overrides`` applied.

    Raises:
        UserError: no such file, no YAML, or not a valid study: file, line or field, and cure.
    """
    try:
        # a SafeLoader: no Python object can be made by a study file
        raw = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506
    except OSError as error:
        raise UserError(f"Cannot read the study file {path}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise StudyError(f"{path} is not UTF-8 text: byte {error.start}. Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(raw, dict):
        raise StudyError(f"{path} holds no study: expected fields such as 'study:' and 'encoders:'.")
    return study_from(raw, str(path), overrides, tasks)


def study_from(
    raw: Mapping[str, Any],
    where: str,
    overrides: Mapping[str, Any] | None = None,
    tasks: Catalogue = TASKS,
) -> Study:
    """The study that ``raw`` describes, with dotted ``overrides`` such as ``targets.0.languages`` applied.

    Raises:
        UserError: not a valid study, or an override of nothing; ``where`` it was found is named.
    """
    study = parse(Study, raw, where)
    for dotted, value in (overrides or {}).items():
        # written out in full each time, so that what stands as a mere name can be given further fields
        changed: dict[str, Any] = study.model_dump(mode="json", exclude_unset=True)
        _put(changed, dotted, value)
        study = parse(Study, changed, f"{where} with -o {dotted}")
    return check_study(study, tasks)


def _put(raw: dict[str, Any], dotted: str, value: object) -> None:
    """Set ``raw[a][b]`` for ``dotted`` = ``a.b``; list items are reached by their index."""
    here: Any = raw
    *parents, last = dotted.split(".")
    for part in parents:
        here = here[_index(here, part, dotted)] if isinstance(here, list) else here.setdefault(part, {})
        if not isinstance(here, dict | list):
            raise StudyError(f"-o {dotted}: '{part}' is a single value, it has no field '{last}'.")
    if isinstance(here, list):
        here[_index(here, last, dotted)] = value
    else:
        here[last] = value


def _index(items: list[Any], part: str, dotted: str) -> int:
    if not part.isdecimal() or int(part) >= len(items):
        raise StudyError(f"-o {dotted}: '{part}' is no item of a list of {len(items)}; count from 0.")
    return int(part)


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML safely, and refuses a field that stands twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the safe loader, after a look for fields that stand twice."""
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{', '.join(twice)} stands twice in the mapping that begins at line {line}")
        return super().construct_mapping(node, deep=deep)
