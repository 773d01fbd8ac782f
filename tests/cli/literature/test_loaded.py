"""Tests of cli.literature.loaded: models by folder, by name and by key, as judge and as encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from stiltwalk.cli.literature.loaded import loaded_encoder, loaded_judge
from stiltwalk.literature.judging.verify import verified
from stiltwalk.literature.retrieval import Index
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store, open_store
from tests.literature.claims import claim, passage
from tests.nli_checkpoints import saved_nli


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(tmp_path / "store")


def test_a_judge_in_a_folder(store: Store, tmp_path: Path) -> None:
    """It judges claims by passages, the same each time; its name is the folder's and its content's."""
    judge = loaded_judge(str(saved_nli(tmp_path / "my-nli")), store)
    assert judge.name.startswith("my-nli (")
    assert str(tmp_path) not in judge.name
    claims = [claim("The dog sleeps ."), claim("The fox jumps .")]
    index = Index([passage("The dog jumps over the fox .", "a"), passage("A man sleeps .", "b")])
    found = list(verified(claims, index, judge))
    assert found == list(verified(claims, index, judge))
    assert [len(each.evidence) for each in found] == [2, 1]


def test_other_weights_are_another_judge(store: Store, tmp_path: Path) -> None:
    """The same name means the same judgements, so other weights at the same place have another name."""
    folder = saved_nli(tmp_path / "my-nli")
    before = loaded_judge(str(folder), store).name
    assert loaded_judge(str(folder), store).name == before
    path = folder / "model.safetensors"
    save_file({name: tensor + 1 for name, tensor in load_file(path).items()}, path, {"format": "pt"})
    assert loaded_judge(str(folder), store).name != before


def test_an_encoder_of_this_package(store: Store) -> None:
    """By its name: passages are found by words and by vectors."""
    embed = loaded_encoder("pocket-xs", store)
    index = Index([passage("the dog sleeps", "a"), passage("ein Fluss", "b")], embed)
    assert index.name.startswith("BM25 and pocket-xs (")
    found = index.search(claim("the dog sleeps"), 8)
    assert [hit.passage.work for hit in found] == ["a", "b"]
    np.testing.assert_allclose(np.linalg.norm(embed(["the dog"]), axis=1), 1, atol=1e-5)


def test_no_such_model(store: Store, tmp_path: Path) -> None:
    """Neither a folder nor a hub id; a folder without weights."""
    with pytest.raises(UserError, match="There is no encoder 'nothing here': no such folder, and no hub id"):
        loaded_judge("nothing here", store)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no safetensors weights"):
        loaded_encoder(str(tmp_path / "empty"), store)
