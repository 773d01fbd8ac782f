"""Encoders: those the field knows by name, those in a folder, and those made here by pretraining."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from stiltwalk.spec.adaptation import FULL, Adaptation
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.reading import Attention, Pooling
from stiltwalk.spec.record import Record


class Shape(Record):
    """Depth and width of an encoder to be pretrained.

    Attributes:
        architecture: ``bert`` (segment embeddings) or ``xlm-roberta`` (none), as transformers builds them.
        layers: number of layers.
        hidden: width of the hidden states.
        heads: attention heads; ``None``: one for every 64 of width, at least 2.
        feed_forward: inner width; ``None``: four times ``hidden``.
        max_tokens: longest input the position embeddings allow.
        dropout: share dropped in training, on hidden states and attention.
    """

    architecture: Literal["bert", "xlm-roberta"] = "bert"
    layers: int = Field(ge=1)
    hidden: int = Field(ge=4)
    heads: int | None = Field(None, ge=1)
    feed_forward: int | None = Field(None, ge=1)
    max_tokens: int = Field(512, ge=8)
    dropout: float = Field(0.1, ge=0, lt=1)

    @property
    def attention_heads(self) -> int:
        """Heads, with the default filled in."""
        return self.heads or max(2, self.hidden // 64)

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.hidden % self.attention_heads:
            raise ValueError(f"hidden ({self.hidden}) is not a multiple of heads ({self.attention_heads})")
        return self


class MaskedLm(Record):
    """How a masked language model is trained.

    Attributes:
        steps: optimiser steps.
        batch_size: lines in one step.
        max_tokens: longest line in sub-words, special tokens included; longer ones are cut.
        lines: at most so many lines of each text in each language, the first ones; ``None``: all.
        learning_rate: peak, after warm-up; falls linearly to 0.
        warmup_share: share of the steps spent warming up.
        weight_decay: of AdamW.
        clip_norm: largest norm of the gradient.
        mask_share: share of sub-words to be predicted (of those 80 % masked, 10 % random, 10 % kept;
            Devlin et al. 2019).
        language_exponent: languages are drawn with probability proportional to size to this power
            (0.3: Conneau et al. 2020, XLM-R).
        language_vectors: whether the head is told the line's language by a learned vector.
    """

    steps: int = Field(ge=1)
    batch_size: int = Field(64, ge=1)
    max_tokens: int = Field(128, ge=8)
    lines: int | None = Field(None, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    warmup_share: float = Field(0.1, ge=0, lt=1)
    weight_decay: float = Field(0.01, ge=0)
    clip_norm: float = Field(1.0, gt=0)
    mask_share: float = Field(0.15, gt=0, lt=1)
    language_exponent: float = Field(0.3, ge=0, le=1)
    language_vectors: bool = False


class Pretrain(Record):
    """A recipe for an encoder made here, from text.

    Attributes:
        shape: depth and width.
        text: names of raw-text tasks; every language of theirs whose file is there is used.
        vocabulary: file of a given vocabulary, in the data folder or absolute: ``vocab.txt`` (WordPiece),
            ``*.vocab`` (Unigram: piece TAB score) or ``tokenizer.json``; or the name of a packaged encoder,
            whose vocabulary it is. ``None``: trained on the text.
        vocabulary_kind: what is trained where none is given.
        vocabulary_size: entries of a trained vocabulary.
        training: the masked-LM training.
        seed: of initialisation and data order.
        threads: processor threads of this one step.
    """

    shape: Shape
    text: tuple[str, ...] = Field(min_length=1)
    vocabulary: str | None = None
    vocabulary_kind: Literal["wordpiece", "unigram"] = "unigram"
    vocabulary_size: int = Field(8000, ge=100)
    training: MaskedLm
    seed: int = 1
    threads: int = Field(1, ge=1)


class EncoderChoice(Record):
    """An encoder of a study: exactly one of ``source`` and ``pretrain``.

    Attributes:
        name: what result rows call it.
        source: a hub id, a folder that ``AutoModel`` and ``AutoTokenizer`` can read, or the first digits
            (8 at least) of the key of a finished step.
        revision: hub revision; ``None``: the one locked at first fetch.
        pretrain: made here.
        retrieval_layer: index into the hidden states (0: embeddings) whose mean is the sentence vector;
            ``None``: the published one, else 14/24 of the depth.
        prefix: retrieval only: put in front of every sentence, such as ``"query: "``; ``None``: nothing, but
            for a sentence encoder read by its own pipeline the prompt that it has by default.
        attention: decoder language models: whether a token sees only what stands before it (``causal``) or
            all (``bidirectional``); ``None``: as it was published.
        pooling: which state stands for a whole input, for heads that score one and, where given, for
            sentence vectors; ``None``: the first token's, the last one's under causal attention, the mean
            for encoders without a first token; and the mean for sentence vectors.
        adaptation: ``full``: training changes the encoder itself; ``lora``, or ``{lora: {...}}``: small
            matrices beside its own. Of every training of a study but that which makes the encoder.
    """

    name: str
    source: str | None = None
    revision: str | None = None
    pretrain: Pretrain | None = None
    retrieval_layer: int | None = Field(None, ge=0)
    prefix: str | None = None
    attention: Attention | None = None
    pooling: Pooling | None = None
    adaptation: Adaptation = FULL

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"name": raw.rstrip("/").split("/")[-1], "source": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.source is None) == (self.pretrain is None):
            raise ValueError(f"encoder '{self.name}' needs exactly one of 'source' and 'pretrain'")
        return self


class KnownEncoder(Record):
    """An encoder the field knows by its hub id.

    Attributes:
        hub: hub id.
        layers: depth.
        hidden: width.
        parameters: all, in millions.
        encoder_parameters: without embeddings, in millions.
        retrieval_layer: the published index into the hidden states, if any.
    """

    hub: str
    layers: int
    hidden: int
    parameters: float
    encoder_parameters: float
    retrieval_layer: int | None = None


# Shapes and counts: Conneau et al. 2020, Goyal et al. 2021, Devlin et al. 2019.
# Layers: the code of XTREME and of Phang et al. 2020.
KNOWN_ENCODERS: Mapping[str, KnownEncoder] = {
    known.hub: known
    for known in (
        KnownEncoder(
            hub="google-bert/bert-base-multilingual-cased",
            layers=12,
            hidden=768,
            parameters=178,
            encoder_parameters=85,
            retrieval_layer=8,
        ),
        KnownEncoder(
            hub="FacebookAI/xlm-roberta-base", layers=12, hidden=768, parameters=277, encoder_parameters=85
        ),
        KnownEncoder(
            hub="FacebookAI/xlm-roberta-large",
            layers=24,
            hidden=1024,
            parameters=558,
            encoder_parameters=302,
            retrieval_layer=14,
        ),
        KnownEncoder(
            hub="facebook/xlm-roberta-xl", layers=36, hidden=2560, parameters=3470, encoder_parameters=2830
        ),
        KnownEncoder(
            hub="facebook/xlm-roberta-xxl", layers=48, hidden=4096, parameters=10700, encoder_parameters=9660
        ),
    )
}


def retrieval_layer(choice: EncoderChoice, layers: int) -> int:
    """Which hidden state's mean is the sentence vector (0: embeddings).

    The study's own choice; else the published one of a known encoder; else 14/24 of the depth, the
    place of XLM-R Large's.

    Raises:
        StudyError: the chosen layer does not exist.
    """
    known = KNOWN_ENCODERS.get(choice.source or "")
    published = known.retrieval_layer if known else None
    layer = choice.retrieval_layer if choice.retrieval_layer is not None else published
    if layer is None:
        layer = round(14 / 24 * layers)
    if layer > layers:
        raise StudyError(
            f"Encoder '{choice.name}' has {layers} layers, so hidden states 0 to {layers}; "
            f"retrieval_layer {layer} is none of them."
        )
    return layer


Layers = Literal["published", "all"] | tuple[int, ...]
"""Which hidden states are read: the one that is published, every one, or these."""


def retrieval_layers(choice: EncoderChoice, wanted: Layers, depth: int) -> tuple[int, ...]:
    """The hidden states (0: embeddings) that make sentence vectors, in rising order.

    Args:
        choice: the encoder.
        wanted: ``published``: what ``retrieval_layer`` says; ``all``: 0 to ``depth``; or indices.
        depth: number of layers.

    Raises:
        StudyError: one of them does not exist.
    """
    if wanted == "published":
        return (retrieval_layer(choice, depth),)
    if wanted == "all":
        return tuple(range(depth + 1))
    beyond = sorted(layer for layer in wanted if layer > depth)
    if beyond:
        raise StudyError(
            f"Encoder '{choice.name}' has {depth} layers, so hidden states 0 to {depth}; "
            f"there is none of the wanted: {', '.join(map(str, beyond))}."
        )
    return tuple(sorted(wanted))
