"""Tests of the decision on size: what the encoders' mean gains say, and what they do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from scipy import stats

from stiltwalk.analyse.decisions.size import decide_size
from stiltwalk.analyse.evidence import EncoderSize, Evidence
from stiltwalk.analyse.verdicts import MEASURED, UNDECIDED, Number, Verdict

from ..evidences import Score, evidence_of, study_of

NAMES = ("a", "b", "c", "d", "e")
SIZES = {name: EncoderSize(10**9, 10**8 * 2**place, "one") for place, name in enumerate(NAMES)}
SCATTER = (0.1, -0.1, 0.0, -0.1, 0.1)
"""Sums to 0, and has no slope: (-2)(.1) + (-1)(-.1) + (1)(-.1) + (2)(.1) = 0."""


def _evidence(
    gain: Callable[[int], float],
    names: tuple[str, ...] = NAMES,
    degenerate: Sequence[tuple[str, str, int]] = (),
    retrieval: Sequence[str] = (),
) -> Evidence:
    """Evidence in which squad and mnli gain what ``gain`` says of an encoder's place, mnli 2 more."""
    study = study_of(encoders=[f"x/{name}" for name in names])

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        own = {"none": 0.0, "squad": gain(NAMES.index(encoder)), "mnli": 2 + gain(NAMES.index(encoder))}
        return 40.0 + 3 * NAMES.index(encoder) + own[arm] + seed + 0.2 * ((seed + len(arm)) % 3)

    return evidence_of(study, score, sizes=SIZES, degenerate=degenerate, retrieval=retrieval)


def _slope(found: Verdict, note: str, of: str = "") -> Number:
    return next(
        each
        for each in found.numbers
        if each.name == "slope of the gain" and each.of == of and note in each.note
    )


def test_slope_by_hand() -> None:
    """Gains of 3 - place + scatter at five doublings: slope -1, squares .04 left on 3 degrees of freedom.

    The standard error is sqrt(.04 / 3 / 10) = 0.0365, and the interval 3.1824 · 0.0365 = 0.1162 to each side.
    """
    found = decide_size(_evidence(lambda place: 3 - place + SCATTER[place]))
    slope = _slope(found, "mean over arms")
    assert (slope.value, slope.low, slope.high) == pytest.approx((-1, -1.1162, -0.8838), abs=1e-4)
    assert slope.p == pytest.approx(2 * stats.t.sf(1 / math.sqrt(0.04 / 30), 3))
    assert (slope.n, slope.units, slope.unit) == (5, "encoders", "points per doubling of parameters")
    assert found.answer == "shrinks with size"
    assert found.sentence == (
        "With the size of the encoder the mean gain of 2 arms over none shrinks: -1.00 points per doubling "
        "of parameters [-1.12, -0.88] (95 %) over 5 encoders."
    )
    assert found.needed == ""


@pytest.mark.parametrize(
    ("gain", "answer"),
    [
        (lambda place: place + SCATTER[place], "grows with size"),
        (lambda place: 1 + 0.01 * SCATTER[place], "does not change within margin"),
        (lambda place: 1 + 5 * SCATTER[place], UNDECIDED),
    ],
)
def test_answers(gain: Callable[[int], float], answer: str) -> None:
    """It grows; it is flat within the margin over all sizes; it may be either."""
    found = decide_size(_evidence(gain))
    assert found.answer == answer
    assert bool(found.needed) == (answer == UNDECIDED)


def test_below_five_encoders_there_is_no_answer() -> None:
    """However clear three encoders look: nothing is decided, and what is needed is said."""
    found = decide_size(_evidence(lambda place: 9 - 3 * place + SCATTER[place], names=NAMES[:3]))
    assert found.answer == UNDECIDED
    assert "needs at least 5 encoders" in found.sentence
    assert "has 3" in found.sentence
    assert "so far -3.05 points per doubling of parameters [" in found.sentence
    slope = _slope(found, "mean over arms")
    assert (slope.low, slope.high) == (-math.inf, math.inf)


