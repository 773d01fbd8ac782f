"""How a retrieval target reads sentence vectors: the layers, the pooling and the prefix of a predict step."""

from __future__ import annotations

from typing import NamedTuple

from stiltwalk.spec.encoders import EncoderChoice, retrieval_layers
from stiltwalk.spec.reading import VectorPooling
from stiltwalk.spec.sentence_encoders import SentencePipeline, chosen_prompt
from stiltwalk.spec.targets import TargetChoice


class Vectors(NamedTuple):
    """The fields of a predict step that say how sentences become vectors."""

    layer: int | None = None
    layers: tuple[int, ...] | None = None
    pooling: VectorPooling | None = None
    prefix: str | None = None


def vectors_of(
    encoder: EncoderChoice,
    target: TargetChoice,
    depth: int,
    sentences: SentencePipeline | None,
    *,
    untrained: bool,
) -> Vectors:
    """How ``target`` reads sentence vectors: a sentence encoder's own way only where no arm could lose it.

    Args:
        encoder: the study's choice.
        target: a retrieval target without a head.
        depth: number of layers.
        sentences: the pipeline that the encoder was saved with, if any.
        untrained: whether nothing in the study trains the encoder before this target.

    Raises:
        StudyError: a layer that does not exist, or a prompt that the sentence encoder has none of.
    """
    chosen = target.layers != "published" or target.pooling or encoder.retrieval_layer is not None
    if sentences is not None and untrained and not chosen and encoder.pooling is None:
        chosen_prompt(sentences, encoder.prefix, encoder.name)
        return Vectors(depth, None, "own", encoder.prefix)
    layers = retrieval_layers(encoder, target.layers, depth)
    one = len(layers) == 1
    return Vectors(
        layers[0] if one else None,
        None if one else layers,
        target.pooling or _as_whole_inputs(encoder),
        encoder.prefix or None,
    )


def _as_whole_inputs(encoder: EncoderChoice) -> VectorPooling:
    """What the study says of whole inputs goes for sentences too; XTREME's mean where it says nothing."""
    return "cls" if encoder.pooling == "first" else encoder.pooling or "mean"
