"""Span counts are those of seqeval, sentence by sentence."""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.spans import SeqevalRule, Span, SpanCounts, count_spans, spans

UD_TAGS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
IOB_TAGS = tuple("O B-PER I-PER B-LOC I-LOC B-ORG I-ORG".split())
RULES: tuple[SeqevalRule, ...] = ("0.x", "1.x")

# Gold, predicted (sentences parted by a slash), F1 by seqeval 0.0.12, F1 by seqeval 1.2.2: what
# seqeval.metrics.f1_score of those releases returned for these very cases.
REFERENCE = (
    ("PRON VERB CCONJ NOUN NOUN PUNCT", "PRON VERB SCONJ NOUN NOUN PUNCT", 0.8, 1.0),
    ("NOUN NOUN NOUN VERB PUNCT", "NOUN PROPN NOUN VERB PUNCT", 0.5, 0.5),
    ("SCONJ SCONJ NOUN", "SCONJ VERB NOUN", 0.6666666666666666, 0.6666666666666666),
    ("SCONJ CCONJ NOUN", "CCONJ CCONJ NOUN", 0.4, 0.8),
    ("NUM SYM SYM NUM", "NUM SYM NUM NUM", 0.5714285714285715, 0.5714285714285715),
    ("VERB X", "VERB VERB", 0.0, 0.0),
    ("VERB X", "VERB X", 1.0, 1.0),
    ("X", "X", 1.0, 0.0),
    ("X X NOUN", "X X NOUN", 1.0, 1.0),
    ("INTJ SYM INTJ PUNCT", "INTJ SCONJ INTJ PUNCT", 0.75, 0.75),
    (
        "DET ADJ ADJ NOUN ADP DET NOUN PUNCT",
        "DET ADJ NOUN NOUN ADP DET PROPN PUNCT",
        0.5714285714285714,
        0.5714285714285714,
    ),
    ("NOUN VERB", "VERB NOUN", 0.0, 0.0),
    (
        "NOUN VERB / VERB NOUN / NOUN SCONJ CCONJ",
        "NOUN VERB / VERB VERB / NOUN SCONJ SCONJ",
        0.6153846153846153,
        0.6153846153846153,
    ),
    (
        "B-PER I-PER O B-LOC / O B-ORG",
        "B-PER O O B-LOC / B-ORG I-ORG",
        0.3333333333333333,
        0.3333333333333333,
    ),
    ("O I-PER I-LOC I-LOC B-LOC", "O B-PER B-LOC I-LOC I-LOC", 0.4, 0.4),
)

Corpus = list[list[str]]


def _sentences(text: str) -> Corpus:
    return [sentence.split() for sentence in text.split(" / ")]


def _total(gold: Corpus, predicted: Corpus, rule: SeqevalRule) -> SpanCounts:
    counts = [count_spans(g, p, rule) for g, p in zip(gold, predicted, strict=True)]
    return SpanCounts(*(sum(column) for column in zip(*counts, strict=True)))


def _f1(counts: SpanCounts) -> float:
    found = counts.predicted + counts.gold
    return 2 * counts.correct / found if found else 0.0


def _corpora(*, x_may_begin: bool = True) -> st.SearchStrategy[list[list[tuple[str, str]]]]:
    """Corpora of sentences of (gold, predicted) tags."""
    tag = st.sampled_from(UD_TAGS)
    sentence = st.lists(st.tuples(tag, tag), min_size=1, max_size=8)
    if not x_may_begin:
        sentence = sentence.filter(lambda pairs: "X" not in pairs[0])
    return st.lists(sentence, min_size=1, max_size=5)


def _unzip(corpus: list[list[tuple[str, str]]]) -> tuple[Corpus, Corpus]:
    return [[g for g, _ in s] for s in corpus], [[p for _, p in s] for s in corpus]


@pytest.mark.parametrize(("gold", "predicted", "f1_old", "f1_new"), REFERENCE)
def test_f1_is_that_of_both_seqeval_releases(gold: str, predicted: str, f1_old: float, f1_new: float) -> None:
    """F1 from summed counts equals what seqeval 0.0.12 and 1.2.2 returned."""
    sentences = _sentences(gold), _sentences(predicted)
    assert _f1(_total(*sentences, "0.x")) == pytest.approx(f1_old, abs=1e-12)
    assert _f1(_total(*sentences, "1.x")) == pytest.approx(f1_new, abs=1e-12)


def test_neighbours_of_one_tag_are_one_span() -> None:
    """A run of equal tags is one span from its first word to its last."""
    assert spans(("NOUN", "NOUN", "VERB"), "0.x") == [Span("NOUN", 0, 1), Span("VERB", 2, 2)]


@pytest.mark.parametrize("tag", ["SCONJ", "SYM"])
@pytest.mark.parametrize("rule", RULES)
def test_tags_that_begin_with_s_are_single(tag: str, rule: SeqevalRule) -> None:
    """Neighbouring SCONJ or SYM words stay spans of one word each."""
    assert [(span.first, span.last) for span in spans((tag, tag), rule)] == [(0, 0), (1, 1)]


def test_release_1_drops_the_first_letter() -> None:
    """Under 1.x the type is the tag without its first letter, and the type of X is an underscore."""
    assert [span.type for span in spans(("NOUN", "X", "VERB"), "1.x")] == ["OUN", "_", "ERB"]


def test_release_1_loses_a_final_x() -> None:
    """Under 1.x an X at the end has the type of an outside word, so that its span never ends."""
    assert spans(("NOUN", "X"), "1.x") == [Span("OUN", 0, 0)]


