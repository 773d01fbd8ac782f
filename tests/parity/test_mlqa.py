"""MLQA: normalisation, match and F1 in its seven languages, beside the original script on random answers."""

from __future__ import annotations

import random
import sys

import pytest

from stiltwalk.metrics.mlqa import normalise
from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.examples import Answer, Question
from tests.parity.originals import CASES, PIECES, answer, answers, near, original

pytestmark = pytest.mark.parity

SCRIPT = "xtreme/third_party/evaluate_mlqa.py"


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "hi", "vi", "zh"])
def test_answers_agree(language: str) -> None:
    """Normalisation is the same string for every text, and every score of a whole set is the same number."""
    theirs = original(SCRIPT)
    drawn = random.Random(language)
    golds = [answers(drawn) for _ in range(CASES)]
    given = [near(drawn, drawn.choice(each)) for each in golds]
    for text in (*given, *PIECES, *(answer(drawn) for _ in range(CASES))):
        assert normalise(text, language) == theirs.normalize_answer(text, language), repr(text)
    examples = [
        Question(str(n), "?", "", tuple(Answer(gold, 0) for gold in each)) for n, each in enumerate(golds)
    ]
    columns = statistics("mlqa", examples, given, language)
    for n, (text, each) in enumerate(zip(given, golds, strict=True)):
        for name, rule in (("f1", theirs.f1_score), ("exact_match", theirs.exact_match_score)):
            expected = float(theirs.metric_max_over_ground_truths(rule, text, each, language))
            assert columns[name][n] == pytest.approx(expected, abs=1e-9), (text, each)
    qas = [{"id": str(n), "answers": [{"text": gold} for gold in each]} for n, each in enumerate(golds)]
    texts = {str(n): text for n, text in enumerate(given)}
    expected = theirs.evaluate([{"paragraphs": [{"qas": qas}]}], texts, language)
    assert score("mlqa", columns) == pytest.approx(expected, abs=1e-9)


def test_every_character_is_treated_alike() -> None:
    """Every character there is, alone between two letters, comes out as the script lets it out."""
    theirs = original(SCRIPT)
    # surrogates are no characters
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    for language in ("en", "zh"):
        # in one text, so that it takes seconds; a letter between two keeps them apart
        text = "x".join(characters)
        assert normalise(text, language) == theirs.normalize_answer(text, language)
