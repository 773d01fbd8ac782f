"""Vocabularies: a tokenizer trained on text, or made from a given WordPiece or Unigram vocabulary."""

from __future__ import annotations

import json
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

from stiltwalk.data.files import read_lines
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
    lines = read_lines(path)  # a piece may hold a character at which str.splitlines would split
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
    given = list(texts)
    return (_trained_wordpiece if kind == "wordpiece" else _trained_unigram)(given, size, max_tokens)


def _trained_wordpiece(texts: list[str], size: int, max_tokens: int) -> Any:
    frame = _wordpiece_frame(models.WordPiece(unk_token="[UNK]"))
    specials = list(WORDPIECE_SPECIALS.values())
    # the trainer numbers continuing characters in the order of a hash table and breaks ties by number;
    # handed in as special tokens they are numbered in ours
    words = (
        word
        for text in texts
        for word, _ in frame.pre_tokenizer.pre_tokenize_str(frame.normalizer.normalize_str(text))
    )
    continuing = sorted({"##" + character for word in words for character in word[1:]})
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=[*specials, *continuing], show_progress=False
    )
    frame.train_from_iterator(texts, trainer)
    raw = _wordpiece_frame(models.WordPiece(frame.get_vocab(), unk_token="[UNK]"))
    raw.add_special_tokens(specials)
    return _wordpiece_wrapped(raw, max_tokens)


def _trained_unigram(texts: list[str], size: int, max_tokens: int) -> Any:
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=size - 1,
        special_tokens=specials,
        unk_token="<unk>",
        show_progress=False,
    )
    raw = _unigram_frame(models.Unigram())
    raw.train_from_iterator(texts, trainer)
    pieces = _settled(json.loads(raw.to_str())["model"]["vocab"][len(specials) :])
    table = [*((special, 0.0) for special in specials), *pieces]
    return _unigram_wrapped(_unigram_frame(models.Unigram(table, unk_id=3)), max_tokens)


def _settled(pieces: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """``pieces`` without what the trainer left to the order of a hash table.

    That is the last bits of every score, the order of equal scores, and that of the characters which it
    adds at the end, each 0.0001 above the one before, from the lowest score upwards.
    """
    scores = dict(pieces)
    lowest = min(scores.values())
    added: list[str] = []
    steps = 0
    for piece in sorted((p for p in scores if len(p) == 1), key=scores.__getitem__):
        above = scores[piece] - lowest
        if abs(above - 1e-4 * (steps + 1)) < 1e-9:
            steps += 1
        if abs(above - 1e-4 * steps) < 1e-9:
            added.append(piece)
    scores |= zip(sorted(added), [scores[piece] for piece in added], strict=True)
    rounded = [(piece, round(score, 6)) for piece, score in scores.items()]
    return sorted(rounded, key=lambda entry: (-entry[1], entry[0]))


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
    segments = ["token_type_ids"] if specials is WORDPIECE_SPECIALS else []
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=raw,
        model_max_length=max_tokens,
        model_input_names=["input_ids", *segments, "attention_mask"],
        **specials,
    )
