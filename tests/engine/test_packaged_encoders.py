"""The encoders that come with the package: whole, small, safe to read, and what their cards say."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import load_start, parameter_counts
from stiltwalk.compute.masked_lm import load_masked_lm_head
from stiltwalk.data.files import content_sha256
from stiltwalk.engine.encoders import described_packaged, locate_encoder, packaged_encoders
from stiltwalk.plan.references import base
from stiltwalk.pocket.generate import generate
from stiltwalk.pocket.voice import LANGUAGES
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store

NAMES = ("pocket-xs", "pocket-s", "pocket-m")
MOST_BYTES = 15_000_000


def test_all_three_are_there_and_small() -> None:
    """Three encoders in the order of their size, together at most 15 MB."""
    assert tuple(encoder.name for encoder in described_packaged()) == NAMES
    files = [path for folder in packaged_encoders().values() for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_checksums(name: str) -> None:
    """The manifest lists every file but itself, with its size and SHA-256; weights are safetensors alone."""
    folder = packaged_encoders()[name]
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert set(listed) == there
    for path, said in listed.items():
        content = (folder / path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (said["bytes"], said["sha256"])
    assert {Path(path).suffix for path in listed} <= {".json", ".safetensors", ".md"}


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_every_language(name: str, tmp_path: Path) -> None:
    """It loads without a hub, knows its head's languages, and meets no unknown piece in the world's text."""
    found = locate_encoder(name, None, content_sha256)
    place = Place(open_store(tmp_path / "s"), None, {found.fingerprint: found.folder}, {}, TASKS)
    start = load_start(place, base(found.fingerprint))
    _, languages = load_masked_lm_head(start.heads / "masked-lm.safetensors", start.encoder.model)
    assert sorted(languages) == sorted(LANGUAGES)
    (described,) = [encoder for encoder in described_packaged() if encoder.name == name]
    assert parameter_counts(start.encoder.model)["parameters"] == described.parameters
    for language in LANGUAGES:
        texts = [line.text for line in generate("text", "test", language, 50, 7)]  # type: ignore[union-attr]
        ids = start.encoder.tokenizer(texts)["input_ids"]
        assert not any(start.encoder.tokenizer.unk_token_id in row for row in ids), language


@pytest.mark.parametrize("name", NAMES)
def test_the_card_states_its_figures(name: str) -> None:
    """A model card stands beside the weights, with recipe, cost, loss and retrieval."""
    card = (packaged_encoders()[name] / "README.md").read_text()
    assert card.startswith(f"# {name}\n")
    for row in ("parameters", "recipe", "cost", "held-out masked-LM loss", "untouched retrieval", "licence"):
        assert f"| {row} |" in card


def test_a_damaged_encoder_is_refused(tmp_path: Path) -> None:
    """A file that is not what the package came with is named, before anything is computed."""
    folder = tmp_path / "copy"
    shutil.copytree(packaged_encoders()["pocket-xs"], folder)
    (folder / "model" / "config.json").write_text("{}")
    with pytest.raises(
        UserError, match=r"config\.json is not what this package came with\. Install stiltwalk"
    ):
        locate_encoder(str(folder), None, content_sha256)
