"""Tests of the loss curves against ``Trainer``: the verdict can be no, and on real tasks it is yes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.agreement import Agreement, Curves, compare, windows
from benchmarks.curves import DATA, SEEDS, WRONG, report, runs_of, train_all, verdict
from benchmarks.real_runs import CASES, Outcome, Run

STEPS = 200

TOLD_APART = (
    ("udpos", "no dropout"),
    ("udpos", "dropout 0.3"),
    ("udpos", "learning rate x 1.3"),
    ("commonsenseqa", "no dropout"),
)
"""Dropout of attention weights alone leaves no mark on UD-POS's curve, so its absence is not among these."""


def drawn(seed: int, off: float = 0.0) -> tuple[Curves, Curves]:
    """Two sides of five seeds: one falling curve, a wander of its own for every run, noise in every step."""
    source = np.random.default_rng(seed)
    fall = 2 * np.exp(-np.arange(STEPS) / 50)

    def side() -> Curves:
        wander = np.cumsum(source.normal(0, 0.001, (len(SEEDS), STEPS)), axis=1)
        return fall + wander + source.normal(0, 0.02, (len(SEEDS), STEPS))

    return side() + off * fall, side()


def test_a_verdict_by_hand() -> None:
    """Differences of 1, 2 and 3 everywhere: mean 2, error 1 / sqrt(3), so t = 3.46 with 2 degrees."""
    theirs = np.zeros((3, 20))
    found = compare(theirs + np.array([[1.0], [2.0], [3.0]]), theirs)
    assert found.difference == 2.0
    assert found.error == pytest.approx(3**-0.5)
    assert found.within == 0.0  # three errors are 1.73
    assert found.end == found.whole == pytest.approx(0.07418, abs=1e-5)
    assert not found.agrees


def test_windows_by_hand() -> None:
    """Means of ten steps; five steps behind the last window are left out."""
    assert windows(np.arange(25.0)[None]).tolist() == [[4.5, 14.5]]


def test_a_side_agrees_with_itself() -> None:
    """To the bit, there being no noise at all to hide behind."""
    theirs, _ = drawn(1)
    assert compare(theirs, theirs) == Agreement(0.0, 0.0, 1.0, 1.0, 1.0)


def test_equal_sides_agree_and_unequal_ones_do_not() -> None:
    """Of 200 draws of equal sides nearly all agree; of sides that are 2 % apart hardly any."""
    equal = sum(compare(*drawn(seed)).agrees for seed in range(200))
    apart = sum(compare(*drawn(seed, 0.02)).agrees for seed in range(200))
    assert equal >= 180
    assert apart <= 20


@pytest.mark.parametrize(
    "criterion", [Agreement(0, 0, 0.94, 1, 1), Agreement(0, 0, 1, 0.009, 1), Agreement(0, 0, 1, 1, 0.009)]
)
def test_each_criterion_decides(criterion: Agreement) -> None:
    """Windows, end and whole: each alone is enough for a no."""
    assert Agreement(0, 0, 0.95, 0.01, 0.01).agrees
    assert not criterion.agrees


def test_few_seeds_are_refused() -> None:
    """Two seeds say nothing of the noise between seeds."""
    with pytest.raises(ValueError, match="at least three seeds by 20 steps, found"):
        compare(np.zeros((2, 40)), np.zeros((2, 40)))


def test_controls_are_wrong_in_one_thing_and_paired_with_the_peer() -> None:
    """Every seed of the peer's has one of ours, and one of every control."""
    runs = runs_of(["udpos"], WRONG)
    assert len(set(runs)) == len(runs) == (2 + len(WRONG)) * len(SEEDS)
    assert [run.seed for run in runs if run == Run("theirs", "udpos", run.seed)] == list(SEEDS)
    assert [run.seed for run in runs if run == Run("ours", "udpos", run.seed)] == list(SEEDS)


def test_the_report_has_both_sides_and_every_verdict() -> None:
    """One row a side, with the mean of ten steps up to there; one row a verdict."""
    wrong = {"no dropout": WRONG["no dropout"]}
    sides = dict(zip(("theirs", "ours"), drawn(1), strict=True))
    found = {
        run: Outcome(tuple(sides[run.side][SEEDS.index(run.seed)] - (run.hidden == 0)), 50.0 + run.seed)
        for run in runs_of(["udpos"], wrong)
    }
    lines = report(found, ["udpos"], wrong, SEEDS).splitlines()
    end = sides["ours"][:, -10:].mean(axis=1)
    assert f"| {end.mean():.3f} ± {end.std(ddof=1):.3f} | 53.00 ± 1.58 |" in lines[2]
    assert [line.split(" | ")[1] for line in lines[2:4]] == ["ours", "theirs"]
    assert [line.rsplit(" | ", 1)[1] for line in lines[-2:]] == ["yes |", "no |"]


@pytest.fixture(scope="module")
def trained() -> dict[Run, Outcome]:
    """Every training that is looked at below: 42 of them, half an hour on two cores."""
    alone = [
        replace(Run(side, task, 1), hidden=0.0, attention=0.0)
        for side in ("ours", "theirs")
        for task in CASES
    ]
    wrong = [replace(Run("ours", task, seed), **WRONG[name]) for task, name in TOLD_APART for seed in SEEDS]
    return train_all([*runs_of(CASES, {}), *wrong, *alone], DATA)


@pytest.mark.real
@pytest.mark.parametrize("task", list(CASES))
def test_with_dropout_the_curves_agree_within_seed_noise(task: str, trained: dict[Run, Outcome]) -> None:
    """On real examples, while something is learnt."""
    losses = trained[Run("ours", task, 1)].losses
    assert len(losses) == CASES[task].steps
    assert losses[-1] < 0.8 * losses[0]
    assert verdict(trained, task).agrees


@pytest.mark.real
@pytest.mark.parametrize(("task", "name"), TOLD_APART)
def test_what_is_wrong_is_told_apart(task: str, name: str, trained: dict[Run, Outcome]) -> None:
    """The same examples and seeds, and one thing wrong on our side."""
    assert not verdict(trained, task, wrong=WRONG[name]).agrees


@pytest.mark.real
@pytest.mark.parametrize("task", list(CASES))
def test_without_dropout_there_is_one_curve(task: str, trained: dict[Run, Outcome]) -> None:
    """The first twenty steps agree to 1e-5; later ones as far as training is steady."""
    ours, theirs = (
        trained[Run(side, task, 1, hidden=0.0, attention=0.0)].losses for side in ("ours", "theirs")
    )
    assert ours[:20] == pytest.approx(theirs[:20], abs=1e-5)
