"""Tests of intermediate arms: their names, their short form, and what masked LM may be mixed in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stiltwalk.spec.arms import NONE_ARM, ArmChoice, MixedMaskedLm, arm_name
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.study_files import study_from

from .fakes import SMALL, study

TEXT = {"text": ["udhr"]}


def test_names() -> None:
    """An arm is called by its task, and says so where masked LM is mixed in."""
    assert arm_name(["squad"], None) == ArmChoice(task="squad").name == "squad"
    assert arm_name(["squad"], "added") == "squad+mlm"
    assert ArmChoice.model_validate({"task": "squad", "masked_lm": TEXT}).name == "squad+mlm"


def test_several_tasks_are_one_arm() -> None:
    """Joined in its name, with what is mixed in behind them; a name of the study's own replaces all that."""
    several = {"tasks": ["squad", "udpos"]}
    one = ArmChoice.model_validate(several)
    assert (one.name, one.trained, one.sampling) == ("squad+udpos", ("squad", "udpos"), None)
    replacing = ArmChoice.model_validate({**several, "masked_lm": {**TEXT, "placement": "replacing"}})
    assert replacing.name == "squad+udpos+mlm-replacing"
    assert ArmChoice.model_validate({**several, "masked_lm": TEXT, "name": "both"}).name == "both"
    assert ArmChoice(task="squad").trained == ArmChoice(tasks=("squad",)).trained


def test_tasks_that_share_a_head() -> None:
    """It is called as the first of them in the arm, wherever that stands in the group."""
    arm = ArmChoice(tasks=("a", "b", "c"), shared_heads=(("c", "a"),))
    assert [arm.head_of(task) for task in arm.trained] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({}, "either 'task', .* or 'tasks'"),
        ({"task": "squad", "tasks": ["squad", "udpos"]}, "either 'task', .* or 'tasks'"),
        ({"tasks": ["squad", "udpos", "squad"]}, "tasks lists squad twice; name each once"),
        ({"task": "squad", "sampling": "uniform"}, "there is one task. Leave it out"),
        (
            {"tasks": ["squad", "udpos"], "sampling": {"weights": {"squad": 1, "udpo": 1}}},
            r"weighs 'udpo', which is no task of the arm. Did you mean 'udpos'\?",
        ),
        (
            {"tasks": ["squad", "udpos"], "sampling": {"weights": {"squad": 1}}},
            "gives no weight to udpos; give one to every task",
        ),
        (
            {"tasks": ["squad", "udpos"], "shared_heads": [["squad", "tydiqa"]]},
            "names 'tydiqa', which is no task of the arm",
        ),
        (
            {"tasks": ["squad", "udpos"], "shared_heads": [["squad", "squad"]]},
            "names 'squad' twice: a task has one head",
        ),
        ({"task": "squad", "name": "none"}, "'none' is the name of the baseline"),
        ({"task": "squad", "name": "my arm"}, "name: expected letters, digits and"),
        (
            {"task": "squad", "training": {"batchsize": 1}},
            r"training\.batchsize: .* Did you mean 'batch_size'",
        ),
        (
            {"tasks": ["squad", "udpos"], "shared_heads": [["squad", "udpos"]]},
            "'squad' is question-answering and 'udpos' token-classification, so they cannot share a head",
        ),
        (
            {"tasks": ["panx", "udpos"], "shared_heads": [["panx", "udpos"]]},
            "cannot share a head, for their labels differ: .*Take one of them out of shared_heads",
        ),
    ],
)
def test_arms_that_cannot_be(arm: dict[str, Any], message: str) -> None:
    """Each is refused with what was found and the cure, and nothing is said of what only follows from it."""
    with pytest.raises(StudyError, match=message) as caught:
        study_from({**SMALL, "intermediate": [arm]}, "here")
    assert "default factory" not in str(caught.value)


def test_a_plain_name_is_an_arm_without_masked_lm() -> None:
    """A name serves for the record."""
    short, long = study({"intermediate": ["squad"]}), study({"intermediate": [{"task": "squad"}]})
    assert short == long
    assert short.intermediate[0].masked_lm is None


