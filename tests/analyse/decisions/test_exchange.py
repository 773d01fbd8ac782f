"""Tests of analyse.decisions.exchange: whole studies with known truth, and bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stiltwalk.analyse.decisions.exchange import decide_exchange, overall
from stiltwalk.analyse.decisions.slopes_compared import DATA, DEPENDS, PARAMETERS
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from tests.analyse.worlds import along, sizes, world

NAMES = [f"e{place}" for place in range(6)]
LADDER = sizes({name: 10**8 * 2**place for place, name in enumerate(NAMES)})
AMOUNTS = (1000, 2000, 4000, 8000, 16000)
OFF = (0.1, -0.1, 0.05, -0.05, 0.1, -0.1)

Slope = Callable[[str, int], float]
"""Arm and place on the ladder → points for a doubling of data."""


def _made(by_size: float, by_data: Slope, *, count: int = 6, arms: Any = ("snli",), **said: Any) -> Evidence:
    fields = {key: said.pop(key) for key in ("seeds", "axes", "targets") if key in said}
    names = [f"x/{name}" for name in NAMES[:count]]
    known: dict[str, Any] = {"encoders": names, "analysis": {"decision": "exchange"}}
    study = along("examples", said.pop("amounts", AMOUNTS), arms, **known | fields)

    def truth(encoder: str, arm: str, x: float) -> float:
        place = int(encoder[1:])
        return 50 + by_size * place + OFF[place] + by_data(arm, place) * (math.log2(max(x, 1) / 4000))

    usual: dict[str, Any] = {"sd": 0.1, "by_seed": 0.2, "ladder": LADDER}
    made = world(study, "examples", truth, **usual | said)
    trainings = {
        (encoder, arm, seed): replace(
            training,
            flops=1e12 * made.amounts[arm] * 2 ** int(encoder[1:]),
            tried_flops=3e12 * made.amounts[arm] * 2 ** int(encoder[1:]),
        )
        for (encoder, arm, seed), training in made.trainings.items()
        if arm in made.amounts
    }
    return replace(made, trainings=trainings)


def _whole(found: Verdict) -> str:
    return " ".join((found.sentence, *found.caveats, found.needed))


@pytest.mark.parametrize(
    ("size", "data", "answer"),
    [
        (2.0, lambda arm, place: 0.5, PARAMETERS),
        (0.3, lambda arm, place: 1.0, DATA),
        (1.0, lambda arm, place: 0.4 * place, DEPENDS),
        (1.0, lambda arm, place: 1.0, UNDECIDED),
    ],
    ids=["parameters", "data", "depends", "alike"],
)
def test_known_truths(size: float, data: Slope, answer: str) -> None:
    """Six encoders, a doubling apart, and five amounts."""
    found = decide_exchange(_made(size, data))
    assert found.answer == answer
    assert bool(found.needed) == (answer == UNDECIDED)


def test_the_exchange_rate_is_said() -> None:
    """Two points for a doubling of parameters, half a point for one of data: 16 times, in the interval."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5))
    rate = next(each for each in found.numbers if each.name == "exchange rate")
    assert rate.low < 16 < rate.high
    assert "a doubling of parameters is worth" in found.sentence


def test_an_unbounded_exchange_rate_is_said() -> None:
    """Data that bring nothing match no doubling of parameters, however many there are."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.02 * (-1) ** place))
    rate = next(each for each in found.numbers if each.name == "exchange rate")
    assert (rate.low > 1e6, rate.high) == (True, math.inf)
    assert found.answer == PARAMETERS
    assert "no upper end]" in found.sentence


def test_arms_that_differ() -> None:
    """With one task data bring more, with the other parameters do: it depends on the arms."""
    found = decide_exchange(
        _made(0.6, lambda arm, place: 0.1 if arm.startswith("mnli") else 2.0, arms=["snli", "mnli"])
    )
    assert found.answer == DEPENDS
    assert "depends on the arms" in found.sentence
    assert "By series: snli: data; mnli: parameters." in found.caveats


def test_series_of_two_amounts_stand_beside() -> None:
    """A task with two amounts has a slope, but the task with five answers."""
    half = {"task": "mnli", "name": "mnli-n4000", "training": {"examples": 4000}}
    whole = {"task": "mnli", "name": "mnli-n8000", "training": {"examples": 8000}}
    study = along(
        "examples",
        AMOUNTS,
        ["snli"],
        encoders=[f"x/{name}" for name in NAMES],
        analysis={"decision": "exchange"},
    )
    raw = study.model_dump(exclude_unset=True)
    both = type(study).model_validate(raw | {"intermediate": [*raw["intermediate"], half, whole]})

    def truth(encoder: str, arm: str, x: float) -> float:
        return 50 + 2.0 * int(encoder[1:]) + OFF[int(encoder[1:])] + 0.5 * math.log2(max(x, 1) / 4000)

    found = decide_exchange(world(both, "examples", truth, sd=0.1, by_seed=0.2, ladder=LADDER))
    assert found.answer == PARAMETERS
    assert "(snli, 6 encoders)" in found.sentence
    assert any(each.of == "mnli" for each in found.numbers)


def test_one_answer_of_several() -> None:
    """All alike: theirs. One open: open. Else it depends."""
    assert overall([DATA, DATA]) == DATA
    assert overall([DATA, UNDECIDED]) == UNDECIDED
    assert overall([DATA, PARAMETERS]) == DEPENDS
    assert overall([]) == UNDECIDED


def test_below_five_sizes_nothing_is_concluded() -> None:
    """Slopes are given so far, the exchange rate is none, and what is missing is counted."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5, count=3))
    assert found.answer == UNDECIDED
    assert "at least 5 encoders" in found.sentence
    assert found.needed.startswith("2 more sizes of encoders")
    assert not any(each.name == "exchange rate" and math.isfinite(each.high) for each in found.numbers)
    within = [each for each in found.numbers if each.name == "slope of data" and each.units == "seeds"]
    assert len(within) == 3
    assert all(each.low < 0.5 < each.high for each in within)