def test_arms_groups_and_views_stand_beside() -> None:
    """Each arm has a slope of its own, and so has the view without retrieval."""
    found = decide_size(_evidence(lambda place: 3 - place + SCATTER[place], retrieval=["panx"]))
    assert _slope(found, "headline", "squad").value == pytest.approx(-1)
    assert _slope(found, "headline-without-retrieval").value == pytest.approx(-1)
    assert _slope(found, "collapsed runs included").value == pytest.approx(-1)
    (curve,) = found.curves
    assert (curve.name, curve.axis) == (MEASURED, "parameters without embeddings")
    assert curve.x == tuple(float(size.encoder_parameters or 0) for size in SIZES.values())
    assert curve.y == pytest.approx(tuple(4 - place + SCATTER[place] for place in range(5)))


def test_an_arm_that_collapsed_somewhere_leaves_the_mean() -> None:
    """A mean over other arms at one size would compare arms; the arm is named."""
    dead = [("c", "squad", seed) for seed in (1, 2, 3)]
    found = decide_size(_evidence(lambda place: 3 - place + SCATTER[place], degenerate=dead))
    assert any("squad (collapsed with c)" in caveat for caveat in found.caveats)
    assert "the mean gain of 1 arm over none" in found.sentence
    assert _slope(found, "mean over arms").value == pytest.approx(-1)


def test_encoders_are_compared_on_the_same_cells() -> None:
    """A target that one encoder lacks is left out of all, and that is counted."""
    study = study_of(["squad"], encoders=[f"x/{name}" for name in NAMES])

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        place = NAMES.index(encoder)
        if (encoder, target) == ("b", "panx"):
            return None
        gain = 3 - place + SCATTER[place] if target == "udpos" else 50.0
        return 40.0 + seed + (gain if arm == "squad" else 0.0)

    found = decide_size(evidence_of(study, score, sizes=SIZES))
    assert _slope(found, "mean over arms").value == pytest.approx(-1)
    assert any(caveat.startswith("2 of 4 cells (arms, targets, languages)") for caveat in found.caveats)


def test_above_a_billion_a_bend_needs_more_sizes() -> None:
    """Two sizes above 10^9 parameters: said beside the slope."""
    sizes = {name: EncoderSize(10**10, 10**8 * 4**place, "one") for place, name in enumerate(NAMES)}
    evidence = _evidence(lambda place: 3 - place + SCATTER[place])
    study = evidence.study
    found = decide_size(
        evidence_of(study, lambda e, a, s, *_: 50.0 + s + (a != "none") * NAMES.index(e), sizes=sizes)
    )
    assert any(caveat.startswith("3 sizes above 1 billion") for caveat in found.caveats)


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (lambda *_: None, "no intermediate arm has a healthy run"),
        (lambda *_: math.nan, "no intermediate arm has a healthy run"),
        (lambda _, arm, *__: None if arm == "none" else 50.0, "no intermediate arm has a healthy run"),
        (lambda *_: 50.0, "cannot be said: +0.00 points per doubling of parameters [unbounded]"),
    ],
)
def test_what_cannot_be_said_is_said(score: Score, said: str) -> None:
    """No rows, NaN, no baseline, constant scores: a sentence, and no number without an interval."""
    study = study_of(encoders=[f"x/{name}" for name in NAMES])
    found = decide_size(evidence_of(study, score, sizes=SIZES))
    assert found.answer == UNDECIDED
    assert said in found.sentence
    assert found.needed


def test_one_seed_is_enough_for_points_and_says_so() -> None:
    """Encoders are the units: a single seed leaves a slope, and the caveat that there is one."""
    study = study_of(["squad"], encoders=[f"x/{name}" for name in NAMES], seeds=1)

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        place = NAMES.index(encoder)
        return 40.0 + (3 - place + SCATTER[place] if arm == "squad" else 0.0)

    found = decide_size(evidence_of(study, score, sizes=SIZES))
    assert found.answer == "shrinks with size"
    assert any(caveat.startswith("1 seed: a claim takes 5") for caveat in found.caveats)
