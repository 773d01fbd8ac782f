"""Tests of the sentences that the page makes: each says what the records say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stiltwalk.render.page.story import abstract, languages_of, unmeasured
from tests.render.worlds import World, contents


def test_the_abstract_tells_the_study() -> None:
    """How many arms, encoders, targets, languages, seeds and runs; the verdict; that nothing collapsed."""
    found = contents()
    told = abstract(found)
    assert told[0] == (
        "3 intermediate arms are compared with no intermediate training, for 1 encoder (xlm-roberta-base), "
        "on 3 targets in 6 languages, over 3 seeds; all 36 runs that were planned are finished."
    )
    assert f"The verdict is “{found.verdict.answer}”. {found.verdict.sentence}" in told
    assert any(each.startswith("None of ") and each.endswith(" runs collapsed.") for each in told)
    assert 3 <= len(told) <= 6


def test_the_range_of_gains_is_of_judged_arms() -> None:
    """The least and the largest average gain have their intervals; a control is not among them."""
    found = contents(World(arms=6))
    (told,) = [each for each in abstract(found) if each.startswith("Averaged")]
    frame = found.averages
    kept = frame[
        frame["healthy"]
        & (frame["level"] == "overall")
        & (frame["view"] == "headline")
        & ~frame["intermediate"].isin([arm.name for arm in found.arms if arm.control])
    ].sort_values("gain")
    least, most = kept.iloc[0], kept.iloc[-1]
    for row in (least, most):
        ends = f"{row['low']:+.2f} to {row['high']:+.2f}".replace("-", "−")
        assert f"{row['gain']:+.2f}".replace("-", "−") + f" points ({row['intermediate']}; {ends})" in told


def test_a_withheld_verdict_is_none() -> None:
    """Where no verdict may be made the abstract does not sound as if there were one."""
    told = " ".join(abstract(contents(World(withheld=True))))
    assert "No verdict is given yet" in told
    assert "The verdict is" not in told


def test_collapsed_runs_are_counted() -> None:
    """The sentence has the numbers of the arms' records."""
    found = contents(World(collapsed=0.5, draw=3))
    runs, degenerate = sum(arm.runs for arm in found.arms), sum(arm.degenerate for arm in found.arms)
    assert degenerate
    assert any(f"Of {runs} runs {degenerate} ended no better than chance" in each for each in abstract(found))


def test_a_rehearsal_ends_as_one() -> None:
    """The last sentence of a rehearsal's abstract says that it is one."""
    found = contents(World(rehearsal=True))
    assert abstract(found)[-1] == found.rehearsal


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (World(missing=0.5), "planned runs are not finished"),
        (World(seeds=1), "One seed"),
        (World(measured=False), "What inference costs was not measured."),
        (World(), "No claim was held against these rows."),
    ],
)
def test_what_was_not_measured_is_said(world: World, said: str) -> None:
    """Missing runs, a single seed, inference that was not measured, claims that were not judged."""
    assert any(said in each for each in unmeasured(contents(world)))


def test_what_was_done_is_not_called_missing() -> None:
    """A whole study says nothing of missing runs or seeds."""
    told = " ".join(unmeasured(replace(contents(), published=())))
    assert not any(each in told for each in ("not finished", "One seed", "recalled", "inference costs"))


def test_languages_are_those_with_scores() -> None:
    """English first, the others by code; a target in half of the languages has half."""
    frame = contents().scores
    found = languages_of(contents())
    assert len(found["udpos"]) == 6
    assert len(found["xquad"]) == 3
    for target, codes in found.items():
        assert {*codes} == {*frame.loc[frame["target"] == target, "language"]}
        assert codes[0] == "en"
        assert codes[1:] == tuple(sorted(codes[1:]))
