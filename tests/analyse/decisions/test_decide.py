"""Tests of the table of decisions: every one is made, and none of them falls over what is too little."""

from __future__ import annotations

import math
from typing import get_args

import pytest

from stiltwalk.analyse.decisions.decide import DECISIONS, decide
from stiltwalk.analyse.verdicts import UNDECIDED
from stiltwalk.spec.analysis import Decision

from ..evidences import Score, evidence_of, study_of

ARMS = ("mnli", {"task": "mnli", "languages": "de"}, {"longer_by": "mnli"})


def test_every_decision_is_made() -> None:
    """What a study can ask for has a function."""
    assert set(DECISIONS) == set(get_args(Decision))


@pytest.mark.parametrize("decision", get_args(Decision))
@pytest.mark.parametrize(
    ("score", "seeds"),
    [
        (lambda *_: None, 3),
        (lambda *_: math.nan, 3),
        (lambda *_: 50.0, 3),
        (lambda _, arm, *__: 50.0 + len(arm), 1),
        (lambda _, arm, *__: None if arm == "none" else 50.0, 3),
        (lambda _, arm, seed, *__: 50.0 if (arm, seed) == ("none", 1) else None, 3),
    ],
    ids=["nothing", "no number", "constant", "one seed", "no baseline", "one cell"],
)
def test_too_little_is_said_to_be(decision: Decision, score: Score, seeds: int) -> None:
    """No rows, NaN, constant scores, one seed, no baseline, one cell: no verdict, and a way on."""
    study = study_of(ARMS, analysis={"decision": decision}, seeds=seeds, translation={"model": "x/t"})
    found = decide(evidence_of(study, score))
    assert (found.decision, found.answer) == (decision, UNDECIDED)
    assert found.sentence.endswith(".")
    assert found.needed
    assert all(math.isinf(each.low) and math.isinf(each.high) for each in found.numbers)


@pytest.mark.parametrize("decision", get_args(Decision))
def test_all_runs_collapsed(decision: Decision) -> None:
    """Where nothing trained above chance nothing is concluded."""
    study = study_of(ARMS, analysis={"decision": decision}, translation={"model": "x/t"})
    dead = [("e", arm, seed) for arm in study.arms for seed in study.seeds]
    found = decide(evidence_of(study, lambda _, arm, seed, *__: 50.0 + seed * len(arm), degenerate=dead))
    assert found.answer == UNDECIDED
    if decision in {"gain", "size", "languages"}:  # the others have no arms along their axis here
        assert "24 of 24 runs collapsed and are left out." in found.caveats
