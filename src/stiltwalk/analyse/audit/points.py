"""Points of a law: whether there are enough sizes, amounts or batches for what a study asks of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from stiltwalk.analyse.audit.cures import changed
from stiltwalk.analyse.audit.records import Check
from stiltwalk.analyse.audit.reviewing import share
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.arms import judged_arms
from stiltwalk.analyse.decisions.ladder import FEWEST
from stiltwalk.analyse.decisions.wording import listed
from stiltwalk.spec.axes import EXAMPLES

AMOUNTS: Final = 7
"""Amounts of intermediate data, that of the arm without any among them: laws of up to four numbers are
compared by AICc, which needs more points than that (scaling-studies protocol, section 4)."""

BATCHES: Final = 8
"""Batch sizes, 8 to 1,024 by doublings (the same, section 6)."""

BATCH_SIZE: Final = "batch_size"

_OF_SIZE: Final = frozenset({"size", "exchange", "languages"})
_OF_AMOUNTS: Final = frozenset({"saturation", "exchange"})


class _Points(NamedTuple):
    """How many points there are of something, and how many it takes."""

    what: str
    here: int
    needed: int


def check_points(subject: Subject) -> Check | None:
    """Whether there are enough points along what the study varies.

    A slope over size takes five encoders, in families of two sizes or more, for the encoder is the unit; a
    law of data takes seven amounts; a trade-off of batches eight sizes. The mark is the mean of the shares
    that are there. A study that only asks for gains needs no such points.
    """
    asked = list(_asked(subject))
    if not asked:
        return None
    expected = listed([f"{each.needed} {each.what}" for each in asked])
    found = listed([f"{each.here} {each.what}" for each in asked])
    short = [each.what for each in asked if each.here < each.needed]
    return Check(
        "points of the law",
        f"At least {expected}.",
        f"{found}.",
        sum(share(each.here, each.needed) for each in asked) / len(asked),
        cure=changed(subject, f"take more {listed(short)}"),
        hours=math.nan,
    )


def _asked(subject: Subject) -> Iterator[_Points]:
    decision = subject.study.analysis.decision
    if decision in _OF_SIZE:
        yield _Points("encoders in families of two sizes or more", _rungs(subject), FEWEST)
    if decision in _OF_AMOUNTS:
        # the arm without any is an amount as well
        amounts = 1 + _places(subject, EXAMPLES)
        yield _Points("amounts of intermediate data (the arm without any is one)", amounts, AMOUNTS)
    if decision == "batch-size":
        yield _Points("batch sizes", _places(subject, BATCH_SIZE), BATCHES)


def _rungs(subject: Subject) -> int:
    """Different sizes in families that have at least two; what is of unknown size does not count."""
    shapes = {
        (size.family, size.encoder_parameters)
        for size in subject.evidence.encoders.values()
        if size.encoder_parameters
    }
    of_family = Counter(family for family, _ in shapes)
    return sum(of_family[family] > 1 for family, _ in shapes)


def _places(subject: Subject, axis: str) -> int:
    """Different places of judged arms along ``axis``."""
    judged = set(judged_arms(subject.study))
    points = [arm.point for arm in subject.study.intermediate if arm.name in judged]
    return len({point[axis] for point in points if axis in point})
