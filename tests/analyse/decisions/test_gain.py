"""Tests of the decision on gains: which arms gain, corrected for their number, and what cannot be said."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from scipy import stats

from stiltwalk.analyse.decisions.gain import decide_gain
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict

from ..evidences import Score, evidence_of, study_of

# what is left of a score once arm and seed are out: rows and columns sum to 0
NOISE = {
    ("none", 1): 0.2, ("none", 2): -0.1, ("none", 3): -0.1,
    ("squad", 1): -0.1, ("squad", 2): 0.2, ("squad", 3): -0.1,
    ("mnli", 1): -0.1, ("mnli", 2): -0.1, ("mnli", 3): 0.2,
}  # fmt: skip


def _score(gains: Mapping[str, float], scale: float = 1.0) -> Score:
    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        english = 20.0 if language == "en" else 0.0
        return 50.0 + gains.get(arm, 0.0) + seed + english + scale * NOISE.get((arm, seed), 0.0)

    return score


def _number(found: Verdict, name: str, of: str, note: str = "headline; p by Holm") -> Number:
    return next(each for each in found.numbers if (each.name, each.of) == (name, of) and note in each.note)


def test_gain_and_its_interval_by_hand() -> None:
    """Noise of squares 3 · (0.04 + 0.01 + 0.01) = 0.18 on (3 - 1)(3 - 1) = 4 degrees of freedom.

    So the variance of a score is 0.045, the standard error of a gain sqrt(0.045 · 2 / 3) = 0.1732, and its
    interval 2.7764 · 0.1732 = 0.4809 to each side. The smaller p of two is doubled by Holm's method.
    """
    found = decide_gain(evidence_of(study_of(), _score({"squad": 2.0, "mnli": 0.1})))
    squad, mnli = _number(found, "gain", "e · squad"), _number(found, "gain", "e · mnli")
    assert (squad.value, squad.low, squad.high) == pytest.approx((2.0, 1.5191, 2.4809), abs=1e-4)
    assert squad.p == pytest.approx(2 * 2 * stats.t.sf(2 / math.sqrt(0.03), 4))
    assert mnli.p == pytest.approx(2 * stats.t.sf(0.1 / math.sqrt(0.03), 4))
    assert found.answer == "gain"
    assert found.sentence == (
        "Of 2 arms 1 gains over none in languages unseen in between, of targets whose training data they do "
        "not repeat (Holm, 95 %): best squad +2.00 points [+1.52, +2.48]; no arm loses."
    )
    assert found.needed == ""


@pytest.mark.parametrize(
    ("squad", "mnli", "answer"),
    [(2.0, 2.0, "gain"), (-2.0, 0.0, "loss"), (2.0, -2.0, "mixed"), (0.1, 0.0, UNDECIDED)],
)
def test_answers(squad: float, mnli: float, answer: str) -> None:
    """Arms that differ from 0 make the answer; where none does and the margin is in reach, there is none."""
    assert decide_gain(evidence_of(study_of(), _score({"squad": squad, "mnli": mnli}))).answer == answer


def test_no_gain_is_shown_not_assumed() -> None:
    """With a tenth of the noise both gains lie below the margin of 0.3; with all of it neither does."""
    quiet = decide_gain(evidence_of(study_of(), _score({"squad": 0.02}, scale=0.1)))
    assert quiet.answer == "no gain found"
    assert "None of 2 arms gains 0.30 points or more over none" in quiet.sentence
    loud = decide_gain(evidence_of(study_of(), _score({"squad": 0.02})))
    assert loud.answer == UNDECIDED
    assert "2 may gain 0.30 points or more" in loud.sentence
    assert "seeds" in loud.needed


def test_a_single_arm_is_named() -> None:
    """It is no choice of one."""
    one = study_of(("squad",))
    quiet = decide_gain(evidence_of(one, _score({"squad": 0.02}, scale=0.1)))
    assert quiet.answer == "no gain found"
    assert "squad does not gain 0.30 points or more over none" in quiet.sentence
    loud = decide_gain(evidence_of(one, _score({"squad": 0.02})))
    assert loud.answer == UNDECIDED
    assert "Whether squad gains over none cannot be said: it does not differ from 0" in loud.sentence
    assert "may gain 0.30 points or more" in loud.sentence


def test_headline_leaves_out_what_flatters() -> None:
    """A gain in a language that the arm saw, or on a target that it repeats, is none of the headline's."""

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        flattered = arm == "squad" and (language == "de" or target == "panx")
        return 50.0 + (10.0 if flattered else 0.0) + seed + NOISE[arm, seed]

    found = decide_gain(evidence_of(study_of(), score, seen={"squad": ["de"]}, repeats=[("squad", "panx")]))
    assert found.answer == UNDECIDED
    assert _number(found, "gain", "e · squad").value == pytest.approx(0.0)
    assert _number(found, "gain", "e · squad", "zero-shot").value == pytest.approx(7.5)
    assert _number(found, "gain", "e · squad", "unseen").value == pytest.approx(5.0)
    assert _number(found, "gain", "e · squad", "without-repeats").value == pytest.approx(5.0)


