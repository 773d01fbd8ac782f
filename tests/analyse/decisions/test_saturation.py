"""Tests of analyse.decisions.saturation: whole studies with known truth, and bad input."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from stiltwalk.analyse.decisions.one_curve import DIMINISHING, GAINING, NO_GAIN, SATURATED
from stiltwalk.analyse.decisions.saturation import MIXED, decide_saturation, overall
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from tests.analyse.worlds import AMOUNTS, Formula, along, sizes, world

STEPS = {"task": "mnli", "name": "mnli-steps", "training": {"steps": 2000}}
ANALYSIS = {"decision": "saturation", "margin": 0.3}


def _made(truth: Formula, *, arms: Any = ("mnli", STEPS), **said: Any) -> Evidence:
    fields = {key: said.pop(key) for key in ("encoders", "seeds", "axes", "targets") if key in said}
    amounts = said.pop("amounts", AMOUNTS)
    study = along("examples", amounts, arms, **{"analysis": ANALYSIS, "seeds": 5} | fields)
    return world(study, "examples", truth, **said)


def _whole(found: Verdict) -> str:
    return " ".join((found.sentence, *found.caveats, found.needed))


def _level(encoder: str, arm: str, x: float) -> float:
    """Most of ten points by the first amount, all of them by the last."""
    return 60 - 10 * math.exp(-x / 4000)


def _line(encoder: str, arm: str, x: float) -> float:
    return 50 + 0.8 * math.log2(max(x, 500) / 500)


@pytest.mark.parametrize(
    ("truth", "answer"),
    [
        (_level, SATURATED),
        (_line, GAINING),
        (lambda encoder, arm, x: 70 - 10 * (max(x, 500) / 500) ** -0.4, DIMINISHING),
        (lambda encoder, arm, x: 50.0, NO_GAIN),
    ],
    ids=["saturated", "gaining", "diminishing", "no-gain"],
)
def test_known_truths(truth: Formula, answer: str) -> None:
    """Clear curves with little noise get the answer that is true of them."""
    found = decide_saturation(_made(truth, sd=0.05))
    assert found.answer == answer
    assert found.needed == ""
    assert found.sentence.startswith("At equal numbers of optimiser steps")


def test_steps_decide_and_passes_stand_beside() -> None:
    """Where the arms at equal passes still gain, and those at equal steps do not, the latter answer."""
    found = decide_saturation(
        _made(lambda e, arm, x: (_level if arm.startswith("mnli-steps") else _line)(e, arm, x), sd=0.05)
    )
    assert found.answer == SATURATED
    assert (
        "At equal passes, where more examples are also more steps: e · mnli is still gaining."
        in found.caveats
    )


def test_passes_alone_are_a_caveat() -> None:
    """Without arms at equal steps, what more data does and what more steps do are one."""
    found = decide_saturation(_made(_level, arms=["mnli"], sd=0.05))
    assert found.answer == SATURATED
    assert found.sentence.startswith("At equal passes over the data")
    assert "More examples are also more optimiser steps here" in _whole(found)


def test_encoders_that_differ() -> None:
    """One is level and the other gains: both hold at half the error, so the study's answer is mixed."""
    found = decide_saturation(
        _made(
            lambda encoder, arm, x: (_level if encoder == "a" else _line)(encoder, arm, x),
            encoders=["x/a", "x/b"],
            arms=[STEPS],
            sd=0.05,
        )
    )
    assert found.answer == MIXED
    assert "a · mnli-steps is saturated and b · mnli-steps is still gaining" in found.sentence


def test_several_encoders_answer_by_their_mean() -> None:
    """By itself each is only shown to bend; their mean, known twice as well, is within the margin."""
    names = [f"x/e{place}" for place in range(4)]
    found = decide_saturation(_made(_level, encoders=names, arms=[STEPS], sd=0.3, seeds=3))
    assert found.answer == SATURATED
    assert "for the mean of 4 encoders · mnli-steps" in found.sentence
    told = [each for each in found.numbers if each.name == "last doubling"]
    mean, own = told[0], told[1:]
    assert mean.of == "mean of 4 encoders · mnli-steps"
    assert mean.value == pytest.approx(sum(each.value for each in own) / 4)
    assert mean.high - mean.low < min(each.high - each.low for each in own)
    alone = next(each for each in found.caveats if each.startswith("By themselves"))
    assert "is diminishing" in alone


def test_a_mean_does_not_hide_an_encoder_that_gains() -> None:
    """Four are level, one gains a point with every doubling: 0.2 on average, within the margin, and mixed."""
    names = [f"x/e{place}" for place in range(5)]
    found = decide_saturation(
        _made(
            lambda e, arm, x: _level(e, arm, x) + (math.log2(max(x, 500) / 500) if e == "e4" else 0),
            encoders=names,
            arms=[STEPS],
            sd=0.05,
        )
    )
    assert found.answer == MIXED


def test_one_answer_of_several() -> None:
    """All alike: theirs. One open: open. Different ones: mixed, if each holds at its share of the error."""
    assert overall([SATURATED, SATURATED], [UNDECIDED, UNDECIDED]) == SATURATED
    assert overall([SATURATED, UNDECIDED], [SATURATED, UNDECIDED]) == UNDECIDED
    assert overall([SATURATED, GAINING], [SATURATED, GAINING]) == MIXED
    assert overall([SATURATED, GAINING], [SATURATED, UNDECIDED]) == UNDECIDED
    assert overall([], []) == UNDECIDED


