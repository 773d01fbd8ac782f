"""Every family of tokenizers that encoders come with, trained in milliseconds on many scripts."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

Family = Literal["xlm-r", "bert", "bert-uncased", "roberta", "roberta-prefixed", "modernbert", "gemma"]

FAMILIES: tuple[Family, ...] = (
    "xlm-r",
    "bert",
    "bert-uncased",
    "roberta",
    "roberta-prefixed",
    "modernbert",
    "gemma",
)

SENTENCES = (
    "The quick brown fox jumps over the lazy dog , and the dog sleeps on .",
    "In 1867 it had 12 500 people ; by 1901 there were 40 000 .",
    "Der Hund schläft neben dem alten Haus am Fluss , und niemand stört ihn .",
    "Con chó ngủ bên cạnh ngôi nhà cũ gần sông .",
    "Собака лежит возле старого дома вдоль реки .",
    "الكلب ينام بجانب البيت القديم قرب النهر .",
    "הַכֶּלֶב יָשֵׁן לְיַד הבית הישן ליד הנהר .",
    "कुत्ता नदी के पास पुराने घर के बगल में सोता है ।",
    "หมานอนข้างบ้านเก่าใกล้แม่น้ำ",
    "那只狗睡在河边的老房子旁边。",
    "개는 강가의 낡은 집 옆에서 잔다 .",
    "🐕 👩\u200d🌾 👍🏽 ok",
)

ODD_WORDS = (
    "cafe\u0301",  # a combining accent
    "e\u0323\u0302",  # two of them, which compose in two steps
    "\u1112\u1161\u11ab",  # Hangul in its parts
    "क\u094dष",
    "\u0995\u09c7\u09be",  # a Bengali vowel sign in two parts
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, a non-joiner inside
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "กำลังไปที่แม่น้ำ",
    "שָׁלוֹם",
    "ﷺ",
    "ﬁne",
    "①②",
    "don't",
    "U.S.A.",
    "x²",
)
"""Words that normalisers rewrite, or that are long in bytes."""

_BERT = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
_ROBERTA = {
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "mask_token": "<mask>",
}
_GEMMA = {
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "cls_token": "<bos>",
    "sep_token": "<eos>",
    "mask_token": "<mask>",
}


@cache
def family_tokenizer(family: Family) -> Any:
    """A tokenizer of the family; equal arguments share one.

    - ``xlm-r``: Unigram, composing (NFKC), a mark on every word, ``<s> A </s></s> B </s>``;
    - ``bert``, ``bert-uncased``: WordPiece, segments; the second drops case and accents;
    - ``roberta``: byte-level BPE that counts the space before a word to it; ``roberta-prefixed`` puts one
      before the first word too;
    - ``modernbert``: the same, composing (NFC), framed as BERT, without segments;
    - ``gemma``: BPE on characters with a mark in place of each space, unknown ones as bytes.
    """
    makers = {"xlm-r": _xlm_r, "bert": _wordpiece, "bert-uncased": _wordpiece, "gemma": _gemma}
    return makers.get(family, _byte_level)(family)


def _xlm_r(_family: Family) -> Any:
    raw = Tokenizer(models.Unigram())
    raw.normalizer = normalizers.NFKC()
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=500, special_tokens=list(_ROBERTA.values()), unk_token="<unk>", show_progress=False
    )
    raw.train_from_iterator(SENTENCES, trainer)
    _frame(raw, "<s> $A </s>", "<s> $A </s> </s> $B </s>")
    return _wrapped(raw, _ROBERTA)


def _wordpiece(family: Family) -> Any:
    raw = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    raw.normalizer = normalizers.BertNormalizer(lowercase=family == "bert-uncased")
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=400, special_tokens=list(_BERT.values()), show_progress=False
    )
    raw.train_from_iterator(SENTENCES, trainer)
    _frame(raw, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    return _wrapped(raw, _BERT, "token_type_ids")


def _byte_level(family: Family) -> Any:
    prefixed = family == "roberta-prefixed"
    names = _BERT if family == "modernbert" else _ROBERTA
    raw = Tokenizer(models.BPE())
    if family == "modernbert":
        raw.normalizer = normalizers.NFC()
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefixed)
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=list(names.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(SENTENCES, trainer)
    if family == "modernbert":
        _frame(raw, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]")
    else:
        sep, cls = ((name, raw.get_vocab()[name]) for name in ("</s>", "<s>"))
        raw.post_processor = processors.RobertaProcessing(sep, cls, add_prefix_space=prefixed)
    return _wrapped(raw, names)


def _gemma(_family: Family) -> Any:
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=[*_GEMMA.values(), *bytes_], show_progress=False
    )
    raw.train_from_iterator(SENTENCES, trainer)
    model = json.loads(raw.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"]]
    raw.model = models.BPE(model["vocab"], merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    _frame(raw, "<bos> $A <eos>", "<bos> $A <eos> $B <eos>")
    return _wrapped(raw, _GEMMA)


def _frame(raw: Tokenizer, single: str, pair: str) -> None:
    words = {word.partition(":")[0] for word in pair.split() if not word.startswith("$")}
    raw.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(word, raw.token_to_id(word)) for word in sorted(words)]
    )


def _wrapped(raw: Tokenizer, names: dict[str, str], *columns: str) -> Any:
    fast: Any = PreTrainedTokenizerFast  # its constructor has no types
    return fast(
        tokenizer_object=raw,
        model_max_length=512,
        model_input_names=["input_ids", *columns, "attention_mask"],
        **names,
    )
