"""Tests of finding given encoders: folders and hub snapshots."""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]  # loaded late

from stiltwalk.data.files import content_sha256
from stiltwalk.engine import encoders
from stiltwalk.engine.encoders import layers_of, locate_encoder, packaged_encoder, packaged_encoders
from stiltwalk.spec.errors import UserError
from tests.sentence_encoders import write_sentence_encoder


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
    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    assert locate_encoder("owner/tiny", None, content_sha256).layers == 2
    with pytest.raises(UserError, match="neither a folder nor in the local hub cache"):
        locate_encoder("owner/huge", None, content_sha256)


def test_neither_folder_nor_hub_id() -> None:
    """A name of another form is said to be neither."""
    with pytest.raises(UserError, match=r"no such folder, and no hub id \(a hub id is OWNER/NAME\)"):
        locate_encoder("./no/such/folder", None, content_sha256)


@pytest.mark.parametrize("name", ["pocket-xx", "poket-s"])
def test_a_packaged_encoder_misspelt(name: str) -> None:
    """The nearest is named, and no hub is asked."""
    with pytest.raises(UserError, match=f"no packaged encoder '{name}'. Did you mean 'pocket-x?s'"):
        locate_encoder(name, None, content_sha256)


def _laid_out(folder: Path) -> Path:
    """An encoder as a step leaves it: model, tokenizer and heads."""
    _write(folder / "model", '{"num_hidden_layers": 3}')
    for name, content in (("tokenizer/tokenizer.json", "{}"), ("heads/masked-lm.safetensors", "head")):
        path = folder / name
        path.parent.mkdir()
        path.write_text(content)
    return folder


def _pack(folder: Path) -> Path:
    """The same with the manifest that packaged encoders come with."""
    _laid_out(folder)
    files = {
        path.relative_to(folder).as_posix(): {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.rglob("*.*"))
    }
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder


