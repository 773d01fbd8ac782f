"""Tests of the study schema: what a study may say, and where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec.analysis import Analysis
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.seeds import MOST_SEEDS

from .fakes import MADE, study


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
        ({"study": "a/b"}, r"study: expected letters, digits and .*, found 'a/b'"),
        ({"study": "../up"}, "study: expected letters, digits and"),
        ({"study": "x" * 81}, "study: expected at most 80 characters"),
        ({"encoders": []}, "encoders: expected 1 or more entries"),
        ({"targets": []}, "targets: expected 1 or more entries"),
        ({"seeds": 0}, "seeds: .*needs at least one seed, found 0"),
        ({"seeds": -2}, "seeds: .*needs at least one seed, found -2"),
        ({"seeds": True}, "seeds: expected a number of seeds or a list of them .*, found True"),
        ({"seeds": "three"}, r"seeds: expected a number .* such as \[1, 2, 3\], found 'three'"),
        ({"question": None}, "question: expected text, found nothing"),
        ({"recipe": {"target": {"epochs": "x"}}}, r"recipe\.target\.epochs: expected a number, found 'x'"),
        ({"seeds": 20240101}, r"seeds: a number .*, found 20240101\. For that one seed write"),
        ({"execution": {"precision": "fp16"}}, r"execution\.precision: expected 'fp32' or 'bf16'"),
        (
            {"execution": {"prediction": "int4"}},
            r"execution\.prediction: expected 'as-trained', 'bf16'",
        ),
        (
            {"execution": {"sharded": True}},
            r"  execution: sharded cuts .* processes is 1; set processes to 2 or more, .* or leave sharded",
        ),
        (
            {"execution": {"sharded": True, "processes": 2, "optimiser": "adamw-8bit"}},
            r"  execution: sharded cuts .* adamw-8bit cannot be; set optimiser to adamw, or leave sharded",
        ),
        ({"execution": {"threads": 0}}, r"execution\.threads: .*expected at least 1, found 0"),
        ({"recipe": {"target": {"epochs": "many"}}}, r"recipe\.target\.epochs.*, found 'many'"),
    ],
)
def test_bad_values(changes: dict[str, Any], message: str) -> None:
    """A value that cannot be is named, shown, and what was expected is said."""
    with pytest.raises(StudyError, match=message):
        study(changes)


def test_a_study_kept_before_there_were_axes() -> None:
    """What an earlier version wrote down is the same study, without axes and with the usual analysis."""
    new = study({"intermediate": ["squad"]})
    old = new.model_dump(mode="json", exclude={"axes", "analysis", "scale"})
    del old["intermediate"][0]["point"]
    assert study(old) == new
    assert (new.axes, new.analysis, new.scale) == ({}, Analysis(), None)


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
    assert len(study({"seeds": MOST_SEEDS}).seeds) == MOST_SEEDS
    assert study({"seeds": [20240101]}).seeds == (20240101,)


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
