"""Overlap between data sets, recognised by the hashes of their texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from hashlib import blake2b

from stiltwalk.spec.examples import Example, main_texts


def text_hashes(examples: Iterable[Example]) -> frozenset[bytes]:
    """16-byte hashes of the examples' main texts (``spec.examples.main_texts``).

    Texts are compared in Unicode NFC, without case, with white space collapsed; blank ones are left out.
    """
    return frozenset(digest for example in examples for digest in _hashes(example))


def overlap(test_examples: Iterable[Example], seen_hashes: Set[bytes]) -> float:
    """The share (0 to 100) of test examples of which some main text is in ``seen_hashes``.

    Raises:
        ValueError: there are no test examples, so that there is no share.
    """
    repeated = [not seen_hashes.isdisjoint(_hashes(example)) for example in test_examples]
    if not repeated:
        raise ValueError("no test examples: there is nothing of which a share could be seen")
    return 100.0 * sum(repeated) / len(repeated)


def _hashes(example: Example) -> list[bytes]:
    texts = (_normalised(text) for text in main_texts(example))
    return [blake2b(text.encode(), digest_size=16).digest() for text in texts if text]


def _normalised(text: str) -> str:
    # casefold may take a letter apart, so that it is composed again
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())
