"""Tests of what a study may say of learning rates, and of how its rows are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS

from .fakes import fake_task

TWO = [1e-5, 2e-5]
RATED = {"task": "commonsenseqa", "rate": {"rates": TWO}}


def _study(changes: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Study:
    least = {"study": "s", "encoders": ["x/e"], "intermediate": ["commonsenseqa"], "targets": ["udpos"]}
    return study_from({**least, **changes}, "here", overrides)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"intermediate": [{"task": "mnli", "rate": "linear", "training": {"learning_rate": 1e-5}}]},
            r"rate and training\.learning_rate \(1e-05\) both say what the learning rate is\. Leave one",
        ),
        (
            {"intermediate": [{"task": "mnli", "rate": "linaer"}]},
            r"intermediate\.0\.rate\.rule: there is no rule 'linaer'.* Did you mean 'linear'\?",
        ),
        (
            {"recipe": {"rates": {"targets": TWO}}},
            r"recipe\.rates\.targets: there is no such field\. Did you mean 'target'\?",
        ),
        (
            {"recipe": {"rates": {"intermediate": TWO}, "intermediate": {"learning_rate": 1e-5}}},
            r"recipe\.rates\.intermediate and recipe\.intermediate\.learning_rate both say .* Leave one of",
        ),
        (
            {"recipe": {"rates": {"target": TWO}, "target": {"learning_rate": 1e-5}}},
            r"recipe\.rates\.target and recipe\.target\.learning_rate both say",
        ),
        (
            {"recipe": {"rates": {"target": TWO}, "tasks": {"udpos": {"learning_rate": 1e-5}}}},
            r"recipe\.rates\.target and recipe\.tasks\.udpos\.learning_rate both say",
        ),
        (
            {"recipe": {"tasks": {"commonsenseqa": {"learning_rate": 1e-5}}}, "intermediate": [RATED]},
            r"rate\.rates and recipe\.tasks\.commonsenseqa\.learning_rate both say",
        ),
        (
            {
                "recipe": {"rates": {"intermediate": TWO}},
                "intermediate": [{"task": "commonsenseqa", "training": {"learning_rate": 1e-5}}],
            },
            r"recipe\.rates\.intermediate and intermediate arm 'commonsenseqa': training\.learning_rate both",
        ),
        (
            {"recipe": {"rates": {"intermediate": TWO}}, "intermediate": []},
            r"recipe\.rates\.intermediate would change nothing: there is no arm but 'none'",
        ),
        (
            {"recipe": {"rates": {"target": TWO}}, "targets": ["tatoeba"]},
            r"recipe\.rates\.target would change nothing: no target is trained",
        ),
    ],
)
def test_what_is_refused(changes: Mapping[str, Any], message: str) -> None:
    """Both places that say a rate, or the one that says it in vain, are named."""
    with pytest.raises(StudyError, match=message):
        _study(changes)


def test_a_task_without_a_dev_set_is_refused() -> None:
    """Nothing can choose for it; where its rate is fixed it may be trained."""
    least = {"study": "s", "encoders": ["x/e"], "intermediate": ["fake"], "targets": ["udpos"]}
    tasks = {**TASKS, "fake": fake_task({})}
    expected = (
        r"Intermediate arm 'fake': no learning rate can be chosen for 'fake' "
        r"\(recipe\.rates\.intermediate\), which has no dev set\. Fix its rate"
    )
    with pytest.raises(StudyError, match=expected):
        study_from({**least, "recipe": {"rates": {"intermediate": TWO}}}, "here", tasks=tasks)
    assert study_from({**least, "recipe": {"rates": {"target": TWO}}}, "here", tasks=tasks)


def test_a_task_of_both_stages_may_have_a_rate_where_none_is_chosen() -> None:
    """What the task says holds in the stage that is not tuned."""
    recipe = {"rates": {"target": TWO}, "tasks": {"udpos": {"learning_rate": 1e-5}}}
    assert _study({"recipe": recipe, "intermediate": ["udpos"]})


def test_an_arms_own_rates_are_over_the_stages() -> None:
    """The study's candidates are for the arms that have none of their own."""
    study = _study({"intermediate": [RATED, "mnli"], "recipe": {"rates": {"intermediate": [3e-5, 4e-5]}}})
    assert [study.tuned_rates(arm) for arm in study.intermediate] == [(1e-5, 2e-5), (3e-5, 4e-5)]


def test_from_the_command_line() -> None:
    """``-o`` reaches both places."""
    study = _study({}, {"recipe.rates.target": TWO, "intermediate.0.rate": "linear"})
    assert study.recipe.rates.target == (1e-5, 2e-5)
    assert study.intermediate[0].rate is not None
    assert study.intermediate[0].rate.rule == "linear"


def test_a_chosen_rate_is_starred() -> None:
    """A recipe of which the rate was chosen is no longer the recipe; a rule alone changes nothing yet."""
    assert _study({"recipe": {"rates": {"target": TWO}}}).recipe_of("none") == "released*"
    rated = _study({"intermediate": [RATED, {"task": "mnli", "rate": "linear"}]})
    assert [rated.recipe_of(arm) for arm in rated.arms] == ["released", "released*", "released"]
