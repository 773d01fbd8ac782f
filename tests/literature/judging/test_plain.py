"""Tests of literature.judging.plain: sentences of any field, compared by their words."""

from __future__ import annotations

import pytest

from stiltwalk.literature.judging.plain import MOST, by_words
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Label

CLAIM = "Statin therapy reduces mortality in 20% of elderly patients."


@pytest.mark.parametrize(
    ("claim", "passage", "label"),
    [
        (CLAIM, "In elderly patients, statin therapy reduced mortality by 20% overall.", SUPPORTED),
        (CLAIM, "In elderly patients, statin therapy increased mortality by 20%.", CONTRADICTED),
        (
            CLAIM,
            "Statin therapy did not reduce mortality in elderly patients (20% in both arms).",
            CONTRADICTED,
        ),
        (CLAIM, "In elderly patients, statin therapy reduced mortality by 31%.", UNKNOWN),
        (CLAIM, "Coffee grows at high altitude.", UNKNOWN),
        ("Mice lack the gene.", "The gene was absent in mice.", SUPPORTED),
        ("Statin therapy does not reduce mortality.", "Statin therapy increases mortality.", UNKNOWN),
        ("", "Statin therapy increases mortality.", UNKNOWN),
        ("increase", "decrease", UNKNOWN),
    ],
)
def test_words_denials_and_numbers(claim: str, passage: str, label: Label) -> None:
    """Shared words decide what it is about; denial and direction which way; every number must be there."""
    found = by_words(claim, passage)
    assert found.label == label
    if found.label != UNKNOWN:
        assert found.confidence <= MOST


def test_the_reason_says_what_was_counted() -> None:
    """The share of words, and the number that is missing."""
    assert by_words("Ten of 20.5 mice.", "Mice of ten kinds.").reason == (
        "The passage holds 67% of the claim's words, but not the number 20.5."
    )
