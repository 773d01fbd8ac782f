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
                  T5's kin: 5 b F more where gated, b F less where not, and with dropout a mask of F (not
                  gated: and b F); scores of attention, 4 · heads · length, b on an accelerator; 8 H for norms
    last layer    what stands behind attention's mixing only for the share of tokens that is read
    checkpointed  4 · H a token and layer, and one layer as above, which is computed again
    LoRA          what goes into frozen products is not kept
    around them   12 · H a token and its masks, of embeddings and of what reads the last states
    masked LM     12 · masked tokens · vocabulary: scores, their softmax and their gradient
    n cards       state / n but for copies in bf16, and whole for the moment what is outside the layers (the
                  table above all), and three times a layer: weights, gradient, and the next one's weights;
                  or, at the end of the way back, twice the gradient of what is outside, and its n-th part

Tests hold this against what small encoders of XLM-R's, XLM-R XL's, EuroBERT's and T5's kind keep on a
processor, and cut over two. Texts, workspace of kernels and of messages, and a process's own context are not
in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from stiltwalk.plan.sizes import Sizes

TRIMMED_ROWS = 45_000
"""Rows of a multilingual table that English training text touches, at most; an estimate."""

LARGEST_TRIMMED = 1_000_000_000
"""Parameters of the largest encoder whose table is trimmed: of a larger one it is a fifth of the state or
less, and of a step's time next to nothing (this project's arithmetic)."""

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
        gathered: bytes of the pieces that are whole for the moment, beside activations; 0 on one card.
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
        again = sizes.layers - 1 - sizes.distances  # the first one, which makes what distances add, is kept
        # the last layer is over before another one is worked out again
        layers = 4 * sizes.hidden * again + (layer if again > 0 else last) + layer * sizes.distances
    else:
        layers = layer * (sizes.layers - 1) + last
    scores = 12 * batch.tokens * batch.masked * sizes.vocabulary
    return round(batch.tokens * (layers + _around(sizes, batch)) + scores)


def prediction(sizes: Sizes, batch: Pass) -> int:
    """Bytes of the states of one layer, and of one state a layer, as a pass without a way back holds them."""
    states = 8 * sizes.hidden + 2 * sizes.feed_forward + sizes.hidden * (sizes.layers + 1)
    return batch.tokens * (4 * states + 12 * sizes.heads * batch.length)


def lora_parameters(sizes: Sizes, rank: int = LORA_RANK, *, everywhere: bool = False) -> int:
    """Parameters of matrices of ``rank`` beside those of query and value, or beside all of a layer."""
    attention = 2 * sizes.hidden + sizes.queries + sizes.keys
    if not everywhere:
        return sizes.layers * rank * attention
    inner = (3 if sizes.gated else 2) * (sizes.hidden + sizes.feed_forward)
    return sizes.layers * rank * (2 * attention + inner)


def need(sizes: Sizes, batch: Pass, way: Way = "full", cards: int = 1) -> Need:
    """What each of ``cards`` must hold for one such pass after the other.

    Each card has passes of its own; weights, gradients and moments are cut over all of them. Several passes
    make a step, so that gradients of one are there while the next keeps its activations.
    """
    trained, frozen = sizes.parameters, 0
    if way == "trimmed":
        trained -= (sizes.vocabulary - trimmed_rows(sizes)) * sizes.hidden
    elif way == "lora":
        trained, frozen = lora_parameters(sizes), sizes.parameters
    copies = 2 * sizes.inside if batch.half else 0
    held = -(-state(trained, frozen) // cards) + copies
    kept = activations(sizes, batch, way)
    outside = (trained if way == "trimmed" else sizes.parameters) - sizes.inside
    within = 4 * outside + 12 * sizes.layer
    at_the_end = 0 if way == "lora" else 8 * outside + 4 * outside // cards
    return Need(way, cards, held, max(within, at_the_end - kept) if cards > 1 else 0, kept)


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
        if sizes.distances:
            scores += _scores_of_distances(sizes, batch, frozen)
    return kept + scores + (_norms(sizes, frozen) if _norms_in_steps(sizes) else 0)


def _scores_of_distances(sizes: Sizes, batch: Pass, frozen: bool) -> int:
    """Bytes a token of attention that adds what learns, where there would else be a kernel for all of it."""
    if batch.accelerator:  # its kernel wants what is added laid out
        return _width(batch) * sizes.heads * batch.length
    # a processor takes it apart, in fp32, and keeps the answer for what is trained alone
    answer = _width(batch) * sizes.queries if frozen else 0
    fp32 = (4 - _width(batch)) * (sizes.queries + 2 * sizes.keys)
    return 4 * sizes.heads * batch.length + fp32 - answer


def _behind(sizes: Sizes, batch: Pass, way: Way) -> int:
    """Bytes that a layer keeps behind that, for every token that it is given there."""
    width, frozen = _width(batch), way == "lora"
    inner = _inner(sizes, batch, frozen) * sizes.feed_forward
    if frozen:
        inputs = 0
    else:
        inputs = sizes.hidden * (2 if sizes.gated and batch.half else 1)
        inputs += sizes.queries if _step_by_step(batch) else 0
    norms = 0 if _norms_in_steps(sizes) else _norms(sizes, frozen)
    masks = 2 * sizes.hidden + (sizes.feed_forward if sizes.distances else 0)
    return width * (inputs + inner) + norms + _mask(masks, batch)


def _inner(sizes: Sizes, batch: Pass, frozen: bool) -> int:
    """Numbers that a layer's feed-forward keeps for each of its inner width."""
    if not sizes.distances:
        return (4 if sizes.gated else 2) - frozen
    if sizes.gated:  # its GELU is made of several operations
        return 7 - frozen
    # ReLU keeps its answer, which is what goes into the next product, unless something is done to it
    return 1 if frozen else 1 + (batch.dropout or batch.half)


def _around(sizes: Sizes, batch: Pass) -> float:
    """Bytes a token of the embeddings, and of what reads the last states."""
    mask = _mask(sizes.hidden, batch)
    first = 8 * sizes.hidden if sizes.gated else 4 * sizes.hidden + mask
    return first + batch.read * (8 * sizes.hidden + mask)


def _norms(sizes: Sizes, frozen: bool) -> int:
    """Bytes a token of a layer's two norms."""
    return 8 * sizes.hidden * (2 if _norms_in_steps(sizes) and not frozen else 1)


def _norms_in_steps(sizes: Sizes) -> bool:
    """Whether norms are made of several operations, as those of newer encoders and of T5's kin are."""
    return sizes.gated or sizes.distances


def _mask(numbers: int, batch: Pass) -> int:
    """Bytes of masks of so many numbers."""
    if not batch.dropout:
        return 0
    return numbers * (1 if batch.accelerator else _width(batch))


def _step_by_step(batch: Pass) -> bool:
    """Whether attention is worked out without a kernel that does all of it."""
    return batch.dropout and not batch.accelerator


def _width(batch: Pass) -> int:
    """Bytes of a number in a product."""
    return 2 if batch.half else 4
