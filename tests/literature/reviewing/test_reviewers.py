"""Tests of the five reviewers: full marks where nothing is wrong, and each flaw costs one of them points."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.evidence import CONTRADICTED, UNKNOWN
from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.every import REVIEWERS, scores_of
from stiltwalk.literature.reviewing.points import Point, falling, scored, share
from stiltwalk.spec.errors import UserError
from tests.literature.synthetic import WORKS, YEAR, passage_of, synthesis, weighed

Flaw = Callable[[Synthesis], Synthesis]


def _scores(of: Synthesis) -> dict[str, float | None]:
    return {each.reviewer: each.score for each in scores_of(of, [*REVIEWERS.values()])}


def _works(change: dict[str, object]) -> Flaw:
    """Half of the works with other metadata."""

    def changed(of: Synthesis) -> Synthesis:
        half = WORKS // 2
        works = tuple(
            each.replace({"paper": each.paper.replace(change)}) if number < half else each
            for number, each in enumerate(of.works)
        )
        return of.model_copy(update={"works": works})

    return changed


def _checked(change: dict[str, object], count: int = WORKS // 2) -> Flaw:
    """Some of the claims with another outcome."""

    def changed(of: Synthesis) -> Synthesis:
        checked = tuple(
            each.model_copy(update=change) if number < count else each
            for number, each in enumerate(of.checked)
        )
        return of.model_copy(update={"checked": checked})

    return changed


def _failed(of: Synthesis) -> Synthesis:
    searched = tuple(each.replace({"failed": "It does not answer."}) for each in of.searched[:2])
    return of.model_copy(update={"searched": (*searched, *of.searched[2:])})


def _cut(of: Synthesis) -> Synthesis:
    searched = tuple(each.replace({"total": 10_000}) for each in of.searched)
    return of.model_copy(update={"searched": searched})


def _abstracts(of: Synthesis) -> Synthesis:
    return of.model_copy(update={"screening": of.screening.replace({"full_texts": 2})})


def _unlike(of: Synthesis) -> Synthesis:
    works = (of.works[0].replace({"differences": ("The year differs.",)}), *of.works[1:])
    return of.model_copy(update={"works": works})


def _prompted(of: Synthesis) -> Synthesis:
    return of.model_copy(update={"suspicious": (passage_of(0),)})


def _own_files(of: Synthesis) -> Synthesis:
    paper = of.works[0].paper.replace({"source": "folder", "doi": ""})
    works = (of.works[0].replace({"paper": paper, "records": (paper,)}), *of.works[1:])
    return of.model_copy(update={"works": works})


FLAWS: dict[str, tuple[str, Flaw]] = {
    "sources failed": ("coverage", _failed),
    "far more records than were taken": ("coverage", _cut),
    "abstracts alone": ("coverage", _abstracts),
    "contradicted claims": ("agreement", _checked({"verdict": CONTRADICTED})),
    "disputed claims": ("agreement", _checked({"verdict": UNKNOWN, "disputed": True})),
    "old works": ("recency", _works({"year": YEAR - 20})),
    "preprints": ("source quality", _works({"kind": "preprint"})),
    "no venues": ("source quality", _works({"venue": ""})),
    "no years": ("source quality", _works({"year": None})),
    "files that nobody knows": ("source quality", _own_files),
    "sources that differ": ("source quality", _unlike),
    "prompts in a text": ("source quality", _prompted),
    "claims without evidence": ("verification", _checked({"verdict": UNKNOWN, "evidence": ()})),
    "claims that nobody speaks to": (
        "verification",
        _checked({"verdict": UNKNOWN, "evidence": (weighed(1, UNKNOWN),)}),
    ),
    "one paper's word": ("verification", _checked({"evidence": (weighed(9),)})),
}


def test_full_marks_where_nothing_is_wrong() -> None:
    """Ten recent articles that are read whole and support each other bring all points, and leave no cure."""
    made = synthesis()
    scores = scores_of(made, [*REVIEWERS.values()])
    assert {each.reviewer: each.score for each in scores} == dict.fromkeys(REVIEWERS, 10.0)
    assert not any("Would raise it" in reason for each in scores for reason in each.reasons)
    assert made.model_copy(update={"scores": scores}).total == 10


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_costs_one_reviewer_points(flaw: str) -> None:
    """It lowers the score of the reviewer whose business it is, with a cure, and no other's."""
    (name, planted) = FLAWS[flaw]
    made = planted(synthesis())
    found = _scores(made)
    assert {key: score for key, score in found.items() if key != name} == dict.fromkeys(
        [key for key in REVIEWERS if key != name], 10.0
    )
    score = found[name]
    assert score is not None
    assert score < 10
    (said,) = (each.reasons for each in scores_of(made, [REVIEWERS[name]]))
    assert [reason for reason in said if reason.startswith("Would raise it by up to")]


