"""The last layer for the tokens that are read alone: behind its attention nobody asks for the others.

A pair's label is read from one state of some forty, a masked-LM loss from one in seven. What attention has
mixed, later parts of a layer treat token by token, so in the last layer they need only be given the tokens
that are read: the same states, the same gradients, without up to three quarters of the layer's products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle


class _Part(NamedTuple):
    """A part of the last layer that works token by token.

    Attributes:
        path: from the layer to it.
        returns: whether what follows wants all tokens, so that zeros are put in the place of the others.
    """

    path: str
    returns: bool


class _Layers(NamedTuple):
    """Where tokens can be left out.

    Attributes:
        path: from the encoder to its layers.
        parts: of the last one.
    """

    path: str
    parts: tuple[_Part, ...]


# a query asks for its own token alone; what attention answers is added to the layer's input in `output`
_AS_BERT = _Layers(
    "encoder.layer", (_Part("attention.self.query", returns=True), _Part("attention.output", returns=False))
)
_AS_T5 = _Layers(
    "encoder.block", (_Part("layer.0.SelfAttention.q", returns=True), _Part("layer.1", returns=False))
)
_WITH_MLP = _Layers("layers", (_Part("mlp", returns=True),))

_KNOWN: Mapping[str, _Layers] = {
    "bert": _AS_BERT,
    "camembert": _AS_BERT,
    "electra": _AS_BERT,
    "eurobert": _WITH_MLP,
    "gemma3_text": _WITH_MLP,
    "gte": _WITH_MLP,
    "jina_embeddings_v3": _WITH_MLP,
    "llama": _WITH_MLP,
    "modernbert": _WITH_MLP,
    "mt5": _AS_T5,
    "qwen2": _WITH_MLP,
    "qwen3": _WITH_MLP,
    "roberta": _AS_BERT,
    "t5": _AS_T5,
    "umt5": _AS_T5,
    "xlm-roberta": _AS_BERT,
    "xlm-roberta-xl": _AS_BERT,
}
"""By architecture; of others, and where all layers are one, everything is computed."""


@contextmanager
def last_layer_of(encoder: nn.Module, chosen: Tensor) -> Iterator[bool]:
    """Within, the last layer of ``encoder`` works out no more than it must of the tokens not ``chosen``.

    Args:
        encoder: one that is given a flat row.
        chosen: ``(chosen,)`` places in the row, none twice.

    Yields:
        Whether the encoder's last states will be those of the chosen alone, ``(1, chosen, hidden)``. If not,
        they are ``(1, tokens, hidden)``, and those not chosen may be anything.
    """
    config: Any = encoder.config
    known = _KNOWN.get(config.model_type)
    hooks: list[RemovableHandle] = []
    if known is not None:
        layer = attrgetter(known.path)(encoder)[-1]
        for part in known.parts:
            hooks += _for_chosen(attrgetter(part.path)(layer), chosen, returns=part.returns)
    try:
        yield known is not None and not known.parts[-1].returns
    finally:
        for hook in hooks:
            hook.remove()


def _for_chosen(part: nn.Module, chosen: Tensor, *, returns: bool) -> list[RemovableHandle]:
    """Hand ``part`` the chosen tokens alone, and put its answer back among the others if it ``returns``."""
    tokens: list[int] = []

    def narrow(_: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        tokens.append(given[0].shape[1])
        return tuple(each.index_select(1, chosen) for each in given)

    def put_back(_: nn.Module, __: Any, found: Tensor) -> Tensor:
        return found.new_zeros(1, tokens[-1], found.shape[-1]).index_copy(1, chosen, found)

    hooks = [part.register_forward_pre_hook(narrow)]
    if returns:
        hooks.append(part.register_forward_hook(put_back))
    return hooks
