"""The shape of an encoder, and what it makes of parameters: from a config, a recipe, or published counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stiltwalk.spec.encoders import KnownEncoder, Shape

GIVEN_VOCABULARY = 250_002
"""Rows to expect where a vocabulary is given and nothing is known of it: XLM-R's."""

_GATED = frozenset({"eurobert", "gemma3_text", "gte", "llama", "modernbert", "qwen2", "qwen3"})
"""Architectures whose feed-forward is gated; of T5's kin the config says so."""

_BY_DISTANCE = frozenset({"mt5", "t5", "umt5"})
"""Architectures whose attention adds what two tokens' distance says."""

_TURNED = (
    "rope_theta",
    "rope_parameters",
    "rope_scaling",
    "global_rope_theta",
    "relative_attention_num_buckets",
)
"""What the config of an encoder says that has no table of positions."""


class Sizes(NamedTuple):
    """The shape of an encoder.

    Attributes:
        layers: depth.
        hidden: width.
        feed_forward: inner width.
        heads: of queries.
        vocabulary: rows of the embedding table.
        positions: rows of the table of positions; 0 where there is none.
        key_heads: heads of keys and values; 0: as many as of queries.
        head_width: of each head; 0: the width over the heads.
        gated: whether feed-forward has a third matrix, its gate.
        distances: whether attention adds what two tokens' distance says, as T5's kin do.
    """

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    vocabulary: int
    positions: int = 512
    key_heads: int = 0
    head_width: int = 0
    gated: bool = False
    distances: bool = False

    @property
    def queries(self) -> int:
        """Width of all queries together."""
        return self.heads * self.head_width or self.hidden

    @property
    def keys(self) -> int:
        """Width of all keys together, or of all values."""
        return self.queries * (self.key_heads or self.heads) // self.heads

    @property
    def table(self) -> int:
        """Parameters of the embedding table."""
        return self.vocabulary * self.hidden

    @property
    def layer(self) -> int:
        """Parameters of one layer: attention, feed-forward, their biases and two norms."""
        attention = 2 * self.hidden * (self.queries + self.keys)
        inner = (3 if self.gated else 2) * self.hidden * self.feed_forward
        if self.gated or self.distances:  # such encoders have no biases
            return attention + inner + 2 * self.hidden
        return attention + inner + self.queries + 2 * self.keys + self.feed_forward + 6 * self.hidden

    @property
    def inside(self) -> int:
        """Parameters of all layers."""
        return self.layers * self.layer

    @property
    def parameters(self) -> int:
        """All parameters: layers, table, positions, and the embeddings' norm."""
        return self.inside + self.table + (self.positions + 2) * self.hidden


def sizes_of_known(known: KnownEncoder) -> Sizes:
    """The shape that published counts leave: of parameters, and of those outside the embeddings.

    The inner width, the rows of the table and the positions that go with them follow from the counts, with
    two matrices of feed-forward; heads are taken for 64 wide.
    """
    width = known.hidden
    inner = known.encoder_parameters * 1e6 / known.layers / width
    rows = (known.parameters - known.encoder_parameters) * 1e6 / width
    heads = max(1, width // 64)
    return Sizes(known.layers, width, round((inner - 4 * width) / 2), heads, round(rows), positions=0)


def sizes_to_be(shape: Shape, rows: int) -> Sizes:
    """The shape of an encoder that pretraining makes with a vocabulary of ``rows`` (0: it is given)."""
    inner = shape.feed_forward or 4 * shape.hidden
    heads = shape.attention_heads
    return Sizes(shape.layers, shape.hidden, inner, heads, rows or GIVEN_VOCABULARY, shape.max_tokens)


def sizes_in(config: Mapping[str, Any]) -> Sizes | None:
    """The shape that a config of transformers describes; ``None`` if it does not say enough."""
    layers = _first(config, ("num_hidden_layers", "num_layers", "n_layers"))
    hidden = _first(config, ("hidden_size", "d_model", "dim"))
    vocabulary = _first(config, ("vocab_size",))
    if layers is None or hidden is None or vocabulary is None:
        return None
    kind = config.get("model_type")
    return Sizes(
        layers,
        hidden,
        _first(config, ("intermediate_size", "d_ff", "hidden_dim")) or 4 * hidden,
        _first(config, ("num_attention_heads", "num_heads", "n_heads")) or max(1, hidden // 64),
        vocabulary,
        0 if any(name in config for name in _TURNED) else _first(config, ("max_position_embeddings",)) or 0,
        _first(config, ("num_key_value_heads",)) or 0,
        _first(config, ("head_dim", "d_kv")) or 0,
        gated=kind in _GATED or str(config.get("feed_forward_proj", "")).startswith("gated"),
        distances=kind in _BY_DISTANCE,
    )


def _first(config: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return next((config[name] for name in names if isinstance(config.get(name), int)), None)
