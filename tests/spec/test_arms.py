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
    assert arm_name("squad", mixed=False) == ArmChoice(task="squad").name == "squad"
    assert arm_name("squad", mixed=True) == "squad+mlm"
    assert ArmChoice.model_validate({"task": "squad", "masked_lm": TEXT}).name == "squad+mlm"


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
    one = study({"intermediate": ["udpos", {"task": "squad", "masked_lm": {**TEXT, "lines": 5}}]})
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