def test_release_1_stretches_cconj_over_sconj() -> None:
    """Under 1.x a CCONJ right after an SCONJ makes a span that begins at the SCONJ."""
    assert spans(("SCONJ", "CCONJ"), "1.x") == [Span("CONJ", 0, 0), Span("CONJ", 0, 1)]


@pytest.mark.parametrize("rule", RULES)
def test_iob2_entities_are_read_as_such(rule: SeqevalRule) -> None:
    """Ordinary entity tags give the entities, and outside words give none."""
    expected = [Span("PER", 0, 1), Span("LOC", 3, 3), Span("LOC", 4, 4)]
    assert spans(("B-PER", "I-PER", "O", "B-LOC", "B-LOC"), rule) == expected


@pytest.mark.parametrize("rule", RULES)
def test_an_empty_sentence_has_no_spans(rule: SeqevalRule) -> None:
    """Nothing is counted where there is no word."""
    assert count_spans((), (), rule) == SpanCounts(0, 0, 0)


@given(_corpora())
def test_sentences_add_up_to_the_joined_corpus(corpus: list[list[tuple[str, str]]]) -> None:
    """Under 0.x the sum over sentences is the count over all, joined with outside words between."""
    gold, predicted = _unzip(corpus)
    assert _joined(gold, predicted, "0.x") == _total(gold, predicted, "0.x")


@given(_corpora(x_may_begin=False))
def test_sentences_add_up_under_release_1(corpus: list[list[tuple[str, str]]]) -> None:
    """Under 1.x the same holds where no sentence begins with X."""
    gold, predicted = _unzip(corpus)
    assert _joined(gold, predicted, "1.x") == _total(gold, predicted, "1.x")


@given(_corpora())
def test_an_initial_x_leaves_predicted_and_gold_alone(corpus: list[list[tuple[str, str]]]) -> None:
    """Under 1.x joining never changes how many spans there are, and never adds a right one."""
    gold, predicted = _unzip(corpus)
    joined, summed = _joined(gold, predicted, "1.x"), _total(gold, predicted, "1.x")
    assert (joined.predicted, joined.gold) == (summed.predicted, summed.gold)
    assert joined.correct <= summed.correct


def test_an_initial_x_does_not_depend_on_the_sentence_before() -> None:
    """The one departure: seqeval 1.2.2 gives 0.25 here, since the second X span begins in sentence one."""
    gold, predicted = _sentences("NOUN VERB VERB / X NOUN"), _sentences("NOUN NOUN VERB / X NOUN")
    assert _f1(_joined(gold, predicted, "1.x")) == pytest.approx(0.25)
    assert _f1(_total(gold, predicted, "1.x")) == pytest.approx(0.5)


@given(_corpora(), st.sampled_from(RULES))
def test_counts_are_bounded_and_symmetric(corpus: list[list[tuple[str, str]]], rule: SeqevalRule) -> None:
    """No more spans are right than predicted or gold, and swapping the two swaps their counts."""
    gold, predicted = _unzip(corpus)
    counts, swapped = _total(gold, predicted, rule), _total(predicted, gold, rule)
    assert 0 <= counts.correct <= min(counts.predicted, counts.gold)
    assert (counts.correct, counts.gold, counts.predicted) == swapped


@given(_corpora(), st.sampled_from(RULES))
def test_gold_predicted_is_all_right(corpus: list[list[tuple[str, str]]], rule: SeqevalRule) -> None:
    """Predicting the gold tags makes every span right."""
    gold, _ = _unzip(corpus)
    counts = _total(gold, gold, rule)
    assert counts.correct == counts.predicted == counts.gold


def _joined(gold: Corpus, predicted: Corpus, rule: SeqevalRule) -> SpanCounts:
    """Counts over the sentences joined as seqeval joins them."""
    return count_spans(_join(gold), _join(predicted), rule)


def _join(corpus: Corpus) -> list[str]:
    return [tag for sentence in corpus for tag in (*sentence, "O")]


def _random_corpus(rng: random.Random, tags: Sequence[str]) -> tuple[Corpus, Corpus]:
    """One to four sentences, seven tags in ten predicted right; only the first may begin with X."""
    gold: Corpus = []
    predicted: Corpus = []
    for index in range(rng.randint(1, 4)):
        g = [rng.choice(tags) for _ in range(rng.randint(1, 12))]
        if index and g[0] == "X":
            g[0] = "VERB"
        gold.append(g)
        predicted.append([tag if rng.random() < 0.7 else rng.choice(tags) for tag in g])
    return gold, predicted


@pytest.mark.parity
def test_f1_is_that_of_the_installed_seqeval() -> None:
    """On a thousand random corpora F1 under 1.x equals that of seqeval 1.x to rounding."""
    seqeval = pytest.importorskip("seqeval.metrics")
    rng = random.Random(20200513)
    for case in range(1000):
        tags = IOB_TAGS if case % 4 == 3 else rng.sample(UD_TAGS, rng.randint(2, len(UD_TAGS)))
        gold, predicted = _random_corpus(rng, tags)
        with warnings.catch_warnings():
            # seqeval warns that such tags are no entity tags, which is the point of the rule
            warnings.simplefilter("ignore")
            expected = float(seqeval.f1_score(gold, predicted))
        assert _f1(_total(gold, predicted, "1.x")) == pytest.approx(expected, abs=1e-12), (gold, predicted)
