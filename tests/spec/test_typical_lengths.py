"""Tests of what is known of tasks and encoders that are not on a machine."""

from __future__ import annotations

import pytest

from stiltwalk.plan.sizes import sizes_in
from stiltwalk.spec.encoder_configs import KNOWN_CONFIGS
from stiltwalk.spec.encoders import KNOWN_ENCODERS
from stiltwalk.spec.ladders import LADDERS
from stiltwalk.spec.tasks import TASKS, find_task
from stiltwalk.spec.tasks.lengths import TYPICAL, USUAL_CANDIDATES, USUAL_COUNTS, usual_length


def test_they_are_of_tasks_that_exist() -> None:
    """And positive; none is of a task that is made here, which can always be counted."""
    for name, usual in TYPICAL.items():
        assert find_task(name).generator is None
        assert min(usual) > 0
    assert {name for name, _ in USUAL_COUNTS} | set(USUAL_CANDIDATES) <= set(TASKS)


def test_no_row_is_longer_than_may_be() -> None:
    """Five choices of 109 tokens in all stay 109, or are 5 rows of 10."""
    task = find_task("commonsenseqa")
    assert [usual_length(task, most).tokens for most in (128, 10)] == [109, 50]  # type: ignore[union-attr]
    assert usual_length(find_task("ccg"), 128) is None


@pytest.mark.parametrize(
    ("hub", "millions"),
    # Xue et al. 2021: encoder and decoder together
    [
        ("google/mt5-small", 300),
        ("google/mt5-base", 580),
        ("google/mt5-large", 1200),
        ("google/mt5-xl", 3700),
    ],
)
def test_shapes_of_mt5(hub: str, millions: int) -> None:
    """Twice the layers, the decoder's second attention, and two tables: what is published."""
    sizes = sizes_in(KNOWN_CONFIGS[hub])
    assert sizes is not None
    both = 2 * sizes.inside + sizes.layers * 4 * sizes.hidden * sizes.queries + 2 * sizes.table
    assert both == pytest.approx(millions * 1e6, rel=0.06)


def test_every_rung_of_these_ladders_has_a_shape() -> None:
    """XLM-R, mBERT and mT5 are planned without their files."""
    for name in ("xlm-r", "mbert", "mt5"):
        for rung in LADDERS[name].rungs:
            assert rung.hub in KNOWN_ENCODERS or sizes_in(KNOWN_CONFIGS[rung.hub]) is not None
