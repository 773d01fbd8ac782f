"""Flat batches: all rows of a micro-batch through an encoder as one row of tokens, and back.

Which encoders can is a table of how they number positions, and a probe of every model: once, on a handful of
tokens, the flat batch must give what a padded one gives. Others read the same blocks one after the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from stiltwalk.compute.attention import NAME, flat_of
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row

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
    "bert": _from_zero,
    "camembert": _behind_padding,
    "eurobert": _from_zero,
    "modernbert": _from_zero,
    "roberta": _behind_padding,
    "xlm-roberta": _behind_padding,
    "xlm-roberta-xl": _behind_padding,
}
"""Architecture → (padded ids, padding id) → position of every token."""

_probed: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


class _Places(NamedTuple):
    """Where tokens lie.

    Attributes:
        laid: ``(laid-out tokens,)`` the place in the padded batch, flattened, of each laid-out token.
        firsts: ``(rows,)`` where the first token of each row is among the laid-out ones.
    """

    laid: Tensor
    firsts: Tensor


def states(encoder: nn.Module, micro: Micro, layers: Sequence[int | None]) -> list[Tensor]:
    """``(rows, tokens, hidden)`` of each of ``layers``; ``None`` is the last, 0 the embeddings.

    What stands on padding means nothing.
    """
    places = _places(micro)
    return [_padded(laid, places.laid, micro) for laid in _laid_out(encoder, micro, places, layers)]


def first_states(encoder: nn.Module, micro: Micro) -> Tensor:
    """``(rows, 1, hidden)`` of every row's first token, last layer."""
    places = _places(micro)
    (laid,) = _laid_out(encoder, micro, places, (None,))
    return laid.index_select(0, places.firsts)[:, None]


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
    blocks = [_read(encoder, micro.block(block), layers) for block in micro.blocks]
    return [torch.cat([found.flatten(0, 1) for found in same]) for same in zip(*blocks, strict=True)]


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
    return _chosen(encoder, inputs, layers)


def _chosen(encoder: nn.Module, inputs: Mapping[str, Any], layers: Sequence[int | None]) -> list[Tensor]:
    deep = any(layer is not None for layer in layers)
    outputs = encoder(**inputs, output_hidden_states=deep, return_dict=True)
    return [outputs.last_hidden_state if layer is None else outputs.hidden_states[layer] for layer in layers]


def _places(micro: Micro) -> _Places:
    rows, width = micro.ids.shape
    firsts = np.empty(rows, dtype=np.int64)
    laid = []
    before = 0
    for block in micro.blocks:
        own = np.array(block.rows)
        firsts[own] = before + np.arange(len(own)) * block.length
        laid.append((own[:, None] * width + np.arange(block.length)).ravel())
        before += len(own) * block.length
    device = micro.ids.device
    return _Places(torch.from_numpy(np.concatenate(laid)).to(device), torch.from_numpy(firsts).to(device))


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
    places, real = _places(micro), micro.mask.bool()
    with torch.no_grad(), torch.autocast(micro.ids.device.type, dtype=torch.bfloat16, enabled=half):
        (padded,) = _read(encoder, micro, (None,))
        encoder.set_attn_implementation(NAME)
        (laid,) = _read_flat(encoder, micro, places, (None,))
    expected, found = padded[real], _padded(laid[0], places.laid, micro)[real]
    return bool((expected - found).abs().max() <= tolerance * expected.abs().max())


def _probe_batch(encoder: Any) -> Micro:
    vocabulary = encoder.get_input_embeddings().weight.shape[0]
    window = getattr(encoder.config, "sliding_window", None)
    lengths = PROBE_LENGTHS if window is None else (*PROBE_LENGTHS, 2 * window + 3)
    pad = encoder.config.pad_token_id
    ids = np.setdiff1d(np.arange(min(vocabulary, 1000)), [pad])
    rows = [
        Row(np.resize(np.roll(ids, 7 * n), length).astype(np.int32), np.zeros(length, dtype=np.int8))
        for n, length in enumerate(lengths)
    ]
    nothing = np.empty(0, dtype=np.int64)
    return collate([Item(n, (row,), nothing, nothing.astype(np.int32)) for n, row in enumerate(rows)], pad)
