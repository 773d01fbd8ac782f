"""Flat batches: all rows of a micro-batch through an encoder as one row of tokens, and back.

Which encoders can is a table of how they number positions, and a probe of every model: once, on a handful of
tokens, the flat batch must give what a padded one gives. Others read the same blocks one after the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from stiltwalk.compute.attention import NAME, flat_of
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.last_layer import last_layer_of
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.spec.reading import Pooling

PROBE_LENGTHS = (5, 1, 3)
"""Tokens of the rows that a probe reads, beside one longer than the encoder's window if it has one."""

TOLERANCE = 1e-3
"""Largest difference of a state from the padded one in a probe, as a share of the largest state."""

HALF_TOLERANCE = 0.05
"""The same in bf16, of which one rounding is 0.004."""


def _from_zero(ids: Tensor, pad: int) -> Tensor:  # noqa: ARG001  as its neighbour
    return torch.arange(ids.shape[1], device=ids.device).expand_as(ids)


def _behind_padding(ids: Tensor, pad: int) -> Tensor:
    """Counted from ``pad + 1``; whatever has the padding's id is not counted, also inside a text."""
    there = ids.ne(pad).long()
    return there.cumsum(1) * there + pad


_POSITIONS: Mapping[str, Callable[[Tensor, int], Tensor]] = {
    "albert": _from_zero,
    "bert": _from_zero,
    "camembert": _behind_padding,
    "distilbert": _from_zero,
    "electra": _from_zero,
    "eurobert": _from_zero,
    "gemma3_text": _from_zero,
    "gte": _from_zero,
    "jina_embeddings_v3": _from_zero,
    "llama": _from_zero,
    "modernbert": _from_zero,
    "mt5": _from_zero,  # and its kin: not read, since only distances count
    "qwen2": _from_zero,
    "qwen3": _from_zero,
    "roberta": _behind_padding,
    "t5": _from_zero,
    "umt5": _from_zero,
    "xlm-roberta": _behind_padding,
    "xlm-roberta-xl": _behind_padding,
}
"""Architecture → (padded ids, padding id) → position of every token."""

_BY_DISTANCE = frozenset({"mt5", "t5", "umt5"})
"""Architectures that add to the products of attention what two tokens' distance says."""

_probed: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


class _Places(NamedTuple):
    """Where tokens lie.

    Attributes:
        laid: ``(laid-out tokens,)`` the place in the padded batch, flattened, of each laid-out token.
        firsts: ``(rows,)`` where the first token of each row is among the laid-out ones.
        lasts: ``(rows,)`` where its last real one is.
    """

    laid: Tensor
    firsts: Tensor
    lasts: Tensor


def states(encoder: nn.Module, micro: Micro, layers: Sequence[int | None]) -> list[Tensor]:
    """``(rows, tokens, hidden)`` of each of ``layers``; ``None`` is the last, 0 the embeddings.

    What stands on padding means nothing.
    """
    places = _places(micro)
    return [_padded(laid, places.laid, micro) for laid in _laid_out(encoder, micro, places, layers)]


def first_states(encoder: nn.Module, micro: Micro) -> Tensor:
    """``(rows, 1, hidden)`` of every row's first token, last layer."""
    places = _places(micro)
    return _of_tokens(encoder, micro, places, places.firsts)[:, None]


