"""Retrieval: the passages of other papers that may bear on a claim, nearest first.

The nearest by words, or by words and vectors, are found. Beside them stands what names the same: every paper
that speaks of the claim's subject on the claim's data set has a vote, however it words what it says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.literature.judging.slots import data_sets, data_sets_in
from stiltwalk.literature.judging.subjects import named_in, telling_stems
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Embed, Passage
from stiltwalk.literature.words import stems
from stiltwalk.spec.extras import not_installed

RANK: Final = 60
"""Added to a rank before it is inverted: Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion
outperforms Condorcet and individual rank learning methods", section 2."""

DIGITS: Final = 5
"""Digits behind the point that scores are told apart by: the last ones differ from machine to machine."""


OF_A_WORK: Final = 3
"""Most passages of one work that are found for a claim: each work has one vote, and a long one says much."""

NAMING: Final = 100
"""Most passages that are found beside the nearest since they name what the claim names."""


class Hit(NamedTuple):
    """A passage that was found.

    Attributes:
        passage: of another work than the claim's own.
        relevance: higher is nearer; by BM25, or by both orders joined where there are two.
    """

    passage: Passage
    relevance: float


class Index:
    """Passages that claims are looked up in.

    Attributes:
        name: how it searches, as a synthesis says it.
    """

    def __init__(self, passages: Sequence[Passage], embed: Embed | None = None) -> None:
        """Index ``passages``.

        Args:
            passages: of all works together, in an order that is the same in every run.
            embed: texts → vectors; its ``name``, if it has one, is told.
        """
        self._passages = tuple(passages)
        self._works = np.array([each.work for each in self._passages], dtype=object)
        found = [list(stems(each.quote)) for each in self._passages]
        self._words = _Words(found)
        self._naming = _Naming(self._passages, found)
        self._embed = embed
        self._vectors: NDArray[np.float32] | None = None
        if embed is not None and self._passages:
            self._vectors = embed([each.quote for each in self._passages])
        self.name = (
            "BM25"
            if embed is None
            else f"BM25 and {getattr(embed, 'name', 'an encoder')}, joined by reciprocal ranks"
        )

    def search(self, claim: PaperClaim, most: int) -> tuple[Hit, ...]:
        """Passages of other works than the claim's own: the ``most`` nearest first, then what names the same.

        Behind the nearest stand at most ``NAMING`` others that name the claim's subject and its data set.
        Of one work at most ``OF_A_WORK`` are found in either way. By words alone, a passage that shares none
        with the claim is not found.
        """
        return self.search_all([claim], most)[0]

    def search_all(self, claims: Sequence[PaperClaim], most: int) -> list[tuple[Hit, ...]]:
        """What ``search`` finds for each of ``claims``; an encoder reads them together."""
        if not self._passages or not claims:
            return [() for _ in claims]
        near: NDArray[np.float32] | None = None
        if self._embed is not None and self._vectors is not None:
            near = np.round(self._embed([each.quote for each in claims]) @ self._vectors.T, DIGITS)
        return [
            self._found(claim, None if near is None else near[place], most)
            for place, claim in enumerate(claims)
        ]

    def _found(self, claim: PaperClaim, near: NDArray[np.float32] | None, most: int) -> tuple[Hit, ...]:
        foreign = self._works != claim.work
        by_words = np.round(self._words.scores(query(claim)), DIGITS)
        worded = _order(by_words, foreign & (by_words > 0))
        scores: NDArray[Any] = by_words
        order = worded
        if near is not None:
            scores = np.zeros(len(self._passages))
            for each in (worded, _order(near, foreign)):
                scores[each] += 1 / (RANK + 1 + np.arange(len(each)))
            # of equals the one that the words find first: ranks that mirror each other are common
            order = _order(scores, scores > 0, by_words)
        nearest = self._spread(order, most)
        rest = foreign & self._naming.the_same(claim)
        rest[nearest] = False
        found = [*nearest, *self._spread(_order(scores, rest, by_words), NAMING)]
        return tuple(Hit(self._passages[i], float(scores[i])) for i in found)

    def _spread(self, order: NDArray[np.intp], most: int) -> list[int]:
        """The first ``most`` of ``order``, without what would be too many of one work."""
        taken: Counter[str] = Counter()
        found: list[int] = []
        for place in order:
            if len(found) == most:
                break
            work = self._passages[place].work
            if taken[work] < OF_A_WORK:
                taken[work] += 1
                found.append(int(place))
        return found


def query(claim: PaperClaim) -> list[str]:
    """The stems that ``claim`` is looked up by: its sentence, and once more what it is about.

    The sentence may state several results, so the slots tell which of them is meant: the subject and the
    data set count twice more, comparison, metric and condition once.
    """
    slots = (claim.subject, claim.subject, claim.data_set, claim.data_set)
    return [
        stem
        for part in (claim.quote, *slots, claim.comparison, claim.metric, claim.condition)
        for stem in stems(part)
    ]


class _Naming:
    """Which passages name what: data sets, each by one name, and stems."""

    def __init__(self, passages: Sequence[Passage], words: Sequence[Sequence[str]]) -> None:
        self._count = len(passages)
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, (passage, said) in enumerate(zip(passages, words, strict=True)):
            for key in {*(f"={name}" for name in data_sets_in(passage.quote)), *said}:
                self._places[key].append(place)

    def the_same(self, claim: PaperClaim) -> NDArray[np.bool_]:
        """``(passages,)``: which name the claim's data set, and that of its subject or a word of it."""
        subject = [f"={name}" for name in named_in(claim.subject)]
        if subject:
            found = np.logical_and.reduce([self._that_hold(key) for key in subject])
        else:
            found = np.logical_or.reduce(
                [np.zeros(self._count, dtype=np.bool_), *map(self._that_hold, telling_stems(claim.subject))]
            )
        for name in data_sets(claim.data_set):
            keys = [f"={name}"] if f"={name}" in self._places else stems(claim.data_set)
            found &= np.logical_and.reduce([self._that_hold(key) for key in keys])
        return found  # type: ignore[no-any-return]

    def _that_hold(self, key: str) -> NDArray[np.bool_]:
        held = np.zeros(self._count, dtype=np.bool_)
        held[self._places.get(key, [])] = True
        return held


class _Words:
    """BM25 over lists of stems."""

    def __init__(self, documents: list[list[str]]) -> None:
        self._count = len(documents)
        self._index: Any = None
        if any(documents):
            try:
                import bm25s  # noqa: PLC0415  only this command needs it
            except ImportError:
                raise not_installed("bm25s", "Searching for evidence") from None
            self._index = bm25s.BM25()
            self._index.index(documents, show_progress=False)

    def scores(self, words: list[str]) -> NDArray[np.float32]:
        """``(documents,)``; a word that stands in ``words`` twice counts twice."""
        known = [] if self._index is None else self._index.get_tokens_ids(words)
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        return self._index.get_scores_from_ids(known)  # type: ignore[no-any-return]


def _order(
    scores: NDArray[Any], allowed: NDArray[np.bool_], then: NDArray[Any] | None = None
) -> NDArray[np.intp]:
    """Places of ``allowed``, highest score first; of equals by ``then``, and then the first."""
    (places,) = np.nonzero(allowed)
    keys = [-scores[places]] if then is None else [-then[places], -scores[places]]
    return places[np.lexsort(keys)]  # stable; the last key leads
