"""Tests of literature.retrieval: what is found for a claim, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stiltwalk.literature.retrieval import RANK, Index, query
from stiltwalk.literature.words import stems
from tests.literature.claims import claim, passage

PASSAGES = (
    passage("Training on SQuAD first improves XNLI accuracy by 2.1 points.", "a"),
    passage("The weather in Oslo was fine.", "a", 80),
    passage("SQuAD has 87,599 questions.", "b"),
    passage("MNLI improves PAWS-X.", "c"),
)


def quotes(index: Index, sentence: str, most: int = 8) -> list[str]:
    """What ``index`` finds for a claim of the work ``own``."""
    return [hit.passage.quote for hit in index.search(claim(sentence), most)]


def test_passages_that_share_words_are_found_nearest_first() -> None:
    """More and rarer words in common stand first; what shares none is not found."""
    found = quotes(Index(PASSAGES), "SQuAD training improves accuracy on XNLI.")
    assert found[0] == PASSAGES[0].quote
    assert set(found) == {PASSAGES[0].quote, PASSAGES[2].quote, PASSAGES[3].quote}


def test_scores_are_those_of_bm25s() -> None:
    """Relevance is what the library gives for the same words."""
    ours = {hit.passage.quote: hit.relevance for hit in Index(PASSAGES).search(claim("SQuAD and MNLI"), 8)}
    theirs = bm25s.BM25()
    theirs.index([list(stems(each.quote)) for each in PASSAGES], show_progress=False)
    scores = theirs.get_scores(["squad", "mnli"])
    assert ours == {
        PASSAGES[place].quote: pytest.approx(float(scores[place]), abs=1e-5) for place in (0, 2, 3)
    }


def test_slots_say_which_result_is_meant() -> None:
    """Of two results in one sentence the one whose slots are given decides what is found first."""
    both = "SQuAD helps XNLI while MNLI helps PAWS-X."
    texts = [passage("We study SQuAD on XNLI.", "a"), passage("We study MNLI on PAWS-X.", "b")]
    index = Index(texts)
    for subject, data_set, first in (("SQuAD", "XNLI", "a"), ("MNLI", "PAWS-X", "b")):
        told = claim(both, slots={"subject": subject, "data_set": data_set})
        assert index.search(told, 1)[0].passage.work == first


def test_a_claim_s_own_work_is_never_searched() -> None:
    """Whatever is asked for, nothing of the claim's own work comes back."""
    index = Index(PASSAGES)
    for work in "abc":
        found = index.search(claim(PASSAGES[0].quote, work), 8)
        assert found
        assert work not in {hit.passage.work for hit in found}


@pytest.mark.parametrize("passages", [(), PASSAGES[:1], (passage("of the"), passage("…"))])
def test_small_corpora(passages: Sequence[object], capfd: pytest.CaptureFixture[str]) -> None:
    """No passage, one, and passages without a content word: no error, and nothing is printed."""
    found = Index(passages).search(claim("SQuAD improves accuracy"), 8)  # type: ignore[arg-type]
    assert [hit.passage for hit in found] == [each for each in passages if each is PASSAGES[0]]
    assert capfd.readouterr() == ("", "")


def test_a_claim_of_unknown_words_finds_nothing() -> None:
    """Words that no passage has, or no content words at all."""
    assert quotes(Index(PASSAGES), "Xylophone zither") == []
    assert quotes(Index(PASSAGES), "of the") == []


def test_equals_keep_the_order_of_passages() -> None:
    """Passages of the same words come in the order in which they were given, however many."""
    same = [passage("SQuAD helps XNLI", f"w{n}") for n in range(40)]
    found = Index(same).search(claim("SQuAD helps"), 30)
    assert [hit.passage.work for hit in found] == [f"w{n}" for n in range(30)]


def test_no_work_takes_all_places() -> None:
    """Of a work that repeats itself three passages are found, so that others are heard."""
    texts = [passage("SQuAD helps XNLI", "a", n) for n in range(9)] + [passage("SQuAD helps", "b")]
    for embed in (None, letters):
        found = Index(texts, embed).search(claim("SQuAD helps XNLI"), 5)
        assert [hit.passage.work for hit in found] == ["a", "a", "a", "b"]
        assert len(Index(texts, embed).search(claim("SQuAD helps XNLI"), 2)) == 2


