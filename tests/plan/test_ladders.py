"""Tests of how a plan makes a ladder: every size of every seed is pretrained once, on the same text."""

from __future__ import annotations

from stiltwalk.plan.trainings import PretrainStep

from .fakes import plan

LADDER = {
    "shapes": [{"layers": 2, "hidden": 16}, {"layers": 4, "hidden": 32}],
    "seeds": 3,
    "text": ["udhr"],
    "training": {"steps": 10},
}


def test_a_ladder_made_here_is_planned() -> None:
    """Six encoders that differ in shape and seed alone, each with the steps that follow from it."""
    made = plan({"encoders": [{"name": "mine", "ladder": LADDER}], "targets": ["tatoeba"]})
    steps = [node.step for node in made.nodes.values() if isinstance(node.step, PretrainStep)]
    assert len(steps) == 6
    assert len({(step.shape.layers, step.seed) for step in steps}) == 6
    first = steps[0]
    for step in steps:
        assert step.replace({"shape": first.shape.model_dump(), "seed": first.seed}) == first
    assert [cell.encoder for cell in made.cells] == [
        f"mine-{shape}-s{seed}" for shape in ("2x16", "4x32") for seed in (1, 2, 3)
    ]
