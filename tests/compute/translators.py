"""Tiny translators with random weights, of the architectures that are read, as transformers saves them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    MarianConfig,
    MarianMTModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from tests.fakes import TEXTS

Kind = Literal["nllb", "m2m", "marian", "marian-many", "madlad"]

KINDS: tuple[Kind, ...] = ("nllb", "m2m", "marian", "marian-many", "madlad")

TOKENS: dict[Kind, tuple[str, ...]] = {
    "nllb": ("eng_Latn", "deu_Latn", "swh_Latn"),
    "m2m": ("__en__", "__de__", "__sw__"),
    "marian": (),
    "marian-many": (">>deu<<", ">>swa<<"),
    "madlad": ("<2en>", "<2de>", "<2sw>"),
}

_FAST: Any = PreTrainedTokenizerFast  # its constructor has no types


@cache
def translator_tokenizer(kind: Kind) -> Any:
    """Sub-words of a few sentences, the end token, and the language tokens of that kind."""
    marian = kind.startswith("marian")  # whose padding is the last entry, and begins what is written
    special = ["</s>", "<unk>", *TOKENS[kind]] if marian else ["<s>", "<pad>", "</s>", "<unk>"]
    # not trained: the trainers hash at random, and the same weights would say other things every time
    words = {f"\u2581{word}" for text in TEXTS for word in text.split()}
    pieces = [(piece, -2.0) for piece in sorted(words)[:150]]
    letters = [(letter, -8.0) for letter in sorted({"\u2581", *"".join(TEXTS)} - {" "})]
    raw = Tokenizer(
        models.Unigram([*((each, 0.0) for each in special), *pieces, *letters], unk_id=special.index("<unk>"))
    )
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.decoder = decoders.Metaspace()
    raw.add_special_tokens(special)
    return _FAST(
        tokenizer_object=raw,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=list(TOKENS[kind]),
        **({} if marian else {"bos_token": "<s>"}),
    )


def translator_folder(folder: Path, kind: Kind) -> Path:
    """A translator of that kind: every sentence becomes some words, and each another's others."""
    tokenizer = translator_tokenizer(kind)
    with torch.random.fork_rng():
        torch.manual_seed(4)
        model = _model(kind, tokenizer)
    # as the settings of published ones, these are the model's own: nothing blank is written
    model.generation_config.min_new_tokens = 5
    silent = {*tokenizer.all_special_ids, *tokenizer.convert_tokens_to_ids(list(TOKENS[kind]))}
    model.generation_config.bad_words_ids = [[each] for each in sorted(silent - {tokenizer.eos_token_id})]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _model(kind: Kind, tokenizer: Any) -> Any:
    ids: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "decoder_start_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
    }
    if kind == "madlad":
        widths: dict[str, Any] = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
        return T5ForConditionalGeneration(T5Config(**widths, **ids, initializer_factor=3.0))
    settings: dict[str, Any] = {
        "d_model": 16,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "max_position_embeddings": 128,
        "init_std": 0.6,
    }
    if kind in {"nllb", "m2m"}:
        return M2M100ForConditionalGeneration(M2M100Config(**settings, **ids))
    ids["decoder_start_token_id"] = tokenizer.pad_token_id
    return MarianMTModel(MarianConfig(**settings, **ids))
