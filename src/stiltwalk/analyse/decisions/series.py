"""Series: arms of a study that differ in one thing alone, in order of it.

Draws of the training data (``subset``) are no difference: several arms at one place of a series are draws.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from stiltwalk.analyse.decisions.arms import is_control
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.axes import EVERYTHING, EXAMPLES, LANGUAGES, SHARE, SUBSET, word_of
from stiltwalk.spec.recipes import Training, find_recipe, training_for
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task


class Series(NamedTuple):
    """Arms along an axis.

    Attributes:
        name: what its arms are called, without what differs between them.
        arms: names, in order of ``x``; those at one ``x`` are draws.
        x: where each of the arms lies.
        tasks: what all of them train on.
        fixed_steps: whether each takes as many optimiser steps as any other; else as many epochs.
        constant_rate: whether the learning rate never falls.
        tuned: whether dev scores chose the learning rate of each.
    """

    name: str
    arms: tuple[str, ...]
    x: tuple[float, ...]
    tasks: tuple[str, ...]
    fixed_steps: bool
    constant_rate: bool
    tuned: bool

    @property
    def points(self) -> dict[float, tuple[str, ...]]:
        """Every ``x``, in order, with the arms that lie there."""
        return {
            place: tuple(arm for arm, x in zip(self.arms, self.x, strict=True) if x == place)
            for place in sorted(set(self.x))
        }

    def without(self, arms: Iterable[str]) -> Series:
        """The series of its other arms."""
        left = set(arms)
        kept = [(arm, x) for arm, x in zip(self.arms, self.x, strict=True) if arm not in left]
        return self._replace(arms=tuple(arm for arm, _ in kept), x=tuple(x for _, x in kept))


def series_along(
    study: Study, axis: str, amounts: Mapping[str, float], tasks: Catalogue = TASKS
) -> tuple[Series, ...]:
    """Every series of the study along ``axis`` with two different places or more.

    Arms are of one series where all else that they say is equal, but for the draw of their examples: tasks,
    hyper-parameters, rule of the rate, languages, masked LM, places on other axes. Controls are of none. Of
    arms that are equal in everything the first one counts.

    Args:
        study: with its arms laid out.
        axis: what differs within a series, such as ``examples`` or ``batch_size``.
        amounts: arm → where it lies on the axis; arms that it lacks are left out.
        tasks: every task that the study may name and does not declare itself.

    Returns:
        In the order of their first arms.
    """
    groups: dict[str, dict[str, ArmChoice]] = {}
    for arm in study.intermediate:
        if is_control(arm) or arm.name not in amounts:
            continue
        draws = groups.setdefault(_alike(arm, axis), {})
        draws.setdefault(_written([amounts[arm.name], arm.training.get(SUBSET) or 0]), arm)
    found = [
        _series(study, axis, sorted(draws.values(), key=lambda each: amounts[each.name]), amounts, tasks)
        for draws in groups.values()
    ]
    return tuple(_told_apart([each for each in found if len(set(each.x)) > 1]))


def training_of(study: Study, arm: ArmChoice | None, task: str, tasks: Catalogue = TASKS) -> Training:
    """The hyper-parameters with which ``arm`` trains on ``task``; ``None``: those of the recipe."""
    recipe = study.recipe
    own: Mapping[str, Any] = {} if arm is None else arm.training
    known = {**tasks, **{each.name: each for each in study.tasks}}
    overrides = (recipe.intermediate, recipe.tasks.get(task, {}), own)
    return training_for(find_recipe(recipe.name), find_task(task, known), "intermediate", *overrides)


def _alike(arm: ArmChoice, axis: str) -> str:
    """All that an arm says but for its name and its place on ``axis``, as text."""
    said = arm.model_dump(mode="json", exclude={"name", "point"})
    point = {key: value for key, value in arm.point.items() if key not in {axis, SUBSET}}
    said["training"] = {key: value for key, value in arm.training.items() if key not in {axis, SUBSET}}
    if axis == LANGUAGES:
        said.pop("languages")
    if axis == SHARE and said["masked_lm"]:
        said["masked_lm"].pop("share")
    return _written([said, point])


def _written(said: object) -> str:
    return json.dumps(said, sort_keys=True, default=list)


def _series(
    study: Study, axis: str, arms: list[ArmChoice], amounts: Mapping[str, float], tasks: Catalogue
) -> Series:
    first = arms[0]
    trained = [training_of(study, first, task, tasks) for task in first.trained]
    return Series(
        _stem(first, axis),
        tuple(arm.name for arm in arms),
        tuple(float(amounts[arm.name]) for arm in arms),
        first.trained,
        all(each.steps is not None for each in trained),
        all(each.least_rate_share == 1 for each in trained),
        study.tuned_rates(first) is not None,
    )


def _stem(arm: ArmChoice, axis: str) -> str:
    """The arm's name without what it says of its place and of its draw."""
    stem = arm.name
    for name in (axis, SUBSET):
        if name not in arm.point and name not in arm.training:
            continue
        value = arm.point.get(name, arm.training.get(name))
        everything = name == EXAMPLES and value is None
        word = word_of(name, EVERYTHING if everything else value)
        stem = stem.removesuffix(word) if stem.endswith(word) else stem.replace(f"{word}-", "-", 1)
    return stem or arm.name


def _told_apart(series: list[Series]) -> list[Series]:
    """``series``, each with a name of its own: where two share one, the first arm's."""
    names = [each.name for each in series]
    return [each._replace(name=each.arms[0]) if names.count(each.name) > 1 else each for each in series]
