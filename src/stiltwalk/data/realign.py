"""Answers found again in a translated context.

An answer is translated by itself, and looked for in the translation of the sentences that it lies in: as it
is, without the marks around it that the original does not have there (a translator likes to end what it
writes with a full stop); else whatever the letters' case; else both without any marks around it. Marks are
quotes, brackets, and what divides sentences; ``%`` is none. Of several places that one is taken which lies,
as a share of the way through those sentences, nearest to where the answer lay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from stiltwalk.data.sentences import Span

# of Latin script, of Chinese and Japanese, of Arabic, of Indic scripts
_MARKS = frozenset(
    ".,;:!?\u2026'\"\u00bf\u00a1\u3002\uff0c\u3001\uff1b\uff1a\uff01\uff1f\u060c\u061b\u061f\u06d4\u0964\u0965"
)


def found_again(original: str, answer: str, text: str, within: Span, share: float) -> Span | None:
    """Where ``answer`` stands in ``text[within.start:within.end]``, as a span of ``text``; ``None``: nowhere.

    Args:
        original: the answer in its own language.
        answer: the translated answer.
        text: the translated context.
        within: the translation of the sentences that the answer lay in.
        share: of the original sentences that lay before the answer (0 to 1).
    """
    part = text[within.start : within.end]
    own = original.strip()
    whole, bare = _without(answer, own[:1], own[-1:]), _without(answer, "", "")
    for wanted, folded in ((whole, False), (whole, True), (bare, False), (bare, True)):
        places = list(_places(wanted, part, folded=folded))
        if places:
            near = min(places, key=lambda place: abs(place.start - share * len(part)))
            return Span(within.start + near.start, within.start + near.end)
    return None


def _places(wanted: str, text: str, *, folded: bool) -> Iterator[Span]:
    """Every place where ``wanted`` stands in ``text``, in order."""
    if folded:
        letters = [letter.casefold() for letter in text]
        # folding may make two letters of one: each knows which it came from
        origin = [index for index, folds in enumerate(letters) for _ in folds]
        looked, wanted = "".join(letters), wanted.casefold()
    else:
        looked, origin = text, list(range(len(text)))
    at = looked.find(wanted) if wanted else -1
    while at >= 0:
        yield Span(origin[at], origin[at + len(wanted) - 1] + 1)
        at = looked.find(wanted, at + 1)


def _without(text: str, first: str, last: str) -> str:
    """``text`` without the marks and white space around it, up to one that is ``first`` or ``last``."""
    start, end = 0, len(text)
    while start < end and text[start] != first and _is_mark(text[start]):
        start += 1
    while start < end and text[end - 1] != last and _is_mark(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_mark(letter: str) -> bool:
    return letter.isspace() or letter in _MARKS or unicodedata.category(letter) in {"Ps", "Pe", "Pi", "Pf"}
