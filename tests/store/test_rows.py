"""Tests of result rows: tidy, whole, and called what the study calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from stiltwalk.plan.nodes import Plan
from stiltwalk.store.columns import COLUMNS, ROW_SCHEMA, write_rows
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store, publish

from ..plan.fakes import TWIN, plan

ROW: Mapping[str, Any] = {
    "language": "de",
    "split": "test",
    "metric": "f1",
    "value": 41.5,
    "n": 1190,
    "degenerate": False,
    "caveats": "",
    "schema": ROW_SCHEMA,
}


def _finish(store: Store, made: Plan, key: str, rows: Iterable[Mapping[str, Any]] = (ROW,)) -> None:
    """Publish the step ``key`` of ``made`` with ``rows``."""
    draft = store.root / "work" / "draft"
    draft.mkdir(parents=True)
    write_rows(draft / "results.parquet", rows)
    assert publish(store, key, made.nodes[key].step, {}, draft)


def test_columns_are_those_of_the_design() -> None:
    """The design names the columns and their order; whoever reads rows relies on it."""
    columns = (
        "study step encoder parameters intermediate examples batch_size seed target language split metric "
        "value n layer pooling recipe selection language_seen_in_intermediate overlap degenerate caveats "
        "wall_seconds versions schema"
    )
    assert columns.split() == COLUMNS.names


def test_what_is_left_out_is_null(tmp_path: Path) -> None:
    """Rows are written in the one schema; a column nobody filled is null, and nothing else is."""
    write_rows(tmp_path / "rows.parquet", [ROW, {"language": "fr", "value": 1}])
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.schema.equals(COLUMNS)
    first, second = table.to_pylist()
    assert {name: value for name, value in first.items() if value is not None} == ROW
    assert {name: value for name, value in second.items() if value is not None} == {
        "language": "fr",
        "value": 1.0,
    }


def test_no_rows(tmp_path: Path) -> None:
    """An empty table still has its columns, in a file and for a study that has not run."""
    write_rows(tmp_path / "rows.parquet", [])
    assert pq.read_table(tmp_path / "rows.parquet").schema.equals(COLUMNS)
    frame = study_rows(open_store(tmp_path / "store"), plan({}))
    assert (len(frame), list(frame.columns)) == (0, COLUMNS.names)


def test_rows_are_called_what_the_study_calls_them(tmp_path: Path) -> None:
    """Study, encoder, arm, seed and recipe come from the cell; the numbers from the step."""
    store = open_store(tmp_path)
    made = plan({"study": "mine", "intermediate": ["udpos"], "seeds": [4], "recipe": "pocket"})
    for cell in made.cells:
        _finish(store, made, cell.key, [ROW, {**ROW, "language": "fr", "value": 9.0}])
    frame = study_rows(store, made)
    assert list(frame.columns) == COLUMNS.names
    told = frame[["study", "encoder", "intermediate", "seed", "recipe", "language", "value"]]
    assert told.to_numpy().tolist() == [
        ["mine", "e", "none", 4, "pocket", "de", 41.5],
        ["mine", "e", "none", 4, "pocket", "fr", 9.0],
        ["mine", "e", "udpos", 4, "pocket", "de", 41.5],
        ["mine", "e", "udpos", 4, "pocket", "fr", 9.0],
    ]
    assert frame.index.tolist() == [0, 1, 2, 3]


def test_a_changed_recipe_is_starred(tmp_path: Path) -> None:
    """Rows show that the study changed its recipe."""
    store = open_store(tmp_path)
    made = plan({"recipe": {"target": {"epochs": 1}}})
    _finish(store, made, made.cells[0].key)
    assert study_rows(store, made)["recipe"].tolist() == ["released*"]


def test_an_arm_that_changes_the_recipe_is_starred() -> None:
    """And no other."""
    arm = {"task": "udpos", "training": {"epochs": 1}, "name": "shorter"}
    study = plan({"intermediate": ["udpos", arm]}).study
    assert [study.recipe_of(name) for name in study.arms] == ["released", "released", "released*"]


def test_only_finished_cells_have_rows(tmp_path: Path) -> None:
    """A study under way shows what is finished."""
    store = open_store(tmp_path)
    made = plan({"targets": ["xquad", TWIN], "seeds": 2})
    done = made.cells[1]
    _finish(store, made, done.key)
    frame = study_rows(store, made)
    assert frame["seed"].tolist() == [done.seed]


def test_a_shared_step_serves_every_seed(tmp_path: Path) -> None:
    """The baseline's retrieval is computed once, and stands in the table once for each seed."""
    store = open_store(tmp_path)
    made = plan({"targets": ["tatoeba"], "seeds": [3, 5]})
    assert len(made.nodes) == 1
    _finish(store, made, made.cells[0].key)
    assert study_rows(store, made)["seed"].tolist() == [3, 5]


def test_one_step_in_two_studies(tmp_path: Path) -> None:
    """Rows computed for one study serve another under its own names."""
    store = open_store(tmp_path)
    one = plan({"study": "one"})
    other = plan({"study": "other", "encoders": [{"name": "renamed", "source": "x/e"}]})
    _finish(store, one, one.cells[0].key)
    assert study_rows(store, other)[["study", "encoder"]].to_numpy().tolist() == [["other", "renamed"]]


def test_caveats_of_step_and_study_meet(tmp_path: Path) -> None:
    """A row carries the cell's caveats and its own, each once."""
    store = open_store(tmp_path)
    made = plan({"intermediate": ["squad"]})
    cell = made.cells[1]
    own = [
        {**ROW, "caveats": ""},
        {**ROW, "caveats": "fewer-examples;english-normaliser"},
    ]
    _finish(store, made, cell.key, own)
    shared = "english-normaliser;xquad-in-dev;intermediate-repeats-target-training"
    assert ";".join(cell.caveats) == shared
    assert study_rows(store, made)["caveats"].tolist() == [shared, f"{shared};fewer-examples"]
