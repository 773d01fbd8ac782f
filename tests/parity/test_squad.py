"""SQuAD 1.1 and 2.0: match, F1 and the best threshold, beside the original scripts on random answers."""

from __future__ import annotations

import random

import pytest

from stiltwalk.metrics import squad, squad2
from stiltwalk.metrics.predictions import Answered
from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.examples import Answer, Question
from tests.parity.originals import CASES, PIECES, answer, answers, near, original

pytestmark = pytest.mark.parity


def _question(number: int, golds: list[str]) -> Question:
    return Question(str(number), "?", "", tuple(Answer(gold, 0) for gold in golds))


def test_squad1_answers_agree() -> None:
    """Normalisation is the same string, match and F1 are the same numbers, over several gold answers."""
    theirs = original("xtreme/third_party/evaluate_squad.py")
    drawn = random.Random(11)
    matches = 0.0
    for _ in range(5 * CASES):
        golds = answers(drawn)
        given = near(drawn, drawn.choice(golds))
        assert squad.normalise(given) == theirs.normalize_answer(given)
        for ours, their in (
            (squad.f1, theirs.f1_score),
            (squad.exact_match, theirs.exact_match_score),
        ):
            expected = theirs.metric_max_over_ground_truths(their, given, golds)
            assert ours(given, golds) == pytest.approx(float(expected), abs=1e-9), (given, golds)
        matches += squad.exact_match(given, golds)
    assert 0.1 * 5 * CASES < matches < 0.9 * 5 * CASES


def test_squad1_scores_agree() -> None:
    """Scores of a whole set are those of the script's own evaluation."""
    theirs = original("xtreme/third_party/evaluate_squad.py")
    drawn = random.Random(12)
    golds = [answers(drawn) for _ in range(CASES)]
    given = [near(drawn, each[0]) for each in golds]
    examples = [_question(n, each) for n, each in enumerate(golds)]
    qas = [{"id": str(n), "answers": [{"text": gold} for gold in each]} for n, each in enumerate(golds)]
    expected = theirs.evaluate(
        [{"paragraphs": [{"qas": qas}]}], {str(n): text for n, text in enumerate(given)}
    )
    assert score("squad1", statistics("squad1", examples, given)) == pytest.approx(expected, abs=1e-9)


def test_squad2_answers_agree() -> None:
    """Match and F1 of a given text are the script's raw scores, with and without gold answers."""
    theirs = original("squad/evaluate-v2.0.py")
    drawn = random.Random(21)
    for number in range(5 * CASES):
        golds = [] if number % 3 == 0 else answers(drawn)
        given = drawn.choice(("", near(drawn, golds[0] if golds else drawn.choice(PIECES))))
        qas = [{"id": "q", "answers": [{"text": gold} for gold in golds]}]
        exact, f1 = theirs.get_raw_scores([{"paragraphs": [{"qas": qas}]}], {"q": given})
        found = squad2.statistics(given, 0.0, golds)
        assert found["exact_match"] == exact["q"], (given, golds)
        assert found["f1"] == pytest.approx(f1["q"], abs=1e-9), (given, golds)


@pytest.mark.parametrize("seed", range(40))
def test_squad2_scores_agree(seed: int) -> None:
    """Scores at the threshold 0 and the best ones are the script's; no two questions score alike.

    (Among equal scores the script's best depends on the order of its input: see ``most_gained``.)
    """
    theirs = original("squad/evaluate-v2.0.py")
    drawn = random.Random(seed)
    size = drawn.choice((1, 2, 5, 40, 200))
    golds = [[] if drawn.random() < seed / 40 else answers(drawn) for _ in range(size)]
    given = [
        drawn.choice(("", near(drawn, drawn.choice(each)))) if each else drawn.choice(("", answer(drawn)))
        for each in golds
    ]
    levels = [drawn.uniform(-3, 3) + (0 if each else drawn.choice((0, 2))) for each in golds]
    assert len(set(levels)) == size

    predictions = [Answered(text, level) for text, level in zip(given, levels, strict=True)]
    examples = [_question(n, each) for n, each in enumerate(golds)]
    ours = score("squad2", statistics("squad2", examples, predictions))

    qas = [{"id": str(n), "answers": [{"text": gold} for gold in each]} for n, each in enumerate(golds)]
    dataset = [{"paragraphs": [{"qas": qas}]}]
    texts = {str(n): text for n, text in enumerate(given)}
    scores = {str(n): level for n, level in enumerate(levels)}
    answerable = theirs.make_qid_to_has_ans(dataset)
    exact, f1 = theirs.get_raw_scores(dataset, texts)
    at_zero = theirs.make_eval_dict(
        *(theirs.apply_no_ans_threshold(raw, scores, answerable, 0.0) for raw in (exact, f1))
    )
    expected = {"f1": at_zero["f1"], "exact_match": at_zero["exact"]}
    theirs.find_all_best_thresh(expected, texts, exact, f1, scores, answerable)
    assert ours == pytest.approx({name: expected[name] for name in ours}, abs=1e-9)
