"""How much memory training an encoder takes on each card: arithmetic, before anything runs.

In bytes, for an encoder of width H, inner width F, queries A and keys K wide in all, P parameters trained:

    state         16 · P: weight, gradient and AdamW's two moments in fp32; 4 more a frozen parameter; with
                  bf16 2 more a parameter of the layers, for the copies that products are made with
    a layer       for every token laid out:
                  b · (2 H + 2 A + 2 K + 2 F)   what goes into products and into attention, b = 4; with bf16
                                                b = 2 and 2 H more, as each product has a copy of its own
                  8 · H                         what two norms read
                  2 · b · H                     masks of two dropouts; on an accelerator 2 · H
                  4 · heads                     of a kernel of attention; with dropout a processor has none,
                                                and keeps 12 · heads · length in scores (bf16: 10)
                  gated feed-forward: 2 b F more, and 8 H for norms that are made of several operations
    last layer    what stands behind attention's mixing only for the share of tokens that is read
    checkpointed  4 · H a token and layer, and one layer as above, which is computed again
    LoRA          what goes into frozen products is not kept
    around them   12 · H a token and its masks, of embeddings and of what reads the last states
    masked LM     12 · masked tokens · vocabulary: scores, their softmax and their gradient
    n cards       state / n, and of the largest piece (the table, or a layer) weights and gradient, gathered

Tests hold this against what small encoders of XLM-R's, XLM-R XL's and EuroBERT's kind keep. T5's kin keep up
to 1.6 times as much: their activation and their distances are worked out step by step. Texts, workspace of
kernels and a process's own context are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from stiltwalk.plan.sizes import Sizes

TRIMMED_ROWS = 45_000
"""Rows of a multilingual table that English training text touches, at most; an estimate."""

LORA_RANK = 8
"""Rank of the matrices that LoRA adds beside those of query and value."""

Way = Literal["full", "trimmed", "checkpointed", "lora"]
"""How an encoder is trained: as it is; with the touched rows of its table alone; keeping the inputs of layers
alone; or frozen, with small matrices beside its own."""

WAYS: tuple[Way, ...] = ("full", "trimmed", "checkpointed", "lora")


class Pass(NamedTuple):
    """One pass forward and back.

    Attributes:
        tokens: laid out, padding included.
        length: of the longest sequence, in tokens.
        read: share of the tokens whose last state is read.
        half: whether products are made in bf16 (autocast).
        dropout: whether there is any.
        accelerator: whether it runs on one.
        masked: share of the tokens whose masked-LM scores are worked out.
    """

    tokens: int
    length: int
    read: float = 1.0
    half: bool = False
    dropout: bool = True
    accelerator: bool = True
    masked: float = 0.0


class Need(NamedTuple):
    """What each card must hold.

    Attributes:
        way: how the encoder is trained.
        cards: over how many its state is cut.
        state: bytes of weights, gradients and moments.
        gathered: bytes of the piece that is whole for the moment; 0 on one card.
        activations: bytes that one pass keeps for its way back.
    """

    way: Way
    cards: int
    state: int
    gathered: int
    activations: int

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.state + self.gathered + self.activations


def trimmed_rows(sizes: Sizes) -> int:
    """Rows of the table that are trained where it is trimmed."""
    return min(sizes.vocabulary, TRIMMED_ROWS)


def state(trained: int, frozen: int = 0) -> int:
    """Bytes of ``trained`` parameters with gradient and moments, and of ``frozen`` ones, in fp32."""
    return 16 * trained + 4 * frozen


def activations(sizes: Sizes, batch: Pass, way: Way = "full") -> int:
    """Bytes that one pass keeps for its way back: see the top of this file."""
    layer = _mixing(sizes, batch, way) + _behind(sizes, batch, way)
    last = _mixing(sizes, batch, way) + batch.read * _behind(sizes, batch, way)
    if way == "checkpointed":
        # the last layer is over before another one is worked out again
        layers = 4 * sizes.hidden * (sizes.layers - 1) + (layer if sizes.layers > 1 else last)
    else:
        layers = layer * (sizes.layers - 1) + last
    scores = 12 * batch.tokens * batch.masked * sizes.vocabulary
    return round(batch.tokens * (layers + _around(sizes, batch)) + scores)


def prediction(sizes: Sizes, batch: Pass) -> int:
    """Bytes of the states of one layer, and of one state a layer, as a pass without a way back holds them."""
    states = 8 * sizes.hidden + 2 * sizes.feed_forward + sizes.hidden * (sizes.layers + 1)
    return batch.tokens * (4 * states + 12 * sizes.heads * batch.length)


def lora_parameters(sizes: Sizes, rank: int = LORA_RANK) -> int:
    """Parameters of matrices of ``rank`` beside those of query and value."""
    return sizes.layers * rank * (2 * sizes.hidden + sizes.queries + sizes.keys)


def need(sizes: Sizes, batch: Pass, way: Way = "full", cards: int = 1) -> Need:
    """What each of ``cards`` must hold for one such pass after the other.

    Each card has passes of its own; weights, gradients and moments are cut over all of them.
    """
    trained, frozen = sizes.parameters, 0
    if way == "trimmed":
        trained -= (sizes.vocabulary - trimmed_rows(sizes)) * sizes.hidden
    elif way == "lora":
        trained, frozen = lora_parameters(sizes), sizes.parameters
    whole = state(trained, frozen) + (2 * sizes.inside if batch.half else 0)
    rows = trained - sizes.inside if way == "trimmed" else sizes.table
    piece = (4 if way == "lora" else 8) * max(sizes.layer, rows)
    return Need(way, cards, -(-whole // cards), piece if cards > 1 else 0, activations(sizes, batch, way))


def needs(sizes: Sizes, batch: Pass, cards: Iterable[int]) -> Iterator[Need]:
    """Every way on every number of cards; not trimmed where a masked-LM loss touches every row."""
    ways = [way for way in WAYS if not (way == "trimmed" and batch.masked)]
    return (need(sizes, batch, way, count) for count in cards for way in ways)


def _mixing(sizes: Sizes, batch: Pass, way: Way) -> int:
    """Bytes that a layer keeps for every token, whether or not its last state is read."""
    width, frozen = _width(batch), way == "lora"
    # autocast makes a copy of what goes into a product for each of them
    inputs = 1 if not batch.half else 2 if frozen else 3
    kept = width * (inputs * sizes.hidden + sizes.queries + 2 * sizes.keys)
    if _step_by_step(batch):
        scores = (10 if batch.half else 12) * sizes.heads * batch.length
    else:  # a kernel keeps its answer, and one number a head
        scores = width * sizes.queries + 4 * sizes.heads
    return kept + scores + (_norms(sizes, frozen) if sizes.gated else 0)


def _behind(sizes: Sizes, batch: Pass, way: Way) -> int:
    """Bytes that a layer keeps behind that, for every token that it is given there."""
    width, frozen = _width(batch), way == "lora"
    inner = (4 if sizes.gated else 2) * sizes.feed_forward
    if frozen:
        inputs, inner = 0, inner - sizes.feed_forward
    else:
        inputs = sizes.hidden * (2 if sizes.gated and batch.half else 1)
        inputs += sizes.queries if _step_by_step(batch) else 0
    norms = 0 if sizes.gated else _norms(sizes, frozen)
    return width * (inputs + inner) + norms + 2 * _mask(sizes, batch)


def _around(sizes: Sizes, batch: Pass) -> float:
    """Bytes a token of the embeddings, and of what reads the last states."""
    first = 8 * sizes.hidden if sizes.gated else 4 * sizes.hidden + _mask(sizes, batch)
    return first + batch.read * (8 * sizes.hidden + _mask(sizes, batch))


def _norms(sizes: Sizes, frozen: bool) -> int:
    """Bytes a token of a layer's two norms; those of gated encoders are made of several operations."""
    return 8 * sizes.hidden * (2 if sizes.gated and not frozen else 1)


def _mask(sizes: Sizes, batch: Pass) -> int:
    """Bytes a token of one dropout's mask."""
    if not batch.dropout:
        return 0
    return sizes.hidden * (1 if batch.accelerator else _width(batch))


def _step_by_step(batch: Pass) -> bool:
    """Whether attention is worked out without a kernel that does all of it."""
    return batch.dropout and not batch.accelerator


def _width(batch: Pass) -> int:
    """Bytes of a number in a product."""
    return 2 if batch.half else 4
