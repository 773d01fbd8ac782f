"""What planning needs to know of the world: which data, encoders and vocabularies are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stiltwalk.spec.reading import UNKNOWN, Nature, Reading
from stiltwalk.spec.sentence_encoders import SentencePipeline
from stiltwalk.spec.task import SplitName


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What planning needs to know of a given encoder.

    Attributes:
        parent: how steps refer to it: ``encoder:`` and its content hash, or the key of a finished step.
        layers: its depth.
        sentences: how it makes a sentence's vector, if it was saved as a sentence encoder.
        nature: what its config says of how it can be read.
        trained: how it was read when it was trained, if it is a finished step.
    """

    parent: str
    layers: int
    sentences: SentencePipeline | None = None
    nature: Nature = UNKNOWN
    trained: Reading | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning needs to know of the world.

    Attributes:
        data: (task, split, language) → content hash, for all data that is there.
        encoders: hub id, folder or key of a finished step → its facts.
        vocabularies: path as the study writes it → content hash.
    """

    data: Mapping[tuple[str, SplitName, str], str]
    encoders: Mapping[str, EncoderFacts]
    vocabularies: Mapping[str, str]
