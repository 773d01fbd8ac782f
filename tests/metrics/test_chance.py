"""Chance scores, by hand for each type of example."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.metrics.chance import chance
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError
from stiltwalk.spec.examples import (
    Aligned,
    Answer,
    Candidate,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Paired,
    Query,
    Question,
    Tagged,
)


def _classified(labels: Sequence[int | None]) -> list[Example]:
    return [Classified(str(i), "text", None, label) for i, label in enumerate(labels)]


def _choices(sizes: Sequence[int]) -> list[Example]:
    return [Choices(str(i), "so", tuple(f"choice {k}" for k in range(n)), None) for i, n in enumerate(sizes)]


def test_classification_takes_the_training_majority() -> None:
    """The label most frequent in training is scored, though another is more frequent in the test."""
    assert chance("accuracy", _classified([0, 0, 0, 1]), _classified([1, 1, 0, None])) == 25.0


def test_a_tie_takes_the_lowest_label() -> None:
    """Of two equally frequent labels the lower counts, whatever the order of the training examples."""
    for training in ([2, 1, 1, 2], [1, 2, 2, 1]):
        assert chance("accuracy", _classified([1, 1, 1, 2]), _classified(training)) == 75.0


def test_choices_are_drawn_evenly() -> None:
    """Multiple choice: the mean of one over the number of choices, without labels or training examples."""
    assert chance("accuracy", _choices([2, 4]), []) == pytest.approx(100 * (1 / 2 + 1 / 4) / 2)


def test_tagging_takes_the_commonest_tag() -> None:
    """Judged by words and not by spans: all NOUN is right on two of three words, NOUN NOUN and VERB."""
    examples = [Tagged("a", ("x", "y"), ("NOUN", "NOUN")), Tagged("b", ("z",), ("VERB",))]
    training = [Tagged("t", ("x", "y", "z"), ("NOUN", "VERB", "NOUN"))]
    assert chance("udpos", examples, training) == pytest.approx(200 / 3)


def test_question_answering_has_no_chance() -> None:
    """No fixed answer is worth anything."""
    for scorer in ("squad1", "mlqa"):
        assert chance(scorer, [Question("q", "?", "c", (Answer("c", 0),))], []) == 0.0


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1))
def test_no_answer_is_chance_where_it_may_be_right(answerable: list[bool]) -> None:
    """No answer to any question is right for the share that has none, and never better than tuned."""
    examples: list[Example] = [
        Question(str(i), "?", "c", (Answer("c", 0),) if there else ()) for i, there in enumerate(answerable)
    ]
    assert chance("squad2", examples, []) == pytest.approx(100 * answerable.count(False) / len(answerable))


def test_two_labels_have_the_mean_of_accuracy_and_f1() -> None:
    """Always the first label: three quarters right, and F1 of the second is 0."""
    examples = _classified([0, 0, 0, 1])
    assert chance("accuracy-f1", examples, _classified([0, 0, 1])) == 75.0 / 2
    # always the second label: 1/4 right, F1 of precision 1/4 and recall 1
    assert chance("accuracy-f1", examples, _classified([1])) == pytest.approx((25.0 + 40.0) / 2)


def test_rankings_have_no_chance() -> None:
    """Of thousands of candidates hardly one of the first twenty is right; pairs stand for their queries."""
    assert chance("map@20", [Query("q", "text", "key")], []) == 0.0
    assert chance("map@20", [Paired("p", "query", "candidate")], []) == 0.0


def test_plain_tagging_takes_the_commonest_tag() -> None:
    """As in the other tagging scorers."""
    examples = [Tagged("a", ("x", "y"), ("N", "V"))]
    assert chance("tag-accuracy", examples, [Tagged("t", ("x",), ("V",))]) == 50.0


def test_mining_has_no_chance() -> None:
    """Of so many pairs hardly one is right."""
    pair = [Minable("f", "Satz", "foreign", "e"), Minable("e", "sentence", "english", "f")]
    assert chance("mining", pair, []) == 0.0


def test_retrieval_draws_a_candidate() -> None:
    """One in as many candidates as there are examples."""
    assert chance("retrieval-accuracy", [Aligned(str(i), "Satz", "sentence") for i in range(8)], []) == 12.5


@given(st.lists(st.integers(0, 2), min_size=1), st.lists(st.integers(0, 2), min_size=1))
def test_chance_is_a_share_of_one_label(gold: list[int], training: list[int]) -> None:
    """Chance in classification is the test share of one of the training labels."""
    value = chance("accuracy", _classified(gold), _classified(training))
    assert any(value == pytest.approx(100 * gold.count(label) / len(gold)) for label in set(training))


@pytest.mark.parametrize(
    ("examples", "training", "message"),
    [
        ([], [], "Chance for scorer 'accuracy' needs examples"),
        (_classified([0]), [], "needs training examples with a label each"),
        (_classified([0]), _classified([None]), "needs training examples with a label each"),
        ([Tagged("t", ("w",), ("X",))], [], "needs training examples with a tag each"),
        (_classified([None]), _classified([0]), "Example '0' has no gold labels"),
        ([*_classified([0]), *_choices([2])], [], "one type; it was given Choices, Classified"),
        ([Line("l", "text")], [], "Example 'l' is a Line: raw text and candidates are not scored"),
        ([Candidate("c", "text", ("q",))], [], "Example 'c' is a Candidate: raw text and candidates"),
    ],
)
def test_what_has_no_chance_is_named(examples: list[Example], training: list[Example], message: str) -> None:
    """Missing examples, labels or tags are errors that say which."""
    with pytest.raises(StiltwalkError, match=message):
        chance("accuracy", examples, training)


def test_an_unknown_scorer_is_refused() -> None:
    """The scorer is checked even where its statistics are not needed."""
    with pytest.raises(UnknownNameError, match="Did you mean 'squad1'"):
        chance("sqaud1", [Question("q", "?", "c", ())], [])
