"""Ranking by BM25 for a few terms among very many texts, in which every other word only counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from stiltwalk.literature.words import folded, stems
from stiltwalk.spec.extras import not_installed

_SHORT: Final = 3
"""Letters of a stem that may share no more than the first with its words: ``die`` is that of ``dying``."""


def ranked(texts: Iterable[str], terms: Sequence[str]) -> list[int]:
    """Places of the texts that have a term, best first; equal ones in their order.

    Args:
        texts: in any number; each is looked at once.
        terms: distinct stems.
    """
    numbers = {term: number for number, term in enumerate(terms)}
    other = len(numbers)
    may_match = _words_like(terms)
    documents = [_numbered(each, numbers, may_match) for each in texts]
    present = {number for each in documents for number in each}
    wanted = [number for number in range(other) if number in present]
    if not wanted:
        return []
    index = _bm25s().BM25()
    index.index((documents, {**numbers, "": other}), show_progress=False)
    scores = index.get_scores_from_ids(wanted)
    return [int(at) for at in (-scores).argsort(kind="stable") if scores[at] > 0]


def beginning(stem: str) -> str:
    """What every word with this stem begins with: stemming changes ends, and at most the last letter."""
    if stem[:1].isdigit():
        return stem[:1]  # numbers may be parted by commas
    return stem[:-1] if len(stem) > _SHORT else stem[:1]


def _words_like(terms: Sequence[str]) -> re.Pattern[str]:
    """Finds runs of signs that begin as a term does: stemming every word would take ten times as long."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(re.escape(beginning(each)) for each in terms)})\S*")


def _numbered(text: str, numbers: dict[str, int], may_match: re.Pattern[str]) -> list[int]:
    """The numbers of terms in ``text``, and another number for each word that is none."""
    found = may_match.findall(folded(text))
    hits = [numbers[stem] for stem in stems(" ".join(found)) if stem in numbers] if found else []
    return hits + [len(numbers)] * (len(text.split()) - len(hits))


def _bm25s() -> Any:
    try:
        import bm25s  # noqa: PLC0415 (an extra)
    except ImportError:
        raise not_installed("bm25s", "searching the ACL Anthology") from None
    return bm25s
