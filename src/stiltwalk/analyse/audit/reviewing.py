"""Reviewing: a reviewer is a list of rules, each of which looks at the whole subject and at no other rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.subject import Subject


class Rule(NamedTuple):
    """How one check is made.

    Attributes:
        name: of the check.
        check: makes it; ``None`` where it does not apply to such a study.
        results: whether it needs results, so that a study that has none yet is not marked by it.
    """

    name: str
    check: Callable[[Subject], Check | None]
    results: bool = False


def reviewed(reviewer: str, subject: Subject, rules: Sequence[Rule]) -> Review:
    """What ``reviewer`` finds by ``rules``, in their order."""
    made = [rule for rule in rules if subject.begun or not rule.results]
    checks = tuple(_without_idle(check) for rule in made if (check := rule.check(subject)) is not None)
    left_out = tuple(rule.name for rule in rules if rule not in made)
    return Review(reviewer, checks, left_out)


def _without_idle(check: Check) -> Check:
    """What is met in full needs no cure."""
    return check if check.mark < 1 else check._replace(cure="", hours=0.0)


def share(part: float, whole: float) -> float:
    """``part`` of ``whole`` as a mark, 0 to 1; of nothing at all everything."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 1.0
