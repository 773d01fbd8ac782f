"""What counts as the same: printed slots, numbers, sentences."""

from __future__ import annotations

import pytest

from stiltwalk.literature.gold import GoldClaim, GoldSentence
from stiltwalk.literature.matching import alike, matched_sentences, pairs_of, same_text, same_value
from stiltwalk.literature.records.claims import PaperClaim, Unit, Value
from stiltwalk.literature.records.evidence import SUPPORTED


def value(number: float, decimals: int, unit: Unit = "points") -> Value:
    """A number as printed."""
    return Value(text=f"{number:.{decimals}f}", number=number, unit=unit, decimals=decimals)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("SQuAD training", "squad training", True),
        ("the SQuAD stage", "SQuAD stage", True),
        ("XTREME", "XTREME average", True),
        ("TyDi QA", "TyDi-QA", True),
        ("", "", True),
        ("", "XNLI", False),
        ("the", "XNLI", False),
        ("SQuAD training", "MNLI training", False),
    ],
)
def test_slots_are_compared_by_words(left: str, right: str, same: bool) -> None:
    """One slot with all words of the other is enough, articles aside; an empty one equals an empty one."""
    assert same_text(left, right) is same
    assert same_text(right, left) is same


def test_numbers_are_the_same_to_the_rougher_ones_rounding() -> None:
    """2 and 2.4 are, for 2 may be 2.4 rounded; 2.0 and 2.4 are not; nor are points and times."""
    assert same_value(value(2, 0), value(2.4, 1))
    assert same_value(value(2.5, 1), value(3, 0))
    assert not same_value(value(2.0, 1), value(2.4, 1))
    assert not same_value(value(2, 0), value(2, 0, "times"))


def claim(quote: str, values: tuple[Value, ...] = (), start: int = 0) -> PaperClaim:
    """A claim as extraction gives it, about SQuAD."""
    return PaperClaim(
        id="c", work="a.txt", start=start, end=start + 1, quote=quote, subject="SQuAD", values=values
    )


def test_no_value_is_like_no_value() -> None:
    """Two claims without a number agree in that slot, one without and one with do not."""
    gold = GoldClaim(subject="SQuAD", verdict=SUPPORTED)
    assert alike(claim("x"), gold).value
    assert not alike(claim("x", (value(1, 0),)), gold).value


def test_every_sentence_appears_once() -> None:
    """A sentence found twice is taken for one gold sentence only, and each side's rest stands alone."""
    gold = [
        GoldSentence(file="a.txt", sentence="It helps.", claims=(GoldClaim(subject="It", verdict=SUPPORTED),))
    ]
    matched = matched_sentences([claim("It helps."), claim("It helps.", start=40)], gold)
    assert [bool(each.gold) for each in matched] == [True, False]
    assert [(bool(p.found), bool(p.gold)) for each in matched for p in pairs_of(each)] == [
        (True, True),
        (True, False),
    ]
