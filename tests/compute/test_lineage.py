"""Tests of compute.lineage: what stands behind a model, and whether any of it collapsed."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stiltwalk.compute.lineage import lineage, seen_texts
from stiltwalk.data.load import load
from stiltwalk.data.overlap import text_hashes
from stiltwalk.engine.prepare import Prepared
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import copied_place
from tests.worlds import finish, node, prepared_study

AFTER = "target udpos after commonsenseqa, seed 1"


def test_a_trained_model_knows_its_steps(finished: Prepared) -> None:
    """Intermediate first, then the target; counts are those of the intermediate stage."""
    found = lineage(finished.place, node(finished.plan, AFTER).key)
    assert [(step.kind, step.task) for step in found.trained] == [
        ("intermediate", "commonsenseqa"),
        ("target", "udpos"),
    ]
    assert (found.intermediate, found.examples, found.batch_size) == ("commonsenseqa", 48, 8)
    assert (found.seed, found.selection) == (1, "last")
    middle, last = (
        read_artifact(finished.place.store, node(finished.plan, title).key)
        for title in ("intermediate commonsenseqa, seed 1", AFTER)
    )
    assert found.degenerate == (middle.facts["degenerate"] or last.facts["degenerate"])


def test_a_mixed_arm_is_called_as_in_its_cells(world: Path, tmp_path: Path) -> None:
    """Rows of a model after masked LM was mixed in name the arm as the plan does."""
    arm = {"task": "commonsenseqa", "masked_lm": {"text": ["multi30k"], "lines": 10, "max_tokens": 32}}
    prepared = prepared_study(world, tmp_path / "store", {"intermediate": [arm], "targets": ["tatoeba"]})
    finish(prepared)
    found = lineage(prepared.place, node(prepared.plan, "intermediate commonsenseqa+mlm, seed 1").key)
    assert (found.intermediate, found.examples, found.batch_size) == ("commonsenseqa+mlm", 48, 8)
    for cell in prepared.plan.cells:
        rows = pq.read_table(prepared.place.store.folder(cell.key) / "results.parquet").to_pylist()
        assert {row["intermediate"] for row in rows} == {cell.intermediate}


def test_an_untouched_encoder_has_no_seed(finished: Prepared) -> None:
    """Nothing was trained on a task, so nothing was selected."""
    found = lineage(finished.place, node(finished.plan, "pretrain tiny").key)
    assert (found.trained, found.intermediate, found.examples) == ((), "none", 0)
    assert (found.batch_size, found.seed, found.selection) == (None, None, None)


def test_a_given_encoder_has_no_ancestors(finished: Prepared) -> None:
    """It is not looked for in the store."""
    found = lineage(finished.place, "encoder:" + "0" * 64)
    assert (found.trained, found.degenerate) == ((), False)


def test_every_labelled_text_of_the_line_was_seen(finished: Prepared) -> None:
    """The intermediate task's texts and the target's, English training data alone."""
    found = lineage(finished.place, node(finished.plan, AFTER).key)
    expected = [
        text_hashes(load(TASKS[name], "train", "en", finished.place.data_dir))
        for name in ("commonsenseqa", "udpos")
    ]
    assert seen_texts(finished.place, found) == expected[0] | expected[1]


@pytest.mark.parametrize(
    "title",
    ["pretrain tiny", "intermediate commonsenseqa, seed 1", "target udpos after commonsenseqa, seed 1"],
)
def test_one_collapsed_ancestor_marks_the_model(title: str, finished: Prepared, tmp_path: Path) -> None:
    """Pretraining, intermediate or target: whichever broke, what descends from it is degenerate."""
    place = copied_place(finished.place, tmp_path)
    path = place.store.folder(node(finished.plan, title).key) / "step.json"
    record = json.loads(path.read_text())
    record["facts"]["degenerate"] = True
    path.write_text(json.dumps(record))
    assert lineage(place, node(finished.plan, AFTER).key).degenerate is True
