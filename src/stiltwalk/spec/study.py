"""The study schema: a question, and everything that has to be trained and tested to answer it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.analysis import Analysis
from stiltwalk.spec.arms import NONE_ARM, ArmChoice
from stiltwalk.spec.axes import Axis, checked_axes
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.ladders import with_ladders
from stiltwalk.spec.measuring import Measuring
from stiltwalk.spec.rates import StageRates
from stiltwalk.spec.recipes import Override
from stiltwalk.spec.record import Record
from stiltwalk.spec.seeds import seeds_to
from stiltwalk.spec.targets import TargetChoice
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue
from stiltwalk.spec.tasks.benchmarks import expanded
from stiltwalk.spec.translation import Translation

Keep = Literal["all", "intermediate", "encoders"]
KEEPS: Final[tuple[Keep, ...]] = get_args(Keep)
"""Each keeps less than the one before."""


class RecipeChoice(Record):
    """A recipe, and what this study changes in it.

    Attributes:
        name: of the recipe.
        intermediate: changed hyper-parameters of the intermediate stage.
        target: changed hyper-parameters of the target stage.
        tasks: changed hyper-parameters of single tasks, in both stages.
        rates: learning rates of which dev scores choose one, by stage.
    """

    name: str = "released"
    intermediate: Override = {}
    target: Override = {}
    tasks: Mapping[str, Override] = {}
    rates: StageRates = StageRates()

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"name": raw} if isinstance(raw, str) else raw

    @property
    def label(self) -> str:
        """What result rows print: the name, starred where the study changed anything."""
        changed = self.intermediate or self.target or self.tasks or self.rates != StageRates()
        return f"{self.name}*" if changed else self.name


class Study(Record):
    """A study.

    Attributes:
        study: its name.
        question: what it asks.
        encoders: encoders to compare; a ladder stands for all of its sizes.
        intermediate: arms; ``none`` is always added.
        targets: target tasks; a benchmark's name stands for all of its tasks, in its languages.
        seeds: random seeds; a number N, at most 1000, means 1 to N.
        recipe: hyper-parameters.
        execution: how steps are carried out.
        tasks: records of tasks that are not the package's own.
        translation: what translates training data that an arm wants in a language it does not exist in;
            ``None``: nothing does.
        measure: what is measured of the cost of inference, once for every encoder; ``true`` for the usual,
            ``false`` or ``None`` for nothing.
        axes: what is varied: axis → its values, along which arms and layers are laid out; a list stands for
            the values.
        analysis: what the results are to decide, fixed before the first run.
        keep: which trained models stay in the store: ``all``; ``intermediate``: those of targets go once
            everything of the study was predicted with them; ``encoders``: those of intermediate arms too,
            once all that starts from them is finished.
        scale: at which of its file's scales it was taken.
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
    translation: Translation | None = None
    measure: Measuring | None = None
    axes: Mapping[str, Axis] = {}
    analysis: Analysis = Analysis()
    keep: Keep = "all"
    scale: str | None = None

    @field_validator("encoders", mode="before")
    @classmethod
    def _ladders(cls, raw: object) -> object:
        return with_ladders(raw) if isinstance(raw, list | tuple) else raw

    @field_validator("targets", mode="before")
    @classmethod
    def _benchmarks(cls, raw: object) -> object:
        return expanded(raw) if isinstance(raw, list | tuple) else raw

    @field_validator("axes")
    @classmethod
    def _axes_that_exist(cls, axes: Mapping[str, Axis]) -> Mapping[str, Axis]:
        return checked_axes(axes)

    @field_validator("measure", mode="before")
    @classmethod
    def _not_measured(cls, raw: object) -> object:
        return None if raw is False else raw

    @field_validator("seeds", mode="before")
    @classmethod
    def _count_of_seeds(cls, raw: object) -> object:
        if isinstance(raw, list | tuple):
            return raw
        if isinstance(raw, bool) or not isinstance(raw, int):
            said = f"expected a number of seeds or a list of them such as [1, 2, 3], found {raw!r}"
            raise ValueError(said)  # noqa: TRY004  what a validator raises
        return seeds_to(raw)

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for field, names in (
            ("encoders", [encoder.name for encoder in self.encoders]),
            ("intermediate", [arm.name for arm in self.intermediate]),
            ("targets", [target.task for target in self.targets]),
            ("seeds", [str(seed) for seed in self.seeds]),
            ("tasks", [task.name for task in self.tasks]),
        ):
            twice = sorted(name for name, count in Counter(names).items() if count > 1)
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
        changed = any(
            each.training or (each.rate and each.rate.rates) for each in self.intermediate if each.name == arm
        )
        return f"{self.recipe.name}*" if changed else self.recipe.label

    def tuned_rates(self, arm: ArmChoice) -> tuple[float, ...] | None:
        """Learning rates of which the dev scores of ``arm`` choose one; ``None``: it has one."""
        own = arm.rate.rates if arm.rate else None
        return own or self.recipe.rates.intermediate

    @property
    def raw_text(self) -> tuple[str, ...]:
        """Names of every raw-text task that its encoders or arms are trained on."""
        pretrained = [e.pretrain.text for e in self.encoders if e.pretrain]
        mixed = [arm.masked_lm.text for arm in self.intermediate if arm.masked_lm]
        return tuple(dict.fromkeys(name for names in (*pretrained, *mixed) for name in names))


def catalogue_of(study: Study, tasks: Catalogue = TASKS) -> Catalogue:
    """Every task that ``study`` may name: ``tasks``, and those it declares itself."""
    return {**tasks, **{task.name: task for task in study.tasks}}
