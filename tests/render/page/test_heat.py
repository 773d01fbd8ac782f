"""Tests of the heat map: its cells are the averages that verdicts rest on."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.render.page.heat import BESIDE, HEADLINE, SHADES, Scale, heats
from tests.render.worlds import World, contents


def test_cells_are_the_averages() -> None:
    """Each cell has the number, interval and p of the headline's average without collapsed runs."""
    found = contents()
    (heat,), _ = heats(found)
    assert [row.arm.name for row in heat.rows] == [arm for arm in found.study.arms if arm != "none"]
    assert heat.targets == tuple(each.task for each in found.study.targets)
    frame = found.averages[found.averages["healthy"] & (found.averages["view"] == HEADLINE)]
    known = {(row.intermediate, row.of): row for row in frame.itertuples(index=False)}
    for row in heat.rows:
        for target, cell in zip((*heat.targets, "overall"), (*row.cells, row.mean), strict=True):
            if cell.known and not cell.beside:
                one = known[row.arm.name, target]
                assert (cell.gain, cell.low, cell.high, cell.p) == (one.gain, one.low, one.high, one.p)


def test_a_repeated_target_stands_beside() -> None:
    """An arm that repeats a target's training data shows its zero-shot gain there, marked as no headline."""
    found = contents()
    (heat,), _ = heats(found)
    repeated = {row.arm.name: row for row in heat.rows}["mnli"].cells[heat.targets.index("xnli")]
    frame = found.averages
    one = frame[
        frame["healthy"]
        & (frame["view"] == BESIDE)
        & (frame["of"] == "xnli")
        & (frame["intermediate"] == "mnli")
    ]
    assert repeated.beside
    assert repeated.gain == one["gain"].item()
    assert heat.beside


def test_collapsed_arms_say_so() -> None:
    """Where every run of an arm collapsed there is no number, and the reason stands in its place."""
    (heat,), _ = heats(contents(World(collapsed=1.0)))
    cells = [cell for row in heat.rows for cell in row.cells if not row.arm.control]
    assert cells
    assert not any(cell.known for cell in cells)
    assert {cell.shade for cell in cells} == {"empty"}
    assert all("collapsed" in cell.why and "collapsed" in cell.label for cell in cells)


def test_missing_runs_are_not_numbers() -> None:
    """A cell without a finished run says that it was not run."""
    found = contents(World(missing=0.6, arms=6))
    (heat,), _ = heats(found)
    cells = [cell for row in heat.rows for cell in row.cells]
    assert any(cell.why for cell in cells)
    assert all(bool(cell.why) is not cell.known for cell in cells)


def test_every_encoder_has_a_map_on_one_scale() -> None:
    """Encoders are apart, their shades are not."""
    maps, scale = heats(contents(World(encoders=2)))
    assert [heat.encoder for heat in maps] == ["xlm-roberta-base", "xlm-roberta-large"]
    for heat in maps:
        assert all(cell.shade == scale.shade(cell.gain) for row in heat.rows for cell in row.cells)
    keys = [cell.key for heat in maps for row in heat.rows for cell in (*row.cells, row.mean)]
    assert len(keys) == len({*keys})


def test_one_seed_has_no_ends() -> None:
    """With a single seed every interval is unbounded, and its label says so."""
    (heat,), _ = heats(contents(World(seeds=1)))
    known = [cell for row in heat.rows for cell in row.cells if cell.known]
    assert known
    assert all((cell.low, cell.high) == (-math.inf, math.inf) for cell in known)
    assert all("unbounded" in cell.label and not cell.sure for cell in known)


@given(st.floats(0.01, 50), st.floats(-100, 100), st.floats(-100, 100))
def test_shades_follow_gains(step: float, one: float, other: float) -> None:
    """A larger gain never has a lower shade, and a loss has the shade of the gain of its size."""
    scale = Scale(step)
    order = [f"n{place}" for place in range(SHADES, 0, -1)] + ["zero"]
    order += [f"p{place}" for place in range(1, SHADES + 1)]
    low, high = sorted((one, other))
    assert order.index(scale.shade(low)) <= order.index(scale.shade(high))
    assert order.index(scale.shade(-one)) == 2 * SHADES - order.index(scale.shade(one))


def test_the_legend_has_every_shade() -> None:
    """Every shade of a cell stands in the legend, with the gain in its middle."""
    legend = Scale(0.5).legend
    assert len(legend) == 2 * SHADES + 1
    assert legend[SHADES] == ("zero", "0")
    assert legend[-1] == ("p5", "≥ +2.50")
    assert legend[1] == ("n4", "−2.00")


def test_no_shade_without_a_number() -> None:
    """What is no number has the shade of an empty cell."""
    assert Scale(1.0).shade(math.nan) == "empty"
