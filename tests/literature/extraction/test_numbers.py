"""Tests of numbers: which may be results, and what they look like."""

from __future__ import annotations

import pytest

from stiltwalk.literature.extraction.numbers import numbers
from stiltwalk.literature.extraction.vocabulary import names


def _found(sentence: str) -> list[tuple[float, str]]:
    return [(n.number, n.role) for n in numbers(sentence, names(sentence))]


@pytest.mark.parametrize(
    ("sentence", "number", "role", "text"),
    [
        ("a gain of +8.2 points", 8.2, "difference", "+8.2 points"),
        ("an 8.2-point gain", 8.2, "difference", "8.2-point"),
        ("up by 8.2 pp", 8.2, "difference", "8.2 pp"),
        ("by 3.4 percentage points", 3.4, "difference", "3.4 percentage points"),
        ("by 4.2 F1 points", 4.2, "difference", "4.2 F1 points"),
        ("by 0.7 ± 0.3 points", 0.7, "difference", "0.7 ± 0.3 points"),
        ("by two points", 2.0, "difference", "two points"),
        ("by half a point", 0.5, "difference", "half a point"),
        ("by 3.1%", 3.1, "percent", "3.1%"),
        ("by 12 percent", 12.0, "percent", "12 percent"),
        ("is 1.5x faster", 1.5, "times", "1.5x"),
        ("is twice as fast", 2.0, "times", "twice"),
        ("is three times faster", 3.0, "times", "three times"),
        ("reaches 79.2 accuracy", 79.2, "score", "79.2 accuracy"),
        ("to 4.5 hours", 4.5, "duration", "4.5 hours"),
        ("a change of -1.2 points", -1.2, "difference", "-1.2 points"),
        ("scores 79.2.", 79.2, "bare", "79.2"),
    ],
)
def test_results(sentence: str, number: float, role: str, text: str) -> None:
    """A number is read with sign, unit and digits, as printed."""
    (found,) = numbers(sentence, names(sentence))
    assert (found.number, found.role, found.text) == (number, role, text)


@pytest.mark.parametrize(
    "sentence",
    [
        "in 2020, and again in 1998",
        "for 10 epochs with 24 layers",
        "with 393k examples and 1B parameters",
        "at a learning rate of 3e-5 and a batch size of 32",
        "see Table 3, Fig. 2 and Section 4.1",
        "(Phang et al., 2020; Hu et al., 2021a) and [3, 4]",
        "at p < 0.05, with n = 5",
        "SQuAD 1.1, XTREME-R, mAP@20 and GPT-4",
        "a 95% confidence interval",
        "87,599 questions in 40 languages with seeds 1",
        "layer 14 of version 2.0",
    ],
)
def test_no_results(sentence: str) -> None:
    """Years, sizes, settings, citations, tests, versions and references are no results."""
    assert _found(sentence) == []


def test_both_ends_of_a_range_are_read() -> None:
    """``2-4 points`` has two numbers."""
    assert [n for n, _ in _found("gains of 2-4 points")] == [2.0, 4.0]
