"""Tiny stand-ins for what is big: real tokenizers, trained in milliseconds on a few sentences."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

Kind = Literal["wordpiece", "unigram", "bpe"]

KINDS: tuple[Kind, ...] = ("wordpiece", "unigram", "bpe")

TEXTS = (
    "The quick brown fox jumps over the lazy dog , and the dog sleeps on .",
    "A man inspects the uniform of a figure in some East Asian country .",
    "Who wrote the letters that were found in the old house by the river ?",
    "Der Hund schläft neben dem alten Haus am Fluss , und niemand stört ihn .",
    "Le chien dort près de la vieille maison , et personne ne le dérange .",
    "Собака лежит возле старого дома вдоль реки .",
    "那 只 狗 睡 在 河边 的 老 房子 旁边 。",
    "In 1867 it had 12 500 people ; by 1901 there were 40 000 .",
)


_FAST: Any = PreTrainedTokenizerFast  # its constructor has no types


@cache
def tiny_tokenizer(kind: Kind, texts: tuple[str, ...] = TEXTS, vocabulary: int = 400) -> Any:
    """A ``transformers`` fast tokenizer trained on ``texts``; equal arguments share one.

    - ``wordpiece`` frames like BERT, ``[CLS] A [SEP] B [SEP]``, with segments 0 and 1;
    - ``unigram`` frames like XLM-R, ``<s> A </s></s> B </s>``, without segments;
    - ``bpe`` is byte-level, has no unknown token and only ends a row: ``A B <|end|>``.
    """
    return {"wordpiece": _wordpiece, "unigram": _unigram, "bpe": _bpe}[kind](texts, vocabulary)


def _wordpiece(texts: tuple[str, ...], vocabulary: int) -> Any:
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=vocabulary, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return _FAST(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def _unigram(texts: tuple[str, ...], vocabulary: int) -> Any:
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocabulary, special_tokens=specials, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return _FAST(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
    )


def _bpe(texts: tuple[str, ...], vocabulary: int) -> Any:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["<|pad|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|end|>", pair="$A $B <|end|>", special_tokens=[("<|end|>", 1)]
    )
    return _FAST(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
    )
