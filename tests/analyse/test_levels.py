"""Levels: means over what all have, with Student's interval over seeds."""

from __future__ import annotations

import pandas as pd
import pytest

from stiltwalk.analyse.levels import shared_levels
from stiltwalk.analyse.scores import scores
from tests.analyse.evidences import evidence_of, study_of

STUDY = study_of(["mnli"])


def _scores(gone: tuple[str, str] | None = None) -> pd.DataFrame:
    """Languages en 80, de 70, sw 60; panx ten less, mnli two more; seeds 1, 2, 3 add 0, 1, 5."""

    def score(_encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if (arm, target) == gone:
            return None
        level = {"en": 80.0, "de": 70.0, "sw": 60.0}[language] - 10 * (target == "panx")
        return level + 2 * (arm == "mnli") + {1: 0, 2: 1, 3: 5}[seed]

    return evidence_of(STUDY, score).scores


def test_over_targets_without_english() -> None:
    """65 and 55 make 60, the seeds' mean is 2; an arm is two above."""
    found = {each.arm: each for each in shared_levels(_scores())}
    assert {arm: each.estimate.value for arm, each in found.items()} == pytest.approx(
        {"none": 62, "mnli": 64}
    )
    assert found["none"].cells == 4


def test_only_what_all_have_is_compared() -> None:
    """What one arm lacks counts for no other: of panx nothing is left."""
    found = {each.arm: each for each in shared_levels(_scores(gone=("mnli", "panx")))}
    assert {arm: each.estimate.value for arm, each in found.items()} == pytest.approx(
        {"none": 67, "mnli": 69}
    )
    assert {each.cells for each in found.values()} == {2}


def test_collapsed_runs_do_not_count() -> None:
    """Nor is anything said where there is nothing else."""
    table = _scores()
    table["degenerate"] = (table["intermediate"] == "mnli") & (table["seed"] < 3)
    (found,) = [each for each in shared_levels(table) if each.arm == "mnli"]
    assert found.estimate.value == pytest.approx(67)
    assert (found.seeds, found.estimate.bounded) == (1, False)
    assert shared_levels(scores(pd.DataFrame(columns=_ROWS), {})) == ()


_ROWS = (
    *("encoder", "intermediate", "seed", "target", "language", "metric", "value", "degenerate"),
    *("language_seen_in_intermediate", "caveats"),
)
