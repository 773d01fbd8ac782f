"""Tests of engine.encoder_sizes: the shape of an encoder of a study, without fetching anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stiltwalk.engine import encoder_sizes
from stiltwalk.engine.encoder_sizes import sizes_before
from stiltwalk.plan.sizes import Sizes
from stiltwalk.spec.encoders import EncoderChoice, MaskedLm, Pretrain, Shape
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store, open_store

CONFIG = {"num_hidden_layers": 2, "hidden_size": 128, "vocab_size": 9}
EXPECTED = Sizes(2, 128, 512, 2, 9, 0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return open_store(tmp_path / "store")


@pytest.fixture(autouse=True)
def _nothing_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has fetched before."""
    monkeypatch.setattr(encoder_sizes, "try_to_load_from_cache", lambda *_, revision: None)


def chosen(source: str) -> EncoderChoice:
    """An encoder of a study by where it comes from."""
    return EncoderChoice(name="one", source=source)


def config_in(folder: Path) -> Path:
    """A folder with a config."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def test_of_a_folder(store: Store, tmp_path: Path) -> None:
    """As transformers saves an encoder, or as a step is laid out."""
    assert sizes_before(chosen(str(config_in(tmp_path / "plain"))), store) == EXPECTED
    config_in(tmp_path / "step" / "model")
    assert sizes_before(chosen(str(tmp_path / "step")), store) == EXPECTED


def test_of_the_hub_cache(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies there speaks for itself, also of an encoder whose published counts are known."""
    path = config_in(tmp_path / "snapshot") / "config.json"
    monkeypatch.setattr(encoder_sizes, "try_to_load_from_cache", lambda *_, revision: str(path))
    assert sizes_before(chosen("facebook/xlm-roberta-xl"), store) == EXPECTED


def test_of_a_known_name(store: Store) -> None:
    """From published counts, of 3.5 B parameters here."""
    sizes = sizes_before(chosen("facebook/xlm-roberta-xl"), store)
    assert (sizes.layers, sizes.hidden) == (36, 2560)
    assert sizes.parameters == pytest.approx(3.47e9, rel=0.005)


def test_of_this_package_and_of_a_recipe(store: Store) -> None:
    """Neither needs anything else."""
    assert sizes_before(chosen("pocket-s"), store).parameters < 5e6
    recipe = Pretrain(
        shape=Shape(layers=2, hidden=128), text=("udhr",), vocabulary_size=900, training=MaskedLm(steps=1)
    )
    made = EncoderChoice(name="made", pretrain=recipe)
    assert sizes_before(made, store) == Sizes(2, 128, 512, 2, 900, 512)


@pytest.mark.parametrize("source", ["facebook/xlm-roberta-xll", "facebook/xlm-roberta-x", "no such folder/"])
def test_of_an_encoder_that_nobody_knows(store: Store, source: str) -> None:
    """The nearest name is told, and what to give."""
    with pytest.raises(
        UserError, match=r"sizes of encoder '.*' are not known: .* Give a folder with its"
    ) as error:
        sizes_before(chosen(source), store)
    assert ("Did you mean 'facebook/xlm-roberta-xl'" in str(error.value)) == source.startswith("facebook/")
