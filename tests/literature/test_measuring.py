"""Scores of extraction and of labels: cases solved by hand, and what must not depend on order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.gold import GoldClaim, GoldSentence
from stiltwalk.literature.measuring import Confused, extraction_scores, label_scores
from stiltwalk.literature.records.claims import Direction, PaperClaim, Value
from stiltwalk.literature.records.evidence import CONTRADICTED, LABELS, SUPPORTED, UNKNOWN, Label


def points(number: float) -> tuple[Value, ...]:
    """An effect of that many points."""
    return (Value(text=f"{number} points", number=number, unit="points", decimals=1),)


def found(
    quote: str,
    file: str = "a.txt",
    start: int = 0,
    subject: str = "SQuAD training",
    direction: Direction = "better",
    number: float = 4.2,
    data_set: str = "XQuAD",
) -> PaperClaim:
    """A claim as extraction gives it."""
    return PaperClaim(
        id=f"{file}:{start}:{number}",
        work=file,
        start=start,
        end=start + len(quote),
        quote=quote,
        subject=subject,
        direction=direction,
        values=points(number),
        data_set=data_set,
    )


def gold(sentence: str, file: str = "a.txt", numbers: tuple[float, ...] = (4.2,)) -> GoldSentence:
    """A sentence of the gold with a claim for each of ``numbers``."""
    claims = tuple(
        GoldClaim(
            subject="Training on SQuAD",
            direction="better",
            values=points(number),
            data_set="XQuAD",
            verdict=UNKNOWN,
        )
        for number in numbers
    )
    return GoldSentence(file=file, sentence=sentence, claims=claims)


def test_sentences_are_counted_once_and_by_file() -> None:
    """Two of three found sentences are gold, and two of four gold ones were found: P 2/3, R 1/2, F1 4/7."""
    scores = extraction_scores(
        [
            found("SQuAD helps XQuAD by 4.2 points."),
            found("We ran five seeds.", start=50),
            found("The same gain is seen on MLQA.", start=80),
        ],
        [
            gold("SQuAD helps XQuAD by 4.2 points."),
            gold("The same gain is seen on MLQA."),
            gold("Nothing changes on XNLI."),
            gold("We ran five seeds.", file="b.txt"),
        ],
    )
    assert (scores.found, scores.gold, scores.matched) == (3, 4, 2)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == pytest.approx(1 / 2)
    assert scores.f1 == pytest.approx(4 / 7)


def test_a_broken_line_is_no_difference() -> None:
    """White space and the hyphen at a line's end do not keep a sentence from being the gold's."""
    scores = extraction_scores(
        [found("SQuAD helps cross-\n lingual\ntransfer by 4.2 points.")],
        [gold("SQuAD helps cross-lingual transfer by 4.2 points.")],
    )
    assert scores.f1 == 1.0


def test_eight_tenths_in_one_piece_are_enough() -> None:
    """A piece of 8 of 10 characters makes two sentences one; 7 of 10 do not, nor 8 in two pieces."""
    for quote, same in (("abcdefgh", 1), ("abcdefg", 0), ("abcdXXefgh", 0)):
        assert extraction_scores([found(quote)], [gold("abcdefghij")]).matched == same, quote


def test_slots_are_compared_claim_by_claim() -> None:
    """Of two claims in a sentence each is held against the one that is most like it, whatever their order."""
    sentence = "SQuAD gains 4.2 on XQuAD, and 1.1 points elsewhere."
    scores = extraction_scores(
        [
            found(sentence, number=1.1, direction="worse", data_set="MLQA"),
            found(sentence, number=4.2, subject="MNLI training"),
        ],
        [gold(sentence, numbers=(4.2, 1.1))],
    )
    slots = scores.slots
    assert (slots.pairs, slots.missed, slots.extra) == (2, 0, 0)
    assert (slots.value, slots.direction, slots.data_set) == (1.0, 0.5, 0.5)
    assert slots.subject == 0.5


def test_missed_and_extra_claims_of_a_sentence_are_counted() -> None:
    """A second claim of a gold sentence is missed, a second one of another is extra; neither is a pair."""
    scores = extraction_scores(
        [found("one and two", number=1.0), found("three", number=3.0), found("three", number=5.0)],
        [gold("one and two", numbers=(1.0, 2.0)), gold("three", numbers=(3.0,))],
    )
    assert (scores.slots.pairs, scores.slots.missed, scores.slots.extra) == (2, 1, 1)


def test_nothing_found_scores_nothing() -> None:
    """With nothing found every share is 0, and nothing is divided by it."""
    scores = extraction_scores([], [gold("SQuAD helps.")])
    assert (scores.precision, scores.recall, scores.f1, scores.slots.direction) == (0.0, 0.0, 0.0, 0.0)


def test_macro_f1_by_hand() -> None:
    """Supported: P 2/3, R 1, F1 4/5; contradicted: P 1/2, R 1/2, F1 1/2; unknown: 0 of one."""
    scores = label_scores(
        [SUPPORTED, SUPPORTED, SUPPORTED, CONTRADICTED, CONTRADICTED],
        [SUPPORTED, SUPPORTED, CONTRADICTED, CONTRADICTED, UNKNOWN],
    )
    supported, contradicted, unknown = scores.labels
    assert supported.precision == pytest.approx(2 / 3)
    assert supported.recall == 1.0
    assert (contradicted.precision, contradicted.recall) == (0.5, 0.5)
    assert (unknown.f1, unknown.gold, unknown.found) == (0.0, 1, 0)
    assert scores.macro_f1 == pytest.approx((4 / 5 + 1 / 2 + 0) / 3)
    assert scores.accuracy == pytest.approx(3 / 5)
    assert Confused(CONTRADICTED, SUPPORTED, 1) in scores.confusion


def test_an_item_of_one_side_costs_its_label() -> None:
    """What was not found costs recall, what is not there costs precision."""
    (supported, *_) = label_scores([SUPPORTED, None, SUPPORTED], [SUPPORTED, SUPPORTED, None]).labels
    assert (supported.precision, supported.recall) == (0.5, 0.5)


def test_a_label_that_occurs_nowhere_is_no_zero() -> None:
    """The mean is over the labels that occur: all right is 1, also without any contradiction."""
    assert label_scores([SUPPORTED, UNKNOWN], [SUPPORTED, UNKNOWN]).macro_f1 == 1.0


def test_both_sides_must_be_equally_long() -> None:
    """One label too few is a mistake of the caller, not a wrong score."""
    with pytest.raises(ValueError, match="a label for each of 2 items, found 1"):
        label_scores([SUPPORTED], [SUPPORTED, UNKNOWN])


labels = st.sampled_from([*LABELS, None])


@settings(max_examples=50)
@given(st.lists(st.tuples(labels, labels), max_size=12), st.randoms(use_true_random=False))
def test_label_scores_do_not_depend_on_order(
    items: list[tuple[Label | None, Label | None]], dice: Random
) -> None:
    """Items in another order have the same scores, all of which lie between 0 and 1."""
    shuffled = list(items)
    dice.shuffle(shuffled)
    one = label_scores([a for a, _ in items], [b for _, b in items])
    assert one == label_scores([a for a, _ in shuffled], [b for _, b in shuffled])
    assert 0 <= one.macro_f1 <= 1


SENTENCES = ("SQuAD helps XQuAD by 4.2 points.", "MNLI does nothing at all.", "QQP hurts PAWS-X by 0.8.")
claims = st.builds(
    lambda sentence, number, direction: found(
        SENTENCES[sentence], start=100 * sentence, number=number, direction=direction
    ),
    st.integers(0, 2),
    st.sampled_from([4.2, 1.1]),
    st.sampled_from(["better", "worse"]),
)


@settings(max_examples=30)
@given(st.lists(claims, max_size=6), st.randoms(use_true_random=False))
def test_extraction_scores_do_not_depend_on_order(claims: list[PaperClaim], dice: Random) -> None:
    """Claims and gold in another order have the same scores."""
    gold_sentences = [gold(sentence, numbers=(4.2, 1.1)) for sentence in SENTENCES]
    one = extraction_scores(claims, gold_sentences)
    shuffled = list(claims)
    dice.shuffle(shuffled)
    assert extraction_scores(shuffled, gold_sentences[::-1]) == one
