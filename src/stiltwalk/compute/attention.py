"""Attention inside each sequence of a flat batch, registered with transformers under a name of ours.

A flat batch goes through an encoder as one row of tokens. Linear layers and norms do not mind; attention
is told the blocks that the tokens lie in, and looks at views of them. Without blocks it is transformers' own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from stiltwalk.compute.blocks import Block
from stiltwalk.compute.dropout import dropped

_UNEQUAL: Any
try:  # torch's kernels for unequal lengths; not in every build
    from torch.nn.attention.varlen import varlen_attn

    _UNEQUAL = varlen_attn
except ImportError:  # pragma: no cover
    _UNEQUAL = None

NAME = "stiltwalk-flat"
"""What encoders' configurations call this attention."""


class Span(NamedTuple):
    """One block's tokens in the flat row.

    Attributes:
        rows: how many rows it has.
        length: tokens of a row, padding included.
        real: ``(rows, 1, 1, length)`` true on real tokens; ``None`` where all are real.
    """

    rows: int
    length: int
    real: Tensor | None


class Flat(NamedTuple):
    """How the flat row is laid out.

    Attributes:
        spans: the blocks, one behind the other.
        bounds: ``(sequences + 1,)`` where the sequences begin and end; the padding behind a row counts as
            another one, which nobody reads. ``None`` where no kernel for unequal lengths is there.
        longest: tokens of the longest sequence.
    """

    spans: tuple[Span, ...]
    bounds: Tensor | None
    longest: int


def flat_of(blocks: Sequence[Block], lengths: Sequence[int], device: torch.device) -> Flat:
    """The layout of ``blocks``, whose rows have ``lengths``, for attention on ``device``."""
    spans = []
    for block in blocks:
        own = [lengths[row] for row in block.rows]
        real = None
        if own[-1] < block.length:
            columns = torch.arange(block.length)
            real = (columns < torch.tensor(own)[:, None]).to(device)[:, None, None]
        spans.append(Span(len(own), block.length, real))
    bounds = bounds_of(blocks, lengths).to(device) if device.type == "cuda" and _UNEQUAL else None
    return Flat(tuple(spans), bounds, blocks[0].length)


def bounds_of(blocks: Sequence[Block], lengths: Sequence[int]) -> Tensor:
    """``(sequences + 1,)`` where the sequences of :class:`Flat` begin and end, padding's among them."""
    ends = [0]
    for block in blocks:
        for row in block.rows:
            ends.append(ends[-1] + lengths[row])
            if lengths[row] < block.length:
                ends.append(ends[-1] + block.length - lengths[row])
    return torch.tensor(ends, dtype=torch.int32)


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    flat: Flat | None = None,
    position_bias: Tensor | None = None,
    is_causal: bool | None = None,
    position_ids: Tensor | None = None,  # noqa: ARG001  this and below: what encoders also hand on, not read
    encoder_hidden_states: Tensor | None = None,  # noqa: ARG001
    use_cache: bool | None = None,  # noqa: ARG001
    deterministic: bool | None = None,  # noqa: ARG001
    output_hidden_states: bool | None = None,  # noqa: ARG001
    output_attentions: bool | None = None,  # noqa: ARG001
) -> tuple[Tensor, None]:
    """Attention as transformers' interface has it: ``(1, tokens, heads, width)`` of each head's answer.

    Args:
        module: the attention layer.
        query: ``(1, heads, tokens, width)``, strided as it may be.
        key: the same, maybe of fewer heads, each shared by as many of the query's.
        value: as ``key``.
        attention_mask: not read for a flat batch.
        dropout: probability that a weight becomes 0.
        scaling: of the products; ``None``: one over the root of the width.
        sliding_window: sees only tokens less than so many away; ``None``: however far.
        flat: the layout; ``None``: no flat batch.
        position_bias: what two tokens' distance adds to their product: ``(1, heads, longest, longest)``, of
            the longest sequence alone; of all ``tokens`` where the batch is not flat.
        is_causal: whether a token sees only what stands before it, and itself; ``None``: as the layer says.
        position_ids: not read, as all below.
        encoder_hidden_states: of a decoder.
        use_cache: of a decoder.
        deterministic: of kernels not used here.
        output_hidden_states: the encoder's affair.
        output_attentions: not to be had.
    """
    causal = bool(getattr(module, "is_causal", False)) if is_causal is None else is_causal
    if flat is None:
        return sdpa_attention_forward(
            module,
            query,
            key,
            value,
            attention_mask,
            dropout=dropout,
            scaling=scaling,
            is_causal=is_causal,
            position_bias=position_bias,
        )
    tokens = [tensor[0].transpose(0, 1) for tensor in (query, key, value)]
    if flat.bounds is not None and dropout == 0.0 and position_bias is None and _fits_kernel(query):
        return _unequal(tokens, flat, scaling, sliding_window, causal=causal)[None], None
    # split, since its gradient is one tensor; of slices each would be as large as the whole
    sizes = [span.rows * span.length for span in flat.spans]
    split = zip(*(torch.split(tensor, sizes) for tensor in tokens), strict=True)
    parts = [
        _within(part, span, dropout, scaling, sliding_window, position_bias, causal=causal)
        for part, span in zip(split, flat.spans, strict=True)
    ]
    return (parts[0] if len(parts) == 1 else torch.cat(parts))[None], None


