"""Tests of plan.sizes: shapes from configs and recipes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.plan.sizes import GIVEN_VOCABULARY, Sizes, sizes_in, sizes_to_be
from stiltwalk.spec.encoders import Shape

T5 = {"num_layers": 8, "d_model": 512, "d_ff": 1024, "num_heads": 6, "d_kv": 64, "vocab_size": 9}
ROTARY = {
    "model_type": "eurobert",
    "num_hidden_layers": 2,
    "hidden_size": 128,
    "intermediate_size": 320,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 9,
    "max_position_embeddings": 8192,
    "rope_theta": 1e4,
}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (T5, Sizes(8, 512, 1024, 6, 9, 0, 0, 64)),
        (
            T5 | {"feed_forward_proj": "gated-gelu", "model_type": "mt5"},
            Sizes(8, 512, 1024, 6, 9, 0, 0, 64, gated=True, distances=True),
        ),
        ({"num_hidden_layers": 2, "hidden_size": 128, "vocab_size": 9}, Sizes(2, 128, 512, 2, 9, 0)),
        (
            {"n_layers": 2, "dim": 32, "hidden_dim": 64, "n_heads": 4, "vocab_size": 9}
            | {"max_position_embeddings": 50},
            Sizes(2, 32, 64, 4, 9, 50),
        ),
        (ROTARY, Sizes(2, 128, 320, 4, 9, 0, 2, gated=True)),
        ({"num_hidden_layers": 2, "hidden_size": [128], "vocab_size": 9}, None),
        ({}, None),
    ],
)
def test_shapes_are_read_from_configs(config: Mapping[str, Any], expected: Sizes | None) -> None:
    """Whatever an architecture calls them; what it does not say is the usual, or unknown."""
    assert sizes_in(config) == expected


def test_widths_of_attention() -> None:
    """Heads may be wider than the hidden width over their number, and keys may be fewer."""
    own = Sizes(1, 512, 1024, 6, 9, head_width=64)
    assert (own.queries, own.keys) == (384, 384)
    shared = Sizes(1, 128, 320, 4, 9, key_heads=2)
    assert (shared.queries, shared.keys) == (128, 64)


def test_shapes_of_recipes() -> None:
    """With the defaults filled in; of a given vocabulary the size is not known before it is read."""
    shape = Shape(layers=2, hidden=128, max_tokens=64)
    assert sizes_to_be(shape, 1000) == Sizes(2, 128, 512, 2, 1000, 64)
    assert sizes_to_be(shape, 0).vocabulary == GIVEN_VOCABULARY
