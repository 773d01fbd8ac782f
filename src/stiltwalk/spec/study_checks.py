"""Whether a study can be carried out, as far as the records of its tasks can tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stiltwalk.spec.arm_checks import check_arm, check_longer
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.labels import label_clash
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.method_checks import check_methods
from stiltwalk.spec.rate_checks import check_rates
from stiltwalk.spec.recipes import Override, check_override, find_recipe
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.targets import TargetChoice, reads_layers, training_chain
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task


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
    arms = {arm.name: arm for arm in study.intermediate}
    for arm in study.intermediate:
        for name in arm.trained:
            _check_trainable(name, "an intermediate arm", tasks)
        check_arm(arm, tasks)
        check_longer(arm, arms)
        _check_chained(arm, study, tasks)
    for target in study.targets:
        _check_tested(target, tasks)
        if trained:
            _check_target(target, tasks)
    _check_prediction(study, tasks)
    if trained:
        check_methods(study, tasks)
        check_rates(study, tasks)
    return study


def _check_chained(arm: ArmChoice, study: Study, tasks: Catalogue) -> None:
    """Refuse a control that would be the baseline again, whatever the target."""
    if arm.longer_by is not None and not any(training_chain(target, tasks) for target in study.targets):
        raise StudyError(
            f"Arm '{arm.name}' makes the training of targets longer, but none of them is trained: it would "
            "be 'none' again. Leave it out."
        )


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
