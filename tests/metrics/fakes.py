"""Small examples that the tests of this package score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stiltwalk.metrics.mining import NEIGHBOURS, Neighbours, Pair, paired
from stiltwalk.metrics.predictions import Prediction
from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.examples import Aligned, Answer, Classified, Example, Question, Tagged


def classified(labels: Sequence[int | None]) -> list[Example]:
    """Pairs of texts with these labels."""
    return [Classified(f"c{i}", "premise", "hypothesis", label) for i, label in enumerate(labels)]


def tagged(name: str, tags: str) -> Tagged:
    """A sentence of as many words as there are tags, parted by spaces."""
    return Tagged(name, tuple(f"w{i}" for i in range(len(tags.split()))), tuple(tags.split()))


def question(name: str, *answers: str) -> Question:
    """A question with these gold answers."""
    return Question(name, "who?", "context", tuple(Answer(text, 0) for text in answers))


def aligned(name: str) -> Aligned:
    """A sentence and its translation."""
    return Aligned(name, "Satz", "sentence")


def scored(
    scorer: str, examples: Sequence[Example], predictions: Sequence[Prediction], language: str = "en"
) -> dict[str, float]:
    """Every metric of the scorer."""
    return score(scorer, statistics(scorer, examples, predictions, language))


def mined(foreign: NDArray[Any], english: NDArray[Any]) -> list[Pair]:
    """The pairs of two sides' vectors, with every cosine held at once and sorted in full."""
    if not len(foreign) or not len(english):
        return []
    ours, theirs = (_of_length_one(side.astype(np.float64)) for side in (foreign, english))
    cosines = ours @ theirs.T
    return paired(_neighbours(cosines), _neighbours(cosines.T))


def _of_length_one(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1))


def _neighbours(cosines: NDArray[np.float64]) -> Neighbours:
    places = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
    return Neighbours(np.take_along_axis(cosines, places, axis=1), places)
