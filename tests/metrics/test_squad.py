"""Exact match and F1 follow the SQuAD v1.1 rules, in every language and at every edge.

Expected values were solved by hand from the rules of the target protocol: lower-case, drop ASCII
punctuation, drop English articles, split on white space.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.squad import exact_match, f1, normalise

# pieces that meet every rule, so that random answers overlap often
PIECES = st.sampled_from(
    [
        "the",
        "The",
        "a",
        "an",
        "cat",
        "Cat",
        "dogs",
        "-",
        ".",
        "'s",
        "(",
        "—",
        "北京",
        "กรุงเทพ",
        "ÀÉ",
        "\u00a0",
        "42",
    ]
)
ANSWER = st.lists(PIECES, max_size=6).map(" ".join) | st.lists(PIECES, max_size=6).map("".join)
ANSWERS = st.lists(ANSWER, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat sat.", "cat sat"),
        ("  a\tcat \n an  owl the ", "cat owl"),
        ("9:00 a.m.", "900 am"),  # punctuation goes first, so that no article is left to drop
        ("the-end", "theend"),
        ("an_apple", "anapple"),
        ("Theatre and Athens", "theatre and athens"),  # articles are whole words
        ("the the cat", "cat"),
        ("A—the—B", "— —b"),  # an em dash is no ASCII punctuation, and bounds a word
        ("«The» “cat”", "« » “cat”"),
        ("ÀÉÎ Straße", "àéî straße"),
        ("der the Hund", "der hund"),  # English articles go in every language
        ("北京的the大学", "北京的the大学"),  # no word boundary between a Chinese and a Latin letter
        ("北京 the 大学", "北京 大学"),
        ("二〇〇八年。", "二〇〇八年。"),
        ("\u00a0cat\u3000sat", "cat sat"),
        ("...", ""),
        ("The", ""),
        ("", ""),
    ],
)
def test_normalisation_in_order(text: str, expected: str) -> None:
    """Lower-case, then punctuation, then articles, then white space: the order shows."""
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("predicted", "answers", "expected_match", "expected_f1"),
    [
        ("The Cat!", ["cat"], 1.0, 1.0),
        ("the black cat", ["cat"], 0.0, 2 / 3),  # P 1/2, R 1
        ("black cat sat", ["cat sat down here"], 0.0, 4 / 7),  # P 2/3, R 2/4
        ("cat cat", ["cat"], 0.0, 2 / 3),  # a repeated word counts once: P 1/2, R 1
        ("cat cat", ["cat cat dog"], 0.0, 0.8),  # P 1, R 2/3
        ("dog", ["cat"], 0.0, 0.0),
        ("in 1998", ["1998", "in 1998", "the year 1998"], 1.0, 1.0),
        ("year 1998", ["1998", "year of 1998"], 0.0, 0.8),  # the best gold answer: P 1, R 2/3
        ("กรุงเทพมหานคร", ["กรุงเทพ"], 0.0, 0.0),  # no white space, so F1 is all or nothing
        ("กรุงเทพ", ["กรุงเทพ"], 1.0, 1.0),
        ("北京大学", ["北京"], 0.0, 0.0),
        ("北京。", ["北京"], 0.0, 0.0),  # the ideographic full stop is no ASCII punctuation
        ("北京.", ["北京"], 1.0, 1.0),
        ("ΑΘΉΝΑ", ["Αθήνα"], 1.0, 1.0),
        ("", ["cat"], 0.0, 0.0),
        ("the", ["cat"], 0.0, 0.0),
        ("?!", ["cat"], 0.0, 0.0),
        ("", ["the"], 1.0, 0.0),  # equal when nothing is left, yet no word is shared
        ("...", ["a"], 1.0, 0.0),
    ],
)
def test_hand_solved_answers(
    predicted: str, answers: list[str], expected_match: float, expected_f1: float
) -> None:
    """Match and F1 are each taken over the gold answer where they are best."""
    assert exact_match(predicted, answers) == expected_match
    assert f1(predicted, answers) == pytest.approx(expected_f1)


# what exact_match_score and f1_score of third_party/evaluate_squad.py gave at best over the gold answers
# (google-research/xtreme at commit 838c13b)
@pytest.mark.parametrize(
    ("predicted", "answers", "expected_match", "expected_f1"),
    [
        ("In 1,066 A.D.—the year", ["1066 AD the year"], 0.0, 0.5714285714285715),
        ("an İstanbul\u2019s «The» bridge", ["i\u0307stanbul\u2019s « » bridge"], 1.0, 1.0),
        ("the 北京 大学。", ["北京 大学", "北京 大学。"], 1.0, 1.0),
        ("Die Elbe, a river; the Elbe", ["elbe river elbe", "the Elbe"], 0.0, 0.8571428571428571),
        ("of\u00a0the\u2028end", ["an end of"], 0.0, 1.0),
        ("$5–6 million", ["$5-6 million", "5–6 million"], 1.0, 1.0),
    ],
)
def test_reference_values(
    predicted: str, answers: list[str], expected_match: float, expected_f1: float
) -> None:
    """Match and F1 are what the original script gives."""
    assert exact_match(predicted, answers) == expected_match
    assert f1(predicted, answers) == pytest.approx(expected_f1, abs=1e-12)


def test_nothing_matches_without_answers() -> None:
    """Without a gold answer both values are 0."""
    assert (exact_match("cat", []), f1("cat", [])) == (0.0, 0.0)


@given(ANSWER, ANSWERS)
def test_match_is_at_most_f1(predicted: str, answers: list[str]) -> None:
    """Both lie in 0 to 1, and match never exceeds F1 while a word is left to compare."""
    value = f1(predicted, answers)
    assert 0.0 <= value <= 1.0
    if normalise(predicted):
        assert exact_match(predicted, answers) <= value


@given(ANSWER, ANSWER)
def test_f1_is_symmetric(one: str, other: str) -> None:
    """Swapping prediction and gold swaps precision and recall and leaves F1."""
    assert f1(one, [other]) == pytest.approx(f1(other, [one]))


@given(ANSWER, ANSWERS)
def test_more_answers_never_hurt(predicted: str, answers: list[str]) -> None:
    """A further gold answer can only raise either value."""
    assert f1(predicted, answers[:1]) <= f1(predicted, answers)
    assert exact_match(predicted, answers[:1]) <= exact_match(predicted, answers)


@given(st.text())
def test_normalisation_is_settled(text: str) -> None:
    """Words are parted by single spaces, with none at the ends."""
    assert normalise(text) == " ".join(normalise(text).split())
