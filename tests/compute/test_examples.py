"""Tests of training on less: which of the planned examples a step takes, and for how many steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.compute.context import Monitor
from stiltwalk.compute.examples import training_examples
from stiltwalk.compute.train import train
from stiltwalk.engine.prepare import Prepared
from tests.compute.fakes import accelerator, train_step

UDPOS = "target udpos, seed 1"


def test_a_seed_may_draw_several_subsets(finished: Prepared) -> None:
    """Of the same size, each its own, and each nested in larger ones of its number."""

    def drawn(size: int, subset: int) -> set[str]:
        step = train_step(finished, UDPOS, examples=size, subset=subset)
        return {example.id for example in training_examples(finished.place, step)[1]}

    assert len({frozenset(drawn(10, subset)) for subset in range(4)}) == 4
    assert all(drawn(10, subset) < drawn(20, subset) for subset in range(4))


@pytest.mark.parametrize(
    ("examples", "fixed", "steps"), [(16, None, 4), (32, None, 8), (16, 6, 6), (32, 6, 6)]
)
def test_epochs_or_steps_are_fixed(
    examples: int, fixed: int | None, steps: int, finished: Prepared, tmp_path: Path
) -> None:
    """Two epochs in batches of eight: steps grow with the examples, unless their number is given."""
    (tmp_path / "draft").mkdir()
    step = train_step(finished, UDPOS, examples=examples, batch_size=8, epochs=2, steps=fixed)
    facts = train(step, finished.place, accelerator(), tmp_path, Monitor())
    assert (facts["examples"], facts["steps"], facts["planned_steps"]) == (examples, steps, steps)
