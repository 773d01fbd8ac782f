"""Tests of the study schema: what a study may say, and where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.study_checks import check_study
from stiltwalk.spec.targets import TargetChoice, training_chain

from .fakes import study

MADE: dict[str, Any] = {"shape": {"layers": 1, "hidden": 8}, "training": {"steps": 1}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encodrs": ["x/e"]}, r"  encodrs: there is no such field\. Did you mean 'encoders'\?"),
        ({"recipe": {"nmae": "released"}}, r"  recipe\.nmae: there is no such field\. Did you mean 'name'\?"),
        (
            {"targets": [{"taks": "xquad"}]},
            r"  targets\.0\.taks: there is no such field\. Did you mean 'task'",
        ),
        ({"execution": {"thread": 2}}, r"  execution\.thread: .* Did you mean 'threads'\?"),
        (
            {"encoders": [{"name": "e", "pretrain": {**MADE, "text": ["t"], "sed": 1}}]},
            r"  encoders\.0\.pretrain\.sed: there is no such field\. Did you mean 'seed'\?",
        ),
    ],
)
def test_unknown_fields(changes: dict[str, Any], message: str) -> None:
    """A field nobody knows is refused at any depth, with its path and the nearest known name."""
    with pytest.raises(StudyError, match=message):
        study(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"study": "a/b"}, r"study: String should match pattern .*, found 'a/b'"),
        ({"study": "../up"}, "study: String should match pattern"),
        ({"study": "x" * 81}, "study: String should have at most 80 characters"),
        ({"encoders": []}, "encoders: Tuple should have at least 1 item"),
        ({"targets": []}, "targets: Tuple should have at least 1 item"),
        ({"seeds": 0}, "seeds: .*needs at least one seed, found 0"),
        ({"seeds": -2}, "seeds: .*needs at least one seed, found -2"),
        ({"seeds": True}, "seeds: .*, found True"),
        ({"seeds": "three"}, "seeds: .*, found 'three'"),
        ({"execution": {"precision": "fp16"}}, r"execution\.precision: Input should be 'fp32' or 'bf16'"),
        (
            {"execution": {"prediction": "int4"}},
            r"execution\.prediction: Input should be 'as-trained', 'bf16'",
        ),
        (
            {"execution": {"sharded": True}},
            r"  execution: sharded cuts .* processes is 1; set processes to 2 or more, .* or leave sharded",
        ),
        (
            {"execution": {"sharded": True, "processes": 2, "optimiser": "adamw-8bit"}},
            r"  execution: sharded cuts .* adamw-8bit cannot be; set optimiser to adamw, or leave sharded",
        ),
        ({"execution": {"threads": 0}}, r"execution\.threads: .*greater than or equal to 1, found 0"),
        ({"recipe": {"target": {"epochs": "many"}}}, r"recipe\.target\.epochs.*, found 'many'"),
    ],
)
def test_bad_values(changes: dict[str, Any], message: str) -> None:
    """A value that cannot be is named, shown, and what was expected is said."""
    with pytest.raises(StudyError, match=message):
        study(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": [2, 1, 2]}, "seeds lists 2 twice; name each once"),
        ({"intermediate": ["squad", "squad"]}, "intermediate lists squad twice"),
        ({"targets": ["xquad", {"task": "xquad", "languages": ["de"]}]}, "targets lists xquad twice"),
        ({"encoders": ["a/e", "b/e"]}, "encoders lists e twice"),
    ],
)
def test_nothing_stands_twice(changes: dict[str, Any], message: str) -> None:
    """Two entries of one name would fill the same cells; they are refused."""
    with pytest.raises(StudyError, match=message):
        study(changes)


@settings(deadline=None)
@given(st.integers(1, 50))
def test_a_number_of_seeds(count: int) -> None:
    """A number N means the seeds 1 to N."""
    assert study({"seeds": count}).seeds == tuple(range(1, count + 1))


def test_seeds() -> None:
    """Three seeds unless told; listed seeds stay as they are."""
    assert study({}).seeds == study({"seeds": 3}).seeds == (1, 2, 3)
    assert study({"seeds": [7, 5]}).seeds == (7, 5)


@pytest.mark.parametrize(
    ("listed", "arms"),
    [
        ([], ("none",)),
        (["squad"], ("none", "squad")),
        (["squad", "none", "udpos"], ("none", "squad", "udpos")),
    ],
)
def test_arms_start_with_none(listed: list[str], arms: tuple[str, ...]) -> None:
    """The baseline is always there, first and once, whether listed or not."""
    assert study({"intermediate": listed}).arms == arms
    assert arms[0] == NONE_ARM


@pytest.mark.parametrize(
    ("recipe", "label"),
    [
        ("pocket", "pocket"),
        ({"name": "released"}, "released"),
        ({"target": {"epochs": 1}}, "released*"),
        ({"name": "pocket", "intermediate": {"epochs": 1}}, "pocket*"),
        ({"name": "pocket", "tasks": {"squad": {"epochs": 1}}}, "pocket*"),
    ],
)
def test_a_changed_recipe_is_starred(recipe: object, label: str) -> None:
    """Rows tell a recipe from one the study changed: values are never silently mixed."""
    assert study({"recipe": recipe}).recipe.label == label


def test_short_forms() -> None:
    """A plain name serves for an encoder, a target and a recipe."""
    short = study({"encoders": ["x/e"], "targets": ["xquad"], "recipe": "pocket"})
    long = study(
        {
            "encoders": [{"name": "e", "source": "x/e"}],
            "targets": [{"task": "xquad"}],
            "recipe": {"name": "pocket"},
        }
    )
    assert short == long


def test_a_study_survives_writing_down() -> None:
    """With its defaults filled in, a study reads back as itself."""
    one = study({"seeds": 2, "intermediate": ["squad"], "recipe": {"target": {"epochs": 1}}})
    assert study(one.model_dump(mode="json")) == one


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recipe": "relased"}, r"There is no recipe 'relased'\. Did you mean 'released'\?"),
        ({"intermediate": ["sqaud"]}, r"There is no task 'sqaud'\. Did you mean 'squad'\?"),
        ({"targets": ["xqaud"]}, r"There is no task 'xqaud'\. Did you mean 'xquad'\?"),
        (
            {"targets": [{"task": "xquad", "languages": ["zhh"]}]},
            r"There is no language 'zhh'\. Did you mean 'zh'\?",
        ),
        (
            {"targets": [{"task": "xquad", "languages": ["de", "fi"]}]},
            r"Task 'xquad' has no language 'fi'\. It has: ar, de, ",
        ),
        (
            {"targets": [{"task": "xquad", "trains_on": ["squat"]}]},
            r"There is no task 'squat'\. Did you mean 'squad'\?",
        ),
        ({"recipe": {"tasks": {"sqaud": {}}}}, r"There is no task 'sqaud'\. Did you mean 'squad'\?"),
        (
            {"recipe": {"tasks": {"squad": {"epoch": 1}}}},
            r"recipe\.tasks\.squad\.epoch: there is no such hyper-parameter\. Did you mean 'epochs'\?",
        ),
        ({"recipe": {"intermediate": {"batch": 1}}}, r"recipe\.intermediate\.batch: .* Did you mean"),
        ({"recipe": {"target": {"patients": 1}}}, r"recipe\.target\.patients: .* Did you mean 'patience'\?"),
        (
            {"encoders": [{"name": "e", "pretrain": {**MADE, "text": ["udrh"]}}]},
            r"There is no task 'udrh'\. Did you mean 'udhr'\?",
        ),
    ],
)
def test_unknown_names(changes: dict[str, Any], message: str) -> None:
    """A name that does not exist is refused before anything runs, with the nearest that does."""
    with pytest.raises(UserError, match=message):
        check_study(study(changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"intermediate": ["xquad"]},
            "Task 'xquad' cannot be an intermediate arm: it has no labelled English training data",
        ),
        ({"intermediate": ["udhr"]}, "Task 'udhr' cannot be an intermediate arm"),
        (
            {"targets": ["squad"]},
            r"Task 'squad' is no target task: it has no test languages\. Targets: .*xquad",
        ),
        (
            {"targets": [{"task": "xquad", "trains_on": ["tatoeba"]}]},
            "Task 'tatoeba' cannot be what 'xquad' trains on",
        ),
        (
            {"targets": [{"task": "xquad", "trains_on": ["squad", "udpos"]}]},
            "Target 'xquad' is question-answering, but 'udpos', which it trains on, is token-classification",
        ),
        (
            {"encoders": [{"name": "e", "pretrain": {**MADE, "text": ["squad"]}}]},
            r"'squad' is no raw text\. Raw text: .*udhr",
        ),
        (
            {"intermediate": [{"task": "squad", "masked_lm": {"text": ["udhr", "udpos"]}}]},
            r"'udpos' is no raw text\. Raw text: .*udhr",
        ),
        (
            {"intermediate": [{"task": "udhr", "masked_lm": {"text": ["udhr"]}}]},
            "Task 'udhr' cannot be an intermediate arm",
        ),
        (
            {"targets": ["tatoeba"], "execution": {"prediction": "int8"}},
            r"execution\.prediction: int8 would change nothing: all targets are retrieval.* Leave it out\.",
        ),
    ],
)
def test_tasks_out_of_place(changes: dict[str, Any], message: str) -> None:
    """A task is refused where it cannot stand: no labels, no test set, another type, no text."""
    with pytest.raises(StudyError, match=message):
        check_study(study(changes))


def test_a_study_in_order_passes_unchanged() -> None:
    """Checking changes nothing."""
    one = study(
        {
            "intermediate": ["squad", "udpos"],
            "targets": ["tatoeba", {"task": "xquad", "trains_on": ["udpos", "squad"], "languages": ["de"]}],
            "recipe": {"name": "pocket", "tasks": {"squad": {"examples": 100}}},
        }
    )
    assert check_study(one) is one


def test_training_chain() -> None:
    """A target trains on what its record says unless the study says otherwise; retrieval on nothing."""
    assert training_chain(TargetChoice(task="xquad")) == ("squad",)
    assert training_chain(TargetChoice(task="xquad", trains_on=("tydiqa", "squad"))) == ("tydiqa", "squad")
    assert training_chain(TargetChoice(task="tatoeba")) == ()
