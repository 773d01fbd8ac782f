"""Tests of encoder records: shapes, origins and the layer that sentence vectors come from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec.encoders import KNOWN_ENCODERS, EncoderChoice, MaskedLm, Pretrain, Shape, retrieval_layer
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.record import parse

MADE: dict[str, Any] = {
    "shape": {"layers": 2, "hidden": 8},
    "text": ["some-text"],
    "training": {"steps": 5},
}


@pytest.mark.parametrize(
    ("hidden", "heads", "expected"), [(1024, None, 16), (64, None, 2), (128, None, 2), (96, 3, 3)]
)
def test_attention_heads(hidden: int, heads: int | None, expected: int) -> None:
    """Without a choice there is one head for every 64 of width, and never fewer than two."""
    assert Shape(layers=1, hidden=hidden, heads=heads).attention_heads == expected


@pytest.mark.parametrize(("hidden", "heads"), [(100, 3), (5, None)])
def test_heads_divide_the_width(hidden: int, heads: int | None) -> None:
    """A width that the heads do not divide is refused, chosen or not."""
    message = rf"hidden \({hidden}\) is not a multiple of heads \({heads or 2}\)"
    with pytest.raises(StudyError, match=message):
        parse(Shape, {"layers": 1, "hidden": hidden, "heads": heads}, "here")


@settings(deadline=None)
@given(st.integers(4, 4096), st.one_of(st.none(), st.integers(1, 64)))
def test_every_accepted_shape_can_be_built(hidden: int, heads: int | None) -> None:
    """A shape is either refused or has heads of equal width."""
    try:
        shape = parse(Shape, {"layers": 1, "hidden": hidden, "heads": heads}, "here")
    except StudyError:
        return
    assert shape.hidden % shape.attention_heads == 0


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("FacebookAI/xlm-roberta-base", "xlm-roberta-base"),
        ("my-encoder", "my-encoder"),
        ("models/mine/", "mine"),
    ],
)
def test_an_encoder_from_a_plain_string(raw: str, name: str) -> None:
    """A hub id or folder is enough; rows call it by its last part."""
    choice = parse(EncoderChoice, raw, "here")
    assert (choice.name, choice.source, choice.pretrain) == (name, raw, None)


@pytest.mark.parametrize("raw", [{"name": "e"}, {"name": "e", "source": "x/y", "pretrain": MADE}])
def test_an_encoder_has_one_origin(raw: dict[str, Any]) -> None:
    """An encoder is either given or made; neither and both are refused."""
    with pytest.raises(StudyError, match="encoder 'e' needs exactly one of 'source' and 'pretrain'"):
        parse(EncoderChoice, raw, "here")


def test_an_encoder_made_here() -> None:
    """A pretraining recipe needs a shape, text and steps; the rest has published defaults."""
    made = parse(EncoderChoice, {"name": "e", "pretrain": MADE}, "here").pretrain
    assert isinstance(made, Pretrain)
    # masking of Devlin et al. 2019, language sampling of Conneau et al. 2020
    assert (made.training.mask_share, made.training.language_exponent) == (0.15, 0.3)
    assert (made.vocabulary, made.vocabulary_kind, made.threads) == (None, "unigram", 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": []}, r"text: expected 1 or more entries"),
        ({"training": {"steps": 0}}, r"training\.steps: .*expected at least 1, found 0"),
        ({"training": {"steps": 1, "mask_share": 0}}, r"mask_share: .*expected more than 0, found 0"),
        (
            {"vocabulary_kind": "bpe"},
            r"vocabulary_kind: expected 'wordpiece' or 'unigram', found 'bpe'",
        ),
    ],
)
def test_a_bad_pretraining_recipe(changes: dict[str, Any], message: str) -> None:
    """A value out of range is named and shown."""
    with pytest.raises(StudyError, match=message):
        parse(Pretrain, MADE | changes, "here")


def test_masked_lm_steps_are_asked_for() -> None:
    """How long to pretrain is never guessed."""
    with pytest.raises(StudyError, match="steps: this field is needed"):
        parse(MaskedLm, {}, "here")


@pytest.mark.parametrize(
    ("source", "layers", "layer"),
    [
        ("FacebookAI/xlm-roberta-large", 24, 14),  # released code of Phang et al. 2020
        ("google-bert/bert-base-multilingual-cased", 12, 8),  # XTREME's scripts
        ("FacebookAI/xlm-roberta-base", 12, 7),
        ("facebook/xlm-roberta-xl", 36, 21),
        ("some/other", 2, 1),
    ],
)
def test_retrieval_layer(source: str, layers: int, layer: int) -> None:
    """The published layer is used where there is one, else the one at 14/24 of the depth."""
    assert retrieval_layer(EncoderChoice(name="e", source=source), layers) == layer


def test_a_chosen_retrieval_layer() -> None:
    """The study's own choice goes over the published one; 0 is the embeddings."""
    choice = EncoderChoice(name="e", source="FacebookAI/xlm-roberta-large", retrieval_layer=0)
    assert retrieval_layer(choice, 24) == 0
    assert retrieval_layer(choice.replace({"retrieval_layer": 24}), 24) == 24


def test_a_retrieval_layer_too_deep() -> None:
    """A layer that the encoder does not have is refused, with those it has."""
    choice = EncoderChoice(name="e", source="x/y", retrieval_layer=5)
    with pytest.raises(
        Exception, match="'e' has 4 layers, so hidden states 0 to 4; retrieval_layer 5 is none"
    ):
        retrieval_layer(choice, 4)


@settings(deadline=None)
@given(st.integers(1, 200))
def test_the_default_layer_exists(layers: int) -> None:
    """At any depth the default is one of the hidden states."""
    assert 0 <= retrieval_layer(EncoderChoice(name="e", source="x/y"), layers) <= layers


def test_known_encoders() -> None:
    """A known encoder's layers fit its depth, and its embeddings are part of its parameters."""
    for hub, known in KNOWN_ENCODERS.items():
        assert hub == known.hub
        assert known.encoder_parameters < known.parameters
        assert known.retrieval_layer is None or known.retrieval_layer <= known.layers
