"""Tests of narrowing: of a study only what is asked for, and the steps behind it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.store.narrowing import ALL, Narrowing, narrowed
from stiltwalk.store.plans import read_plan, write_plan
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store

from ..plan.fakes import plan
from .fakes import finish_plan

STUDY = {
    "encoders": ["x/e", {"name": "f", "source": "x/f"}],
    "targets": ["xquad", "udpos"],
    "intermediate": ["squad", "hellaswag"],
    "measure": {"repeats": 5},
}
MADE = plan(STUDY)

NAMES = st.builds(
    Narrowing,
    encoders=st.sampled_from([(), ("e",), ("f", "e")]),
    arms=st.sampled_from([(), ("none",), ("squad", "hellaswag")]),
    targets=st.sampled_from([(), ("udpos",)]),
)


@given(NAMES)
def test_a_part_holds_all_that_is_behind_it(narrowing: Narrowing) -> None:
    """Cells are those asked for; every parent of a step is there, and no step that nothing needs."""
    part = narrowed(MADE, narrowing)
    assert part.cells == tuple(cell for cell in MADE.cells if narrowing.takes(cell))
    needed = {cell.key for cell in part.cells} | {key for _, key in part.measured}
    needed |= {parent for node in part.nodes.values() for parent in node.parents}
    if len(part.cells) < len(MADE.cells):
        assert part.nodes.keys() == needed
    assert needed <= part.nodes.keys()


def test_all_of_it_is_the_plan_itself() -> None:
    """Nothing is asked for by name: nothing is left out."""
    assert narrowed(MADE, ALL) is MADE


def test_a_kept_plan_is_narrowed_alike(tmp_path: Path) -> None:
    """Whether its steps were read or not."""
    write_plan(tmp_path / "r", MADE, None)
    kept, _ = read_plan(tmp_path / "r", MADE.study)
    wanted = Narrowing(encoders=("f",), arms=("squad",))
    assert narrowed(kept, wanted) == narrowed(MADE, wanted)


@pytest.mark.parametrize(
    ("narrowing", "count"),
    [
        (ALL, 2 * 3 * 2 * 2),
        (Narrowing(arms=("squad",)), 2 * 2 * 2),
        (Narrowing(arms=("squad", "none"), encoders=("e",)), 2 * 2 * 2),
        (Narrowing(targets=("udpos",), languages=("l1",)), 2 * 3),
        (Narrowing(languages=("l0", "l1"), metrics=("f1",)), 2 * 3 * 2 * 2),
        (Narrowing(metrics=("accuracy",)), 0),
    ],
)
def test_rows_that_are_asked_for(tmp_path: Path, narrowing: Narrowing, count: int) -> None:
    """They are those of the whole table that have the names asked for, in its order."""
    store = open_store(tmp_path)
    finish_plan(store, MADE, keys=[key for key, node in MADE.nodes.items() if node.step.kind != "measure"])
    whole, found = study_rows(store, MADE), study_rows(store, MADE, narrowing)
    assert len(found) == count
    mask = whole["study"] == "s"
    for column, names in (
        ("encoder", narrowing.encoders),
        ("intermediate", narrowing.arms),
        ("target", narrowing.targets),
        ("language", narrowing.languages),
        ("metric", narrowing.metrics),
    ):
        mask &= whole[column].isin(names) if names else True
    # of no rows nothing says which numbers could be missing
    pd.testing.assert_frame_equal(found, whole[mask].reset_index(drop=True), check_dtype=bool(count))
