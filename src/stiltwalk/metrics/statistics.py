"""Per-example statistics: what a scorer has to know of each example and its prediction.

The columns are kept beside the predictions: a score can be computed again from the store
(``stiltwalk.metrics.scorers``), over all examples or over a resampling of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from stiltwalk.metrics import mlqa, squad, squad2
from stiltwalk.metrics.predictions import Answered, Nearest, Prediction
from stiltwalk.metrics.ranking import average_precision
from stiltwalk.metrics.spans import count_spans
from stiltwalk.spec.errors import StiltwalkError, unknown_name
from stiltwalk.spec.examples import Aligned, Choices, Classified, Example, Minable, Query, Question, Tagged
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.metrics import SCORERS, Scorer

RANKS = 20
"""How many of the nearest candidates are looked at (mAP@20)."""


def _label(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    match example, prediction:
        case ((Classified(label=None) | Choices(label=None)), _):
            raise _no_gold(example, "labels")
        case ((Classified(label=gold) | Choices(label=gold)), int()):
            return {"correct": float(gold == prediction)}
        case _:
            raise _mismatch(example, prediction, "accuracy", "a label index for Classified or Choices")


def _second_label(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    """The label with index 1 is the one that is looked for (a duplicate, a paraphrase)."""
    match example, prediction:
        case Classified(label=None), _:
            raise _no_gold(example, "labels")
        case Classified(label=gold), int():
            return {
                "correct": float(gold == prediction),
                "true_positive": float(gold == prediction == 1),
                "predicted_positive": float(prediction == 1),
                "gold_positive": float(gold == 1),
            }
        case _:
            raise _mismatch(example, prediction, "accuracy-f1", "a label index for Classified")


def _nearest(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    match example, prediction:
        case Aligned(id=gold), Nearest(cosine=cosine, margin=margin, centred=centred):
            return {
                "correct": float(gold == cosine),
                "correct_margin": float(gold == margin),
                "correct_centred": float(gold == centred),
            }
        case _:
            raise _mismatch(example, prediction, "retrieval-accuracy", "Nearest for Aligned")


def _ranked(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    match example, prediction:
        case Query(right=()), _:
            raise _no_gold(example, "candidates")
        # the named tuples are other predictions
        case Query(right=right), tuple() if not isinstance(prediction, Nearest | Answered):
            return {"average_precision": average_precision(prediction, right, RANKS)}
        case _:
            raise _mismatch(example, prediction, "map@20", "a tuple of candidates' ids for Query")


def _mined(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
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


def _words(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    gold, given = _tags(example, prediction, "tag-accuracy")
    right = sum(g == p for g, p in zip(gold, given, strict=True))
    return {"word_correct": float(right), "words": float(len(gold))}


def _runs_of_tags(example: Example, prediction: Prediction, language: str) -> dict[str, float]:
    gold, given = _tags(example, prediction, "udpos")
    old = count_spans(gold, given, "0.x")
    new = count_spans(gold, given, "1.x")
    return {
        "span_correct": float(old.correct),
        "span_predicted": float(old.predicted),
        "span_gold": float(old.gold),
        **_words(example, prediction, language),
        "span1_correct": float(new.correct),
        "span1_predicted": float(new.predicted),
        "span1_gold": float(new.gold),
    }


def _entities(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    gold, given = _tags(example, prediction, "ner")
    spans = count_spans(gold, given, "0.x")
    return {
        "span_correct": float(spans.correct),
        "span_predicted": float(spans.predicted),
        "span_gold": float(spans.gold),
    }


def _tags(example: Example, prediction: Prediction, scorer: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Gold and predicted tags, one of each for every word."""
    match example, prediction:
        case Tagged(tags=()), _:
            raise _no_gold(example, "tags")
        case Tagged(words=words, tags=gold), tuple() if not isinstance(prediction, Nearest | Answered):
            if not len(words) == len(gold) == len(prediction):
                raise StiltwalkError(
                    f"Example '{example.id}' has {len(words)} words, {len(gold)} gold tags and "
                    f"{len(prediction)} predicted tags. Give one tag for each word."
                )
            return gold, prediction
        case _:
            raise _mismatch(example, prediction, scorer, "a tuple of tags for Tagged")


