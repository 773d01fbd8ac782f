"""Tests of compute.embedding_texts: vectors are those of transformers, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from stiltwalk.compute.embedding_texts import load_embedder
from stiltwalk.engine.encoders import packaged_encoders
from stiltwalk.spec.errors import UserError
from tests.compute.fakes import encoder_folder
from tests.sentence_encoders import MODULES, write_sentence_encoder

TEXTS = (
    "The quick brown fox",
    "Der Hund",
    "the letters that were found in the old house by the river again .",
    "Der Hund",
)


def by_hand(
    folder: Path, text: str, layer: int, longest: int = 256
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The mean of a layer's states over all tokens, of length 1, by transformers alone."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=longest)
        mean = model(**encoded, output_hidden_states=True).hidden_states[layer][0].mean(0)
    return (mean / mean.norm()).numpy()  # type: ignore[no-any-return]


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_the_mean_of_the_layer_that_retrieval_reads(architecture: str, tmp_path: Path) -> None:
    """14/24 of two layers is the first; each text has the vector that it has alone, and its place."""
    folder = encoder_folder(tmp_path / "e", architecture)
    embed = load_embedder(folder, "tiny")
    assert embed.name == "tiny (mean of layer 1)"
    found = embed(TEXTS)
    assert found.shape == (4, 16)
    assert found.dtype == np.float32
    for text, vector in zip(TEXTS, found, strict=True):
        np.testing.assert_allclose(vector, by_hand(folder, text, 1), atol=1e-5)


def test_a_prefix_is_put_in_front(tmp_path: Path) -> None:
    """A prefix is read as if it stood in the text; nothing else is changed."""
    folder = encoder_folder(tmp_path / "e")
    found = load_embedder(folder, "tiny", "query : ")(TEXTS)
    np.testing.assert_allclose(
        found, load_embedder(folder, "tiny")([f"query : {t}" for t in TEXTS]), atol=1e-6
    )


def test_a_sentence_encoder_s_own_pipeline(tmp_path: Path) -> None:
    """First token, cut at twelve tokens and brought to length 1, where the encoder was saved so."""
    folder = write_sentence_encoder(tmp_path / "e", MODULES[:2])
    embed = load_embedder(folder, "own")
    assert embed.name == "own"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    for text, vector in zip(TEXTS, embed(TEXTS), strict=True):
        with torch.no_grad():
            first = model(**tokenizer(text, return_tensors="pt", truncation=True, max_length=12))[0][0, 0]
        np.testing.assert_allclose(vector, (first / first.norm()).numpy(), atol=1e-5)


def test_a_packaged_encoder() -> None:
    """The small encoders of this package can be searched with; like is nearer than unlike."""
    embed = load_embedder(packaged_encoders()["pocket-xs"], "pocket-xs")
    found = embed(["the dog sleeps", "the dog sleeps", "a river"])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(found[0], found[1])
    assert found[0] @ found[1] > found[0] @ found[2]


def test_no_texts_and_odd_ones(tmp_path: Path) -> None:
    """No text makes no row; an empty one and one that is too long make finite vectors."""
    embed = load_embedder(encoder_folder(tmp_path / "e"), "tiny")
    assert len(embed([])) == 0
    assert np.isfinite(embed(["", "the old dog " * 500, "\u2603"])).all()


def test_no_encoder_is_refused(tmp_path: Path) -> None:
    """A folder without one is named."""
    with pytest.raises(UserError, match=r"No encoder can be read from .*nothing"):
        load_embedder(tmp_path / "nothing", "tiny")
