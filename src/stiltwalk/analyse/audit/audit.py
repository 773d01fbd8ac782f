"""Auditing: every reviewer looks at the subject alone, and what they say is put together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from stiltwalk.analyse.audit.coverage import review_coverage
from stiltwalk.analyse.audit.protocol import review_protocol
from stiltwalk.analyse.audit.records import Audit, Improvement, Review
from stiltwalk.analyse.audit.reporting import review_reporting
from stiltwalk.analyse.audit.reproducibility import review_reproducibility
from stiltwalk.analyse.audit.statistics import review_statistics
from stiltwalk.analyse.audit.subject import Subject

REVIEWERS = (
    review_statistics,
    review_protocol,
    review_coverage,
    review_reproducibility,
    review_reporting,
)
"""Each sees the whole subject, and nothing of the others."""


def audited(subject: Subject) -> Audit:
    """What all reviewers say of ``subject``, and what would raise its score."""
    reviews = tuple(review(subject) for review in REVIEWERS)
    return Audit(subject.study.study, reviews, improvements(reviews))


def improvements(reviews: Sequence[Review]) -> tuple[Improvement, ...]:
    """One step for each different cure, the cheapest first.

    ``raises`` is what the overall score gains once every check with that cure is met in full, and nothing
    else changes. Steps of which the cost is not known come last; of equal cost the one that raises most is
    first. A cure of checks that are met already is none.
    """
    before = _overall(reviews)
    cures = dict.fromkeys(
        check.cure for review in reviews for check in review.checks if check.cure and check.mark < 1
    )
    found = [_improvement(cure, reviews, before) for cure in cures]
    return tuple(sorted(found, key=_cheapest))


def _improvement(cure: str, reviews: Sequence[Review], before: float) -> Improvement:
    named = [
        review.reviewer for review in reviews if any(c.cure == cure and c.mark < 1 for c in review.checks)
    ]
    after = _overall([_mended(review, cure) for review in reviews])
    return Improvement(cure, tuple(named), after - before, _most(_hours(cure, reviews)))


def _mended(review: Review, cure: str) -> Review:
    checks = tuple(c._replace(mark=1.0) if c.cure == cure else c for c in review.checks)
    return review._replace(checks=checks)


def _hours(cure: str, reviews: Sequence[Review]) -> Iterator[float]:
    for review in reviews:
        yield from (check.hours for check in review.checks if check.cure == cure and check.mark < 1)


def _most(hours: Iterator[float]) -> float:
    """The largest; NaN where any of them is not known."""
    known = list(hours)
    return math.nan if any(math.isnan(each) for each in known) else max(known)


def _overall(reviews: Sequence[Review]) -> float:
    return Audit("", tuple(reviews), ()).overall


def _cheapest(step: Improvement) -> tuple[bool, float, float]:
    unknown = math.isnan(step.hours)
    return unknown, 0.0 if unknown else step.hours, -step.raises
