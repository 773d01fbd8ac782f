"""Tests of compute.beside and store.bases: adapted steps hold matrices alone, in a store that is whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from stiltwalk.compute.beside import Beside, Product, add, read_beside, write_beside
from stiltwalk.compute.encoder import load_model, load_start
from stiltwalk.compute.rows import read_rows
from stiltwalk.engine.prepare import Prepared
from stiltwalk.spec.errors import UserError
from stiltwalk.store.bases import base_folder, keep_base
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store
from tests.compute.fakes import copied_place, encoder_folder, encoder_model, parameters, same_bits
from tests.compute.test_decoders import decoder_folder
from tests.fakes import tiny_tokenizer
from tests.worlds import PRETRAIN, finish, node, prepared_study

LORA = {"lora": {"rank": 2}}
ARM, LAST = "intermediate commonsenseqa, seed 1", "target udpos after commonsenseqa, seed 1"


def a_study(world: Path, store: Path, encoder: Mapping[str, Any], **changes: Any) -> Prepared:
    """Of two stages from that encoder, finished."""
    changes = {"encoders": [encoder], "targets": ["udpos"], **changes}
    prepared = prepared_study(world, store, changes)
    finish(prepared)
    return prepared


@pytest.fixture(scope="module")
def adapted(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """From a pretrained encoder, every step finished; nobody writes in it."""
    return a_study(world, tmp_path_factory.mktemp("adapted") / "store", {**PRETRAIN, "adaptation": LORA})


def folder_of(prepared: Prepared, title: str) -> Path:
    """Where that step lies."""
    return prepared.place.store.folder(node(prepared.plan, title).key)


def weights_of(prepared: Prepared, title: str) -> dict[str, torch.Tensor]:
    """Of the encoder that the step left, made whole."""
    return parameters(load_start(prepared.place, node(prepared.plan, title).key).encoder.model)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Stages in their order, layers by name, whatever dots are in it."""
    drawn = torch.Generator().manual_seed(1)
    stages = tuple(
        {
            name: Product(torch.randn(2, 3, generator=drawn), torch.randn(4, 2, generator=drawn))
            for name in ("layer.1.up", "q")
        }
        for _ in range(11)
    )
    assert read_beside(tmp_path) is None
    beside = Beside("b" * 64, "encoder:x", stages)
    write_beside(tmp_path, beside)
    found = read_beside(tmp_path)
    assert found is not None
    assert (found.base, found.origin, len(found.stages)) == (beside.base, beside.origin, 11)
    for ours, theirs in zip(found.stages, stages, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(a, b) for n in ours for a, b in zip(ours[n], theirs[n], strict=True))
    (tmp_path / "adapters.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"adapters.safetensors is damaged.*run the study again"):
        read_beside(tmp_path)


def test_what_is_added_by_hand() -> None:
    """``up @ down``, to the weight of that layer alone."""
    model = torch.nn.ModuleDict({"a": torch.nn.Linear(2, 2), "b": torch.nn.Linear(2, 2)})
    before = parameters(model)
    add(model, {"a": Product(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [-1.0]]))})
    after = parameters(model)
    torch.testing.assert_close(
        after["a.weight"] - before["a.weight"], torch.tensor([[3.0, 6.0], [-1.0, -2.0]])
    )
    assert all(torch.equal(after[name], before[name]) for name in before if name != "a.weight")


def test_adapted_steps_hold_matrices_of_every_stage_and_share_a_base(adapted: Prepared) -> None:
    """Nothing of the encoder itself; of a finished step the base is the same file."""
    store, pretrained = adapted.place.store, folder_of(adapted, "pretrain tiny")
    for title, stages in ((ARM, 1), (LAST, 2)):
        model = folder_of(adapted, title) / "model"
        assert {path.name for path in model.iterdir()} == {"config.json", "adapters.safetensors"}
        found = read_beside(model)
        assert found is not None
        assert (found.base, found.origin) == (pretrained.name, pretrained.name)
        assert len(found.stages) == stages
    assert [path.name for path in store.bases.iterdir()] == [pretrained.name]
    kept = base_folder(store, pretrained.name) / "model.safetensors"
    assert kept.samefile(pretrained / "model" / "model.safetensors")


