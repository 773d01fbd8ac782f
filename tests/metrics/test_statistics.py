"""Per-example statistics: by hand for each scorer, and with messages that name the culprit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.metrics.predictions import Answered, Nearest, Prediction
from stiltwalk.metrics.scorers import main_score
from stiltwalk.metrics.statistics import STATISTICS, column_names, statistics
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError
from stiltwalk.spec.examples import Choices, Classified, Example, Line, Minable, Query, Question, Tagged
from stiltwalk.spec.metrics import SCORERS

from .fakes import aligned, classified, question, scored, tagged


def test_every_scorer_has_statistics() -> None:
    """The table of functions and the records of the specification name the same scorers."""
    assert set(SCORERS) == set(STATISTICS)


def test_columns_are_named_once() -> None:
    """A column that several metrics share is one column, where it is first named."""
    assert column_names(SCORERS["ner"]) == ["span_correct", "span_predicted", "span_gold"]
    assert column_names(SCORERS["squad2"]) == (
        "f1 exact_match answered_f1 unanswered no_answer answered_exact".split()
    )


def test_f1_of_the_second_label_by_hand() -> None:
    """Of three predicted and two gold duplicates one is right: F1 2/5; two of five labels are right."""
    columns = statistics("accuracy-f1", classified([1, 0, 0, 1, 0]), [1, 1, 1, 0, 0])
    assert list(columns.items()) == [
        ("correct", [1.0, 0.0, 0.0, 0.0, 1.0]),
        ("true_positive", [1.0, 0.0, 0.0, 0.0, 0.0]),
        ("predicted_positive", [1.0, 1.0, 1.0, 0.0, 0.0]),
        ("gold_positive", [1.0, 0.0, 0.0, 1.0, 0.0]),
    ]
    scores = scored("accuracy-f1", classified([1, 0, 0, 1, 0]), [1, 1, 1, 0, 0])
    assert scores == pytest.approx({"accuracy": 40.0, "f1": 40.0})
    scores = scored("accuracy-f1", classified([0, 0, 1]), [0, 0, 0])
    assert scores == pytest.approx({"accuracy": 200 / 3, "f1": 0.0})
    assert main_score("accuracy-f1", scores) == pytest.approx(100 / 3)


def test_accuracy_of_tags_by_hand() -> None:
    """Words are pooled over sentences: three of four are right."""
    examples = [tagged("one", "N"), tagged("two", "N V/N N")]
    columns = statistics("tag-accuracy", examples, [("V",), ("N", "V/N", "N")])
    assert columns == {"word_correct": [0.0, 3.0], "words": [1.0, 3.0]}
    assert scored("tag-accuracy", examples, [("V",), ("N", "V/N", "N")]) == {"accuracy": 75.0}


def test_retrieval_by_id() -> None:
    """A neighbour is right when it is the example's own translation, by each way of comparing."""
    found = [Nearest("a", "b", "b"), Nearest("a", "b", "a")]
    columns = statistics("retrieval-accuracy", [aligned("a"), aligned("b")], found)
    assert columns == {"correct": [1.0, 0.0], "correct_margin": [0.0, 1.0], "correct_centred": [0.0, 0.0]}
    scores = scored("retrieval-accuracy", [aligned("a"), aligned("b")], found)
    assert scores == {"accuracy": 50.0, "accuracy_margin": 50.0, "accuracy_centred": 0.0}
    assert main_score("retrieval-accuracy", scores) == 50.0


def test_rankings_by_hand() -> None:
    """Average precisions 5/6, 1/2 and 0 have the mean 4/9; only the first twenty ranks are looked at."""
    queries = [Query(f"q{n}", "text", "key", right) for n, right in enumerate([("a", "b"), ("a",), ("a",)])]
    far = (*(f"x{n}" for n in range(20)), "a")
    assert scored("map@20", queries, [("a", "x", "b"), ("x", "a"), far]) == pytest.approx(
        {"map@20": 100 * (5 / 6 + 1 / 2) / 3}
    )
    assert scored("map@20", queries[1:2], [()]) == {"map@20": 0.0}
    assert scored("map@20", queries[1:2], [far[1:]]) == {"map@20": 5.0}


def test_mlqa_is_scored_by_language() -> None:
    """German articles go in German and stay in English; English is what is meant where none is said."""
    examples = [question("q", "die Elbe")]
    assert scored("mlqa", examples, ["der Elbe"], "de") == {"f1": 100.0, "exact_match": 100.0}
    assert scored("mlqa", examples, ["der Elbe"], "en") == {"f1": 50.0, "exact_match": 0.0}
    assert statistics("mlqa", examples, ["the die Elbe"]) == {"f1": [1.0], "exact_match": [1.0]}
    with pytest.raises(UnknownNameError, match=r"There is no MLQA language 'fr'.*ar, de, en, es, hi, vi, zh"):
        statistics("mlqa", examples, ["die Elbe"], "fr")


