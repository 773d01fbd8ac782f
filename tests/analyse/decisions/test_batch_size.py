"""Tests of analyse.decisions.batch_size: whole studies with known truth, and bad input."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from stiltwalk.analyse.decisions.batch_size import decide_batch_size, overall
from stiltwalk.analyse.decisions.batches import DEPENDS, HELPS, HURTS, NO_WORSE
from stiltwalk.analyse.evidence import EncoderSize, Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from stiltwalk.metrics.noise_scale import NoiseScale
from tests.analyse.worlds import BATCHES, Formula, along, looking, world

ROOT = {"task": "qqp", "name": "by-root", "rate": "square-root"}
TUNED = {"task": "qqp", "name": "tuned", "rate": {"rule": "square-root", "rates": [1e-5, 2e-5]}}
STEPS = {**TUNED, "name": "tuned-steps", "training": {"steps": 1000}}
CONSTANT = {"task": "qqp", "name": "constant", "training": {"least_rate_share": 1, "evaluate_every": 10}}
RECIPE = {"name": "released", "intermediate": {"batch_size": 32}}


def _made(truth: Formula, arms: Sequence[Any] = (TUNED,), **said: Any) -> Evidence:
    fields = {key: said.pop(key) for key in ("encoders", "seeds", "recipe", "targets") if key in said}
    known = {"analysis": {"decision": "batch-size", "margin": 0.3}, "seeds": 5, "recipe": RECIPE}
    study = along("batch_size", said.pop("batches", BATCHES), arms, **known | fields)
    return world(study, "batch_size", truth, **{"sd": 0.05} | said)


def _whole(found: Verdict) -> str:
    return " ".join((found.sentence, *found.caveats, found.needed))


def _same(encoder: str, arm: str, x: float) -> float:
    return 60.0


def _falling(encoder: str, arm: str, x: float) -> float:
    return 60 - 2 * max(0.0, math.log2(max(x, 1) / 32))


@pytest.mark.parametrize(
    ("truth", "answer"),
    [
        (_same, NO_WORSE),
        (_falling, HURTS),
        (lambda e, arm, x: 60.0 - 2 * (x >= 128), DEPENDS),
        (lambda e, arm, x: 60.0 + (x >= 64), HELPS),
    ],
    ids=["same", "hurts", "depends", "helps"],
)
def test_known_truths(truth: Formula, answer: str) -> None:
    """Clear differences with little noise get the answer that is true of them."""
    found = decide_batch_size(_made(truth))
    assert found.answer == answer
    assert found.needed == ""


def test_the_largest_batch_that_is_no_worse() -> None:
    """Up to 64 nothing changes, from 128 on it does: 64 is named."""
    found = decide_batch_size(_made(lambda e, arm, x: 60.0 - 2 * (x >= 128)))
    assert "the largest batch shown to be no worse by 0.30 points is 64." in found.sentence


def test_passes_answer_and_steps_stand_beside() -> None:
    """At equal steps a larger batch sees more: that it helps there does not say that it helps."""
    found = decide_batch_size(
        _made(lambda e, arm, x: 60.0 + (arm.startswith("tuned-steps") and x >= 64), [TUNED, STEPS])
    )
    assert found.answer == NO_WORSE
    assert "Beside: e · tuned-steps: larger helps." in found.caveats


def test_tuned_rates_answer_and_rules_stand_beside() -> None:
    """A rule that fails at large batches does not say that large batches fail."""
    found = decide_batch_size(
        _made(lambda e, arm, x: (_falling if arm.startswith("by-root") else _same)(e, arm, x), [ROOT, TUNED])
    )
    assert found.answer == NO_WORSE
    assert "Beside: e · by-root: larger hurts." in found.caveats


def test_rules_alone_are_a_caveat() -> None:
    """Without any rate chosen by dev scores the rule answers, and that is said."""
    found = decide_batch_size(_made(_falling, [ROOT]))
    assert found.answer == HURTS
    assert "No learning rate was chosen by dev scores" in _whole(found)


def test_steps_alone_are_a_caveat() -> None:
    """Where every series is at equal steps, a larger batch is more passes too."""
    found = decide_batch_size(_made(_same, [STEPS]))
    assert found.sentence.startswith("At equal steps")
    assert "a larger batch is also more passes over the data here" in _whole(found)


def test_one_answer_of_several() -> None:
    """All alike: theirs. One open: open. Helping here and no worse there: it helps. Else it depends."""
    assert overall([NO_WORSE, NO_WORSE]) == NO_WORSE
    assert overall([HELPS, NO_WORSE]) == HELPS
    assert overall([HELPS, HURTS]) == DEPENDS
    assert overall([HELPS, UNDECIDED]) == UNDECIDED
    assert overall([HELPS], unfinished=True) == UNDECIDED
    assert overall([]) == UNDECIDED


def _jump(need: float) -> Callable[[int], float]:
    """A dev score that is 80 from so many steps on, and 50 before."""
    return lambda step: 80.0 if step >= need else 50.0


def test_a_critical_batch_and_the_noise_scale() -> None:
    """Steps to the target of 200 (1 + 64 / B): S_min is 200, E_min 12,800, and the critical batch 64.

    Looks every step. Seeds differ by 2 % either way. The noise scale is 50, 60 and 72: 60 in the geometric
    mean.
    """
    made = _made(_same, [CONSTANT], seeds=3)
    trainings = {}
    for encoder, arm, seed in made.trainings:
        batch = made.batch_sizes[arm]
        need = 200 * (1 + 64 / batch) * 1.02 ** (seed - 2)
        training = looking(2000, 1, batch, _jump(need))
        scale = NoiseScale(60 * 1.2 ** (seed - 2), None, None, 1.0, 1.0, 9)
        trainings[encoder, arm, seed] = replace(training, noise_scale=scale)
    found = decide_batch_size(replace(made, trainings=trainings))
    told = {(each.name, each.of): each for each in found.numbers}
    critical = told["critical batch", "e · constant"]
    assert critical.value == pytest.approx(64, rel=0.01)
    assert critical.low < critical.value < critical.high < 70
    noise = told["noise scale", "e · constant-b32"]
    assert noise.value == pytest.approx(60)
    assert noise.low < 60 < noise.high
    steps = told["steps to target", "e · constant · batch 64"]
    assert steps.value == pytest.approx(400, rel=0.01)
    assert "at most 1 step" in _whole(found)


def test_no_steps_to_a_target_under_a_falling_rate() -> None:
    """They would measure the schedule: that is said in their place."""
    found = decide_batch_size(_made(_same))
    assert "under a falling learning rate they would measure the schedule" in _whole(found)
    assert not any("target" in each.name for each in found.numbers)
    silent = decide_batch_size(_made(_same, [CONSTANT]))
    assert "looked at their dev set on the way" in _whole(silent)


def test_inference_costs_the_same() -> None:
    """The fact is an assumption, with the costs; the score over them stands among the numbers."""
    sizes = {"e": EncoderSize(2 * 10**8, 10**8, "one", flops=2e9, milliseconds=5.0)}
    found = decide_batch_size(_made(_same, ladder=sizes))
    assert any("inference costs an encoder the same" in each and "5 ms" in each for each in found.assumptions)
    told = [each for each in found.numbers if each.name == "score per cost of inference"]
    assert len(told) == len(BATCHES)
    assert told[0].value == pytest.approx(30, abs=1)
    unknown = decide_batch_size(_made(_same))
    assert not any(each.name == "score per cost of inference" for each in unknown.numbers)


def test_encoders_that_differ() -> None:
    """Larger hurts one and is no worse for the other: it depends, and nobody is left out."""
    found = decide_batch_size(
        _made(lambda e, arm, x: (_falling if e == "a" else _same)(e, arm, x), encoders=["x/a", "x/b"])
    )
    assert found.answer == DEPENDS


def test_several_encoders_answer_by_their_mean() -> None:
    """Each by itself is open at some batch; the mean of four is known twice as well."""
    names = [f"x/e{place}" for place in range(4)]
    found = decide_batch_size(_made(_same, encoders=names, sd=0.25, seeds=3))
    assert found.answer == NO_WORSE
    assert "for the mean of 4 encoders · tuned" in found.sentence
    assert "open" in next(each for each in found.caveats if each.startswith("By themselves"))


def test_another_anchor_is_said() -> None:
    """The recipe's batch of 24 has no arm: 32 is the nearest by doublings."""
    found = decide_batch_size(_made(_same, recipe={"name": "released", "intermediate": {"batch_size": 24}}))
    assert "no arm has the recipe's batch, 24: 32 is the anchor" in _whole(found)


