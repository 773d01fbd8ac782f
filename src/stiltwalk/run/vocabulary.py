"""Vocabularies: a tokenizer trained on text, or made from a given WordPiece or Unigram vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import BertTokenizer, PreTrainedTokenizerFast

from stiltwalk.spec.errors import DataError

WORDPIECE_SPECIALS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
UNIGRAM_SPECIALS = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "mask_token": "<mask>",
}


def given_tokenizer(path: Path, max_tokens: int) -> Any:
    """The tokenizer of the vocabulary file at ``path``.

    ``vocab.txt``: WordPiece, one piece a line, cased, as mBERT's. ``*.vocab``: Unigram, a piece and its
    log-probability a line, separated by a tab, as SentencePiece writes it. ``tokenizer.json``: as it is.

    Raises:
        DataError: none of these, or not what its name promises.
    """
    if path.name == "tokenizer.json":
        try:
            raw = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing narrower
            raise DataError(path, None, f"is no tokenizer file: {error}") from None
        unigram = isinstance(raw.model, models.Unigram)
        return _wrap(raw, UNIGRAM_SPECIALS if unigram else WORDPIECE_SPECIALS, max_tokens)
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".txt":
        return _wordpiece(path, lines, max_tokens)
    if path.suffix == ".vocab":
        return _unigram(path, lines, max_tokens)
    raise DataError(
        path, None, "is no vocabulary: expected vocab.txt (WordPiece), *.vocab (Unigram) or tokenizer.json"
    )


def trained_tokenizer(
    texts: Iterable[str], kind: Literal["wordpiece", "unigram"], size: int, max_tokens: int
) -> Any:
    """A tokenizer of at most ``size`` pieces trained on ``texts``; equal texts give equal tokenizers."""
    if kind == "wordpiece":
        raw = _wordpiece_frame(models.WordPiece(unk_token="[UNK]"))
        trainer: Any = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=list(WORDPIECE_SPECIALS.values()), show_progress=False
        )
        raw.train_from_iterator(texts, trainer)
        return _wordpiece_wrapped(raw, max_tokens)
    raw = _unigram_frame(models.Unigram())
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=size - 1,
        special_tokens=specials,
        unk_token="<unk>",
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    return _unigram_wrapped(raw, max_tokens)


def _wordpiece(path: Path, lines: list[str], max_tokens: int) -> Any:
    absent = [token for token in WORDPIECE_SPECIALS.values() if token not in lines]
    if absent:
        raise DataError(path, None, f"lacks {', '.join(absent)}, which every WordPiece vocabulary holds")
    return BertTokenizer(
        vocab={piece: index for index, piece in enumerate(lines)},
        do_lower_case=False,
        strip_accents=False,
        model_max_length=max_tokens,
    )


def _unigram(path: Path, lines: list[str], max_tokens: int) -> Any:
    pieces: list[tuple[str, float]] = []
    for number, line in enumerate(lines, start=1):
        piece, tab, score = line.partition("\t")
        try:
            pieces.append((piece, float(score)))
        except ValueError:
            raise DataError(path, number, f"expected a piece, a tab and a number, found {line!r}") from None
        if not tab:
            raise DataError(path, number, f"expected a piece, a tab and a number, found {line!r}")
    kept = [(piece, score) for piece, score in pieces if piece not in {"<s>", "<pad>", "</s>", "<unk>"}]
    # XLM-R's order of special tokens
    table = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *kept]
    return _unigram_wrapped(_unigram_frame(models.Unigram(table, unk_id=3)), max_tokens)


def _wordpiece_frame(model: models.Model) -> Tokenizer:
    raw = Tokenizer(model)
    raw.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.decoder = decoders.WordPiece()
    return raw


def _wordpiece_wrapped(raw: Tokenizer, max_tokens: int) -> Any:
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, raw.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return _wrap(raw, WORDPIECE_SPECIALS, max_tokens)


def _unigram_frame(model: models.Model) -> Tokenizer:
    raw = Tokenizer(model)
    raw.normalizer = normalizers.NFKC()
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.decoder = decoders.Metaspace()
    return raw


def _unigram_wrapped(raw: Tokenizer, max_tokens: int) -> Any:
    raw.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    raw.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, raw.token_to_id(token)) for token in ("<s>", "</s>")],
    )
    return _wrap(raw, UNIGRAM_SPECIALS, max_tokens)


def _wrap(raw: Tokenizer, specials: dict[str, str], max_tokens: int) -> Any:
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=raw, model_max_length=max_tokens, **specials
    )
