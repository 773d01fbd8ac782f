"""Tests of literature.judging.slots: data sets, metrics and conditions under their several names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.literature.judging.slots import (
    alike_conditions,
    of_speed,
    same_condition,
    same_data_set,
    same_metric,
)
from stiltwalk.literature.judging.subjects import Match
from tests.literature.judging.results import Said, value


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("XNLI", "XNLI", "same"),
        ("TyDi QA", "TyDiQA-GoldP", "same"),
        ("the XTREME average", "all of XTREME", "same"),
        ("WikiANN", "PAN-X", "same"),
        ("XNLI", "XNLI and PAWS-X", "same"),
        ("XNLI and PAWS-X", "XNLI", "different"),
        ("XTREME", "XTREME-R", "different"),
        ("XQuAD", "SQuAD", "different"),
        ("XNLI", "", "unstated"),
        ("", "XNLI", "unstated"),
        ("the average", "XNLI", "unstated"),
    ],
)
def test_data_sets(ours: str, theirs: str, expected: Match) -> None:
    """A passage must cover all data sets of the claim; spelling and "average" do not matter."""
    assert same_data_set(ours, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("accuracy", "Accuracy", "same"),
        ("F1", "F1 score", "same"),
        ("exact match", "EM", "same"),
        ("F1", "F1 and EM", "same"),
        ("F1", "EM", "different"),
        ("macro-F1", "F1", "different"),
        ("slot F1", "F1", "same"),
        ("accuracy", "intent accuracy", "same"),
        ("span F1", "token F1", "different"),
        ("inference time", "time", "different"),
        ("F1", "", "unstated"),
        ("speed", "accuracy", "unstated"),
    ],
)
def test_metrics(ours: str, theirs: str, expected: Match) -> None:
    """By their usual names; words for speed are no metric that both must state."""
    assert same_metric(ours, theirs) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("XLM-R Large", "with XLM-R Large", "same"),
        ("XLM-R Large", "XLM-R Base", "different"),
        ("XLM-R", "XLM-R Base", "unstated"),
        ("in Swahili", "in Swahili and Thai", "unstated"),
        ("in Swahili", "in Thai", "different"),
        ("with 1,000 labelled examples", "with 10,000 labelled examples", "different"),
        ("with 1,000 labelled examples", "batches of 2,048", "unstated"),
        ("with 1,000 labelled examples", "with 1000 labelled examples", "same"),
        ("zero-shot", "", "unstated"),
        ("mBERT, in Thai", "XLM-R, in Thai", "different"),
        ("with dropout", "", "unstated"),
        ("over twelve seeds", "", "unstated"),
        ("3.5 billion weights", "270M parameters", "different"),
        ("few-shot", "", "different"),
        ("batches of 32 and 64 seeds", "batches of 32", "same"),
    ],
)
def test_conditions(one: str, other: str, expected: Match) -> None:
    """They contradict each other where both name encoders, languages or sizes and share none."""
    assert same_condition(one, other) == same_condition(other, one) == expected


def test_alike_conditions() -> None:
    """Nothing on either side, or the same; being zero-shot says nothing in this field."""
    assert alike_conditions("", "in the zero-shot setting")
    assert alike_conditions("XLM-R Base", "with XLM-R Base")
    assert not alike_conditions("", "XLM-R Base")


def test_results_of_speed() -> None:
    """A factor, or a metric of speed or time; scores are of quality."""
    assert of_speed(Said("large batches", values=(value("2", "times"),)))
    assert of_speed(Said("large batches", metric="training time"))
    assert not of_speed(Said("large batches", metric="F1", values=(value("2"),)))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_compared(one: str, other: str) -> None:
    """No text is an error; conditions are compared the same from either side; all agree with themselves."""
    assert same_condition(one, other) == same_condition(other, one)
    assert same_data_set(one, one) != "different"
    assert same_metric(one, one) != "different"
    assert alike_conditions(one, one)