def _answer(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    text, golds = _texts(example, prediction, "squad1")
    return {"f1": squad.f1(text, golds), "exact_match": squad.exact_match(text, golds)}


def _answer_by_language(example: Example, prediction: Prediction, language: str) -> dict[str, float]:
    text, golds = _texts(example, prediction, "mlqa")
    normalised = partial(mlqa.normalise, language=language)
    return {
        "f1": squad.f1(text, golds, normalised),
        "exact_match": squad.exact_match(text, golds, normalised),
    }


def _texts(example: Example, prediction: Prediction, scorer: str) -> tuple[str, list[str]]:
    """The predicted answer and the gold ones."""
    match example, prediction:
        case Question(answers=()), _:
            raise _no_gold(example, "answers")
        case Question(answers=answers), str():
            return prediction, [answer.text for answer in answers]
        case _:
            raise _mismatch(example, prediction, scorer, "an answer's text for Question")


def _answer_or_none(example: Example, prediction: Prediction, _language: str) -> dict[str, float]:
    match example, prediction:
        case Question(answers=answers), Answered(text=text, no_answer=no_answer):
            return squad2.statistics(text, no_answer, [answer.text for answer in answers])
        case _:
            raise _mismatch(example, prediction, "squad2", "Answered for Question")


STATISTICS: dict[str, Callable[[Example, Prediction, str], dict[str, float]]] = {
    "accuracy": _label,
    "accuracy-f1": _second_label,
    "tag-accuracy": _words,
    "retrieval-accuracy": _nearest,
    "map@20": _ranked,
    "mining": _mined,
    "udpos": _runs_of_tags,
    "ner": _entities,
    "squad1": _answer,
    "mlqa": _answer_by_language,
    "squad2": _answer_or_none,
}
"""Scorer name → the statistics of one example in a language; the same names as in ``SCORERS``."""


def statistics(
    scorer: str,
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    language: str = SOURCE_LANGUAGE,
) -> dict[str, list[float]]:
    """Per-example statistics, one column each, in the order in which the scorer's metrics name them.

    Args:
        scorer: a key of ``SCORERS``.
        examples: examples with their gold labels, tags or answers.
        predictions: one for each example, in the same order.
        language: the examples' language; only ``mlqa`` looks at it.

    Raises:
        UnknownNameError: there is no such scorer, or it has no rules for the language.
        StiltwalkError: there are not as many predictions as examples, or an example has no gold, is not of
            the kind that the scorer scores, or has a prediction of another kind.
    """
    columns: dict[str, list[float]] = {name: [] for name in column_names(known_scorer(scorer))}
    if len(examples) != len(predictions):
        raise StiltwalkError(
            f"Scorer '{scorer}' was given {len(examples)} examples and {len(predictions)} predictions. "
            "Give one prediction for each example."
        )
    of_one = STATISTICS[scorer]
    for example, prediction in zip(examples, predictions, strict=True):
        row = of_one(example, prediction, language)
        for name, column in columns.items():
            column.append(row[name])
    return columns


def known_scorer(name: str) -> Scorer:
    """The record of the scorer.

    Raises:
        UnknownNameError: there is no such scorer.
    """
    if name not in SCORERS:
        raise unknown_name("scorer", name, SCORERS)
    return SCORERS[name]


def column_names(scorer: Scorer) -> list[str]:
    """The columns that the scorer's metrics are made of, each once, as the metrics name them."""
    return list(dict.fromkeys(name for metric in scorer.metrics for name in metric.statistics))


def _no_gold(example: Example, what: str) -> StiltwalkError:
    return StiltwalkError(
        f"Example '{example.id}' has no gold {what}: it cannot be scored. Use a split that has them."
    )


def _mismatch(example: Example, prediction: Prediction, scorer: str, expected: str) -> StiltwalkError:
    return StiltwalkError(
        f"Scorer '{scorer}' expects {expected}; example '{example.id}' is {type(example).__name__} "
        f"and its prediction {prediction!r} is of type {type(prediction).__name__}."
    )
