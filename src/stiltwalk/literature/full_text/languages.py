"""Languages: which one a text is in."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from stiltwalk.spec.extras import not_installed

FEWEST_LETTERS: Final = 60
SURE: Final = 0.9
_SAMPLE: Final = 6000


class Language(NamedTuple):
    """A guess.

    Attributes:
        code: ISO 639-1; empty: there is too little text to tell, or it is unclear.
        note: a sentence where it is unclear; empty: it is not.
    """

    code: str
    note: str = ""


def language_of(text: str) -> Language:
    """The language of a sample from the middle of ``text``, where papers have running text."""
    try:
        from py3langid import rank  # noqa: PLC0415  only this command needs it
    except ImportError:
        raise not_installed("py3langid", "Telling the language of a text") from None

    start = max(0, (len(text) - _SAMPLE) // 2)
    sample = text[start : start + _SAMPLE]
    if sum(character.isalpha() for character in sample) < FEWEST_LETTERS:
        return Language("")
    ranked = rank(sample)
    best, score = ranked[0]
    # sums of logarithms grow with the text; by the root of its length they say how sure one may be
    scale = math.sqrt(len(sample.encode()))
    sure = 1 / sum(math.exp((other - score) / scale) for _, other in ranked)
    if sure < SURE:
        return Language("", f"It is unclear which language it is in; most like '{best}' ({sure:.2f} of 1).")
    return Language(str(best))
