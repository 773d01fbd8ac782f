"""Tests of the languages of arms, and of the controls beside translated and longer training."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.arms import ArmChoice, arm_name, languages_name
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.study_files import study_from

from .fakes import SMALL, study

ONE = {"task": "mnli"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "mnli"),
        ({"languages": ["en"]}, "mnli"),
        ({"languages": ["de"]}, "mnli@de"),
        ({"languages": "de"}, "mnli@de"),
        ({"languages": ["en", "de", "ru"]}, "mnli@en+de+ru"),
        ({"languages": "all", "match": "compute"}, "mnli@all-compute"),
        ({"languages": ["en", "de"], "match": "examples"}, "mnli@en+de-examples"),
        ({"back_translated": "de"}, "mnli@en-de-en"),
        ({"languages": ["de"], "masked_lm": {"text": ["udhr"]}}, "mnli@de+mlm"),
        ({"languages": ["de"], "name": "german"}, "german"),
    ],
)
def test_names_say_the_languages(changes: dict[str, Any], name: str) -> None:
    """Behind the tasks and before what is mixed in, unless they are English alone."""
    arm = ArmChoice.model_validate({**ONE, **changes})
    assert arm.name == name
    assert ArmChoice.model_validate(arm.model_dump(mode="json")) == arm


def test_a_mix_of_several_tasks_and_a_control() -> None:
    """The languages are all tasks'; a control is called by the arm whose steps it takes over."""
    several = ArmChoice.model_validate({"tasks": ["mnli", "qqp"], "languages": ["en", "de"]})
    assert several.name == arm_name(["mnli", "qqp"], None, languages_name(("en", "de"), "union"))
    assert several.name == "mnli+qqp@en+de"
    control = ArmChoice.model_validate({"longer_by": "mnli@de"})
    assert (control.name, control.trained) == ("none+steps-of-mnli@de", ())
    assert ArmChoice.model_validate({"longer_by": "mnli", "name": "longer"}).name == "longer"


@pytest.mark.parametrize(
    ("arms", "message"),
    [
        ([{**ONE, "languages": []}], r"languages.*expected 1 or more entries"),
        ([{**ONE, "languages": ["de", "de"]}], "languages lists de twice; name each once"),
        ([{**ONE, "languages": ["swahili"]}], r"There is no language 'swahili'\. Did you mean 'sw'\?"),
        ([{**ONE, "back_translated": "german"}], r"There is no language 'german'\. Did you mean 'de'\?"),
        (
            [{**ONE, "languages": ["de"], "match": "examples"}],
            r"match: examples would change nothing: there is one language, de\. Leave it out, or name sev",
        ),
        ([{**ONE, "match": "compute"}], "match: compute would change nothing: there is one language, en"),
        ([{**ONE, "languages": ["en", "de"], "match": "tokens"}], "match: .*'compute'.*found 'tokens'"),
        (
            [{**ONE, "languages": ["de"], "back_translated": "ru"}],
            "back_translated data is English: leave out languages, or back_translated",
        ),
        ([{**ONE, "back_translated": "en"}], "the language on the way there and back; found English"),
        (["mnli", {"longer_by": "mnly"}], r"There is no arm .* called 'mnly'\. Did you mean 'mnli'\?"),
        (["mnli", {"longer_by": "none"}], "names the arm whose steps are added; 'none' took none"),
        (["mnli", {"longer_by": "x", "name": "x"}], "names the arm whose steps are added; 'x' took none"),
        (
            ["mnli", {"longer_by": "mnli", "name": "a"}, {"longer_by": "a"}],
            "'a' is a control itself and trains nothing in between. Name an arm that does: mnli",
        ),
        (
            ["mnli", {"longer_by": "mnli", "task": "qqp", "training": {"epochs": 2}}],
            "trains nothing else: leave out task, training",
        ),
        ([{"language": ["de"], **ONE}], r"language: there is no such field\. Did you mean 'languages'\?"),
    ],
)
def test_arms_that_cannot_be(arms: list[Any], message: str) -> None:
    """Each is refused with what was found, and what to do."""
    with pytest.raises(UserError, match=message):
        study_from({**SMALL, "intermediate": arms}, "here")


def test_a_control_needs_a_target_that_is_trained() -> None:
    """Where all are compared by the encoder's own states it is the baseline again."""
    arms = ["mnli", {"longer_by": "mnli"}]
    with pytest.raises(StudyError, match=r"none of them is trained: it would be 'none' again\. Leave it out"):
        study_from({**SMALL, "targets": ["tatoeba"], "intermediate": arms}, "here")
    assert study_from({**SMALL, "targets": ["tatoeba", "xquad"], "intermediate": arms}, "here").arms == (
        "none",
        "mnli",
        "none+steps-of-mnli",
    )


def test_such_a_study_survives_writing_down() -> None:
    """Defaults filled in or not, it reads back as itself."""
    arms = [
        "mnli",
        {**ONE, "languages": "all", "match": "examples"},
        {**ONE, "back_translated": "de"},
        {"longer_by": "mnli"},
    ]
    one = study({"intermediate": arms, "translation": "pocket"})
    assert study(one.model_dump(mode="json")) == one
    assert study(one.model_dump(mode="json", exclude_unset=True)) == one


def test_an_override_changes_the_languages() -> None:
    """From the command line, with the name that follows from them."""
    changed = study_from(
        {**SMALL, "intermediate": ["mnli"]},
        "here",
        {"intermediate.0.languages": ["en", "de"], "intermediate.0.match": "compute"},
    )
    assert changed.arms == ("none", "mnli@en+de-compute")