def test_a_gain_over_none_is_held_against_its_control() -> None:
    """Where targets trained for longer gain as much, that is said beside the gain; no control, too."""
    study = study_of(["squad", "mnli", {"longer_by": "squad"}])
    gains = {"squad": 2.0, "mnli": 2.0, "none+steps-of-squad": 1.95}
    found = decide_gain(evidence_of(study, _score(gains)))
    assert "Of 2 arms 2 gain" in found.sentence
    assert _number(found, "gain over control", "e · squad", "").value == pytest.approx(0.05)
    assert any("squad is not shown to gain over its control none+steps-of-squad" in c for c in found.caveats)
    assert any(c.startswith("e · mnli has no control") for c in found.caveats)


def test_collapsed_runs_are_left_out_and_counted() -> None:
    """A collapsed run is missing from the estimate, and its effect on the answer is said."""
    study = study_of()

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if (arm, seed) == ("squad", 1):
            return 0.0
        return _score({"squad": 2.0})(encoder, arm, seed, target, language)

    found = decide_gain(evidence_of(study, score, degenerate=[("e", "squad", 1)]))
    assert found.answer == "gain"
    assert _number(found, "gain", "e · squad").value == pytest.approx(2.0, abs=0.3)
    assert _number(found, "gain", "e · squad", "collapsed runs included").value < -10
    assert "2 of 18 runs collapsed and are left out." in found.caveats
    assert any(f"With collapsed runs included the answer would be: {UNDECIDED}." == c for c in found.caveats)


def test_an_arm_that_never_learnt_is_not_judged() -> None:
    """All trainings of an arm collapsed: it is in no family and no count, but its number is shown."""
    dead = [("e", "squad", seed) for seed in (1, 2, 3)]
    found = decide_gain(evidence_of(study_of(), _score({"squad": 9.0, "mnli": 2.0}), degenerate=dead))
    assert found.sentence.startswith("mnli gains over none")
    assert any(c.startswith("No verdict on e · squad: every intermediate training") for c in found.caveats)
    nothing = decide_gain(evidence_of(study_of(["squad"]), _score({"squad": 9.0}), degenerate=dead))
    assert nothing.answer == UNDECIDED
    assert "every intermediate training collapsed" in nothing.sentence


def test_arms_of_all_encoders_are_one_family() -> None:
    """Two encoders with two arms each are four tests: the smallest p is taken four times."""
    study = study_of(encoders=["x/e", "x/f"])
    found = decide_gain(evidence_of(study, _score({"squad": 2.0, "mnli": 0.1})))
    expected = 4 * 2 * stats.t.sf(2 / math.sqrt(0.03), 4)
    assert _number(found, "gain", "e · squad").p == pytest.approx(expected)
    assert found.sentence.startswith("Of 4 arms of encoders 2 gain")


def test_best_per_target_is_judged_on_other_seeds() -> None:
    """The naive best of several is shown without an interval, and its optimism beside it."""
    found = decide_gain(evidence_of(study_of(), _score({})))
    naive = _number(found, "best arm per target, naive", "e", "")
    honest = _number(found, "best arm per target, cross-fitted", "e", "")
    assert (naive.low, naive.high) == (-math.inf, math.inf)
    assert honest.value <= naive.value
    assert _number(found, "optimism of the best", "e", "").value == pytest.approx(naive.value - honest.value)


@pytest.mark.parametrize(
    ("score", "seeds", "said"),
    [
        (lambda *_: None, 3, "no run of the arm 'none' is finished"),
        (lambda _, arm, *__: 50.0 if arm == "none" else None, 3, "no run of an intermediate arm is finished"),
        (lambda _, arm, *__: 50.0 if arm != "none" else None, 3, "no run of the arm 'none' is finished"),
        (lambda _, arm, *__: 60.0 if arm == "mnli" else 50.0, 1, "under a single seed nothing shows"),
        (lambda *_: 50.0, 3, "all scores agree to the last digit"),
        (lambda *_: math.nan, 3, "none of 2 arms has a healthy run beside one of none"),
    ],
)
def test_what_cannot_be_said_is_said(score: Score, seeds: int, said: str) -> None:
    """No rows, no baseline, one seed, constant scores, NaN: a sentence, no number without an interval."""
    found = decide_gain(evidence_of(study_of(seeds=seeds), score))
    assert found.answer == UNDECIDED
    assert said in found.sentence
    assert all(math.isinf(each.low) and math.isinf(each.high) for each in found.numbers)
    assert found.needed


def test_missing_cells_are_told() -> None:
    """What is not finished yet is counted; an arm without any run is named."""

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if arm == "mnli" or (arm, seed, target) == ("squad", 3, "panx"):
            return None
        return _score({"squad": 2.0})(encoder, arm, seed, target, language)

    found = decide_gain(evidence_of(study_of(), score))
    assert "11 of 18 cells are finished." in found.caveats
    assert "Without any score: mnli." in found.caveats
    assert _number(found, "gain", "e · squad").n == pytest.approx(2.5)


def test_a_study_of_controls_alone() -> None:
    """Controls are not judged: without another arm there is nothing to say."""
    study = study_of([{"task": "mnli", "back_translated": "de"}], translation={"model": "x/t"})
    assert "no intermediate arm beside controls" in decide_gain(evidence_of(study, _score({}))).sentence