def test_every_work_that_names_the_same_is_found() -> None:
    """However few are asked for: all that name the claim's subject and data set, by any spelling."""
    texts = [passage(f"We like XNLI and MNLI, {n}.", f"near{n}") for n in range(4)]
    texts += [passage("What MultiNLI does to XNLI, after many other words, is told last.", "far")]
    texts += [passage("MNLI does nothing for PAWS-X, after many other words.", "elsewhere")]
    told = claim("XNLI and MNLI", slots={"subject": "MNLI", "data_set": "XNLI"})
    found = [hit.passage.work for hit in Index(texts).search(told, 1)]
    assert found[0] == "near0"
    assert set(found) == {"near0", "near1", "near2", "near3", "far"}
    unnamed = claim("Larger batches help", slots={"subject": "Larger batches", "data_set": "XYZ"})
    batches = [passage("Batches help", "a"), passage("What batches do on XYZ", "b"), passage("XYZ", "c")]
    assert [hit.passage.work for hit in Index(batches).search(unnamed, 1)] == ["a", "b"]


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors by how often the letters o and s stand in a text."""
    counts = np.array([[1 + text.count("o"), 1 + 9 * text.count("S")] for text in texts], dtype=np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)  # type: ignore[no-any-return]


def test_two_orders_are_joined_by_reciprocal_ranks() -> None:
    """Each order adds 1 / (60 + rank), by hand; a passage that only the vectors find is found."""
    sentence = "MNLI SQuAD"
    assert quotes(Index(PASSAGES), sentence) == [PASSAGES[3].quote, PASSAGES[2].quote, PASSAGES[0].quote]
    turned = {each.quote: angle for each, angle in zip(PASSAGES, (0.1, 0.4, 0.2, 0.3), strict=True)}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        """The claim looks straight ahead; passages are turned away from it, the first one least."""
        angles = np.array([turned.get(text, 0.0) for text in texts], dtype=np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    found = Index(PASSAGES, embed).search(claim(sentence), 8)
    ranks = {3: (1, 3), 0: (3, 1), 2: (2, 2), 1: (4,)}  # by words, then by vectors
    expected = {place: sum(1 / (RANK + rank) for rank in both) for place, both in ranks.items()}
    assert [hit.passage for hit in found] == [PASSAGES[place] for place in (3, 0, 2, 1)]
    assert [hit.relevance for hit in found] == pytest.approx([expected[place] for place in (3, 0, 2, 1)])


def test_an_encoder_reads_claims_together() -> None:
    """One call for all passages and one for all claims; each finds what it finds alone."""
    asked: list[int] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(len(texts))
        return letters(texts)

    index = Index(PASSAGES, embed)
    claims = [claim("SQuAD helps"), claim("MNLI helps"), claim("Oslo")]
    together = index.search_all(claims, 4)
    assert asked == [4, 3]
    assert together == [index.search(each, 4) for each in claims]
    assert Index((), embed).search_all(claims, 4) == [(), (), ()]
    assert index.search_all([], 4) == []


def test_names() -> None:
    """The name says how it was searched, and by which encoder."""

    class Named:
        """An encoder with a name."""

        name = "pocket-s"

        def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return letters(texts)

    assert Index(()).name == "BM25"
    assert Index((), Named()).name == "BM25 and pocket-s, joined by reciprocal ranks"
    assert Index((), letters).name == "BM25 and an encoder, joined by reciprocal ranks"


def test_a_query_holds_the_sentence_and_its_slots() -> None:
    """Stems of the sentence once; the subject's and the data set's twice more; the others' once more."""
    slots = {"subject": "SQuAD", "data_set": "XNLI", "metric": "accuracy", "condition": "zero-shot"}
    found = query(claim("SQuAD helps.", slots=slots))
    assert {stem: found.count(stem) for stem in set(found)} == {
        "squad": 3,
        "help": 1,
        "xnli": 2,
        "accuraci": 1,
        "zero": 1,
        "shot": 1,
    }


WORDS = st.lists(st.sampled_from(["SQuAD", "MNLI", "XNLI", "helps", "harms", "the"]), max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, max_size=6), WORDS, st.integers(1, 8))
def test_found_is_a_part_in_falling_order(texts: list[list[str]], asked: list[str], most: int) -> None:
    """At most so many, each once, relevance never rising, the same when asked again."""
    passages = [passage(" ".join(words), f"w{n % 3}", n) for n, words in enumerate(texts)]
    index = Index(passages, letters)
    told = claim(" ".join(asked), "w0")
    found = index.search(told, most)
    assert len(found) <= most
    assert len({hit.passage.start for hit in found}) == len(found)
    assert all(hit.passage in passages and hit.passage.work != "w0" for hit in found)
    relevance = [hit.relevance for hit in found]
    assert relevance == sorted(relevance, reverse=True)
    assert found == Index(passages, letters).search(told, most)