def test_the_frontier() -> None:
    """Costs are what trainings took: every doubling of data or parameters doubles them.

    Where data bring nothing and parameters two points, the frontier is the smallest amount of each encoder.
    With trials all budgets are three times as large.
    """
    found = decide_exchange(_made(2.0, lambda arm, place: 0.0, sd=0.01, by_seed=0.01, amounts=AMOUNTS[:3]))
    own = [each for each in found.numbers if each.name == "frontier"]
    assert {f"{name} · snli-n1000" for name in NAMES} <= {each.of for each in own}
    assert "from 1e+15 operations on" in own[0].note
    tried = next(each for each in found.numbers if each.name == "frontier with trials")
    assert "from 3e+15 operations on" in tried.note


def test_joint_laws_are_named() -> None:
    """Which of them fits, or that it is open, and the weights."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5))
    assert any("Akaike weights" in each and "additive" in each for each in found.caveats)
    assert any(each.name == "interaction" for each in found.numbers)


def test_bad_input_is_said() -> None:
    """One seed, constant scores, NaN, one amount, one encoder, nothing: no crash, no answer."""
    made = _made(2.0, lambda arm, place: 0.5)
    cases = (
        _made(2.0, lambda arm, place: 0.5, count=1),
        _made(0.0, lambda arm, place: math.nan),
        _made(2.0, lambda arm, place: 0.5, amounts=AMOUNTS[:1]),
        replace(made, encoders={}),
        replace(made, scores=made.scores.assign(score=50.0)),
        replace(made, scores=made.scores.iloc[:0], amounts={}, trainings={}),
        replace(made, scores=made.scores[made.scores["intermediate"] == "none"]),
    )
    for each in cases:
        found = decide_exchange(each)
        assert found.answer == UNDECIDED
        assert found.needed
        assert "cannot be" in found.sentence
        assert not any(math.isnan(number.value) for number in found.numbers)


def test_one_seed_is_enough_where_the_encoder_is_the_unit() -> None:
    """Between encoders the noise is seen even with one seed each; within them it is not, and that is said."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5, seeds=1))
    assert found.answer == PARAMETERS
    within = [each for each in found.numbers if each.name == "slope of data" and each.units == "seeds"]
    assert all((each.low, each.high) == (-math.inf, math.inf) for each in within)
    assert "1 seed: a claim takes 5" in _whole(found)


def test_collapsed_runs() -> None:
    """The smallest encoder never trains: it is left out and named, and five sizes are left."""
    gone = [("e0", f"snli-n{x}", seed) for x in AMOUNTS for seed in (1, 2, 3)]
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5, degenerate=gone))
    assert found.answer == PARAMETERS
    assert "without e0" in _whole(found)
    assert any(each.note == "collapsed runs left in" for each in found.numbers)
    every = [(name, arm, seed) for arm, name, seed in _runs()]
    nothing = decide_exchange(_made(2.0, lambda arm, place: 0.5, degenerate=every))
    assert nothing.answer == UNDECIDED


def _runs() -> list[tuple[str, str, int]]:
    return [(f"snli-n{x}", name, seed) for x in AMOUNTS for name in NAMES for seed in (1, 2, 3)]


def test_pictures() -> None:
    """Scores over data of every encoder, and over parameters of every family."""
    found = decide_exchange(_made(2.0, lambda arm, place: 0.5))
    axes = [each.axis for each in found.curves]
    assert axes.count("intermediate examples") == 6
    assert axes.count("parameters without embeddings") == 1
    assert found.curves[-1].x == tuple(1e8 * 2**place for place in range(6))
