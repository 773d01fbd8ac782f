"""Tests of compute.rows: what a trimmed step keeps, and how its encoder is made whole again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModel

from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import load_model, load_start
from stiltwalk.compute.rows import (
    Rows,
    after,
    keep_table,
    read_rows,
    untouched,
    whole_table,
    write_rows,
)
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.references import base
from stiltwalk.spec.errors import UserError
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store
from tests.compute.fakes import copied_place, encoder_folder, parameters, same_bits
from tests.worlds import finish, node, prepared_study

PRETRAIN = "pretrain tiny"
ARM = "intermediate commonsenseqa, seed 1"
AFTER = "target udpos after commonsenseqa, seed 1"
ROWS = Rows(
    ids=torch.tensor([1, 3]),
    values=torch.tensor([[1.0, -1.0], [2.0, 0.5]]),
    decay=0.9999999123,
    table="a" * 64,
    origin="encoder:" + "b" * 64,
    name="embeddings.word_embeddings.weight",
)


def rows_in(store: Store, key: str) -> Rows:
    """What the trimmed step ``key`` keeps."""
    rows = read_rows(store.folder(key) / "model")
    assert rows is not None
    return rows


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Every field, the decay to its last bit; without a file there are none."""
    assert read_rows(tmp_path) is None
    write_rows(tmp_path, ROWS)
    found = read_rows(tmp_path)
    assert found is not None
    assert torch.equal(found.ids, ROWS.ids)
    assert torch.equal(found.values, ROWS.values)
    assert replace(found, ids=ROWS.ids, values=ROWS.values) == ROWS


def test_damaged_rows_are_refused(tmp_path: Path) -> None:
    """A file cut short is named, with the cure."""
    write_rows(tmp_path, ROWS)
    path = tmp_path / "rows.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"rows\.safetensors is damaged.*Delete the step's folder"):
        read_rows(tmp_path)


def _applied(table: Tensor, ids: list[int], values: Tensor, decay: float) -> Tensor:
    made = table * decay
    made[ids] = values
    return made


@settings(deadline=None)
@given(st.data())
def test_two_trainings_kept_as_one(data: st.DataObject) -> None:
    """Whatever rows either touched: kept together they make what one after the other makes."""
    size = data.draw(st.integers(1, 12))
    some = st.sets(st.integers(0, size - 1)).map(sorted)
    stages = [(data.draw(some), data.draw(st.floats(0.5, 1))) for _ in range(2)]
    drawn = torch.Generator().manual_seed(data.draw(st.integers(0, 99)))
    table = expected = torch.randn(size, 3, generator=drawn)
    rows = untouched(table, "a" * 64, "encoder:x", "w")
    for ids, decay in stages:
        values = torch.randn(len(ids), 3, generator=drawn)
        rows = after(rows, torch.tensor(ids, dtype=torch.int64), values, decay)
        expected = _applied(expected, ids, values, decay)
    assert rows.ids.tolist() == sorted({*stages[0][0], *stages[1][0]})
    made = _applied(table, rows.ids.tolist(), rows.values, rows.decay)
    assert torch.allclose(made, expected, rtol=0, atol=1e-6)


def test_a_table_is_kept_once(tmp_path: Path) -> None:
    """By the hash of its values; a second time nothing is written, and another table is another file."""
    store = open_store(tmp_path)
    table = torch.arange(6.0).view(3, 2)
    first = keep_table(store, table)
    (path,) = store.tables.rglob("*.safetensors")
    written = path.stat().st_mtime_ns
    assert keep_table(store, table.double().float()) == first == path.parent.name
    assert path.stat().st_mtime_ns == written
    assert torch.equal(load_file(path)["table"], table)
    assert keep_table(store, table + 1) != first
    assert len(list(store.tables.iterdir())) == 2


def test_making_a_table_whole_leaves_the_kept_one(tmp_path: Path) -> None:
    """By hand: rows in their places, the others times the decay; the file stays as it is."""
    store = open_store(tmp_path)
    table = torch.tensor([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])
    for decay in (1.0, 0.5):
        rows = replace(ROWS, table=keep_table(store, table), decay=decay)
        expected = [[decay, 2 * decay], [1, -1], [3 * decay, 4 * decay], [2, 0.5]]
        assert whole_table(tmp_path / "steps/ab/key/model", rows).tolist() == expected
    assert keep_table(store, table) == rows.table
    (path,) = store.tables.rglob("*.safetensors")
    assert torch.equal(load_file(path)["table"], table)


def test_a_trimmed_step_holds_what_changed(finished: Prepared) -> None:
    """Its rows beside the other tensors; the table is the pretrained one, and lies in the store once."""
    store = finished.place.store
    pretrained, arm = (node(finished.plan, title).key for title in (PRETRAIN, ARM))
    rows = rows_in(store, arm)
    whole = load_file(store.folder(pretrained) / "model/model.safetensors")
    kept = load_file(store.folder(arm) / "model/model.trimmed.safetensors")
    assert set(whole) - set(kept) == {rows.name}
    assert rows.origin == pretrained
    assert [path.name for path in store.tables.iterdir()] == [rows.table]
    assert torch.equal(load_file(store.tables / rows.table / "table.safetensors")["table"], whole[rows.name])
    found = parameters(load_start(finished.place, arm).encoder.model)
    assert same_bits({n: t for n, t in found.items() if n != rows.name}, kept)
    assert torch.equal(
        found[rows.name], _applied(whole[rows.name], rows.ids.tolist(), rows.values, rows.decay)
    )


