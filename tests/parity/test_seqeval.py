"""Span F1, precision and recall of tags beside seqeval 0.0.12, which XTREME scores with."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.spans import spans
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.examples import Tagged
from tests.parity.originals import CASES, original

pytestmark = pytest.mark.parity

UPOS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
IOB2 = tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-DATE I-DATE".split())


def _seqeval() -> ModuleType:
    # the package itself would import keras for a callback
    return original("seqeval-0.0.12/seqeval/metrics/sequence_labeling.py")


def _sentence(drawn: random.Random, tags: tuple[str, ...]) -> list[str]:
    """Tags in runs, so that there are spans of several words."""
    found: list[str] = []
    for _ in range(drawn.randint(1, 6)):
        found += [drawn.choice(tags)] * drawn.choice((1, 1, 2, 3))
    return found


def _altered(drawn: random.Random, gold: list[str], tags: tuple[str, ...]) -> list[str]:
    share = drawn.choice((0.0, 0.1, 0.3, 1.0))
    return [drawn.choice(tags) if drawn.random() < share else tag for tag in gold]


def _legal(tags: list[str]) -> list[str]:
    """IOB2 without an I- that continues nothing."""
    legal: list[str] = []
    for tag in tags:
        continues = legal and legal[-1] != "O" and legal[-1][2:] == tag[2:]
        legal.append(f"B-{tag[2:]}" if tag.startswith("I-") and not continues else tag)
    return legal


@pytest.mark.parametrize(
    ("scorer", "tags", "legal"),
    [("udpos", UPOS, False), ("ner", IOB2, True), ("ner", IOB2, False), ("udpos", UPOS + IOB2, False)],
)
def test_scores_agree(scorer: str, tags: tuple[str, ...], legal: bool) -> None:
    """Spans of a sentence are the same, and so are scores of corpora, legal IOB2 or not."""
    theirs = _seqeval()
    drawn = random.Random(f"{scorer} {len(tags)} {legal}")
    for _ in range(CASES):
        gold = [_sentence(drawn, tags) for _ in range(drawn.choice((1, 2, 5)))]
        given = [_altered(drawn, sentence, tags) for sentence in gold]
        if legal:
            gold, given = ([_legal(sentence) for sentence in side] for side in (gold, given))
        for sentence in (*gold, *given):
            expected_spans = [tuple(entity) for entity in theirs.get_entities(sentence)]
            assert [tuple(span) for span in spans(sentence, "0.x")] == expected_spans, sentence
        examples = [Tagged(str(n), ("w",) * len(s), tuple(s)) for n, s in enumerate(gold)]
        scores = score(scorer, statistics(scorer, examples, [tuple(s) for s in given]))
        expected = {
            "f1": theirs.f1_score(gold, given),
            "precision": theirs.precision_score(gold, given),
            "recall": theirs.recall_score(gold, given),
        }
        for name, value in expected.items():
            if name in scores:
                assert scores[name] == pytest.approx(100 * value, abs=1e-9), (gold, given)
