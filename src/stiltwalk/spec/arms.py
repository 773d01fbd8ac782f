"""Intermediate arms: what an encoder is trained on between pretraining and its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.rates import RateChoice
from stiltwalk.spec.recipes import Override
from stiltwalk.spec.record import Record
from stiltwalk.spec.sampling import Sampling

NONE_ARM = "none"
"""The arm without intermediate training: the baseline of every gain, always added."""

Placement = Literal["added", "replacing"]

Match = Literal["union", "examples", "compute"]
"""How a mix of languages is held against English alone: not at all; by as many examples; by as many steps."""

PointValue = int | float | str | tuple[str, ...] | None

MIXED: Mapping[Placement, str] = {"added": "+mlm", "replacing": "+mlm-replacing"}
"""What the name of an arm ends in where masked LM is mixed in."""


class MixedMaskedLm(Record):
    """Masked-LM steps mixed into intermediate training, so that other languages are not forgotten.

    A step is either a task's or masked LM's, as in the released code of Phang et al. 2020; the pretrained
    head goes on.

    Attributes:
        text: names of raw-text tasks; every language of theirs that is there is used.
        share: of all steps that are masked LM's. The paper's is not known; 0.1 is this project's choice.
        placement: ``added``: the tasks keep their own number of steps, and masked LM's come on top;
            ``replacing``: there are as many steps in all as without, and some of them are masked LM's.
        batch_size: lines in one masked-LM step.
        max_tokens: longest line in sub-words, special tokens included; longer ones are cut.
        lines: at most so many lines of each text in each language, the first ones; ``None``: all.
        mask_share: share of sub-words to be predicted.
        language_exponent: languages are drawn with probability proportional to size to this power.
    """

    text: tuple[str, ...] = Field(min_length=1)
    share: float = Field(0.1, gt=0, lt=1)
    placement: Placement = "added"
    batch_size: int = Field(32, ge=1)
    max_tokens: int = Field(128, ge=8)
    lines: int | None = Field(None, ge=1)
    mask_share: float = Field(0.15, gt=0, lt=1)
    language_exponent: float = Field(0.3, ge=0, le=1)


def _default_name(given: dict[str, Any]) -> str:
    # while a record is being checked, fields that are wrong are not there
    if given.get("longer_by") is not None:
        return f"{NONE_ARM}+steps-of-{given['longer_by']}"
    task, mixed = given.get("task"), given.get("masked_lm")
    tasks = (task,) if task is not None else given.get("tasks", ())
    spoken = languages_name(given.get("languages", ()), given.get("match", "union"))
    if given.get("back_translated") is not None:
        spoken = f"@{SOURCE_LANGUAGE}-{given['back_translated']}-{SOURCE_LANGUAGE}"
    return arm_name(tasks, mixed.placement if mixed else None, spoken)


class ArmChoice(Record):
    """An intermediate arm of a study: one task or several, with or without masked-LM steps among theirs.

    Or a control: the baseline, its targets trained for as many steps more as another arm took in between.

    Attributes:
        task: the intermediate task.
        tasks: in its place, several: each optimiser step is one task's.
        sampling: how the task of a step is drawn, where there are several; ``None``: by size.
        shared_heads: groups of tasks, of one type and with the same labels, that train one head together;
            every other task has its own.
        training: hyper-parameters that this arm changes, over all that the recipe says.
        rate: how its learning rate follows its batch size from the recipe's, or the rates of which its
            English dev score chooses one.
        masked_lm: what is mixed in.
        languages: of the training data, of all its tasks: published translations or data of the task's own
            where they are there, else the study's translator's; ``all``: every one whose data is there. The
            model is chosen on English dev data all the same.
        match: of several languages. ``union``: all examples in all of them, for the epochs of the recipe.
            ``compute``: the same, but for as many optimiser steps as English alone takes. ``examples``: as
            many examples as English alone has, each in one of the languages, which are dealt out evenly. A
            number of ``examples`` counts those of English; they are the same as in English alone.
        back_translated: a control beside translated data: English, translated into this language and back by
            the study's translator.
        longer_by: a control, in place of tasks: the name of another arm. Nothing is trained in between, and
            the target's last training goes on for as many steps as that arm's own training took.
        name: what result rows call it; by default its tasks, joined by ``+``; then, where that is not English
            alone, ``@`` and its languages (and how they are matched), or the way there and back; then
            ``+mlm`` where masked LM is mixed in (``+mlm-replacing`` where that takes the place of steps); of
            a control ``none+steps-of-`` and the other arm.
        point: where it lies on the study's axes: axis → value. The axes fill it in; an arm that has one is
            laid out already.
    """

    task: str | None = None
    tasks: tuple[str, ...] = ()
    sampling: Sampling | None = None
    shared_heads: tuple[tuple[str, ...], ...] = ()
    training: Override = {}
    rate: RateChoice | None = None
    masked_lm: MixedMaskedLm | None = None
    languages: tuple[str, ...] | Literal["all"] = Field((SOURCE_LANGUAGE,), min_length=1)
    match: Match = "union"
    back_translated: str | None = None
    longer_by: str | None = None
    name: str = Field(
        default_factory=_default_name, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+@-]*$", max_length=200
    )
    point: Mapping[str, PointValue] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"task": raw} if isinstance(raw, str) else raw

    @field_validator("languages", mode="before")
    @classmethod
    def _one_language(cls, raw: object) -> object:
        return (raw,) if isinstance(raw, str) and raw != "all" else raw

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.longer_by is not None:
            self._check_alone()
        elif (self.task is None) == (not self.tasks):
            raise ValueError("an arm has either 'task', the one it trains on, or 'tasks', a list of several")
        if twice := sorted({name for name in self.tasks if self.tasks.count(name) > 1}):
            raise ValueError(f"tasks lists {', '.join(twice)} twice; name each once")
        if self.sampling is not None and len(self.trained) == 1:
            raise ValueError("sampling would change nothing: there is one task. Leave it out")
        if self.sampling is not None and (wrong := self.sampling.wrong_names(self.trained)):
            raise ValueError(wrong)
        if self.rate is not None and "learning_rate" in self.training:
            raise ValueError(
                f"rate and training.learning_rate ({self.training['learning_rate']}) both say what the "
                "learning rate is. Leave one of them out"
            )
        if (self.name == NONE_ARM) != (self.task == NONE_ARM):
            raise ValueError(f"'{NONE_ARM}' is the name of the baseline. Choose another")
        self._check_shared_heads()
        self._check_languages()
        return self

    def _check_alone(self) -> None:
        changed = self.model_dump(exclude_defaults=True)  # written out in full, it still is the same arm
        beside = sorted(set(changed) - {"longer_by", "name"})
        if beside:
            raise ValueError(
                f"longer_by makes the baseline's target training longer and trains nothing else: leave out "
                f"{', '.join(beside)}"
            )
        if self.longer_by in {NONE_ARM, self.name}:
            raise ValueError(f"longer_by names the arm whose steps are added; '{self.longer_by}' took none")

    def _check_languages(self) -> None:
        named = () if self.languages == "all" else self.languages
        if twice := sorted({code for code in named if named.count(code) > 1}):
            raise ValueError(f"languages lists {', '.join(twice)} twice; name each once")
        if self.match != "union" and len(named) == 1:
            raise ValueError(
                f"match: {self.match} would change nothing: there is one language, {named[0]}. Leave it out, "
                "or name several languages"
            )
        if self.back_translated is None:
            return
        if named != (SOURCE_LANGUAGE,):
            raise ValueError("back_translated data is English: leave out languages, or back_translated")
        if self.back_translated == SOURCE_LANGUAGE:
            raise ValueError("back_translated names the language on the way there and back; found English")

    def _check_shared_heads(self) -> None:
        grouped = [name for group in self.shared_heads for name in group]
        for name in grouped:
            if name not in self.trained:
                raise ValueError(f"shared_heads names '{name}', which is no task of the arm")
            if grouped.count(name) > 1:
                raise ValueError(f"shared_heads names '{name}' twice: a task has one head")

    @property
    def trained(self) -> tuple[str, ...]:
        """Its tasks, in the order in which they were named."""
        return self.tasks or ((self.task,) if self.task is not None else ())

    def head_of(self, task: str) -> str:
        """What the head that ``task`` trains is called: as the first of the tasks that share it."""
        together = next((group for group in self.shared_heads if task in group), (task,))
        return next(name for name in self.trained if name in together)


def arm_name(tasks: Sequence[str], placement: Placement | None, spoken: str = "") -> str:
    """The name of an arm of these tasks, with masked LM mixed in so (``None``: without).

    ``spoken`` says in which languages they are, as :func:`languages_name` does.
    """
    return "+".join(tasks) + spoken + (MIXED[placement] if placement else "")


def languages_name(languages: Sequence[str] | Literal["all"], match: Match) -> str:
    """What the name of an arm says of its languages: nothing where that is English alone."""
    if languages in ((), (SOURCE_LANGUAGE,)):
        return ""
    words = "all" if languages == "all" else "+".join(languages)
    return f"@{words}" if match == "union" else f"@{words}-{match}"
