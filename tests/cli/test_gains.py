"""Tests of the tables of gains: what a line says, in wide and narrow terminals, and what programs get."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from stiltwalk.analyse.averages import Average
from stiltwalk.analyse.gains import Gain
from stiltwalk.cli import show
from stiltwalk.cli.gains import gain_lists, show_averages, show_gains
from stiltwalk.spec.study import Study
from tests.cli.conftest import Command, World
from tests.plan.fakes import plan

# arms, seeds; differences 2, 3, 4 of squad and -1, 0, 1 of the control
SCORES = {"none": (50.0, 51.0, 55.0), "squad": (52.0, 54.0, 59.0), "none+steps-of-squad": (49.0, 51.0, 56.0)}
METRICS = {"xquad": ("exact_match", "f1"), "udpos": ("f1",)}


def _study(**fields: Any) -> Study:
    return plan(
        {
            "study": "one",
            "encoders": ["x/e"],
            "targets": ["xquad", "udpos"],
            "intermediate": ["squad", {"longer_by": "squad"}],
        }
        | fields
    ).study


def _rows() -> pd.DataFrame:
    rows = [
        {"encoder": "e", "intermediate": arm, "seed": seed, "target": target, "language": code}
        | {"metric": metric, "value": value, "degenerate": False, "language_seen_in_intermediate": False}
        | {"caveats": "intermediate-repeats-target-training" if (arm, target) == ("squad", "xquad") else ""}
        for arm, values in SCORES.items()
        for seed, value in enumerate(values)
        for target, metrics in METRICS.items()
        for metric in metrics
        for code in ("en", "de")
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that gives what ``show_gains`` and ``show_averages`` print at a width, as lines."""

    def of(rows: pd.DataFrame, study: Study, width: int) -> list[str]:
        out = io.StringIO()
        monkeypatch.setattr(show, "console", Console(file=out, width=width, highlight=False))
        show_gains(rows, study.analysis.confidence)
        show_averages(rows, study)
        return [" ".join(line.split()) for line in out.getvalue().splitlines()]

    return of


def test_a_wide_terminal(printed: Any) -> None:
    """One table of gains, one of averages for the encoder; every line has its interval.

    What arms and seeds leave is 2/3, 0, -2/3 of none and -1/3, 0, 1/3 of both others: squares of 4/3 on 4
    degrees of freedom. A difference of means has the variance 2/3 · 1/3 and the interval ± 2.776 · 0.4714.
    """
    lines = printed(_rows(), _study(), 160)
    assert "Gain over 'none', mean of the zero-shot languages (points; 95 % interval over seeds)" in lines
    assert "e squad udpos f1 3 52.00 55.00 3.00 +1.69 to +4.31 0.003 0" in lines
    assert "e: gain over 'none', averaged over targets (points; 95 % interval over seeds)" in lines
    assert "squad headline 1 3 3.00 +1.69 to +4.31 0.003 0.003 0 of 6" in lines
    # the control repeats nothing, has no p of Holm's, and one line for all views
    (control,) = (line for line in lines if line.startswith("none+steps-of-squad headline"))
    assert control == "none+steps-of-squad headline 2 3 0.00 -1.31 to +1.31 1.000 0 of 12"
    assert any(line.startswith("headline: languages that the arm has not seen") for line in lines)


def test_a_narrow_terminal(printed: Any) -> None:
    """Below 120 columns the names are headings, so that no number is folded."""
    lines = printed(_rows(), _study(), 80)
    assert "e · udpos · f1 (none: 52.00)" in lines
    assert "squad 3 55.00 3.00 +1.69 to +4.31 0.003 0" in lines
    assert "headline 3 3.00 +1.69 to +4.31 0.003 0.003 0 of 6" in lines


def test_views_of_the_same_cells_are_one_line(printed: Any) -> None:
    """SQuAD is XQuAD's training data: the headline is UD-POS alone, every other view has both targets."""
    lines = printed(_rows(), _study(), 160)
    of_squad = [line.split(" 3 ")[0] for line in lines if line.startswith("squad ")][-2:]
    assert of_squad == ["squad headline 1", "squad all but English; unseen languages; no retrieval 2"]


def test_degenerate_runs_have_a_line(printed: Any) -> None:
    """One run of squad had collapsed: it is counted, left out, and there is a line with it.

    Without it squad is 3 and 3.5 above the mean of the others, which are alike on average: 3.25.
    """
    rows = _rows()
    one = (rows["intermediate"] == "squad") & (rows["seed"] == 0) & (rows["target"] == "udpos")
    lines = printed(rows.assign(degenerate=one), _study(), 160)
    assert any(line.startswith("squad headline 1 2 3.25") and line.endswith("1 of 6") for line in lines)
    assert any(line.startswith("squad with degenerate runs 1 3 3.00") for line in lines)


def test_one_seed_is_unbounded(printed: Any) -> None:
    """There is no interval, no p, and that is said."""
    rows = _rows()
    lines = printed(rows[rows["seed"] == 0], _study(), 160)
    assert "e squad udpos f1 1 50.00 52.00 2.00 unbounded 0" in lines
    assert "squad headline 1 1 2.00 unbounded 0 of 2" in lines


def test_the_confidence_of_the_study(printed: Any) -> None:
    """Its analysis says at which confidence intervals are printed."""
    lines = printed(_rows(), _study(analysis={"decision": "gain", "confidence": 0.9}), 160)
    assert "Gain over 'none', mean of the zero-shot languages (points; 90 % interval over seeds)" in lines
    # t of 4 degrees of freedom at 90 %: 2.132
    assert "e squad udpos f1 3 52.00 55.00 3.00 +2.00 to +4.00 0.003 0" in lines


def test_without_all_main_metrics_there_are_gains_alone(printed: Any) -> None:
    """Where only F1 was asked for, XQuAD has no score to average."""
    rows = _rows()
    lines = printed(rows[rows["metric"] == "f1"], _study(), 160)
    assert any(line.startswith("e squad xquad f1") for line in lines)
    assert not any("averaged over targets" in line for line in lines)


def test_without_a_baseline_nothing_is_printed(printed: Any) -> None:
    """No table, no heading."""
    rows = _rows()
    assert printed(rows[rows["intermediate"] != "none"], _study(), 160) == []


def test_what_programs_get() -> None:
    """Every gain and average, with the fields of their records."""
    lists = gain_lists(_rows(), _study())
    assert {name: list(rows[0]) for name, rows in lists.items()} == {
        "gains": list(Gain._fields),
        "averages": list(Average._fields),
    }
    assert {row["language"] for row in lists["gains"]} == {"en", "de", "zero-shot", "all"}
    assert {row["of"] for row in lists["averages"]} == {"xquad", "udpos", "qa", "tagging", "overall"}


def test_json_has_gains_and_averages(command: Command, world: World) -> None:
    """Beside the rows; what nothing bounds is null."""
    made = command("run", world.study, *world.places, "--json").json
    assert list(made)[:3] == ["rows", "gains", "averages"]
    assert {row["intermediate"] for row in made["gains"]} == {"commonsenseqa"}
    asked = command("results", "tiny-world", "--arm", "commonsenseqa", "--json", "--store", world.store).json
    assert asked["gains"] == made["gains"]
    assert {row["intermediate"] for row in asked["rows"]} == {"commonsenseqa"}