def test_a_step_needs_neither_its_parents_weights_nor_the_given_encoder(world: Path, tmp_path: Path) -> None:
    """Both may be deleted: the same model, which predicts."""
    given = encoder_folder(tmp_path / "given")
    source = {"name": "mine", "source": str(given), "adaptation": LORA, "retrieval_layer": 2}
    prepared = a_study(world, tmp_path / "store", source)
    key, expected = node(prepared.plan, LAST).key, weights_of(prepared, LAST)
    begun = parameters(load_model(given))
    changed = {name for name in begun if not torch.equal(begun[name], expected[name])}
    assert {name.split(".")[-2] for name in changed} == {"query", "value"}
    shutil.rmtree(given)
    shutil.rmtree(folder_of(prepared, ARM) / "model")
    assert same_bits(weights_of(prepared, LAST), expected)
    again = {"name": "again", "source": key, "retrieval_layer": 2}
    found = a_study(world, tmp_path / "store", again, targets=["tatoeba"], intermediate=[])
    rows = study_rows(found.place.store, found.plan)
    assert set(rows["target"]) == {"tatoeba"}
    assert all("lora" in cell.caveats for cell in found.plan.cells)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(("first", "second"), [("full", LORA), (LORA, "full"), (LORA, LORA)])
def test_either_way_goes_on_from_the_other(
    first: object, second: object, elsewhere: bool, world: Path, tmp_path: Path
) -> None:
    """From a step in the same store, by its key, or from its folder in another store, which then may go."""
    one = a_study(world, tmp_path / "one", {**PRETRAIN, "adaptation": first}, intermediate=[])
    title = "target udpos, seed 1"
    expected = weights_of(one, title)
    source = str(folder_of(one, title)) if elsewhere else node(one.plan, title).key
    store = tmp_path / ("two" if elsewhere else "one")
    changes = {"targets": ["tydiqa"], "intermediate": []}
    two = a_study(world, store, {"name": "on", "source": source, "adaptation": second}, **changes)
    if elsewhere:
        shutil.rmtree(tmp_path / "one")
    title = "target tydiqa, seed 1"
    found = weights_of(two, title)
    moved = {name for name in expected if not torch.equal(expected[name], found[name])}
    assert found.keys() == expected.keys()
    if second == "full":
        assert len(moved) > len(expected) / 2
        assert read_rows(folder_of(two, title) / "model") is not None
    else:
        assert {name.split(".")[-2] for name in moved} == {"query", "value"}
        beside = read_beside(folder_of(two, title) / "model")
        assert beside is not None
        assert len(beside.stages) == (2 if first == LORA and not elsewhere else 1)


def test_a_decoder_sees_as_it_was_trained(world: Path, tmp_path: Path) -> None:
    """What its tokens see is the step's, not that of the base, which sees one way."""
    given = decoder_folder(tmp_path / "qwen")
    source = {"name": "qwen", "source": str(given), "adaptation": LORA, "attention": "bidirectional"}
    prepared = a_study(world, tmp_path / "store", source, intermediate=[])
    model = folder_of(prepared, "target udpos, seed 1") / "model"
    whole: Any = load_model(model)
    assert whole.config.is_causal is False
    assert not any(getattr(layer, "is_causal", False) for layer in whole.modules())
    assert set(study_rows(prepared.place.store, prepared.plan)["target"]) == {"udpos"}


def test_a_lost_or_changed_base_is_named(adapted: Prepared, tmp_path: Path) -> None:
    """With what to do."""
    place = copied_place(adapted.place, tmp_path)
    key = node(adapted.plan, LAST).key
    (path,) = place.store.bases.rglob("model.safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"damaged: model.safetensors is not what was published. Delete that"):
        load_start(place, key)
    shutil.rmtree(path.parent)
    with pytest.raises(UserError, match=r"which adapted steps go back to, is damaged: it is missing"):
        load_start(place, key)


def test_an_adapted_model_outside_its_store_says_so(adapted: Prepared, tmp_path: Path) -> None:
    """Copied elsewhere its matrices alone are of no use."""
    shutil.copytree(folder_of(adapted, LAST), tmp_path / "copy")
    with pytest.raises(UserError, match=r"holds only the matrices that were trained.*by its key"):
        load_model(tmp_path / "copy" / "model")


def test_a_base_is_kept_once_and_copied_where_it_may_change(tmp_path: Path) -> None:
    """A given encoder's folder is not the store's, so a later change there changes nothing here."""
    store, given = open_store(tmp_path / "store"), tmp_path / "given"
    encoder_model(tiny_tokenizer("wordpiece")).save_pretrained(given)
    name = keep_base(store, "encoder:abc", given)
    kept = store.bases / name / "model.safetensors"
    before = load_file(kept)
    (given / "model.safetensors").write_bytes(b"another")
    assert keep_base(store, "encoder:abc", given) == name == "abc"
    assert same_bits(load_file(base_folder(store, name) / "model.safetensors"), before)
    assert not kept.samefile(given / "model.safetensors")
    assert {path.name for path in store.bases.iterdir()} == {"abc"}
