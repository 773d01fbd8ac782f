"""What planning needs to know of the world: which data, encoders and vocabularies are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stiltwalk.spec.measuring import Machine
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
        adapted: whether it is one that was trained by LoRA, or descends from one.
    """

    parent: str
    layers: int
    sentences: SentencePipeline | None = None
    nature: Nature = UNKNOWN
    trained: Reading | None = None
    adapted: bool = False


class Directions(NamedTuple):
    """From and into which languages a model translates; empty where that is not known."""

    sources: tuple[str, ...] = ()
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What planning needs to know of the world.

    Attributes:
        data: (task, split, language) → content hash, for all data that is there.
        encoders: hub id, folder or key of a finished step → its facts.
        vocabularies: path as the study writes it → content hash.
        translators: hub id or folder of a model that translates → how steps refer to it.
        directions: the same → between which languages it translates, as far as its files tell.
        machine: the one that measures; ``None``: the study measures nothing.
        unaligned: (task, language) whose training examples do not translate the English ones of their ids.
        counts: (task, split, language) → how many examples there are, where that is known.
    """

    data: Mapping[tuple[str, SplitName, str], str]
    encoders: Mapping[str, EncoderFacts]
    vocabularies: Mapping[str, str]
    translators: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, Directions] = field(default_factory=dict)
    machine: Machine | None = None
    unaligned: frozenset[tuple[str, str]] = frozenset()
    counts: Mapping[tuple[str, SplitName, str], int] = field(default_factory=dict)
