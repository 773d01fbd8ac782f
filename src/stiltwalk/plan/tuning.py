"""Learning rates that follow the batch size, or that dev scores choose: trials, and the step that chooses.

A trial is an ordinary training at one rate, so that it serves every study that trains so. The training whose
rate is chosen names the choosing step (``TrainStep.rate_from``); carried out, it takes over the trial at that
rate where there is one, so that trying K rates costs K trainings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.steps import ChooseStep, Trial
from stiltwalk.plan.trainings import TaskData, TrainStep, at_rate, rate_chosen_by
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.rates import RateChoice
from stiltwalk.spec.recipes import Training


def arm_trainings(builder: Builder, arm: ArmChoice) -> dict[str, Training]:
    """Task → its hyper-parameters in ``arm``, whose learning rate follows the batch size by the arm's rule.

    Where dev scores choose the rate it is a candidate, the same for all tasks.

    Raises:
        StudyError: the rule gives its tasks several rates, where one optimiser trains them all.
    """
    own = {task: builder.training(task, "intermediate", arm.training) for task in arm.trained}
    if arm.rate is None and not arm_candidates(builder, arm):
        return own
    (rate, *_) = arm_candidates(builder, arm) or _rates(builder, arm, arm.rate or RateChoice())
    return {task: training.replace({"learning_rate": rate}) for task, training in own.items()}


def arm_candidates(builder: Builder, arm: ArmChoice) -> tuple[float, ...]:
    """Learning rates of which the dev scores of ``arm`` choose; none: it has but one.

    Raises:
        StudyError: as :func:`arm_trainings`.
    """
    rates = builder.study.tuned_rates(arm)
    if rates is None or not arm.trained:
        return ()
    return _rates(builder, arm, RateChoice(rule=arm.rate.rule if arm.rate else "none", rates=rates))


def _rates(builder: Builder, arm: ArmChoice, choice: RateChoice) -> tuple[float, ...]:
    """What ``choice`` gives for the batch of the arm, where the recipe's rate is right for the recipe's."""
    found = {}
    for task in arm.trained:
        recipe = builder.training(task, "intermediate")
        batch = builder.training(task, "intermediate", arm.training).batch_size
        found[task] = choice.candidates(recipe.learning_rate, recipe.batch_size, batch)
    if len(set(found.values())) > 1:
        said = "; ".join(
            f"{', '.join(f'{r:g}' for r in rates)} for '{task}'" for task, rates in found.items()
        )
        raise StudyError(
            f"Arm '{arm.name}': one optimiser trains all its tasks, but by its rate their learning rates are "
            f"{said}. Set training: {{learning_rate: ...}} in place of rate, or give them one recipe "
            "(recipe.intermediate: {learning_rate: ..., batch_size: ...})."
        )
    return found[arm.trained[0]]


def tuned(
    builder: Builder,
    step: TrainStep,
    rates: Sequence[float],
    named: tuple[str, ...],
    trial: Callable[[int], TrainStep],
) -> TrainStep:
    """``step`` with that one of ``rates`` as its learning rate which is best on the English dev set.

    Args:
        builder: the trials and the choosing step are added to its plan.
        step: what is trained; where there is but one rate, or none, it is left as it is.
        rates: the candidates.
        named: the encoder, and whatever tells this choice from others of that encoder; titles end in it.
        trial: seed → what is tried, at any rate.

    Raises:
        StudyError: a task of the trials has no dev data.
    """
    if len(rates) < 2:
        return step
    if named not in builder.choices:
        builder.choices[named] = _choice(builder, sorted(rates), named, trial)
    return rate_chosen_by(step, builder.choices[named])


def _choice(
    builder: Builder, rates: Sequence[float], named: tuple[str, ...], trial: Callable[[int], TrainStep]
) -> str:
    """The key of the step that chooses."""
    encoder, what = named[0], named[-1]
    tried = {seed: trial(seed) for seed in builder.study.seeds}
    for step in tried.values():
        _require_dev(step.parts)
    trials = tuple(
        Trial(
            rate=rate,
            steps=tuple(
                builder.add(at_rate(step, rate), f"{what} at rate {rate:g}, seed {seed}", encoder)
                for seed, step in tried.items()
            ),
        )
        for rate in rates
    )
    return builder.add(ChooseStep(trials=trials), f"choose the rate of {what}", encoder)


def _require_dev(parts: Iterable[TaskData]) -> None:
    for part in parts:
        if part.dev is None:
            raise StudyError(
                f"No learning rate can be chosen for '{part.task}': its English dev files are not there. Put "
                "them there, or fix its rate instead."
            )
