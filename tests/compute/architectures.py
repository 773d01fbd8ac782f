"""Tiny random encoders of every architecture that is read flat, and of some that are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import (
    AlbertConfig,
    AlbertModel,
    BertConfig,
    BertModel,
    CamembertConfig,
    CamembertModel,
    DebertaV2Config,
    DebertaV2Model,
    DistilBertConfig,
    DistilBertModel,
    ElectraConfig,
    ElectraModel,
    EuroBertConfig,
    EuroBertModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    GteConfig,
    GteModel,
    JinaEmbeddingsV3Config,
    JinaEmbeddingsV3Model,
    LlamaConfig,
    LlamaModel,
    ModernBertConfig,
    ModernBertModel,
    MT5Config,
    MT5EncoderModel,
    Qwen2Config,
    Qwen2Model,
    Qwen3Config,
    Qwen3Model,
    RemBertConfig,
    RemBertModel,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
    XLMConfig,
    XLMModel,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaXLConfig,
    XLMRobertaXLModel,
)

from stiltwalk.compute.reading import looking, settle
from stiltwalk.spec.reading import Attention

PAD = 1
VOCABULARY = 90
WINDOW = 16
"""Tokens that a local layer of the ModernBERT here sees in all."""

T5_KIN = ("mt5", "t5", "umt5")
CAUSAL = ("gemma3_text-causal", "llama", "qwen2", "qwen3")
OPENED = ("gemma3_text", "llama-opened", "qwen2-opened", "qwen3-opened")
"""Decoders whose tokens see both ways."""
FLAT = (
    "albert",
    "bert",
    "camembert",
    "distilbert",
    "electra",
    "eurobert",
    "gte",
    "jina_embeddings_v3",
    "modernbert",
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    *T5_KIN,
    *CAUSAL,
    *OPENED,
)
PADDED = ("deberta-v2", "rembert", "xlm")


def architecture(name: str, dropout: float = 0.0) -> Any:
    """A random encoder: two layers, width 32, four heads.

    ModernBERT has three, of which two look WINDOW far in all; of Gemma's one looks that far back, or half
    as far to each side.
    """
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


def _t5(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "vocab_size": VOCABULARY,
        "d_model": 32,
        "d_kv": 8,
        "d_ff": 48,
        "num_layers": 2,
        "num_heads": 4,
        "dropout_rate": settings["hidden_dropout_prob"],
        "pad_token_id": PAD,
    }


def _decoder(kind: Any, config: Any, attention: Attention) -> Callable[[dict[str, Any]], Any]:
    """A maker of a decoder with two heads for the keys, of which four for the queries share each two."""

    def make(settings: dict[str, Any]) -> Any:
        own: dict[str, Any] = {"num_key_value_heads": 2, "head_dim": 8}
        if config is Gemma3TextConfig:
            own |= {"sliding_window": WINDOW, "layer_types": ["sliding_attention", "full_attention"]}
        model = kind(looking(config(**settings | own), attention))
        settle(model)
        return model

    return make


def _distilbert(settings: dict[str, Any]) -> Any:
    own = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48, "dropout": settings["attention_dropout"]}
    names = (
        "vocab_size",
        "max_position_embeddings",
        "attention_dropout",
        "pad_token_id",
        "initializer_range",
    )
    return DistilBertModel(DistilBertConfig(**{name: settings[name] for name in names} | own))


def _xlm(settings: dict[str, Any]) -> Any:
    dropout = settings["attention_dropout"]
    own: dict[str, Any] = {"emb_dim": 32, "n_layers": 2, "n_heads": 4, "pad_index": PAD, "pad_token_id": PAD}
    own |= {"max_position_embeddings": 160, "dropout": dropout, "attention_dropout": dropout}
    return XLMModel(XLMConfig(vocab_size=VOCABULARY, init_std=0.3, embed_init_std=0.3, **own))


_MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "albert": lambda settings: AlbertModel(
        AlbertConfig(**settings, embedding_size=24), add_pooling_layer=False
    ),
    "bert": lambda settings: BertModel(BertConfig(**settings), add_pooling_layer=False),
    "camembert": lambda settings: CamembertModel(
        CamembertConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
    "deberta-v2": lambda settings: DebertaV2Model(
        DebertaV2Config(**settings, relative_attention=True, pos_att_type=["p2c", "c2p"])
    ),
    "distilbert": _distilbert,
    "electra": lambda settings: ElectraModel(ElectraConfig(**settings, embedding_size=24)),
    "eurobert": lambda settings: EuroBertModel(
        EuroBertConfig(**settings, num_key_value_heads=2, mask_token_id=4)
    ),
    "gemma3_text": _decoder(Gemma3TextModel, Gemma3TextConfig, "bidirectional"),
    "gemma3_text-causal": _decoder(Gemma3TextModel, Gemma3TextConfig, "causal"),
    "gte": lambda settings: GteModel(GteConfig(**settings)),
    "jina_embeddings_v3": lambda settings: JinaEmbeddingsV3Model(
        JinaEmbeddingsV3Config(**settings), add_pooling_layer=False
    ),
    "llama": _decoder(LlamaModel, LlamaConfig, "causal"),
    "llama-opened": _decoder(LlamaModel, LlamaConfig, "bidirectional"),
    "modernbert": _modernbert,
    "mt5": lambda settings: MT5EncoderModel(MT5Config(**_t5(settings))),
    "qwen2": _decoder(Qwen2Model, Qwen2Config, "causal"),
    "qwen2-opened": _decoder(Qwen2Model, Qwen2Config, "bidirectional"),
    "qwen3": _decoder(Qwen3Model, Qwen3Config, "causal"),
    "qwen3-opened": _decoder(Qwen3Model, Qwen3Config, "bidirectional"),
    "rembert": lambda settings: RemBertModel(
        RemBertConfig(**settings, input_embedding_size=24), add_pooling_layer=False
    ),
    "roberta": lambda settings: RobertaModel(
        RobertaConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
    "t5": lambda settings: T5EncoderModel(T5Config(**_t5(settings))),
    "umt5": lambda settings: UMT5EncoderModel(UMT5Config(**_t5(settings))),
    "xlm": _xlm,
    "xlm-roberta": lambda settings: XLMRobertaModel(
        XLMRobertaConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
    "xlm-roberta-xl": lambda settings: XLMRobertaXLModel(
        XLMRobertaXLConfig(**settings | {"type_vocab_size": 1}), add_pooling_layer=False
    ),
}
