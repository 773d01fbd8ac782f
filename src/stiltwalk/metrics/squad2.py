"""Answers that may be none, by the rules of the SQuAD v2.0 evaluation script.

Words are normalised as in SQuAD 1.1, but two answers of which nothing is left agree in F1 too. Source:
Rajpurkar et al. 2018 (arXiv 1806.03822), evaluate-v2.0.py. Values are on 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stiltwalk.metrics.squad import exact_match, normalise, overlap


def statistics(text: str, no_answer: float, answers: Sequence[str]) -> dict[str, float]:
    """What is known of one question, at the threshold 0 and for the search of a better one.

    Gold answers of which normalisation leaves nothing are passed over.

    Args:
        text: the best answer there is; "" for none.
        no_answer: by how much the score of no answer beats that of ``text``; beyond 0 nothing is answered.
        answers: the gold answers; none: the question has no answer.

    Returns:
        ``f1`` and ``exact_match`` of what is answered at the threshold 0; ``answered_f1`` and
        ``answered_exact``: the same if ``text`` is given as the answer; ``unanswered``: what both are if
        nothing is answered; ``no_answer`` as it is. A question without an answer that is given a text such
        as "the", of which nothing is left, counts as right at the threshold 0 and as wrong where a
        threshold is searched: so it does in the script.
    """
    golds = [gold for gold in answers if normalise(gold)] or [""]
    unanswered = float(not answers)
    raw = {"f1": f1(text, golds), "exact_match": exact_match(text, golds)}
    at_zero = dict.fromkeys(raw, unanswered) if no_answer > 0 else raw
    answered = raw if answers else dict.fromkeys(raw, float(not text))
    return {
        **at_zero,
        "answered_f1": answered["f1"],
        "answered_exact": answered["exact_match"],
        "unanswered": unanswered,
        "no_answer": no_answer,
    }


def f1(predicted: str, answers: Sequence[str]) -> float:
    """Word-overlap F1 with the gold answer where it is highest; 1.0 where nothing is left of both."""
    given = normalise(predicted).split()
    return max(_agreement(given, normalise(answer).split()) for answer in answers)


def most_gained(gains: NDArray[np.float64], levels: NDArray[np.float64]) -> float:
    """The largest sum of gains there is over all questions whose level is at most a threshold; 0.0 for none.

    Questions of one level are answered together or not at all. The script lets them in one after the other,
    in the order of its input, and may stop between two of them, where no threshold lies: on ties its value
    can be higher than the one here, and changes with the order. This one does not.

    Args:
        gains: ``(n,)``, what a question gains by being answered.
        levels: ``(n,)``, the score of no answer; those that are lowest are answered first.
    """
    # also sorted by gain, since sums of floats depend on the order
    order = np.lexsort((gains, levels))
    sums = np.cumsum(gains[order])
    last_of_level = np.append(np.diff(levels[order]) > 0, True)
    return max(0.0, float(sums[last_of_level].max()))


def _agreement(given: Sequence[str], wanted: Sequence[str]) -> float:
    return overlap(given, wanted) if given or wanted else 1.0
