"""Scores: by hand, by property, and with messages that name the culprit."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.scorers import collapse_score, main_score, score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError
from stiltwalk.spec.examples import Choices, Example, Minable
from stiltwalk.spec.metrics import SCORERS

from .fakes import classified, question, scored, tagged

TAGS = tuple("ADJ CCONJ INTJ NOUN SCONJ SYM VERB X".split())


def test_accuracy_by_hand() -> None:
    """Three of four right labels are 75."""
    columns = statistics("accuracy", classified([0, 1, 2, 0]), [0, 1, 1, 0])
    assert columns == {"correct": [1.0, 1.0, 0.0, 1.0]}
    assert score("accuracy", columns) == {"accuracy": 75.0}


def test_accuracy_of_choices() -> None:
    """A multiple-choice example is scored by the index of its choice."""
    examples = [Choices("x", "because", ("rain", "sun"), 1), Choices("y", "so", ("rain", "sun"), 0)]
    assert scored("accuracy", examples, [1, 1]) == {"accuracy": 50.0}


def test_udpos_by_hand() -> None:
    """The protocol's check: one CCONJ read as SCONJ in six words, five spans under 0.x."""
    example = tagged("s", "PRON VERB CCONJ NOUN NOUN PUNCT")
    columns = statistics("udpos", [example], [tuple("PRON VERB SCONJ NOUN NOUN PUNCT".split())])
    assert list(columns.items()) == [
        ("span_correct", [4.0]),
        ("span_predicted", [5.0]),
        ("span_gold", [5.0]),
        ("word_correct", [5.0]),
        ("words", [6.0]),
        ("span1_correct", [5.0]),
        ("span1_predicted", [5.0]),
        ("span1_gold", [5.0]),
    ]
    assert score("udpos", columns) == pytest.approx({"f1": 80.0, "accuracy": 500 / 6, "f1_seqeval1": 100.0})


def test_udpos_is_micro_averaged() -> None:
    """Spans are pooled over sentences before F1: 1 right of 3 predicted and 3 gold is 100/3."""
    examples = [tagged("one", "NOUN"), tagged("two", "NOUN VERB")]
    scores = scored("udpos", examples, [("NOUN",), ("VERB", "NOUN")])
    assert (scores["f1"], scores["accuracy"]) == pytest.approx((100 / 3, 100 / 3))


def test_udpos_without_any_span_is_zero() -> None:
    """Under 1.x a lone X is no span; where nothing is there and nothing found F1 is 0, as in seqeval."""
    assert scored("udpos", [tagged("s", "X")], [("X",)]) == {
        "f1": 100.0,
        "accuracy": 100.0,
        "f1_seqeval1": 0.0,
    }


def test_entities_by_hand() -> None:
    """Two of three found are right, two of four are found: precision 2/3, recall 1/2, F1 4/7."""
    examples = [tagged("one", "B-PER I-PER O B-LOC"), tagged("two", "B-ORG B-PER I-PER")]
    predictions = [tuple("B-PER I-PER O O".split()), tuple("B-ORG B-PER B-PER".split())]
    columns = statistics("ner", examples, predictions)
    assert list(columns.items()) == [
        ("span_correct", [1.0, 1.0]),
        ("span_predicted", [1.0, 3.0]),
        ("span_gold", [2.0, 2.0]),
    ]
    scores = score("ner", columns)
    assert scores == pytest.approx({"f1": 50.0, "precision": 50.0, "recall": 50.0})
    predictions[1] = tuple("B-ORG O B-PER".split())
    scores = scored("ner", examples, predictions)
    assert scores == pytest.approx({"f1": 400 / 7, "precision": 200 / 3, "recall": 50.0})
    assert main_score("ner", scores) == collapse_score("ner", scores) == scores["f1"]


def _mining(*twins: str | None) -> list[Example]:
    """Foreign sentences with these twins, and three English ones."""
    foreign = [Minable(f"f{i}", "Satz", "foreign", twin) for i, twin in enumerate(twins)]
    return [*foreign, *(Minable(f"e{i}", "sentence", "english", None) for i in range(3))]


