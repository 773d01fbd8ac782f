"""Tests of literature.judging.unlisted: names are told by how they are written and by where they stand."""

from __future__ import annotations

import pytest

from stiltwalk.literature.judging.unlisted import only_measured_on, only_unlisted, whole_name


@pytest.mark.parametrize(
    ("sentence", "besides", "expected"),
    [
        ("ZQuAD training lifts accuracy on Q-VQRB by 4 points.", "ZQuAD training", "Q-VQRB"),
        ("ZQuAD training lifts Q-VQRB by 4.4 accuracy points.", "ZQuAD training", "Q-VQRB"),
        ("ZQuAD hurts yTJE slot F1.", "ZQuAD", "yTJE"),
        ("ZQuAD training lifts Hansard accuracy.", "ZQuAD training", "Hansard"),
        ("ZQuAD training drags Hansard down from 71.4 to 66.0.", "ZQuAD training", "Hansard"),
        ("ZQuAD training lifts Multi30K and Q-VQRB.", "ZQuAD training", ""),
        ("ZQuAD training gains 4 points, as Odell-McKay (2023) found.", "ZQuAD training", ""),
        ("Hansard training gains 4 points.", "", ""),
    ],
)
def test_what_is_measured(sentence: str, besides: str, expected: str) -> None:
    """The one name that is not the subject's; two names, people and the sentence's first word are none."""
    assert only_measured_on(sentence, besides, placed=False) == expected


def test_places() -> None:
    """Of a sentence with several results only a name counts that stands where data sets stand."""
    sentence = "ZQuAD raised Q-VQRB accuracy by 4 points, whereas Multi30K did not change it."
    assert only_measured_on(sentence, "ZQuAD", placed=True) == "Q-VQRB"
    assert only_measured_on("ZQuAD lifts Q-VQRB, and so on.", "ZQuAD", placed=True) == ""


def test_any_name() -> None:
    """The only name that no list has; none where there are two."""
    assert only_unlisted("After ZQuAD, XNLI accuracy rises.", "") == "ZQuAD"
    assert only_unlisted("After ZQuAD, Q-VQRB rises.", "") == ""


def test_two_words() -> None:
    """A second word of capitals belongs to the name, a metric does not."""
    assert whole_name("UzEj", "ZQuAD gains 6.5 F1 points on UzEj RB.") == "UzEj RB"
    assert whole_name("UzEj", "ZQuAD gains 6.5 points of UzEj EM.") == "UzEj"
    assert whole_name("UzEj", "ZQuAD gains 6.5 F1 points.") == "UzEj"