def pooled_states(encoder: nn.Module, micro: Micro, pooling: Pooling) -> Tensor:
    """``(rows, 1, hidden)`` of what stands for every row, last layer: a token of its own, or the mean."""
    if pooling == "first":
        return first_states(encoder, micro)
    if pooling == "last":
        places = _places(micro)
        return _of_tokens(encoder, micro, places, places.lasts)[:, None]
    (found,) = states(encoder, micro, (None,))
    mask = micro.mask[..., None].float()
    mean = (found.float() * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
    return mean.to(found.dtype)


def token_states(encoder: nn.Module, micro: Micro, rows: Tensor, columns: Tensor) -> Tensor:
    """``(tokens, hidden)`` of the tokens at those ``(tokens,)`` rows and columns, none twice, last layer."""
    places = _places(micro)
    width = micro.ids.shape[1]
    where = places.laid.new_full((micro.ids.numel(),), -1)
    where[places.laid] = torch.arange(len(places.laid), device=where.device)
    return _of_tokens(encoder, micro, places, where[(rows * width + columns).to(where.device)])


def goes_flat(encoder: nn.Module) -> bool:
    """Whether ``encoder`` reads flat batches; found out once a model, which then uses our attention."""
    if encoder not in _probed:
        config: Any = encoder.config
        _probed[encoder] = getattr(config, "model_type", None) in _POSITIONS and _probe(encoder)
    return _probed[encoder]


def model_inputs(model: nn.Module, micro: Micro) -> dict[str, Tensor]:
    """A micro-batch by the names transformers uses; segments only where the model tells them apart."""
    inputs = {"input_ids": micro.ids, "attention_mask": micro.mask}
    if getattr(model.config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = micro.segments
    return inputs


def _laid_out(
    encoder: nn.Module, micro: Micro, places: _Places, layers: Sequence[int | None]
) -> list[Tensor]:
    """``(laid-out tokens, hidden)`` of each of ``layers``."""
    if goes_flat(encoder):
        return [found[0] for found in _read_flat(encoder, micro, places, layers)]
    return _in_blocks(encoder, micro, layers)


def _in_blocks(encoder: nn.Module, micro: Micro, layers: Sequence[int | None]) -> list[Tensor]:
    """As :func:`_laid_out`, one block after the other: padded, without anything of ours."""
    blocks = [_read(encoder, micro.block(block), layers) for block in micro.blocks]
    return [torch.cat([found.flatten(0, 1) for found in same]) for same in zip(*blocks, strict=True)]


def _of_tokens(encoder: nn.Module, micro: Micro, places: _Places, chosen: Tensor) -> Tensor:
    """``(chosen, hidden)`` of the last layer: of the laid-out tokens those at ``chosen``, and no others."""
    if not goes_flat(encoder):
        (laid,) = _laid_out(encoder, micro, places, (None,))
        return laid.index_select(0, chosen)
    with last_layer_of(encoder, chosen) as narrow:
        (laid,) = _read_flat(encoder, micro, places, (None,))
    return laid[0] if narrow else laid[0].index_select(0, chosen)


def _read(encoder: nn.Module, micro: Micro, layers: Sequence[int | None]) -> list[Tensor]:
    return _chosen(encoder, model_inputs(encoder, micro), layers)


def _read_flat(
    encoder: nn.Module, micro: Micro, places: _Places, layers: Sequence[int | None]
) -> list[Tensor]:
    """``(1, laid-out tokens, hidden)`` of each of ``layers``."""
    config: Any = encoder.config
    positions = _POSITIONS[config.model_type](micro.ids, config.pad_token_id)
    inputs: dict[str, Any] = {
        name: values.flatten()[places.laid][None] for name, values in model_inputs(encoder, micro).items()
    }
    # of four dimensions a mask is taken for one that is made already, and none of tokens × tokens is
    inputs["attention_mask"] = micro.mask.new_ones(1, 1, 1, 1)
    inputs["position_ids"] = positions.flatten()[places.laid][None]
    inputs["flat"] = flat_of(micro.blocks, micro.lengths, micro.ids.device)
    with _distances_within(encoder, micro.blocks[0].length):
        return _chosen(encoder, inputs, layers)


@contextmanager
def _distances_within(encoder: nn.Module, longest: int) -> Iterator[None]:
    """Within, what distances add is worked out for ``longest`` tokens, however many the row has.

    For the whole row it would be tokens × tokens, of which only those of one sequence are read.
    """
    config: Any = encoder.config
    layers: list[Any] = []
    if config.model_type in _BY_DISTANCE:
        layers = [layer for layer in encoder.modules() if hasattr(layer, "compute_bias")]
    for layer in layers:
        layer.compute_bias = partial(_of_the_longest, layer.compute_bias, longest)
    try:
        yield
    finally:
        for layer in layers:
            del layer.compute_bias  # the class's own is there again


def _of_the_longest(
    compute: Callable[..., Tensor],
    longest: int,
    tokens: int,  # noqa: ARG001  this and the next: of the whole row
    others: int,  # noqa: ARG001
    device: torch.device,
    past_seen_tokens: int,
) -> Tensor:
    """As ``compute``, in place of which a layer of T5's kind calls it: ``(1, heads, longest, longest)``."""
    return compute(longest, longest, device=device, past_seen_tokens=past_seen_tokens)


def _chosen(encoder: nn.Module, inputs: Mapping[str, Any], layers: Sequence[int | None]) -> list[Tensor]:
    deep = any(layer is not None for layer in layers)
    outputs = encoder(**inputs, output_hidden_states=deep, return_dict=True)
    return [outputs.last_hidden_state if layer is None else outputs.hidden_states[layer] for layer in layers]


def _places(micro: Micro) -> _Places:
    rows, width = micro.ids.shape
    firsts = np.empty(rows, dtype=np.int64)
    lengths = np.array(micro.lengths)
    laid = []
    before = 0
    for block in micro.blocks:
        own = np.array(block.rows)
        firsts[own] = before + np.arange(len(own)) * block.length
        laid.append((own[:, None] * width + np.arange(block.length)).ravel())
        before += len(own) * block.length
    found = (np.concatenate(laid), firsts, firsts + lengths - 1)
    return _Places(*(torch.from_numpy(places).to(micro.ids.device) for places in found))


def _padded(laid_out: Tensor, laid: Tensor, micro: Micro) -> Tensor:
    rows, width = micro.ids.shape
    hidden = laid_out.shape[-1]
    return laid_out.new_zeros(rows * width, hidden).index_copy(0, laid, laid_out).view(rows, width, hidden)


def _probe(encoder: Any) -> bool:
    """Whether a flat batch gives the padded one's states; if so ``encoder`` keeps our attention."""
    micro = _probe_batch(encoder).to(next(encoder.parameters()).device)
    training, own = encoder.training, encoder.config._attn_implementation
    encoder.eval()
    try:
        same = _agree(encoder, micro, half=False, tolerance=TOLERANCE)
        if same and micro.ids.device.type == "cuda":  # other kernels there
            same = _agree(encoder, micro, half=True, tolerance=HALF_TOLERANCE)
    except TypeError:  # an encoder of another version of transformers hands attention what ours does not take
        same = False
    encoder.train(training)
    if not same:
        encoder.set_attn_implementation(own)
        warnings.warn(
            f"This {encoder.config.model_type} encoder computes something else in flat batches, so it reads "
            "padded ones: the results are right, and slower to come by.",
            stacklevel=2,
        )
    return same


def _agree(encoder: Any, micro: Micro, *, half: bool, tolerance: float) -> bool:
    """Whether flat and padded states are the same but for ``tolerance``; leaves our attention in place."""
    places = _places(micro)
    real = micro.mask.bool().flatten()[places.laid]
    with torch.no_grad(), torch.autocast(micro.ids.device.type, dtype=torch.bfloat16, enabled=half):
        (padded,) = _in_blocks(encoder, micro, (None,))
        encoder.set_attn_implementation(NAME)
        ((laid,),) = _read_flat(encoder, micro, places, (None,))
        with last_layer_of(encoder, places.firsts) as narrow:
            ((some,),) = _read_flat(encoder, micro, places, (None,))
    firsts = some if narrow else some[places.firsts]
    away = torch.cat([(padded - laid)[real], padded[places.firsts] - firsts]).abs().max()
    return bool(away <= tolerance * padded[real].abs().max())


def _probe_batch(encoder: Any) -> Micro:
    vocabulary = encoder.get_input_embeddings().weight.shape[0]
    window = getattr(encoder.config, "sliding_window", None)
    lengths = PROBE_LENGTHS if window is None else (*PROBE_LENGTHS, window + window // 4 + 2)
    pad = encoder.config.pad_token_id or 0  # decoders may have none
    ids = np.setdiff1d(np.arange(min(vocabulary, 1000)), [pad])
    rows = [
        Row(np.resize(np.roll(ids, 7 * n), length).astype(np.int32), np.zeros(length, dtype=np.int8))
        for n, length in enumerate(lengths)
    ]
    nothing = np.empty(0, dtype=np.int64)
    return collate([Item(n, (row,), nothing, nothing.astype(np.int32)) for n, row in enumerate(rows)], pad)
