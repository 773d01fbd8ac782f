"""Chance: what a predictor scores that never looks at its input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import TypeVar

from stiltwalk.metrics.predictions import Answered, Prediction
from stiltwalk.metrics.scorers import collapse_score, score
from stiltwalk.metrics.statistics import known_scorer, statistics
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.examples import (
    Aligned,
    Candidate,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Paired,
    Query,
    Question,
    Tagged,
)

T = TypeVar("T", int, str)


def chance(scorer: str, examples: Sequence[Example], train_examples: Sequence[Example]) -> float:
    """The collapse score, 0 to 100, of the best prediction that is made without reading the input.

    Classification: the most frequent training label. Tagging: the most frequent training tag for every word.
    Multiple choice: any of the choices with equal probability, in expectation. Question answering: 0, or no
    answer to every question where the scorer allows it. Retrieval of a translation: any of the candidates
    with equal probability, the candidates being ``examples``. Rankings of many candidates, mining: 0.

    Args:
        scorer: a key of ``SCORERS``.
        examples: those to be scored, all of one type; with gold where the type is classification or tagging.
            Pairs of a query and its candidate stand for the queries.
        train_examples: where labels and tags are counted; otherwise not looked at.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: no examples, or of several types, or without gold where it is needed; no training
            label or tag to count; raw text or candidates alone; classification or tagging that the scorer
            does not score.
    """
    record = known_scorer(scorer)
    if not examples:
        raise StiltwalkError(f"Chance for scorer '{scorer}' needs examples; it was given none.")
    types = sorted({type(example).__name__ for example in examples})
    if len(types) > 1:
        raise StiltwalkError(f"Chance needs examples of one type; it was given {', '.join(types)}.")
    match examples[0]:
        case Classified():
            label = _commonest(_labels(train_examples), "label")
            return _scored(scorer, examples, [label] * len(examples))
        case Tagged():
            tag = _commonest(_tags(train_examples), "tag")
            return _scored(
                scorer, examples, [(tag,) * len(e.words) for e in examples if isinstance(e, Tagged)]
            )
        case Choices():
            return 100 * fmean(1 / len(e.choices) for e in examples if isinstance(e, Choices))
        case Question() if record.abstains:
            return _scored(scorer, examples, [Answered("", 0.0)] * len(examples))
        case Question() | Minable() | Query() | Paired():
            return 0.0
        case Aligned():
            return 100 / len(examples)
        case Line(id=name) | Candidate(id=name):
            raise StiltwalkError(f"Example '{name}' is a {types[0]}: raw text and candidates are not scored.")


def _labels(examples: Iterable[Example]) -> list[int]:
    return [e.label for e in examples if isinstance(e, Classified) and e.label is not None]


def _tags(examples: Iterable[Example]) -> list[str]:
    return [tag for e in examples if isinstance(e, Tagged) for tag in e.tags]


def _commonest(values: Sequence[T], what: str) -> T:
    if not values:
        raise StiltwalkError(
            f"Chance needs training examples with a {what} each, to find the most frequent; there is none."
        )
    counts = Counter(values)
    # of equally frequent ones the lowest, so that the order of the training examples cannot matter
    return min(counts, key=lambda value: (-counts[value], value))


def _scored(scorer: str, examples: Sequence[Example], predictions: Sequence[Prediction]) -> float:
    return collapse_score(scorer, score(scorer, statistics(scorer, examples, predictions)))
