"""Tests of training on published translations, and of scoring the dev split."""

from __future__ import annotations

import pytest

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import StudyError, UnknownNameError

from .fakes import Datum, everything, plan, study


def _translated() -> dict[Datum, str]:
    return {("mnli", "train", code): f"mnli-train-{code}" for code in ("de", "sw")}


def _steps(made: Plan) -> tuple[TrainStep, PredictStep]:
    train, predict = (node.step for node in made.nodes.values())
    assert isinstance(train, TrainStep)
    assert isinstance(predict, PredictStep)
    return train, predict


def test_english_alone_is_the_rule() -> None:
    """Without a word about it a target trains on English, whatever translations lie there."""
    train, _ = _steps(plan({"targets": ["xnli"]}, everything() | _translated()))
    assert (train.train, train.others) == ("mnli-train-en", {})


@pytest.mark.parametrize("languages", ["all", ["en", "de", "sw"]])
def test_translations_are_pooled_with_english(languages: object) -> None:
    """Translate-train takes the languages asked for whose files are there, and says so beside the rows."""
    made = plan(
        {"targets": [{"task": "xnli", "train_languages": languages}]},
        everything() | _translated(),
    )
    train, _ = _steps(made)
    assert (train.train, train.others) == ("mnli-train-en", {"de": "mnli-train-de", "sw": "mnli-train-sw"})
    assert "trained-beyond-english" in made.cells[0].caveats
    assert next(iter(made.nodes.values())).title.startswith("target mnli in en+")


def test_one_other_language_alone() -> None:
    """A single translation is trained on without the English."""
    made = plan({"targets": [{"task": "xnli", "train_languages": ["sw"]}]}, everything() | _translated())
    train, _ = _steps(made)
    assert (train.train, train.others) == ("", {"sw": "mnli-train-sw"})


def test_a_translation_that_is_not_there() -> None:
    """A language that is asked for by name must be there; ``all`` takes what there is."""
    data = everything() | _translated()
    with pytest.raises(StudyError, match=r"Task 'mnli' has no training data in fr, ru: its files are not"):
        plan({"targets": [{"task": "xnli", "train_languages": ["en", "fr", "de", "ru"]}]}, data)


def test_a_language_nobody_translated_into() -> None:
    """A training language that no training task has is refused, with those there are."""
    with pytest.raises(StudyError, match=r"Target 'xnli': no training data in 'fi'\. There is: ar, bg, de"):
        study({"targets": [{"task": "xnli", "train_languages": ["en", "fi"]}]})
    with pytest.raises(UnknownNameError, match="There is no language 'swahili'"):
        study({"targets": [{"task": "xnli", "train_languages": ["swahili"]}]})


def test_the_dev_split_can_be_scored() -> None:
    """The dev split is predicted in its own languages, under a caveat."""
    made = plan({"targets": [{"task": "udpos", "split": "dev"}]})
    _, predict = _steps(made)
    assert predict.split == "dev"
    assert predict.data["de"] == "udpos-dev-de"
    assert "yo" not in predict.data  # Yoruba has a test set alone
    assert "dev-split" in made.cells[0].caveats
    assert "dev-split" not in plan({"targets": ["udpos"]}).cells[0].caveats


def test_languages_are_those_of_the_split() -> None:
    """A language that only the test split has cannot be asked of dev."""
    with pytest.raises(StudyError, match=r"Task 'udpos' has no language 'yo'\. It has: af, ar"):
        study({"targets": [{"task": "udpos", "split": "dev", "languages": ["yo"]}]})
