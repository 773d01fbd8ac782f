"""Scorers: from examples and predictions to per-example statistics, and from those to scores.

The two halves meet only in the columns, which are kept beside the predictions: a score can be computed again
from the store, over all examples or over a resampling of them, without the model or the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stiltwalk.metrics import squad
from stiltwalk.metrics.spans import count_spans
from stiltwalk.spec.errors import StiltwalkError, unknown_name
from stiltwalk.spec.examples import Aligned, Choices, Classified, Example, Minable, Question, Tagged
from stiltwalk.spec.metrics import SCORERS, Metric, Scorer

Prediction = int | str | tuple[str, ...]
"""What a model says of one example.

The index of a label or choice (``Classified``, ``Choices``), an answer's text (``Question``), a tag for each
word (``Tagged``), the id of the example whose English sentence was found nearest (``Aligned``), or the id of
the English sentence extracted for a foreign one (``Minable``): "" for none and for every English sentence,
several with a space between them where English repeats a text.
"""

Column = Sequence[float] | NDArray[Any]
"""One statistic, a number for each example."""


def _label(example: Example, prediction: Prediction) -> dict[str, float]:
    match example, prediction:
        case ((Classified(label=None) | Choices(label=None)), _):
            raise _no_gold(example, "labels")
        case ((Classified(label=gold) | Choices(label=gold)), int()):
            return {"correct": float(gold == prediction)}
        case _:
            raise _mismatch(example, prediction, "accuracy", "a label index for Classified or Choices")


def _nearest(example: Example, prediction: Prediction) -> dict[str, float]:
    match example, prediction:
        case Aligned(id=gold), str():
            return {"correct": float(gold == prediction)}
        case _:
            raise _mismatch(example, prediction, "retrieval-accuracy", "an example's id for Aligned")


def _mined(example: Example, prediction: Prediction) -> dict[str, float]:
    """Every pair is counted once, at its foreign sentence."""
    match example, prediction:
        case Minable(side="foreign", twin=twin), str():
            extracted = prediction.split()
            return {
                "right": float(twin in extracted),
                "extracted": float(len(extracted)),
                "gold": float(twin is not None),
            }
        case Minable(side="english"), "":
            return {"right": 0.0, "extracted": 0.0, "gold": 0.0}
        case _:
            raise _mismatch(
                example, prediction, "mining", "English ids for a foreign Minable and '' for an English one"
            )


def _tags(example: Example, prediction: Prediction) -> dict[str, float]:
    match example, prediction:
        case Tagged(tags=()), _:
            raise _no_gold(example, "tags")
        case Tagged(words=words, tags=gold), tuple():
            _check_tags(example.id, words, gold, prediction)
            old = count_spans(gold, prediction, "0.x")
            new = count_spans(gold, prediction, "1.x")
            return {
                "span_correct": float(old.correct),
                "span_predicted": float(old.predicted),
                "span_gold": float(old.gold),
                "word_correct": float(sum(g == p for g, p in zip(gold, prediction, strict=True))),
                "words": float(len(words)),
                "span1_correct": float(new.correct),
                "span1_predicted": float(new.predicted),
                "span1_gold": float(new.gold),
            }
        case _:
            raise _mismatch(example, prediction, "udpos", "a tuple of tags for Tagged")


def _entities(example: Example, prediction: Prediction) -> dict[str, float]:
    match example, prediction:
        case Tagged(tags=()), _:
            raise _no_gold(example, "tags")
        case Tagged(words=words, tags=gold), tuple():
            _check_tags(example.id, words, gold, prediction)
            spans = count_spans(gold, prediction, "0.x")
            return {
                "span_correct": float(spans.correct),
                "span_predicted": float(spans.predicted),
                "span_gold": float(spans.gold),
            }
        case _:
            raise _mismatch(example, prediction, "ner", "a tuple of tags for Tagged")


def _check_tags(name: str, words: Sequence[str], gold: Sequence[str], prediction: Sequence[str]) -> None:
    if not len(words) == len(gold) == len(prediction):
        raise StiltwalkError(
            f"Example '{name}' has {len(words)} words, {len(gold)} gold tags and "
            f"{len(prediction)} predicted tags. Give one tag for each word."
        )


def _answer(example: Example, prediction: Prediction) -> dict[str, float]:
    match example, prediction:
        case Question(answers=()), _:
            raise _no_gold(example, "answers")
        case Question(answers=answers), str():
            texts = [answer.text for answer in answers]
            return {"f1": squad.f1(prediction, texts), "exact_match": squad.exact_match(prediction, texts)}
        case _:
            raise _mismatch(example, prediction, "squad1", "an answer's text for Question")


STATISTICS: dict[str, Callable[[Example, Prediction], dict[str, float]]] = {
    "accuracy": _label,
    "retrieval-accuracy": _nearest,
    "mining": _mined,
    "udpos": _tags,
    "ner": _entities,
    "squad1": _answer,
}
"""Scorer name → the statistics of one example; the same names as in ``SCORERS``."""


def statistics(
    scorer: str, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> dict[str, list[float]]:
    """Per-example statistics, one column each, in the order in which the scorer's metrics name them.

    Args:
        scorer: a key of ``SCORERS``.
        examples: examples with their gold labels, tags or answers.
        predictions: one for each example, in the same order.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: there are not as many predictions as examples, or an example has no gold, is not of
            the kind that the scorer scores, or has a prediction of another kind.
    """
    columns: dict[str, list[float]] = {name: [] for name in _columns(_record(scorer))}
    if len(examples) != len(predictions):
        raise StiltwalkError(
            f"Scorer '{scorer}' was given {len(examples)} examples and {len(predictions)} predictions. "
            "Give one prediction for each example."
        )
    of_one = STATISTICS[scorer]
    for example, prediction in zip(examples, predictions, strict=True):
        row = of_one(example, prediction)
        for name, column in columns.items():
            column.append(row[name])
    return columns


def score(scorer: str, columns: Mapping[str, Column]) -> dict[str, float]:
    """Every metric of the scorer, on 0 to 100, by the metric's name.

    Sums are exact (``math.fsum``), so a score does not depend on the order of the examples.

    Args:
        scorer: a key of ``SCORERS``.
        columns: what ``statistics`` returned, whole or resampled; other columns are ignored.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a column is missing, empty, not as long as the others or not finite, or a ratio has
            nothing to divide by.
    """
    record = _record(scorer)
    totals = _totals(record, columns)
    examples = len(columns[record.metrics[0].statistics[0]])
    return {metric.name: _aggregate(metric, totals, examples) for metric in record.metrics}


def main_score(scorer: str, scores: Mapping[str, float]) -> float:
    """The one number a task is selected and averaged by: the mean of the scorer's main metrics, 0 to 100.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a main metric is not among ``scores``.
    """
    return _mean_of(_record(scorer).main, "main score", scorer, scores)


def collapse_score(scorer: str, scores: Mapping[str, float]) -> float:
    """The number a collapsed run is told by: the main score, unless the scorer names other metrics, 0 to 100.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a metric that it needs is not among ``scores``.
    """
    record = _record(scorer)
    return _mean_of(record.judged_by or record.main, "collapse score", scorer, scores)


def _mean_of(names: Sequence[str], what: str, scorer: str, scores: Mapping[str, float]) -> float:
    missing = [name for name in names if name not in scores]
    if missing:
        raise StiltwalkError(
            f"The {what} of scorer '{scorer}' needs {', '.join(names)}; "
            f"missing: {', '.join(missing)}; found: {', '.join(scores) or 'none'}."
        )
    return fmean(scores[name] for name in names)


def _record(scorer: str) -> Scorer:
    if scorer not in SCORERS:
        raise unknown_name("scorer", scorer, SCORERS)
    return SCORERS[scorer]


def _columns(scorer: Scorer) -> list[str]:
    return list(dict.fromkeys(name for metric in scorer.metrics for name in metric.statistics))


def _totals(scorer: Scorer, columns: Mapping[str, Column]) -> dict[str, float]:
    """The sum of each of the scorer's columns, once they are known to be whole."""
    needed = _columns(scorer)
    missing = [name for name in needed if name not in columns]
    if missing:
        raise StiltwalkError(
            f"Scorer '{scorer.name}' needs the statistics {', '.join(needed)}; missing: {', '.join(missing)}."
        )
    lengths = {name: len(columns[name]) for name in needed}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise StiltwalkError(f"Scorer '{scorer.name}' was given columns of different lengths: {shown}.")
    if not lengths[needed[0]]:
        raise StiltwalkError(
            f"Scorer '{scorer.name}' was given no examples: there is nothing to score. "
            "See that the split was read and predicted."
        )
    totals = {name: math.fsum(np.asarray(columns[name], dtype=float).tolist()) for name in needed}
    for name, total in totals.items():
        if not math.isfinite(total):
            raise StiltwalkError(f"Scorer '{scorer.name}': statistic '{name}' sums to {total}, not a number.")
    return totals


def _aggregate(metric: Metric, totals: Mapping[str, float], examples: int) -> float:
    parts = [totals[name] for name in metric.statistics]
    match metric.aggregate:
        case "mean":
            return 100 * parts[0] / examples
        case "ratio":
            above, below = parts
            if not below:
                raise StiltwalkError(
                    f"Metric '{metric.name}' divides by the sum of '{metric.statistics[1]}', which is 0."
                )
            return 100 * above / below
        case "share":
            part, whole = parts
            return 100 * part / whole if whole else 0.0
        case "micro-f1":
            correct, predicted, gold = parts
            # equal to 2PR / (P + R); 0 where nothing was there and nothing was found, as in seqeval
            return 200 * correct / (predicted + gold) if predicted + gold else 0.0


def _no_gold(example: Example, what: str) -> StiltwalkError:
    return StiltwalkError(
        f"Example '{example.id}' has no gold {what}: it cannot be scored. Use a split that has them."
    )


def _mismatch(example: Example, prediction: Prediction, scorer: str, expected: str) -> StiltwalkError:
    return StiltwalkError(
        f"Scorer '{scorer}' expects {expected}; example '{example.id}' is {type(example).__name__} "
        f"and its prediction {prediction!r} is of type {type(prediction).__name__}."
    )