def test_defaults_of_mixing() -> None:
    """One step in ten, and otherwise what masked LM is usually trained with."""
    mixed = MixedMaskedLm(text=("udhr",))
    assert (mixed.share, mixed.batch_size, mixed.max_tokens, mixed.lines) == (0.1, 32, 128, None)
    assert (mixed.mask_share, mixed.language_exponent) == (0.15, 0.3)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": []},
        {"share": 0},
        {"share": 1},
        {"share": -0.1},
        {"batch_size": 0},
        {"max_tokens": 7},
        {"lines": 0},
        {"mask_share": 0},
        {"mask_share": 1},
        {"language_exponent": 1.1},
        {"shares": 0.1},
    ],
)
def test_mixing_that_cannot_be(changes: dict[str, Any]) -> None:
    """Nothing, everything and what has no meaning is refused, and so is an unknown field."""
    with pytest.raises(ValidationError, match=next(iter(changes))):
        MixedMaskedLm.model_validate({**TEXT, **changes})


def test_a_mistake_is_named_by_its_place() -> None:
    """A misspelt field of an arm is answered with its path and the nearest one."""
    with pytest.raises(StudyError, match=r"intermediate\.0\.masked_lm\.shre: .* Did you mean 'share'\?"):
        study({"intermediate": [{"task": "squad", "masked_lm": {**TEXT, "shre": 0.2}}]})


def test_the_baseline_comes_first_and_once() -> None:
    """Listed or not, in short form or long, it is no record among the arms."""
    for named in (NONE_ARM, {"task": NONE_ARM}):
        one = study({"intermediate": [named, "squad", {"task": "squad", "masked_lm": TEXT}]})
        assert [arm.name for arm in one.intermediate] == ["squad", "squad+mlm"]
        assert one.arms == (NONE_ARM, "squad", "squad+mlm")


def test_two_mixtures_of_one_task_are_one_arm_too_many() -> None:
    """Rows could not tell them apart."""
    arms = [{"task": "squad", "masked_lm": {**TEXT, "share": share}} for share in (0.1, 0.2)]
    with pytest.raises(StudyError, match=r"intermediate lists squad\+mlm twice"):
        study({"intermediate": arms})


def test_all_raw_text_is_named_once() -> None:
    """What encoders and arms are trained on, each text once, in the order of the study."""
    recipe = {"shape": {"layers": 1, "hidden": 8}, "training": {"steps": 1}, "text": ["multi30k", "udhr"]}
    one = study(
        {
            "encoders": ["x/e", {"name": "p", "pretrain": recipe}],
            "intermediate": ["squad", {"task": "squad", "masked_lm": {"text": ["udhr", "bible"]}}],
        }
    )
    assert one.raw_text == ("multi30k", "udhr", "bible")
    assert study({"intermediate": ["squad"]}).raw_text == ()


def test_a_study_with_arms_survives_writing_down() -> None:
    """Defaults filled in or not, it reads back as itself."""
    several = {"tasks": ["squad", "udpos"], "sampling": {"weights": {"squad": 1, "udpos": 2}}}
    one = study({"intermediate": ["udpos", {"task": "squad", "masked_lm": {**TEXT, "lines": 5}}, several]})
    assert study(one.model_dump(mode="json")) == one
    assert study(one.model_dump(mode="json", exclude_unset=True)) == one


def test_an_override_reaches_into_an_arm() -> None:
    """What stands as a mere name can be mixed with, and what is mixed in can be changed."""
    mixed = study_from(
        {**SMALL, "intermediate": ["squad"]},
        "here",
        {"intermediate.0.masked_lm.text": ["udhr"], "intermediate.0.masked_lm.share": 0.5},
    )
    assert mixed.intermediate == (
        ArmChoice(task="squad", masked_lm=MixedMaskedLm(text=("udhr",), share=0.5)),
    )
