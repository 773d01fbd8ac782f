"""Tests of batches against the number of examples there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.plan.batches import require_full_batches
from stiltwalk.plan.builder import Builder
from stiltwalk.plan.facts import Facts
from stiltwalk.plan.trainings import TaskData
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import Stage

from .fakes import WORLD, study

COUNTS: Mapping[Any, int] = {("squad", "train", "en"): 48, ("squad", "train", "de"): 40}


def _check(
    changes: Mapping[str, Any],
    training: Training,
    languages: tuple[str, ...] = ("en",),
    stage: Stage = "intermediate",
    match: str | None = None,
    counts: Mapping[Any, int] = COUNTS,
) -> None:
    """Look at SQuAD in those languages, trained so, in a study of SQuAD with ``changes``."""
    given = study({"intermediate": ["squad"], **changes})
    facts = Facts({}, {}, {}, counts=counts)
    part = TaskData.model_validate(
        {
            "task": "squad",
            "training": training,
            "train": "here" if "en" in languages else "",
            "others": {code: "here" for code in languages if code != "en"},
            "match": match,
            "dev": None,
            "head": "squad",
        }
    )
    arm = given.intermediate[0] if stage == "intermediate" else None
    require_full_batches(Builder(given, facts, WORLD), (part,), stage, arm)


def _said(where: str, size: int) -> Mapping[str, Any]:
    """What a study says that sets its batch size ``where``."""
    if where == "arm":
        return {"intermediate": [{"task": "squad", "training": {"batch_size": size}}]}
    if where == "task":
        return {"recipe": {"tasks": {"squad": {"batch_size": size}}}}
    return {"recipe": {where: {"batch_size": size}}}


@pytest.mark.parametrize("where", ["arm", "task", "intermediate"])
def test_a_batch_that_is_never_full(where: str) -> None:
    """Wherever the study says so: as many examples as there are is the most."""
    _check(_said(where, 48), Training(batch_size=48))
    with pytest.raises(
        StudyError, match=r"batch_size is 49, but 'squad' has 48 to train on.* Choose at most 48"
    ):
        _check(_said(where, 49), Training(batch_size=49))


def test_of_the_target_stage() -> None:
    """The same holds there; what another stage sets is no matter."""
    with pytest.raises(StudyError, match=r"batch_size is 64, but 'squad' has 48"):
        _check(_said("target", 64), Training(batch_size=64), stage="target")
    _check(_said("intermediate", 64), Training(batch_size=64), stage="target")


def test_a_recipes_own_batch_may_be_larger() -> None:
    """A small set of examples is one batch then, and no mistake of whoever wrote the study."""
    _check({}, Training(batch_size=64))


def test_fewer_examples_are_drawn() -> None:
    """Of those that are there so many are trained on."""
    said = {"intermediate": [{"task": "squad", "training": {"batch_size": 32, "examples": 31}}]}
    with pytest.raises(StudyError, match=r"batch_size is 32, but 'squad' has 31 .* or give it more examples"):
        _check(said, Training(batch_size=32, examples=31))
    _check(said, Training(batch_size=32, examples=1000))


@pytest.mark.parametrize(
    ("languages", "match", "examples", "most"),
    [
        (("en", "de"), None, None, 88),  # a target's languages are pooled
        (("en", "de"), None, 50, 50),
        (("de",), None, None, 40),
        (("en", "fr"), "union", None, 96),  # as many as in English, once they are translated
        (("en", "de"), "union", 10, 20),  # a mix counts those of English
        (("en", "de"), "compute", 10, 20),
        (("en", "de"), "examples", 10, 10),
        (("en", "de"), "examples", None, 48),
    ],
)
def test_of_several_languages(
    languages: tuple[str, ...], match: str | None, examples: int | None, most: int
) -> None:
    """By hand from 48 examples in English and 40 in German."""
    largest, larger = (Training(batch_size=size, examples=examples) for size in (most, most + 1))
    _check(_said("arm", most), largest, languages, match=match)
    with pytest.raises(StudyError, match=rf"batch_size is {most + 1}, but 'squad' has {most} "):
        _check(_said("arm", most + 1), larger, languages, match=match)


def test_where_numbers_are_not_known() -> None:
    """Nothing is refused."""
    _check(_said("arm", 10**6), Training(batch_size=10**6), counts={})