def test_every_number_has_its_interval_or_says_that_it_has_none() -> None:
    """The last doubling, the gain, the slope, the bend, and D90 stand there for each curve, with two ends."""
    found = decide_saturation(_made(_level, sd=0.05, axes={"subset": [0, 1]}, amounts=AMOUNTS[:5]))
    told = {each.name: each for each in found.numbers if each.of == "e · mnli-steps"}
    assert {"last doubling", "gain at the largest amount", "slope", "bend", "limit", "D90"} <= set(told)
    assert told["sd between draws"].value == pytest.approx(0.05, abs=0.02)
    assert all(math.isfinite(each.low) and math.isfinite(each.high) for each in told.values())
    assert "5 amounts of examples: below 7" in _whole(found)


def test_d90_over_five_sizes() -> None:
    """With τ doubling with every doubling of N, D90 moves by one doubling for each.

    Below five sizes there is a slope without an interval, and a caveat.
    """

    def truth(encoder: str, arm: str, x: float) -> float:
        return 60 - 10 * math.exp(-x / (1000 * 2 ** int(encoder[1:])))

    names = [f"e{place}" for place in range(5)]
    ladder = sizes({name: 10**8 * 2**place for place, name in enumerate(names)})

    def made(count: int) -> Verdict:
        own = [f"x/{name}" for name in names[:count]]
        return decide_saturation(_made(truth, encoders=own, arms=[STEPS], sd=0.02, ladder=ladder, seeds=3))

    moved = next(each for each in made(5).numbers if each.name == "D90 over size")
    assert moved.value == pytest.approx(1, abs=0.1)
    assert moved.low < moved.value < moved.high
    four = made(4)
    short = next(each for each in four.numbers if each.name == "D90 over size")
    assert (short.low, short.high) == (-math.inf, math.inf)
    assert "at least 5 encoders" in _whole(four)


def test_noise_that_is_too_large() -> None:
    """Wide intervals decide nothing, and it is said how many seeds would."""
    found = decide_saturation(_made(lambda e, arm, x: 51.0 if x else 50.0, sd=2.0, seeds=3))
    assert found.answer == UNDECIDED
    assert "seeds" in found.needed


def test_bad_input_is_said() -> None:
    """One seed, constant scores, NaN, two amounts, one, none at all: never a crash, never an answer."""
    one_seed = decide_saturation(_made(_level, seeds=1))
    constant = decide_saturation(_made(lambda e, a, x: 50.0, sd=0.0))
    unknown = decide_saturation(_made(lambda e, a, x: math.nan))
    lone = decide_saturation(_made(_level, amounts=AMOUNTS[:1]))
    gone = _made(_level)
    empty = decide_saturation(replace(gone, scores=gone.scores.iloc[:0], amounts={}, trainings={}))
    partly = decide_saturation(replace(gone, scores=gone.scores[gone.scores["intermediate"] == "none"]))
    for found in (one_seed, constant, unknown, lone, empty, partly):
        assert found.answer == UNDECIDED
        assert found.needed
        assert "cannot be said" in found.sentence
        assert len(found.caveats) == len({*found.caveats})
        assert not any(math.isfinite(each.low) != math.isfinite(each.high) for each in found.numbers)


def test_nothing_but_collapsed_runs() -> None:
    """No training beat chance: that is the sentence, and nothing else is claimed."""
    collapsed = [
        ("e", f"{stem}-n{x}", s) for stem in ("mnli", "mnli-steps") for x in AMOUNTS for s in range(1, 6)
    ]
    found = decide_saturation(_made(_level, degenerate=collapsed))
    assert found.answer == UNDECIDED
    assert "no intermediate training beat chance" in found.sentence


def test_an_encoder_that_collapsed_does_not_speak_for_the_others() -> None:
    """The answer is of the encoder that trained, and the other one is named."""
    collapsed = [("b", f"mnli-steps-n{x}", s) for x in AMOUNTS for s in range(1, 6)]
    found = decide_saturation(
        _made(_level, encoders=["x/a", "x/b"], arms=[STEPS], sd=0.05, degenerate=collapsed)
    )
    assert found.answer == SATURATED
    assert "b · mnli-steps: every training of every arm ended no better than chance" in _whole(found)


def test_collapsed_runs_that_would_change_the_answer() -> None:
    """At the largest amount two runs of five collapsed, 30 points below: with them in it is another curve."""
    made = _made(_level, arms=[STEPS], sd=0.05)
    rows = made.scores.copy()
    bad = (rows["intermediate"] == "mnli-steps-n64000") & (rows["seed"] <= 2)
    rows.loc[bad, "score"] -= 30
    rows.loc[bad, "degenerate"] = True
    found = decide_saturation(replace(made, scores=rows))
    assert found.answer == SATURATED
    assert "With collapsed runs left in the answer would be" in _whole(found)
    assert any(each.note == "collapsed runs left in" for each in found.numbers)


def test_views_beside_the_headline() -> None:
    """Retrieval that never stops to gain is in the headline here, and the number without it stands beside."""
    found = decide_saturation(_made(_level, arms=[STEPS], sd=0.05, retrieval=["panx"]))
    notes = {each.note for each in found.numbers if each.name == "last doubling"}
    assert "view: headline-without-retrieval" in notes


def test_pictures() -> None:
    """Measured points for every curve, and the law that fits."""
    found = decide_saturation(_made(_level, sd=0.05))
    names = [(each.name, each.of) for each in found.curves]
    assert ("measured", "e · mnli-steps") in names
    assert ("exponential", "e · mnli") in names


def test_the_law_without_the_largest_amount_is_drawn_beside() -> None:
    """It says which amount it never saw, and ends elsewhere than the law that saw all."""
    found = decide_saturation(_made(_level, sd=0.05))
    whole, held = (
        next(each for each in found.curves if each.name == "exponential" and bool(each.unseen) is without)
        for without in (False, True)
    )
    assert held.of == whole.of
    assert held.unseen == (held.x[-1],)
    assert held.y[-1] != whole.y[-1]