def test_a_chain_goes_back_to_the_first_table(finished: Prepared) -> None:
    """The second step keeps the rows of both, and needs nothing of the first."""
    store = finished.place.store
    first, second = (rows_in(store, node(finished.plan, title).key) for title in (ARM, AFTER))
    assert (second.table, second.origin) == (first.table, first.origin)
    assert set(first.ids.tolist()) < set(second.ids.tolist())
    assert second.decay < first.decay < 1


def test_a_step_outlives_those_it_descends_from(finished: Prepared, tmp_path: Path) -> None:
    """With its ancestors deleted its encoder is read all the same."""
    place = copied_place(finished.place, tmp_path)
    key = node(finished.plan, AFTER).key
    expected = parameters(load_start(place, key).encoder.model)
    for title in (PRETRAIN, ARM):
        shutil.rmtree(place.store.folder(node(finished.plan, title).key))
    assert same_bits(parameters(load_start(place, key).encoder.model), expected)


def test_a_step_outlives_the_given_encoder(world: Path, tmp_path: Path) -> None:
    """Named by its key where nobody knows the encoder's folder any more, it predicts."""
    folder = encoder_folder(tmp_path / "encoder")
    changes = {"targets": ["udpos"], "intermediate": []}
    trained = prepared_study(world, tmp_path / "store", changes | {"encoders": [str(folder)]})
    finish(trained)
    shutil.rmtree(folder)
    key = node(trained.plan, "target udpos, seed 1").key
    again = prepared_study(world, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []} | _by(key))
    finish(again)
    assert set(study_rows(again.place.store, again.plan)["target"]) == {"tatoeba"}


def _by(encoder: str) -> dict[str, object]:
    return {"encoders": [{"name": "mine", "source": encoder, "retrieval_layer": 2}]}


def test_a_trimmed_steps_folder_serves_as_an_encoder(finished: Prepared, world: Path, tmp_path: Path) -> None:
    """Of a study in another store: trained on, it has a table of its own there."""
    folder = finished.place.store.folder(node(finished.plan, ARM).key)
    changes = {"targets": ["udpos"], "intermediate": []}
    prepared = prepared_study(world, tmp_path / "store", changes | _by(str(folder)))
    finish(prepared)
    rows = rows_in(prepared.place.store, node(prepared.plan, "target udpos, seed 1").key)
    assert rows.table != rows_in(finished.place.store, folder.name).table
    table = load_file(prepared.place.store.tables / rows.table / "table.safetensors")["table"]
    assert torch.equal(table, parameters(load_model(folder / "model"))[rows.name])


def test_a_lost_or_changed_table_is_named(finished: Prepared, tmp_path: Path) -> None:
    """With the step that needs it and where it came from."""
    place = copied_place(finished.place, tmp_path)
    arm, pretrained = (node(finished.plan, title).key for title in (ARM, PRETRAIN))
    path = place.store.tables / rows_in(place.store, arm).table / "table.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        UserError, match=rf"is not what was put there.*{arm}/model needs it.*from {pretrained}"
    ):
        load_start(place, arm)
    path.unlink()
    with pytest.raises(UserError, match=r"is missing or cannot be read.*run the study again"):
        load_start(place, arm)


def test_a_trimmed_model_outside_its_store_says_so(finished: Prepared, tmp_path: Path) -> None:
    """Copied elsewhere its rows alone are of no use; transformers finds no whole model either."""
    folder = finished.place.store.folder(node(finished.plan, ARM).key)
    shutil.copytree(folder, tmp_path / "copy")
    with pytest.raises(UserError, match=r"holds only the embedding rows that were trained.*by its key"):
        load_model(tmp_path / "copy/model")
    with pytest.raises(OSError, match=r"model\.safetensors"):
        AutoModel.from_pretrained(tmp_path / "copy/model")


def test_a_model_made_whole_is_saved_as_any_other(finished: Prepared, tmp_path: Path) -> None:
    """What ``save_pretrained`` writes of it transformers alone reads, with the same weights."""
    start = load_start(finished.place, node(finished.plan, ARM).key)
    start.encoder.model.save_pretrained(tmp_path)  # type: ignore[operator]
    found = AutoModel.from_pretrained(tmp_path, add_pooling_layer=False)
    assert same_bits(parameters(found), parameters(start.encoder.model))


def test_a_given_encoder_may_be_a_trimmed_step(finished: Prepared, tmp_path: Path) -> None:
    """The folder of a step in a store, handed over as that of an encoder: it is no finished step here."""
    key = node(finished.plan, ARM).key
    folder = finished.place.store.folder(key)
    place = Place(open_store(tmp_path / "store"), None, {"f" * 64: folder}, {}, finished.place.tasks)
    start = load_start(place, base("f" * 64))
    assert start.artifact is None
    expected = load_start(finished.place, key).encoder.model
    assert same_bits(parameters(start.encoder.model), parameters(expected))
