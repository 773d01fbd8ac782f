"""Tests of whether a study can be carried out: every name known, every task where it can stand."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.study_checks import check_study

from .fakes import MADE, study


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