@pytest.fixture(name="package")
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose folder of encoders is made up."""
    root = tmp_path / "pocket"
    monkeypatch.setattr(encoders, "files_of", lambda name: root)
    return root / "encoders"


def test_a_folder_laid_out_as_a_step_is(tmp_path: Path) -> None:
    """Its model says how deep it is, and everything below counts, wherever it lies."""
    one, two = _laid_out(tmp_path / "one"), _laid_out(tmp_path / "two")
    found = locate_encoder(str(one), None, content_sha256)
    assert (found.folder, found.layers) == (one, 3)
    assert found.fingerprint == locate_encoder(str(two), None, content_sha256).fingerprint


@pytest.mark.parametrize(
    "name",
    [
        "model/model.safetensors",
        "model/config.json",
        "tokenizer/tokenizer.json",
        "heads/masked-lm.safetensors",
    ],
)
def test_every_part_of_the_layout_counts(tmp_path: Path, name: str) -> None:
    """Another content of model, tokenizer or a head is another encoder."""
    folder = _laid_out(tmp_path / "one")
    before = locate_encoder(str(folder), None, content_sha256).fingerprint
    path = folder / name
    path.write_text(path.read_text() + " ")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint != before


def test_what_is_no_part_of_the_layout_does_not_count(tmp_path: Path) -> None:
    """A log or a step's record beside the parts changes nothing; a further head does."""
    folder = _laid_out(tmp_path / "one")
    before = locate_encoder(str(folder), None, content_sha256).fingerprint
    for name in ("step.json", "log.jsonl", "model/notes.md", "model/deeper/a.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint == before
    (folder / "heads" / "other.safetensors").write_text("x")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint != before


def test_a_layout_without_weights_is_refused(tmp_path: Path) -> None:
    """A model in another format is named with the cure."""
    folder = _laid_out(tmp_path / "one")
    shutil.rmtree(folder / "heads")
    (folder / "model" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="holds no safetensors weights"):
        locate_encoder(str(folder), None, content_sha256)


@pytest.mark.parametrize("name", ["heads", "tokenizer", "onnx", "1_Pooling"])
def test_sub_folders_of_a_plain_folder_do_not_count(tmp_path: Path, name: str) -> None:
    """Of a folder as hubs have them the files at the top alone are the encoder."""
    folder = _write(tmp_path / "plain")
    before = locate_encoder(str(folder), None, content_sha256)
    (folder / name).mkdir()
    (folder / name / "config.json").write_text('{"num_hidden_layers": 9}')
    (folder / name / "masked-lm.safetensors").write_text("x")
    assert locate_encoder(str(folder), None, content_sha256) == before


def test_a_packaged_encoder_goes_by_its_name(package: Path) -> None:
    """Folders with a manifest are packaged encoders; a half-made one is none."""
    assert packaged_encoders() == {}
    folder = _pack(package / "pocket-t")
    _laid_out(package / "half-made")
    assert packaged_encoders() == {"pocket-t": folder}
    assert (packaged_encoder("pocket-t"), packaged_encoder("half-made")) == (folder, None)
    found = locate_encoder("pocket-t", None, content_sha256)
    assert (found.folder, found.layers) == (folder, 3)
    copied = shutil.copytree(folder, package.parent / "elsewhere")
    assert locate_encoder(str(copied), None, content_sha256).fingerprint == found.fingerprint


def test_a_folder_goes_before_a_packaged_encoder(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a folder of that name lies, it is meant."""
    _pack(package / "pocket-t")
    folder = _write(tmp_path / "work" / "pocket-t")
    monkeypatch.chdir(folder.parent)
    assert locate_encoder("pocket-t", None, content_sha256).layers == 2


@pytest.mark.parametrize("name", ["model/model.safetensors", "heads/masked-lm.safetensors"])
def test_a_damaged_packaged_encoder_is_refused(package: Path, name: str) -> None:
    """What is not what the package came with, or is gone, is named with the cure."""
    folder = _pack(package / "pocket-t")
    (folder / name).write_text("damaged")
    with pytest.raises(UserError, match=f"{name} is not what this package came with. Install stiltwalk anew"):
        locate_encoder("pocket-t", None, content_sha256)
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"{name} is not what this package came with"):
        locate_encoder("pocket-t", None, content_sha256)


def test_a_manifest_of_somebody_else_is_no_matter(tmp_path: Path) -> None:
    """A folder of the user's may hold a manifest.json of its own."""
    folder = _write(tmp_path / "mine")
    (folder / "manifest.json").write_text('{"name": "an app"}')
    assert locate_encoder(str(folder), None, content_sha256).layers == 2


@pytest.mark.parametrize(
    "name",
    ["modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "2_Dense/config.json"],
)
def test_every_part_of_a_sentence_encoder_counts(tmp_path: Path, name: str) -> None:
    """Another content of what its pipeline is read from is another encoder."""
    folder = write_sentence_encoder(tmp_path / "e")
    before = locate_encoder(str(folder), None, content_sha256)
    assert before.sentences is not None
    assert (before.sentences.pooling, before.layers) == ("cls", 2)
    (folder / name).write_text((folder / name).read_text() + " ")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint != before.fingerprint


def test_weights_behind_a_sentence_encoder_count(tmp_path: Path) -> None:
    """Those of the dense layer; a sub-folder that no module lies in does not."""
    folder = write_sentence_encoder(tmp_path / "e")
    before = locate_encoder(str(folder), None, content_sha256).fingerprint
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint == before
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"others")
    assert locate_encoder(str(folder), None, content_sha256).fingerprint != before


def test_a_snapshot_holds_the_sub_folders_of_a_sentence_encoder() -> None:
    """What is fetched from a hub is what is read, and no pickle."""
    wanted = ["modules.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"]
    unwanted = ["2_Dense/pytorch_model.bin", "modeling_own.py", "README.md"]
    found = filter_repo_objects([*wanted, *unwanted], allow_patterns=list(encoders.PATTERNS))
    assert list(found) == wanted
