"""Tiny random encoders of every architecture that is read flat, and of some that are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import (
    BertConfig,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    EuroBertConfig,
    EuroBertModel,
    ModernBertConfig,
    ModernBertModel,
    MT5Config,
    MT5EncoderModel,
    RemBertConfig,
    RemBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaXLConfig,
    XLMRobertaXLModel,
)

PAD = 1
VOCABULARY = 90
WINDOW = 16
"""Tokens that a local layer of the ModernBERT here sees in all."""

FLAT = ("bert", "eurobert", "modernbert", "xlm-roberta", "xlm-roberta-xl")
PADDED = ("deberta-v2", "mt5", "rembert")


def architecture(name: str, dropout: float = 0.0) -> Any:
    """A random encoder: two layers (ModernBERT three, of which two look WINDOW far), width 32, four heads."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return _MAKERS[name](_settings(dropout))


def _settings(dropout: float) -> dict[str, Any]:
    return {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "max_position_embeddings": 160,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
        "attention_dropout": dropout,
        "pad_token_id": PAD,
        "bos_token_id": 2,
        "eos_token_id": 3,
        "initializer_range": 0.3,
    }


def _modernbert(settings: dict[str, Any]) -> Any:
    own = {
        "num_hidden_layers": 3,
        "local_attention": WINDOW,
        "global_attn_every_n_layers": 3,
        "cls_token_id": 2,
        "sep_token_id": 3,
    }
    return ModernBertModel(ModernBertConfig(**settings | own))


def _mt5(settings: dict[str, Any]) -> Any:
    own: dict[str, Any] = {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4}
    dropout = settings["hidden_dropout_prob"]
    return MT5EncoderModel(MT5Config(vocab_size=VOCABULARY, pad_token_id=PAD, dropout_rate=dropout, **own))


_MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "bert": lambda settings: BertModel(BertConfig(**settings), add_pooling_layer=False),
    "deberta-v2": lambda settings: DebertaV2Model(
        DebertaV2Config(**settings, relative_attention=True, pos_att_type=["p2c", "c2p"])
    ),
    "eurobert": lambda settings: EuroBertModel(
        EuroBertConfig(**settings, num_key_value_heads=2, mask_token_id=4)
    ),
    "modernbert": _modernbert,
    "mt5": _mt5,
    "rembert": lambda settings: RemBertModel(
        RemBertConfig(**settings, input_embedding_size=24), add_pooling_layer=False
    ),
    "xlm-roberta": lambda settings: XLMRobertaModel(
        XLMRobertaConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
    "xlm-roberta-xl": lambda settings: XLMRobertaXLModel(
        XLMRobertaXLConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
}
