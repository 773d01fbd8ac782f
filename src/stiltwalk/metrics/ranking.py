"""Average precision of a ranking, as XTREME-R scores LAReQA and Mewsli-X.

Source of the rule: google-research/xtreme, third_party/utils_lareqa.py.
"""

from __future__ import annotations

from collections.abc import Sequence


def average_precision(ranked: Sequence[str], right: Sequence[str], most: int) -> float:
    """The mean, over the ``right`` candidates, of the precision at the rank where each is found, 0 to 1.

    A candidate that is not among the first ``most`` adds 0, and of more right ones than ``most`` only as
    many are asked for. One that is ranked twice counts at its first place; its second place stays taken.
    With a single right candidate this is 1 over its rank.

    Args:
        ranked: ids of candidates, the best first; may be empty.
        right: ids of the candidates that are right, at least one; the order does not matter.
        most: ranks that are looked at.
    """
    missing = set(right)
    asked = min(len(missing), most)
    total = 0.0
    found = 0
    for rank, candidate in enumerate(ranked[:most], start=1):
        if candidate in missing:
            missing.remove(candidate)
            found += 1
            total += found / rank
    return total / asked
