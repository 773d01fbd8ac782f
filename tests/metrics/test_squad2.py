"""SQuAD 2.0: answers that may be none, and the best threshold for giving none."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.metrics.predictions import Answered
from stiltwalk.metrics.scorers import collapse_score, main_score, score
from stiltwalk.metrics.squad2 import f1, most_gained, statistics
from stiltwalk.metrics.statistics import statistics as columns_of

from .fakes import question, scored

# gold answers, the text, the score of no answer; raw exact match and F1 of the text
QUESTIONS = (
    (("the Normans", "Normans"), "Normans", -4.0, 1.0, 1.0),
    (("10th century",), "the 10th", -1.5, 0.0, 0.6666666666666666),
    ((), "France", -0.5, 0.0, 0.0),
    ((), "", 2.0, 1.0, 1.0),
    (("Rollo",), "Rollo", 0.75, 1.0, 1.0),
    ((), "the", -3.0, 1.0, 1.0),
    (("The",), "", 1.0, 1.0, 1.0),
    ((), "Denmark", 3.0, 0.0, 0.0),
    (("Norse",), "Danes", 0.25, 0.0, 0.0),
)

# exact match and F1 at the threshold 0, the best exact match and the best F1; all from the functions of
# evaluate-v2.0.py, the evaluation script of SQuAD 2.0 (SHA-256 fa4f1ab05d878c79...)
REFERENCE = {
    "exact_match": 44.44444444444444,
    "f1": 51.85185185185185,
    "best_exact": 55.55555555555556,
    "best_f1": 62.96296296296297,
}


def test_reference_values() -> None:
    """A small set with every kind of question is scored as by the original script."""
    examples = [question(str(n), *golds) for n, (golds, *_) in enumerate(QUESTIONS)]
    predictions = [Answered(text, level) for _, text, level, *_ in QUESTIONS]
    for (golds, text, _, exact, overlap), example in zip(QUESTIONS, examples, strict=True):
        found = columns_of("squad2", [example], [Answered(text, 0.0)])
        assert found["exact_match"] == [exact], golds
        assert found["f1"] == pytest.approx([overlap]), golds
    scores = scored("squad2", examples, predictions)
    assert scores == pytest.approx(REFERENCE, abs=1e-12)
    best = (REFERENCE["best_exact"] + REFERENCE["best_f1"]) / 2
    assert main_score("squad2", scores) == collapse_score("squad2", scores) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "no_answer", "answers", "expected"),
    [
        # f1, exact_match, answered_f1, answered_exact, unanswered
        ("black cat", -1.0, ["the cat"], (2 / 3, 0.0, 2 / 3, 0.0, 0.0)),
        ("black cat", 0.0, ["the cat"], (2 / 3, 0.0, 2 / 3, 0.0, 0.0)),  # 0 is not beyond 0
        ("black cat", 0.5, ["the cat"], (0.0, 0.0, 2 / 3, 0.0, 0.0)),
        ("cat", 0.5, [], (1.0, 1.0, 0.0, 0.0, 1.0)),
        ("cat", -0.5, [], (0.0, 0.0, 0.0, 0.0, 1.0)),
        ("", -0.5, [], (1.0, 1.0, 1.0, 1.0, 1.0)),
        ("", -0.5, ["cat"], (0.0, 0.0, 0.0, 0.0, 0.0)),
        # nothing is left of the text: right at the threshold 0, wrong where a threshold is searched
        ("the", -0.5, [], (1.0, 1.0, 0.0, 0.0, 1.0)),
        # a gold answer of which nothing is left is passed over, unless there is no other
        ("!", -0.5, ["the", "cat"], (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("!", -0.5, ["the", "..."], (1.0, 1.0, 1.0, 1.0, 0.0)),
    ],
)
def test_one_question_by_hand(
    text: str, no_answer: float, answers: list[str], expected: tuple[float, ...]
) -> None:
    """What is right at the threshold 0, what the text is worth, and what no answer is worth."""
    found = statistics(text, no_answer, answers)
    names = "f1 exact_match answered_f1 answered_exact unanswered".split()
    assert tuple(found[name] for name in names) == pytest.approx(expected)
    assert found["no_answer"] == no_answer


def test_two_empty_answers_agree() -> None:
    """Unlike in SQuAD 1.1, where they match exactly but share no word."""
    assert (f1("the", [""]), f1("the", ["cat"]), f1("cat", [""])) == (1.0, 0.0, 0.0)


def _gained(*pairs: tuple[float, float]) -> float:
    gains, levels = np.array(pairs).T
    return most_gained(gains, levels)


def test_the_best_threshold_by_hand() -> None:
    """Questions are answered up to a level: 1, 1 - 1, 1 - 1 + 1 + 1 and less after that."""
    pairs = [(1.0, -2.0), (-1.0, -1.0), (1.0, 0.0), (1.0, 0.5), (-1.0, 3.0)]
    assert _gained(*pairs) == 2.0
    assert _gained(*pairs[:2]) == 1.0
    assert _gained(*pairs[1:2]) == 0.0, "nothing is answered"


def test_equal_scores_are_answered_together() -> None:
    """No threshold parts two questions of one score, whichever comes first."""
    assert _gained((1.0, 0.0), (-1.0, 0.0)) == _gained((-1.0, 0.0), (1.0, 0.0)) == 0.0
    assert _gained((1.0, 0.0), (1.0, -0.0), (-1.0, 0.0)) == 1.0


RESULTS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 2 / 3, 1.0]), st.booleans(), st.integers(-3, 3)), min_size=1
)


def _columns(results: list[tuple[float, bool, int]]) -> dict[str, list[float]]:
    """Columns of questions: what the text is worth if there is an answer, whether there is, the level."""
    texts = [worth if there else 0.0 for worth, there, _ in results]
    none = [float(not there) for _, there, _ in results]
    levels = [float(level) for *_, level in results]
    at_zero = [n if level > 0 else text for text, n, level in zip(texts, none, levels, strict=True)]
    return {
        "f1": at_zero,
        "exact_match": [float(worth == 1.0) for worth in at_zero],
        "answered_f1": texts,
        "answered_exact": [float(worth == 1.0) for worth in texts],
        "unanswered": none,
        "no_answer": levels,
    }


@settings(deadline=None)
@given(RESULTS, st.randoms())
def test_the_best_threshold_is_the_best_of_all(results: list[tuple[float, bool, int]], rng: Random) -> None:
    """It equals trying every threshold there is, is at least what 0 gives, and ignores the order."""
    columns = _columns(results)
    scores = score("squad2", columns)
    tried = []
    for threshold in range(-4, 4):
        parts = zip(columns["answered_f1"], columns["unanswered"], columns["no_answer"], strict=True)
        tried.append(sum(text if level <= threshold else none for text, none, level in parts))
    assert scores["best_f1"] == pytest.approx(100 * max(tried) / len(results))
    assert scores["f1"] <= scores["best_f1"] + 1e-9
    assert scores["exact_match"] <= scores["best_exact"] + 1e-9
    rng.shuffle(results)
    assert score("squad2", _columns(results)) == scores


@settings(deadline=None)
@given(RESULTS, st.data())
def test_a_resampling_is_scored_from_its_columns(
    results: list[tuple[float, bool, int]], data: st.DataObject
) -> None:
    """Rows drawn again, as arrays, score like the questions they stand for."""
    drawn = data.draw(st.lists(st.integers(0, len(results) - 1), min_size=1))
    resampled = {name: np.array(column)[drawn] for name, column in _columns(results).items()}
    assert score("squad2", resampled) == score("squad2", _columns([results[i] for i in drawn]))


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, unique=True), st.floats(0.1, 4))
def test_only_the_order_of_scores_matters(levels: list[float], factor: float) -> None:
    """Scaled and moved, scores part the questions as before."""
    ordered = sorted(levels)
    scaled = [factor * level + 1 for level in ordered]
    gains = np.array([(-1.0) ** n for n in range(len(levels))])
    if all(a < b for a, b in pairwise(scaled)):
        assert most_gained(gains, np.array(ordered)) == most_gained(gains, np.array(scaled))
