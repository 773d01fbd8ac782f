"""Predictions: what a model says of one example, as it is scored and kept."""

from __future__ import annotations

from typing import NamedTuple


class Nearest(NamedTuple):
    """Of an ``Aligned``: the ids of the examples found nearest, by each way of comparing vectors.

    Attributes:
        cosine: by cosine.
        margin: by ratio margin.
        centred: by cosine, after the mean vector of each language was subtracted.
    """

    cosine: str
    margin: str
    centred: str


class Answered(NamedTuple):
    """Of a ``Question`` that may have no answer.

    Attributes:
        text: the best answer there is.
        no_answer: by how much the score of no answer beats that of the text.
    """

    text: str
    no_answer: float


Prediction = int | str | tuple[str, ...] | Nearest | Answered
"""What a model says of one example.

The index of a label or choice (``Classified``, ``Choices``); an answer's text or ``Answered``
(``Question``); a tag for each word (``Tagged``); ``Nearest`` (``Aligned``); the ids of the candidates found,
the nearest first (``Query``); or the id of the English sentence extracted for a foreign one (``Minable``):
"" for none and for every English sentence, several with a space between them where English repeats a text.
"""