def _within(
    tokens: Sequence[Tensor],
    span: Span,
    dropout: float,
    scaling: float | None,
    window: int | None,
    bias: Tensor | None,
    *,
    causal: bool,
) -> Tensor:
    """``(tokens of the span, heads, width)`` from its query, key and value of that shape."""
    query, key, value = (
        tensor.view(span.rows, span.length, *tensor.shape[1:]).transpose(1, 2) for tensor in tokens
    )
    if dropout > 0.0 and query.device.type == "cpu":
        return _with_dropout(query, key, value, span, dropout, scaling, window, bias, causal=causal)
    # padding stands behind, where no real token looks: the kernel needs no mask
    plain = causal and bias is None and (window is None or window >= span.length)
    seen = None if plain else _seen(span, window, query.device, causal=causal)
    answer = functional.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=seen if bias is None else _added(seen, bias, span, query.dtype),
        dropout_p=dropout,
        is_causal=plain,
        scale=scaling,
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return answer.transpose(1, 2).flatten(0, 1)


def _with_dropout(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    span: Span,
    dropout: float,
    scaling: float | None,
    window: int | None,
    bias: Tensor | None,
    *,
    causal: bool,
) -> Tensor:
    """As :func:`_within`, of ``(rows, heads, length, width)``, step by step: for cheap masks on a CPU.

    Torch has no fused kernel with dropout there, and goes the same way.
    """
    rows, heads, length, width = query.shape
    if key.shape[1] != heads:
        key, value = (tensor.repeat_interleave(heads // key.shape[1], dim=1) for tensor in (key, value))
    query, key, value = (tensor.reshape(rows * heads, length, width) for tensor in (query, key, value))
    seen = _seen(span, window, query.device, causal=causal)
    added = query.new_zeros(1)
    if seen is not None or bias is not None:
        every = _added(seen, added if bias is None else bias, span, query.dtype)
        added = every.expand(rows, heads, -1, -1).flatten(0, 1)
    scale = width**-0.5 if scaling is None else scaling
    products = torch.baddbmm(added, query, key.transpose(1, 2), alpha=scale)
    weights = dropped(torch.softmax(products, dim=-1, dtype=torch.float32), dropout)
    answer = torch.bmm(weights.to(value.dtype), value)
    return answer.view(rows, heads, length, width).transpose(1, 2).flatten(0, 1)


def _seen(span: Span, window: int | None, device: torch.device, *, causal: bool) -> Tensor | None:
    """What each token of a span sees, to be broadcast to ``(rows, heads, length, length)``; ``None``: all."""
    if not causal and (window is None or window >= span.length):
        return span.real
    places = torch.arange(span.length, device=device)
    away = places[:, None] - places
    far = span.length if window is None else window
    if causal:  # real tokens see no padding, which stands behind them
        return (away >= 0) & (away < far)
    away = away.abs()
    near = away < far
    # padding far behind its row would see nothing at all, which is no number and spreads
    return near if span.real is None else (near & span.real) | (away == 0)


def _added(seen: Tensor | None, bias: Tensor, span: Span, dtype: torch.dtype) -> Tensor:
    """What is added to a span's products, to be broadcast as what is ``seen``.

    That is ``bias``, of one element or as :func:`attend` takes it, and minus infinity on what is not seen.
    """
    # how far apart two tokens are decides, so what the longest sequence begins with is any shorter one's
    own = bias if bias.ndim == 1 else bias[:, :, : span.length, : span.length]
    own = own.to(dtype)
    return own.contiguous() if seen is None else torch.where(seen, own, -torch.inf)


def _fits_kernel(query: Tensor) -> bool:
    width = query.shape[-1]
    return query.dtype in {torch.float16, torch.bfloat16} and width % 8 == 0 and width <= 256


def _unequal(
    tokens: Sequence[Tensor], flat: Flat, scaling: float | None, window: int | None, *, causal: bool
) -> Tensor:
    """As :func:`_within` for all spans, by torch's kernel for sequences of unequal length."""
    query, key, value = tokens
    side = -1 if window is None else window - 1
    return _UNEQUAL(  # type: ignore[no-any-return]
        query.contiguous(),
        key.contiguous(),
        value.contiguous(),
        flat.bounds,
        flat.bounds,
        flat.longest,
        flat.longest,
        scale=scaling,
        window_size=(side, 0 if causal else side),
        enable_gqa=query.shape[1] != key.shape[1],
    )


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