def test_noise_that_is_too_large() -> None:
    """Wide intervals decide nothing, and it is said how many seeds would."""
    found = decide_batch_size(_made(_same, sd=2.0, seeds=3))
    assert found.answer == UNDECIDED
    assert found.needed.startswith("About ")
    assert "open against batch 32" in _whole(found)


def test_bad_input_is_said() -> None:
    """One seed, constant scores, NaN, one batch, nothing above the anchor, nothing: no crash, no answer."""
    made = _made(_same)
    cases = (
        _made(_same, seeds=1),
        _made(_same, sd=0.0),
        _made(lambda e, a, x: math.nan),
        _made(_same, batches=[32]),
        _made(_same, batches=[8, 32]),
        replace(made, scores=made.scores.iloc[:0], batch_sizes={}, trainings={}),
        replace(made, scores=made.scores[made.scores["intermediate"] == "none"]),
    )
    for each in cases:
        found = decide_batch_size(each)
        assert found.answer == UNDECIDED
        assert found.needed
        assert "cannot be said" in found.sentence
        assert not any(math.isnan(number.value) for number in found.numbers)


def test_collapsed_batches_are_left_out() -> None:
    """The largest batch never trains: the answer is of the others, and it is named."""
    gone = [("e", "tuned-b256", seed) for seed in range(1, 6)]
    found = decide_batch_size(_made(_same, degenerate=gone))
    assert found.answer == NO_WORSE
    assert "without tuned-b256 (every training ended no better than chance)" in _whole(found)
    every = [("e", f"tuned-b{batch}", seed) for batch in BATCHES for seed in range(1, 6)]
    nothing = decide_batch_size(_made(_same, degenerate=every))
    assert nothing.answer == UNDECIDED
    assert "no better than chance" in nothing.sentence


def test_collapsed_runs_that_would_change_the_answer() -> None:
    """Two of five runs of one batch fell by 30 points: with them in, nothing can be said any more."""
    made = _made(_same)
    rows = made.scores.copy()
    bad = (rows["intermediate"] == "tuned-b256") & (rows["seed"] <= 2)
    rows.loc[bad, "score"] -= 30
    rows.loc[bad, "degenerate"] = True
    found = decide_batch_size(replace(made, scores=rows))
    assert found.answer == NO_WORSE
    assert f"With collapsed runs left in the answer would be: {UNDECIDED}." in found.caveats


def test_pictures() -> None:
    """The score over batch sizes, of deciding series and of those beside."""
    found = decide_batch_size(_made(_same, [TUNED, STEPS]))
    assert [each.of for each in found.curves] == ["e · tuned", "e · tuned-steps"]
    assert found.curves[0].x == tuple(map(float, BATCHES))
