"""Whether a learning rate can be chosen on dev, and whether only one place says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.study import Study
from stiltwalk.spec.targets import training_chain
from stiltwalk.spec.task import Stage
from stiltwalk.spec.tasks import Catalogue, find_task


class _Trained(NamedTuple):
    """A task that is trained at a stage: by whom, whether its rate is chosen, and where the rates stand."""

    task: str
    stage: Stage
    by: str
    tuned: bool
    where: str


def check_rates(study: Study, tasks: Catalogue) -> None:
    """Refuse rates that nothing would choose from, that are fixed elsewhere, or without dev data.

    Raises:
        StudyError: naming both places, or the task whose record has no dev split.
    """
    trained = list(_trained(study, tasks))
    for stage, rates in (
        ("intermediate", study.recipe.rates.intermediate),
        ("target", study.recipe.rates.target),
    ):
        if rates is None:
            continue
        if not any(each.stage == stage for each in trained):
            what = "there is no arm but 'none'" if stage == "intermediate" else "no target is trained"
            raise StudyError(f"recipe.rates.{stage} would change nothing: {what}. Leave it out.")
    for arm in study.intermediate:
        if study.tuned_rates(arm) and "learning_rate" in arm.training:
            _refuse_both(
                "recipe.rates.intermediate", f"intermediate arm '{arm.name}': training.learning_rate"
            )
    for each in trained:
        if each.tuned:
            _check_tuned(each, study, tasks, trained)


def _trained(study: Study, tasks: Catalogue) -> Iterator[_Trained]:
    for arm in study.intermediate:
        own = bool(arm.rate and arm.rate.rates)
        where = "rate.rates" if own else "recipe.rates.intermediate"
        for name in arm.trained:
            by = f"Intermediate arm '{arm.name}'"
            yield _Trained(name, "intermediate", by, study.tuned_rates(arm) is not None, where)
    for target in study.targets:
        for name in training_chain(target, tasks):
            tuned = study.recipe.rates.target is not None
            yield _Trained(name, "target", f"Target '{target.task}'", tuned, "recipe.rates.target")


def _check_tuned(one: _Trained, study: Study, tasks: Catalogue, trained: list[_Trained]) -> None:
    task = find_task(one.task, tasks)
    if "dev" not in task.splits:
        raise StudyError(
            f"{one.by}: no learning rate can be chosen for '{task.name}' ({one.where}), which has no dev "
            "set. Fix its rate instead, or leave it out."
        )
    changed = study.recipe.intermediate if one.stage == "intermediate" else study.recipe.target
    # an arm's own rates are over all that the recipe says; the study's stand beside it
    if "learning_rate" in changed and one.where.startswith("recipe"):
        _refuse_both(one.where, f"recipe.{one.stage}.learning_rate")
    used_elsewhere = any(each.task == task.name and not each.tuned for each in trained)
    if "learning_rate" in study.recipe.tasks.get(task.name, {}) and not used_elsewhere:
        _refuse_both(one.where, f"recipe.tasks.{task.name}.learning_rate")


def _refuse_both(rates: str, fixed: str) -> None:
    raise StudyError(f"{rates} and {fixed} both say what the learning rate is. Leave one of them out.")
