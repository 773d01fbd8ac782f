"""Tests of literature.judging.entailing: probabilities of three classes to judgements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.judging.entailing import EntailmentJudge, Pair
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Judgement, Label
from stiltwalk.spec.errors import UserError
from tests.literature.claims import claim, passage
from tests.literature.judging.results import value

CLAIM = claim("SQuAD improves XQuAD by 4.2 points.", slots={"values": (value("4.2 points"),)})


def judged(
    row: tuple[float, float, float], quote: str = "SQuAD adds 4.18 points on XQuAD.", of: object = CLAIM
) -> Judgement:
    """What is made of the probabilities of entailment, neutral and contradiction."""
    (found,) = EntailmentJudge("m", lambda pairs: np.array([row], dtype=np.float32))([(of, passage(quote))])  # type: ignore[list-item]
    return found


@pytest.mark.parametrize(
    ("row", "label", "confidence"),
    [
        ((0.9, 0.06, 0.04), SUPPORTED, 0.9),
        ((0.04, 0.06, 0.9), CONTRADICTED, 0.9),
        ((0.05, 0.9, 0.05), UNKNOWN, 0.9),
        ((0.45, 0.15, 0.4), UNKNOWN, 0.15),
        ((0.5, 0.25, 0.25), SUPPORTED, 0.5),
        ((0.5, 0.0, 0.5), UNKNOWN, 0.0),
    ],
)
def test_the_class_with_half_of_the_probability_decides(
    row: tuple[float, float, float], label: Label, confidence: float
) -> None:
    """Entailment supports, contradiction contradicts; where neither has a half, nothing is decided."""
    found = judged(row)
    assert found.label == label
    assert found.confidence == pytest.approx(confidence)


def test_numbers_must_match_to_count() -> None:
    """Entailment without the claim's number is no support; nor is it contradiction."""
    found = judged((0.9, 0.05, 0.05), "SQuAD adds 4.9 points on XQuAD.")
    assert found.label == UNKNOWN
    assert found.confidence == pytest.approx(0.1)
    assert found.reason == (
        "The passage entails the claim with probability 0.90, but no number in it is 4.2 points within "
        "rounding."
    )
    assert judged((0.9, 0.05, 0.05), "SQuAD helps.", claim("SQuAD improves XQuAD.")).label == SUPPORTED
    assert judged((0.05, 0.05, 0.9), "SQuAD takes away 4.9 points on XQuAD.").label == CONTRADICTED


def test_what_the_model_reads() -> None:
    """The passage is the premise and the claim's sentence the hypothesis; no pair, no question."""
    asked: list[Pair] = []

    def probabilities(pairs: Sequence[Pair]) -> npt.NDArray[np.float32]:
        asked.extend(pairs)
        return np.full((len(pairs), 3), 1 / 3, dtype=np.float32)

    judge = EntailmentJudge("m", probabilities)
    assert judge([]) == []
    assert len(judge([(CLAIM, passage("One.")), (CLAIM, passage("Two."))])) == 2
    assert asked == [Pair("One.", CLAIM.quote), Pair("Two.", CLAIM.quote)]


def test_the_name_says_what_decides() -> None:
    """The same name means the same judgements: model, thresholds and version of the rules are in it."""
    judge = EntailmentJudge("m", lambda pairs: np.zeros((0, 3), dtype=np.float32), supports=0.8)
    assert judge.name == "m, entailment ≥ 0.8, contradiction ≥ 0.5, rules 1"


@pytest.mark.parametrize("threshold", [0.4, 1.1])
def test_thresholds_that_mean_nothing_are_refused(threshold: float) -> None:
    """Below a half both could decide; above 1 nothing could."""
    with pytest.raises(UserError, match=rf"lies between 0\.5 and 1; found {threshold}"):
        EntailmentJudge("m", lambda pairs: np.zeros((0, 3), dtype=np.float32), contradicts=threshold)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (np.zeros((1, 2)), r"shape \(1, 2\)\. Expected: \(1, 3\)"),
        (np.zeros((2, 3)), r"shape \(2, 3\)\. Expected: \(1, 3\)"),
        (np.full((1, 3), np.nan), "values that are no probabilities"),
        (np.full((1, 3), -0.1), "values that are no probabilities"),
    ],
)
def test_answers_of_another_form_are_refused(found: npt.NDArray[np.float32], message: str) -> None:
    """A model of one's own that answers otherwise: said, with what was expected."""
    with pytest.raises(UserError, match=message):
        EntailmentJudge("m", lambda pairs: found)([(CLAIM, passage("One."))])


@settings(max_examples=40)
@given(st.floats(0, 1), st.floats(0, 1))
def test_exchanged_classes_exchange_the_verdict(one: float, other: float) -> None:
    """With the same numbers, entailment and contradiction exchanged give the opposite, as surely."""
    total = one + other + 0.01
    row = (one / total, 0.01 / total, other / total)
    found, turned = judged(row), judged((row[2], row[1], row[0]))
    opposite = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED, UNKNOWN: UNKNOWN}
    assert (turned.label, turned.confidence) == (opposite[found.label], found.confidence)
