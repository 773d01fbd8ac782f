"""What an audit says: checks, reviews of several of them, and the steps that would raise its score."""

from __future__ import annotations

from typing import Final, NamedTuple

MOST: Final = 10.0
"""The score of a study in which a reviewer finds nothing wanting."""


class Check(NamedTuple):
    """One thing that a reviewer looked at.

    Attributes:
        name: of the check, short: ``seeds``, ``frozen analysis``.
        expected: what a sound study has, a sentence.
        found: what this one has, a sentence with the numbers in it.
        mark: how far it is met, 0 to 1.
        weight: how much it counts among the reviewer's checks, above 0.
        cure: what would raise the mark, a sentence with the command or field to change; empty: nothing to.
        hours: machine time the cure takes, in hours; 0: none to speak of; NaN: not known.
    """

    name: str
    expected: str
    found: str
    mark: float
    weight: float = 1.0
    cure: str = ""
    hours: float = 0.0


class Review(NamedTuple):
    """What one reviewer found.

    Attributes:
        reviewer: ``statistics``, ``protocol``, ``coverage``, ``reproducibility``, ``reporting``.
        checks: in the order they were looked at; none: there was nothing that this reviewer could judge.
        left_out: names of checks that need results, of which there are none yet.
    """

    reviewer: str
    checks: tuple[Check, ...]
    left_out: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """0 to 10: the weighted mean of the marks; NaN where there is no check."""
        total = sum(each.weight for each in self.checks)
        return MOST * sum(each.mark * each.weight for each in self.checks) / total if total else float("nan")


class Improvement(NamedTuple):
    """A step that would raise the score.

    Attributes:
        cure: what to do.
        reviewers: whose checks it would mend.
        raises: by how much the overall score would rise.
        hours: machine time it takes; NaN: not known.
    """

    cure: str
    reviewers: tuple[str, ...]
    raises: float
    hours: float


class Audit(NamedTuple):
    """All reviews of a study.

    Attributes:
        study: which.
        reviews: one a reviewer.
        improvements: the cheapest steps first, of equal cost the one that raises the score most.
    """

    study: str
    reviews: tuple[Review, ...]
    improvements: tuple[Improvement, ...]

    @property
    def overall(self) -> float:
        """0 to 10: the mean of the reviewers' scores, each counting the same; NaN where there is none."""
        known = [each.score for each in self.reviews if each.checks]
        return sum(known) / len(known) if known else float("nan")