def test_only_mlqa_looks_at_the_language() -> None:
    """SQuAD's rules are English everywhere."""
    examples = [question("q", "die Elbe")]
    assert scored("squad1", examples, ["der Elbe"], "de") == scored("squad1", examples, ["der Elbe"], "en")


def test_no_examples_give_empty_columns() -> None:
    """Statistics of nothing are columns of nothing, under their own names."""
    assert statistics("squad1", [], []) == {"f1": [], "exact_match": []}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1))
def test_two_labels_change_places(pairs: list[tuple[int, int]]) -> None:
    """Gold and prediction swapped, accuracy and F1 stay; with the labels swapped, accuracy does."""
    gold, given_ = [g for g, _ in pairs], [p for _, p in pairs]
    scores = scored("accuracy-f1", classified(gold), given_)
    assert scores == scored("accuracy-f1", classified(given_), gold)
    turned = scored("accuracy-f1", classified([1 - g for g in gold]), [1 - p for p in given_])
    assert scores["accuracy"] == turned["accuracy"]
    assert scores["accuracy"] == scored("accuracy", classified(gold), given_)["accuracy"]


@pytest.mark.parametrize(
    ("scorer", "example", "prediction", "message"),
    [
        ("accuracy", Classified("c7", "a", None, None), 0, "Example 'c7' has no gold labels"),
        ("accuracy", Choices("c8", "a", ("x", "y"), None), 0, "Example 'c8' has no gold labels"),
        ("accuracy-f1", Classified("c7", "a", None, None), 0, "Example 'c7' has no gold labels"),
        ("udpos", Tagged("t7", ("w",), ()), ("X",), "Example 't7' has no gold tags"),
        ("squad1", Question("q7", "?", "c", ()), "x", "Example 'q7' has no gold answers"),
        ("mlqa", Question("q7", "?", "c", ()), "x", "Example 'q7' has no gold answers"),
        ("map@20", Query("q7", "text", "key"), ("a",), "Example 'q7' has no gold candidates"),
        (
            "udpos",
            tagged("t8", "NOUN VERB"),
            ("NOUN",),
            "Example 't8' has 2 words, 2 gold tags and 1 predicted tags",
        ),
        (
            "accuracy",
            Classified("c9", "a", None, 1),
            "1",
            "a label index for Classified or Choices; example 'c9' is Classified and its prediction '1'",
        ),
        (
            "accuracy-f1",
            Choices("c9", "a", ("x", "y"), 1),
            1,
            "'accuracy-f1' expects a label index for Classified; example 'c9' is Choices",
        ),
        ("squad1", question("q9", "x"), 3, "expects an answer's text for Question; example 'q9' is Question"),
        ("mlqa", question("q9", "x"), 3, "'mlqa' expects an answer's text for Question; example 'q9'"),
        ("squad2", question("q9", "x"), "x", "'squad2' expects Answered for Question; example 'q9'"),
        ("udpos", tagged("t9", "X"), "X", "expects a tuple of tags for Tagged; example 't9' is Tagged"),
        (
            "tag-accuracy",
            tagged("t9", "X Y Z"),
            Nearest("X", "Y", "Z"),
            "'tag-accuracy' expects a tuple of tags for Tagged; example 't9' .* is of type Nearest",
        ),
        (
            "retrieval-accuracy",
            aligned("a9"),
            "a9",
            "expects Nearest for Aligned; example 'a9' is Aligned and its prediction 'a9' is of type str",
        ),
        ("ner", Tagged("n7", ("w",), ()), ("O",), "Example 'n7' has no gold tags"),
        ("ner", tagged("n8", "O O"), ("O",), "Example 'n8' has 2 words, 2 gold tags and 1 predicted tags"),
        ("ner", tagged("n9", "O"), 0, "Scorer 'ner' expects a tuple of tags for Tagged; example 'n9'"),
        ("retrieval-accuracy", Line("l9", "text"), Nearest("a", "a", "a"), "example 'l9' is Line"),
        (
            "map@20",
            Query("q9", "text", "key", ("a",)),
            Answered("a", 0.0),
            "'map@20' expects a tuple of candidates' ids for Query; example 'q9' .* is of type Answered",
        ),
        (
            "mining",
            Minable("m9", "a", "english", "m8"),
            "m8",
            "'' for an English one; example 'm9' is Minable and its prediction 'm8'",
        ),
        ("mining", Minable("m9", "a", "foreign", None), 0, "expects English ids for a foreign Minable"),
    ],
)
def test_what_cannot_be_scored_is_named(
    scorer: str, example: Example, prediction: Prediction, message: str
) -> None:
    """An example without gold, or a prediction of the wrong kind, is refused by its id."""
    with pytest.raises(StiltwalkError, match=message):
        statistics(scorer, [example], [prediction])


def test_lengths_must_agree() -> None:
    """A lost prediction is an error that counts both sides."""
    with pytest.raises(StiltwalkError, match="'accuracy' was given 2 examples and 1 predictions"):
        statistics("accuracy", classified([0, 1]), [0])
