"""The shapes of encoders that are known by name, for arithmetic where their files are not on this machine.

Of the fields of their published config.json those that a shape is read from. mT5: read in the configs of
google/mt5-small and -xl and of models fine-tuned from -base, -large and -xxl. XLM-R and mBERT: see
``KNOWN_ENCODERS``, from whose published counts a shape follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _mt5(layers: int, width: int, inner: int, heads: int) -> Mapping[str, Any]:
    return {
        "model_type": "mt5",
        "num_layers": layers,
        "d_model": width,
        "d_ff": inner,
        "d_kv": 64,
        "num_heads": heads,
        "vocab_size": 250_112,
        "feed_forward_proj": "gated-gelu",
        "relative_attention_num_buckets": 32,
    }


KNOWN_CONFIGS: Mapping[str, Mapping[str, Any]] = {
    "google/mt5-small": _mt5(8, 512, 1024, 6),
    "google/mt5-base": _mt5(12, 768, 2048, 12),
    "google/mt5-large": _mt5(24, 1024, 2816, 16),
    "google/mt5-xl": _mt5(24, 2048, 5120, 32),
    "google/mt5-xxl": _mt5(24, 4096, 10_240, 64),
    "google-bert/bert-base-multilingual-cased": {"model_type": "bert"},
    "FacebookAI/xlm-roberta-base": {"model_type": "xlm-roberta"},
    "FacebookAI/xlm-roberta-large": {"model_type": "xlm-roberta"},
    "facebook/xlm-roberta-xl": {"model_type": "xlm-roberta-xl"},
    "facebook/xlm-roberta-xxl": {"model_type": "xlm-roberta-xl"},
}
"""Hub id → what is known of its config."""
