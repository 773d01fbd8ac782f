"""The data of an arm in the languages it asks for: what is there, and what has to be translated."""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.training import task_data
from stiltwalk.plan.trainings import TaskData
from stiltwalk.plan.translations import add_back_translation, add_translation
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.translation import EXACT


def arm_data(
    builder: Builder, arm: ArmChoice, trainings: Mapping[str, Training], seed: int
) -> list[TaskData]:
    """What ``arm`` trains on: each of its tasks, in all of its languages.

    Raises:
        StudyError: data is neither there nor can be translated; there is English alone where all languages
            are asked for; or they cannot be matched so.
    """
    return [_of_task(builder, arm, name, training, seed) for name, training in trainings.items()]


def machine_translated(builder: Builder, arm: ArmChoice) -> bool:
    """Whether a machine translated any of the data, here or before it was published."""
    if not arm.trained:
        return False
    if arm.back_translated is not None:
        return not _exact(builder)
    return any(
        code not in find_task(name, builder.tasks).split("train").languages
        and (code in _there(builder, name) or not _exact(builder))
        for name in arm.trained
        for code in languages_of(builder, arm, name)
    )


def languages_of(builder: Builder, arm: ArmChoice, name: str) -> tuple[str, ...]:
    """The languages in which ``arm`` trains on the task ``name``."""
    return tuple(_there(builder, name)) if arm.languages == "all" else arm.languages


def _of_task(builder: Builder, arm: ArmChoice, name: str, training: Training, seed: int) -> TaskData:
    data = dict(builder.facts.data)
    head = arm.head_of(name)
    if arm.back_translated is not None:
        through = add_back_translation(builder, name, arm.back_translated, training, seed)
        data[name, "train", SOURCE_LANGUAGE] = through
        return task_data(name, data, (SOURCE_LANGUAGE,), training, head)
    codes = languages_of(builder, arm, name)
    if arm.languages == "all":
        _require_several(arm, name, codes)
    for code in codes:
        if code != SOURCE_LANGUAGE and code not in _there(builder, name):
            _require_translator(builder, arm, find_task(name, builder.tasks), code)
            data[name, "train", code] = add_translation(builder, name, code, training, seed)
    part = task_data(name, data, codes, training, head)
    if len(codes) == 1:
        return part
    like = task_data(name, data, (SOURCE_LANGUAGE,), training, head).train
    if arm.match == "examples" or training.examples is not None:
        _require_aligned(builder, arm, name, codes)
    if arm.match == "compute" and training.steps is not None:
        raise StudyError(
            f"Arm '{arm.name}': match: compute would change nothing: the steps are given (training.steps: "
            f"{training.steps}). Leave one of the two out."
        )
    return part.replace({"match": arm.match, "like": like})


def _there(builder: Builder, name: str) -> dict[str, str]:
    """Language → content of the training data that lies on disk, or is made."""
    return builder.there(name, "train", find_task(name, builder.tasks).split("train").every_language)


def _exact(builder: Builder) -> bool:
    """Whether the study's translator makes no mistakes."""
    chosen = builder.study.translation
    return chosen is not None and chosen.model == EXACT


def _require_several(arm: ArmChoice, name: str, codes: tuple[str, ...]) -> None:
    if set(codes) <= {SOURCE_LANGUAGE}:
        raise StudyError(
            f"Arm '{arm.name}': languages are all, but the training data of '{name}' is there in English "
            "alone. Name the languages, and set translation: to a model that translates into them."
        )


def _require_aligned(builder: Builder, arm: ArmChoice, name: str, codes: tuple[str, ...]) -> None:
    """Refuse a mix by ids where one id does not mean one thing."""
    wrong = [code for code in codes if (name, code) in builder.facts.unaligned]
    if wrong:
        what = "match: examples deals out" if arm.match == "examples" else "training.examples takes"
        raise StudyError(
            f"Arm '{arm.name}': {what} the English examples by their ids, but the data of '{name}' in "
            f"{', '.join(wrong)} does not translate the English, or not row by row. Leave these languages "
            "out, or this field."
        )


def _require_translator(builder: Builder, arm: ArmChoice, task: Task, code: str) -> None:
    if builder.study.translation is not None:
        return
    known = task.split("train").every_language
    found = (
        "its files are not there. Put them there"
        if code in known
        else f"it exists in {', '.join(known)}. Choose among these"
    )
    raise StudyError(
        f"Arm '{arm.name}': there is no training data of '{task.name}' in '{code}': {found}, or set "
        "translation: to a model that translates into it (a hub id or a folder)."
    )