def test_mining_by_hand() -> None:
    """Three pairs are extracted, one of them right, of two that are gold: 1/3, 1/2 and 2/5."""
    examples = _mining("e0", None, "e2", None)
    predictions = ["e0", "e1", "e1", "", "", "", ""]
    columns = statistics("mining", examples, predictions)
    assert list(columns.items()) == [
        ("right", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ("extracted", [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        ("gold", [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    ]
    scores = score("mining", columns)
    assert scores == pytest.approx({"f1": 40.0, "precision": 100 / 3, "recall": 50.0})
    assert main_score("mining", scores) == scores["f1"]


def test_mining_of_a_repeated_sentence() -> None:
    """Every copy that is extracted counts as a pair, and one of them can be right."""
    columns = statistics("mining", _mining("e1", None), ["e0 e1", "e0 e1", "", "", ""])
    assert [columns[name][:2] for name in columns] == [[1.0, 0.0], [2.0, 2.0], [1.0, 0.0]]


def test_mining_nothing_is_zero() -> None:
    """Without an extracted or a gold pair every score is 0."""
    assert set(scored("mining", _mining("e1"), [""] * 4).values()) == {0.0}
    assert set(scored("mining", _mining(None), ["e1", "", "", ""]).values()) == {0.0}


# Gold, predicted (sentences parted by a slash); F1, precision and recall by seqeval 1.2.2: what
# f1_score, precision_score and recall_score of seqeval.metrics returned for these very cases.
ENTITIES = (
    ("B-PER I-PER O B-LOC / O B-ORG", "B-PER O O B-LOC / B-ORG I-ORG", 1 / 3, 1 / 3, 1 / 3),
    ("B-PER I-PER I-PER O / B-LOC O", "B-PER I-PER I-PER O / B-ORG O", 0.5, 0.5, 0.5),
    ("B-PER B-PER O", "B-PER I-PER O", 0.0, 0.0, 0.0),
    ("B-PER O B-LOC", "O O O", 0.0, 0.0, 0.0),
    ("O O", "B-PER O", 0.0, 0.0, 0.0),
    (
        "B-ORG I-ORG O B-PER / B-LOC / O O B-PER",
        "B-ORG I-ORG O B-PER / B-LOC / B-LOC O B-PER",
        0.888888888888889,
        0.8,
        1.0,
    ),
    ("O", "O", 0.0, 0.0, 0.0),
)


@pytest.mark.parametrize(("gold", "predicted", "f1", "precision", "recall"), ENTITIES)
def test_entities_are_scored_as_by_seqeval(
    gold: str, predicted: str, f1: float, precision: float, recall: float
) -> None:
    """What seqeval 1.2.2 gives, on 0 to 100; nothing predicted, or nothing there, is 0 and no error."""
    examples = [tagged(str(n), tags) for n, tags in enumerate(gold.split(" / "))]
    scores = scored("ner", examples, [tuple(tags.split()) for tags in predicted.split(" / ")])
    assert scores == pytest.approx({"f1": 100 * f1, "precision": 100 * precision, "recall": 100 * recall})


IOB = st.lists(
    st.lists(st.tuples(*[st.sampled_from("O B-PER I-PER B-LOC".split())] * 2), min_size=1, max_size=6),
    min_size=1,
    max_size=5,
)


@given(IOB)
def test_precision_and_recall_change_places(sentences: list[list[tuple[str, str]]]) -> None:
    """Gold and prediction swapped, precision is recall and F1 the same: the harmonic mean of both."""
    sides = [[tuple(pair[side] for pair in s) for s in sentences] for side in (0, 1)]
    (there, back) = (
        scored("ner", [tagged(str(n), " ".join(tags)) for n, tags in enumerate(gold)], predicted)
        for gold, predicted in (sides, sides[::-1])
    )
    assert (there["precision"], there["recall"]) == (back["recall"], back["precision"])
    assert there["f1"] == pytest.approx(back["f1"])
    both = there["precision"] + there["recall"]
    assert there["f1"] == pytest.approx(2 * there["precision"] * there["recall"] / both if both else 0.0)


def test_a_share_of_nothing_is_zero() -> None:
    """Where nothing was found precision is 0, where nothing was there recall is."""
    columns = {"span_correct": [0.0, 0.0], "span_predicted": [0.0, 0.0], "span_gold": [1.0, 2.0]}
    assert score("ner", columns) == {"f1": 0.0, "precision": 0.0, "recall": 0.0}
    columns |= {"span_correct": [1.0, 0.0], "span_predicted": [2.0, 2.0]}
    assert score("ner", columns) == pytest.approx({"f1": 200 / 7, "precision": 25.0, "recall": 100 / 3})


def test_squad_by_hand() -> None:
    """One full match and one two-thirds overlap: F1 83.3, exact match 50, and 66.7 as the task's score."""
    examples = [question("one", "the cat"), question("two", "cat", "dog")]
    columns = statistics("squad1", examples, ["Cat.", "black cat"])
    assert list(columns) == ["f1", "exact_match"]
    scores = score("squad1", columns)
    assert scores == pytest.approx({"f1": 250 / 3, "exact_match": 50.0})
    assert main_score("squad1", scores) == pytest.approx(200 / 3)


def test_main_score_of_tagging_is_its_f1() -> None:
    """A scorer with one main metric is led by that metric alone."""
    assert main_score("udpos", {"f1": 74.2, "accuracy": 78.2, "f1_seqeval1": 75.0}) == 74.2


def test_columns_may_be_arrays() -> None:
    """Resampled columns arrive as arrays and score the same."""
    assert score("accuracy", {"correct": np.array([1, 0, 0, 1], dtype=np.int8)}) == {"accuracy": 50.0}


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1), st.randoms())
def test_order_leaves_accuracy(pairs: list[tuple[int, int]], rng: Random) -> None:
    """Scores lie in 0 to 100 and do not depend on the order of the examples."""
    before = scored("accuracy", classified([g for g, _ in pairs]), [p for _, p in pairs])
    rng.shuffle(pairs)
    after = scored("accuracy", classified([g for g, _ in pairs]), [p for _, p in pairs])
    assert before == after
    assert 0.0 <= before["accuracy"] <= 100.0


SENTENCES = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1, max_size=6),
    min_size=1,
    max_size=6,
)


@given(SENTENCES, st.permutations(range(6)))
def test_order_leaves_tagging_scores(sentences: list[list[tuple[str, str]]], order: list[int]) -> None:
    """Every tagging metric lies in 0 to 100 and ignores the order of the sentences."""
    examples = [tagged(str(i), " ".join(g for g, _ in s)) for i, s in enumerate(sentences)]
    predictions = [tuple(p for _, p in s) for s in sentences]
    scores = scored("udpos", examples, predictions)
    shuffled = [i for i in order if i < len(sentences)]
    assert scores == scored("udpos", [examples[i] for i in shuffled], [predictions[i] for i in shuffled])
    assert all(0.0 <= value <= 100.0 for value in scores.values())


@given(st.lists(st.lists(st.sampled_from(["the cat", "dog sat", "北京", "x"]), min_size=1), min_size=1))
def test_gold_predicted_is_a_hundred(golds: list[list[str]]) -> None:
    """Answering with any of the gold answers scores 100 on both metrics."""
    examples = [question(str(i), *answers) for i, answers in enumerate(golds)]
    assert scored("squad1", examples, [a[-1] for a in golds]) == {"f1": 100.0, "exact_match": 100.0}


@given(SENTENCES)
def test_gold_tags_are_a_hundred(sentences: list[list[tuple[str, str]]]) -> None:
    """Predicting the gold tags scores 100 by span and by word."""
    examples = [tagged(str(i), " ".join(g for g, _ in s)) for i, s in enumerate(sentences)]
    scores = scored("udpos", examples, [example.tags for example in examples])
    assert (scores["f1"], scores["accuracy"]) == (100.0, 100.0)


@pytest.mark.parametrize(
    ("scorer", "columns", "message"),
    [
        ("accuracy", {"correct": []}, "'accuracy' was given no examples"),
        ("squad1", {"f1": [1.0]}, "needs the statistics f1, exact_match; missing: exact_match"),
        ("squad1", {"f1": [1.0], "exact_match": [1.0, 0.0]}, "different lengths: f1 1, exact_match 2"),
        ("accuracy", {"correct": [1.0, float("nan")]}, "statistic 'correct' sums to nan"),
    ],
)
def test_columns_must_be_whole(scorer: str, columns: dict[str, list[float]], message: str) -> None:
    """Missing, empty, ragged or broken columns are refused, with what was found."""
    with pytest.raises(StiltwalkError, match=message):
        score(scorer, columns)


def test_a_ratio_needs_words() -> None:
    """Sentences without a word have no accuracy."""
    names = [name for metric in SCORERS["udpos"].metrics for name in metric.statistics]
    with pytest.raises(StiltwalkError, match="'accuracy' divides by the sum of 'words', which is 0"):
        score("udpos", {name: [0.0] for name in names})


def test_main_score_needs_its_metrics() -> None:
    """A main metric that is not there is named, beside what is."""
    with pytest.raises(StiltwalkError, match="needs exact_match, f1; missing: exact_match; found: f1"):
        main_score("squad1", {"f1": 80.0})


def test_an_unknown_scorer_gets_the_nearest_name() -> None:
    """A misspelt scorer is answered with the one that was meant."""
    with pytest.raises(UnknownNameError, match=r"There is no scorer 'sqaud1'\. Did you mean 'squad1'"):
        statistics("sqaud1", [], [])
    with pytest.raises(UnknownNameError, match=r"There is no scorer 'udpso'\. Did you mean 'udpos'"):
        score("udpso", {})
    with pytest.raises(UnknownNameError, match=r"There is no scorer 'acuracy'\. Did you mean 'accuracy'"):
        main_score("acuracy", {})


def test_the_collapse_score_of_tagging_is_word_accuracy() -> None:
    """A scorer may name other metrics to tell a collapsed run by; the others use their main score."""
    scores = {"f1": 10.0, "accuracy": 60.0, "f1_seqeval1": 11.0}
    assert (main_score("udpos", scores), collapse_score("udpos", scores)) == (10.0, 60.0)
    assert collapse_score("squad1", {"f1": 30.0, "exact_match": 10.0}) == 20.0
    with pytest.raises(StiltwalkError, match="The collapse score of scorer 'udpos' needs accuracy; missing"):
        collapse_score("udpos", {"f1": 10.0})
