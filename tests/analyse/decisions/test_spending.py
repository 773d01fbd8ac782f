"""Tests of spending a study's error over looks: who may judge what, how often, and at which confidence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.decisions.spending import Look, Permission, Progress, digest_of, permission
from stiltwalk.spec.analysis import Analysis

from ..evidences import evidence_of, study_of

ONE = Analysis(looks=1)
THREE = Analysis(looks=3)
HALF, ALL = Progress(5, 10), Progress(10, 10)


def _taken(scores: str, *, last: bool = False) -> Look:
    return Look("2026-01-02T03:04:05+00:00", scores, 5, 10, 0.98, last, "gain")


def test_one_look_is_for_the_complete_study() -> None:
    """Before that there are estimates alone, at the same confidence; then a verdict with all of the error."""
    early = permission(ONE, [], "a", HALF)
    assert not early.allowed
    assert early.confidence == pytest.approx(0.95)
    assert early.why == (
        "No verdict before the study is complete (5 of 10 cells are finished): only estimates."
    )
    done = permission(ONE, [], "a", ALL)
    assert done == Permission(True, done.confidence, True, None, "")
    assert done.confidence == pytest.approx(0.95)


def test_error_is_divided_by_the_looks() -> None:
    """Three looks at 95 % have 5 / 3 % of error each, whichever they are."""
    for progress in (HALF, ALL):
        assert permission(THREE, [], "a", progress).confidence == pytest.approx(1 - 0.05 / 3)


def test_the_last_look_is_kept() -> None:
    """Two of three looks may be taken early; the third early one is refused, the complete study is judged."""
    taken = [_taken("a"), _taken("b")]
    assert permission(THREE, taken[:1], "b", HALF).allowed
    refused = permission(THREE, taken, "c", HALF)
    assert not refused.allowed
    assert refused.why.startswith("All looks are spent; the last is kept for the complete study")
    assert permission(THREE, taken, "c", ALL).allowed


def test_the_same_scores_are_the_same_look() -> None:
    """Asked again nothing is spent, however many looks were taken since."""
    taken = [_taken("a"), _taken("b")]
    again = permission(THREE, taken, "a", HALF)
    assert again.allowed
    assert again.before == taken[0]


def test_the_last_look_is_there_once() -> None:
    """Once the complete study was judged, other scores of it are not: the error is spent."""
    done = [_taken("a", last=True)]
    assert permission(ONE, done, "a", ALL).before == done[0]
    changed = permission(ONE, done, "b", ALL)
    assert not changed.allowed
    assert "no error is left to spend" in changed.why
    assert not permission(THREE, done, "b", HALF).allowed


def test_final_judges_as_it_stands() -> None:
    """A study some of whose cells will never be finished is judged by its last look."""
    found = permission(ONE, [], "a", Progress(9, 10, final=True))
    assert (found.allowed, found.last) == (True, True)
    assert not permission(ONE, [_taken("a", last=True)], "b", ALL).allowed


def test_an_early_look_does_not_stand_for_the_last() -> None:
    """The same scores, first looked at early and then called final, are a second look."""
    found = permission(THREE, [_taken("a")], "a", Progress(5, 10, final=True))
    assert (found.allowed, found.last, found.before) == (True, True, None)


def test_digest_is_of_the_scores_whatever_their_order() -> None:
    """Another order is the same digest; another score, or a run that collapsed, is another."""
    scores = evidence_of(study_of(), lambda *_: 50.0).scores
    digest = digest_of(scores)
    assert digest_of(scores.sample(frac=1, random_state=1)) == digest
    other = scores.copy()
    other.loc[3, "score"] = np.nextafter(50, 51)
    assert digest_of(other) != digest
    collapsed = scores.copy()
    collapsed.loc[3, "degenerate"] = True
    assert digest_of(collapsed) != digest
    assert len(digest) == 12


def test_looks_together_err_no_more_than_one_should() -> None:
    """Of 4,000 series of differences around 0, judged after 3, 6 and 9, any look is wrong in at most 5 %.

    Without spending it would be above 9 %. The bound is 5 % and three standard errors of such a share.
    """
    differences = np.random.default_rng(3).normal(size=(4000, 9))
    p = np.array([stats.ttest_1samp(differences[:, :seeds], 0, axis=1).pvalue for seeds in (3, 6, 9)])
    each = permission(THREE, [], "", HALF).confidence
    assert (p <= 1 - each).any(axis=0).mean() <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
    assert (p <= 0.05).any(axis=0).mean() > 0.09
