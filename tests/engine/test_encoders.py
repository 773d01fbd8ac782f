"""Tests of finding given encoders: folders and hub snapshots."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import huggingface_hub
import pytest

from stiltwalk.data.files import content_sha256
from stiltwalk.engine import encoders
from stiltwalk.engine.encoders import layers_of, locate_encoder
from stiltwalk.spec.errors import UserError


def _write(folder: Path, config: str = '{"num_hidden_layers": 2}') -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config)
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_folder_is_known_by_its_content(tmp_path: Path) -> None:
    """The same files elsewhere have the same fingerprint; changed weights have another."""
    one, two = _write(tmp_path / "one"), _write(tmp_path / "two")
    found = locate_encoder(str(one), None, content_sha256)
    assert (found.folder, found.layers) == (one, 2)
    assert found.fingerprint == locate_encoder(str(two), None, content_sha256).fingerprint
    (two / "model.safetensors").write_bytes(b"others!")
    assert found.fingerprint != locate_encoder(str(two), None, content_sha256).fingerprint


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    """A folder with weights of another kind only is refused with the cure."""
    folder = _write(tmp_path / "old")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"holds no safetensors weights.*Save the model with save_pretrained"):
        locate_encoder(str(folder), None, content_sha256)


@pytest.mark.parametrize(
    ("config", "message"),
    [("{", "config.json: "), ('{"hidden_size": 4}', "does not say how many layers")],
)
def test_a_config_without_a_depth(tmp_path: Path, config: str, message: str) -> None:
    """A config that cannot be read, or does not say the depth, is named."""
    with pytest.raises(UserError, match=message):
        layers_of(_write(tmp_path / "e", config))


@pytest.mark.parametrize("name", ["num_hidden_layers", "num_layers", "n_layers"])
def test_the_depth_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    """Architectures call the number of layers differently."""
    assert layers_of(_write(tmp_path / "e", f'{{"{name}": 7}}')) == 7


def test_a_hub_id_from_the_local_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot in the hub's documented cache layout serves without a network."""
    cache = tmp_path / "hub"
    repository = cache / "models--owner--tiny"
    _write(repository / "snapshots" / ("a" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40)
    offline = partial(huggingface_hub.snapshot_download, cache_dir=cache, local_files_only=True)
    monkeypatch.setattr(encoders, "snapshot_download", offline)
    assert locate_encoder("owner/tiny", None, content_sha256).layers == 2
    with pytest.raises(UserError, match="neither a folder nor in the local hub cache"):
        locate_encoder("owner/huge", None, content_sha256)


def test_neither_folder_nor_hub_id() -> None:
    """A name of another form is said to be neither."""
    with pytest.raises(UserError, match=r"no such folder, and no hub id \(a hub id is OWNER/NAME\)"):
        locate_encoder("./no/such/folder", None, content_sha256)
