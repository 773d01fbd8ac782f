"""Exact match and word-overlap F1 of an answer, by the rules of the SQuAD v1.1 evaluation script.

XTREME uses these rules for every language, English articles and white-space words included, so in Chinese
and Thai F1 is nearly exact match. Source: Rajpurkar et al. 2016 (arXiv 1606.05250), whose script
google-research/xtreme holds as third_party/evaluate_squad.py. All values here are on 0 to 1.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(a|an|the)\b")


def normalise(text: str) -> str:
    """``text`` lower-cased, without ASCII punctuation and English articles, words joined by one space.

    Punctuation goes before articles do: "a.m." becomes "am" and stays, "the-end" becomes "theend" and stays.
    An article becomes a space, so that whatever stood on its two sides never grows together.
    """
    bare = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", bare).split())


def exact_match(
    predicted: str, answers: Sequence[str], normalised: Callable[[str], str] = normalise
) -> float:
    """1.0 if ``predicted`` equals one of the gold ``answers`` after normalisation, else 0.0."""
    given = normalised(predicted)
    return float(any(given == normalised(answer) for answer in answers))


def f1(predicted: str, answers: Sequence[str], normalised: Callable[[str], str] = normalise) -> float:
    """Word-overlap F1 with the gold answer where it is highest; 0.0 without ``answers``.

    Words are what white space parts after normalisation. Two answers of which nothing is left then share no
    word: their F1 is 0, as in the script, although they match exactly.
    """
    given = normalised(predicted).split()
    return max((overlap(given, normalised(answer).split()) for answer in answers), default=0.0)


def overlap(given: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of two bags of words; 0.0 where they share none."""
    shared = (Counter(given) & Counter(wanted)).total()
    if shared == 0:
        return 0.0
    precision = shared / len(given)
    recall = shared / len(wanted)
    return 2 * precision * recall / (precision + recall)
