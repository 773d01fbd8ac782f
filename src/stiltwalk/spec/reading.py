"""How an encoder is read: which tokens see which, and what stands for a whole input.

BERT's kind sees both ways and has a first token that stands for the input. A decoder language model sees only
what stands before, so nothing stands at its first token; T5's kind sees both ways and has no such token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.record import Record
from stiltwalk.spec.task import Task

Attention = Literal["causal", "bidirectional"]
"""What a token sees: what stands before it and itself, or all."""

Pooling = Literal["first", "mean", "last"]
"""Which state stands for a whole input: the first token's, the mean of all, or the last token's."""

VectorPooling = Literal["mean", "cls", "last", "own"]
"""Which states make a sentence's vector: all, the first or last token's, or a sentence encoder's own way."""

DECODERS = frozenset({"gemma3_text", "llama", "qwen2", "qwen3"})
"""Decoder language models that are read as encoders, and may be made to see both ways; as transformers calls
them. Larger Gemma 3 models also see images and go by another name."""

_NO_FIRST_TOKEN = frozenset({"mt5", "t5", "umt5"})


class Reading(Record):
    """How an encoder is read.

    Attributes:
        attention: what a token sees.
        pooling: what heads that score a whole input are given.
    """

    attention: Attention = "bidirectional"
    pooling: Pooling = "first"


class Nature(Record):
    """What a config says of how its encoder can be read.

    Attributes:
        architecture: as transformers calls it.
        attention: as it was published or saved.
    """

    architecture: str = ""
    attention: Attention = "bidirectional"


UNKNOWN = Nature()
"""Of an encoder whose config nobody looked at: read as BERT is."""


def nature_of(config: Mapping[str, Any]) -> Nature:
    """The nature of the encoder with this ``config.json``."""
    architecture = str(config.get("model_type", ""))
    opened = config.get("is_causal") is False or config.get("use_bidirectional_attention") is True
    causal = architecture in DECODERS and not opened
    return Nature(architecture=architecture, attention="causal" if causal else "bidirectional")


def reading_of(
    name: str,
    nature: Nature,
    attention: Attention | None = None,
    pooling: Pooling | None = None,
    trained: Reading | None = None,
) -> Reading:
    """How the encoder ``name`` is read.

    Args:
        name: what messages call it.
        nature: what its config says.
        attention: the study's choice; ``None``: as it was published or saved.
        pooling: the study's choice; ``None``: as it was trained, else the first token where an encoder has
            one, the last where a token sees only what stands before, and the mean for all others.
        trained: how the finished step was read that it is, if it is one.

    Raises:
        StudyError: it cannot be read so.
    """
    if attention not in {None, nature.attention} and nature.architecture not in DECODERS:
        raise StudyError(
            f"Encoder '{name}': attention cannot be {attention}: only decoder language models are read "
            f"either way ({', '.join(sorted(DECODERS))}), and it is {nature.architecture or 'none of them'}."
        )
    chosen = attention or nature.attention
    if pooling == "first" and chosen == "causal":
        raise StudyError(
            f"Encoder '{name}': pooling cannot be first: under causal attention the first token sees nothing "
            "but itself. Choose last or mean, or attention: bidirectional."
        )
    kept = trained.pooling if trained is not None and trained.attention == chosen else None
    return Reading(attention=chosen, pooling=pooling or kept or _usual(nature, chosen))


def _usual(nature: Nature, attention: Attention) -> Pooling:
    if attention == "causal":
        return "last"
    return "mean" if nature.architecture in DECODERS | _NO_FIRST_TOKEN else "first"


def reading_caveats(reading: Reading, nature: Nature, task: Task) -> tuple[str, ...]:
    """Ids of what a reader of the scores on ``task`` must know of how the encoder is read."""
    found = []
    if reading.attention == "causal":
        found.append("causal-attention")
    elif nature.architecture in DECODERS:
        found.append("opened-attention")
    whole = task.type in {"sequence-classification", "multiple-choice"} or task.scoring.ranks
    if whole and reading.pooling != "first":
        found.append(f"pooled-{reading.pooling}")
    return tuple(found)