def test_nothing_found() -> None:
    """Of a synthesis without works there is nothing to judge by, but how far was searched."""
    made = synthesis()
    empty = made.model_copy(
        update={
            "works": (),
            "read": (),
            "checked": (),
            "screening": made.screening.replace(
                {"identified": 0, "duplicates": 0, "included": (), "full_texts": 0}
            ),
        }
    )
    found = _scores(empty)
    # 3 points for sources and 2 for records, of 7 that can be judged: the works' 2 are lost
    assert found.pop("coverage") == pytest.approx(10 * 5 / 7, abs=0.01)
    assert found == dict.fromkeys(found)


def test_no_reviewer_sees_what_others_say() -> None:
    """Each is given the synthesis without scores, those of an earlier time left out too."""
    seen: list[tuple[Score, ...]] = []

    def curious(of: Synthesis) -> Score:
        seen.append(of.scores)
        return Score(reviewer=f"number {len(seen)}", score=1, reasons=("Because.",))

    before = synthesis().model_copy(
        update={"scores": (Score(reviewer="early", score=1, reasons=("Because.",)),)}
    )
    assert len(scores_of(before, [curious, curious])) == 2
    assert seen == [(), ()]


def test_a_reviewer_that_gives_something_else() -> None:
    """What is no score, and a second score of the same name, are refused with the reviewer's name."""

    def four(of: Synthesis) -> Score:
        return cast("Score", 4)

    def again(of: Synthesis) -> Score:
        return Score(reviewer="coverage", score=1, reasons=("Because.",))

    with pytest.raises(UserError, match=r"The reviewer 'four' gave 4: expected a Score"):
        scores_of(synthesis(), [four])
    with pytest.raises(
        UserError, match=r"Two reviewers are called 'coverage'\. Give the score of 'again' another"
    ):
        scores_of(synthesis(), [*REVIEWERS.values(), again])


def test_points_and_what_is_left_out() -> None:
    """By hand: 3 of 6 and 2 of 2 points are 6.25 of 10; what cannot be judged counts for nothing."""
    points = [
        Point(6.0, 0.5, "Half of it", "do the rest"),
        Point(2.0, None, "Nothing there", "unused"),
        Point(2.0, 1.0, "All of it", "unused"),
    ]
    found = scored("hand", points)
    assert found.score == 6.25
    assert found.reasons == (
        "Half of it: 3.0 of 6 points.",
        "All of it: 2.0 of 2 points.",
        "Nothing there: not judged.",
        "Would raise it by up to 3.8: do the rest.",
    )
    assert scored("none", points[1:2]).score is None


@given(
    marks=st.lists(st.tuples(st.floats(0.5, 6), st.floats(0, 1)), min_size=1, max_size=6),
)
@settings(max_examples=50, deadline=None)
def test_a_score_lies_between_its_marks(marks: list[tuple[float, float]]) -> None:
    """Points of any weight: the score is between the lowest and the highest mark."""
    score = scored("any", [Point(most, mark, "x", "y") for most, mark in marks]).score
    assert score is not None
    assert 10 * min(mark for _, mark in marks) - 0.01 <= score <= 10 * max(mark for _, mark in marks) + 0.01


def test_shares_and_ages() -> None:
    """A part of nothing is no share; marks for ages are 1 and 0 at their ends, and a half in the middle."""
    assert (share(1, 4), share(0, 0)) == (0.25, None)
    assert [falling(age, 3, 13) for age in (0, 3, 8, 13, 40)] == [1, 1, 0.5, 0, 0]
