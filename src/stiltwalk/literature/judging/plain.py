"""Sentences without a result in slots, compared by their words: how much they share, and who denies it.

For claims of other fields, such as those of SciFact: "Citrullinated proteins are absent from the lungs." It
knows no meaning, and says so by a low confidence.
"""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.judging.numbers import printed_in, same_number
from stiltwalk.literature.judging.subject_words import stem_set
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Judgement
from stiltwalk.literature.words import stems

SHARE: Final = 0.6
"""Of the claim's words, the share that a passage must hold to be about the same."""

MOST: Final = 0.4
"""Confidence where all words of the claim are in the passage."""

_DENIAL: Final = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|cannot|absen(?:t|ce)|lacks?|lacking|fail(?:s|ed)? to|unable|"
    r"unlikely|independent of|unrelated|insufficient|rather than)\b|n't\b",
    re.IGNORECASE,
)
_RISING: Final = (
    "increase increases raised raise raises higher high elevated enhance enhances promote promotes "
    "activate activates induce induces improve improves better more upregulate upregulates upregulated "
    "gain beneficial accelerate accelerates facilitate facilitates stimulate stimulates longer greater"
)
_FALLING: Final = (
    "decrease decreases lower low reduce reduces reduced reduction diminish diminishes inhibit inhibits "
    "inhibited suppress suppresses impair impairs worsen worse less fewer downregulate downregulates "
    "downregulated decline prevent prevents block blocks protect protects attenuate attenuates loss "
    "shorter slow slows"
)


def by_words(claim: str, passage: str) -> Judgement:
    """What ``passage`` does to ``claim``, by words alone.

    Where it holds at least ``SHARE`` of the claim's words, those for up and down left out: it contradicts the
    claim if one of both denies and the other does not, or one speaks of more and the other of less, but not
    both; else it supports it, provided that every number of the claim stands in it.
    """
    ours, theirs = frozenset(stems(claim)), frozenset(stems(passage))
    about = ours - stem_set(_RISING) - stem_set(_FALLING)
    share = len(about & theirs) / len(about) if about else 0.0
    if share < SHARE:
        reason = f"The passage holds {share:.0%} of the claim's words; less than {SHARE:.0%} says nothing."
        return Judgement(label=UNKNOWN, confidence=round(1 - share, 2), reason=reason)
    confidence = round(MOST * share, 2)
    shared = f"The passage holds {share:.0%} of the claim's words"
    if _denies(claim) != _denies(passage):
        reason = f"{shared}, and one of both denies what the other states."
    elif _way(claim) * _way(passage) < 0:
        reason = f"{shared}, and one of both speaks of more, the other of less."
    else:
        return _supported(claim, passage, shared, confidence)
    if _denies(claim) != _denies(passage) and _way(claim) * _way(passage) < 0:
        # "does not increase" and "decreases": two turns may make one way, or may not
        return Judgement(
            label=UNKNOWN, confidence=confidence, reason=f"{shared}, but not which way they point."
        )
    return Judgement(label=CONTRADICTED, confidence=confidence, reason=reason)


def _supported(claim: str, passage: str, shared: str, confidence: float) -> Judgement:
    there = printed_in(passage)
    missing = [each for each in printed_in(claim) if not any(same_number(each, other) for other in there)]
    if missing:
        number = f"{missing[0].number:.{missing[0].decimals}f}"
        return Judgement(
            label=UNKNOWN, confidence=confidence, reason=f"{shared}, but not the number {number}."
        )
    return Judgement(label=SUPPORTED, confidence=confidence, reason=f"{shared}, and denies none of it.")


def _denies(text: str) -> bool:
    """Whether ``text`` denies something; two denials are taken for none."""
    return len(_DENIAL.findall(text)) % 2 == 1


def _way(text: str) -> int:
    """1: ``text`` speaks of more; -1: of less; 0: neither, or both."""
    words = frozenset(stems(text))
    return bool(words & stem_set(_RISING)) - bool(words & stem_set(_FALLING))
