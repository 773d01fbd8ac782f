"""Retrieval: the translations found by sentence vectors, at one layer of the encoder or at several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import Start
from stiltwalk.compute.search import search, search_both_ways
from stiltwalk.compute.vectors import vectors_by_layer, wanted_layers
from stiltwalk.metrics.mining import (
    NEIGHBOURS,
    IdPair,
    Neighbours,
    Pair,
    best_by_margin,
    best_threshold,
    dev_f1,
    extract,
    merged,
    paired,
    spread,
)
from stiltwalk.metrics.predictions import Nearest, Prediction
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.examples import Aligned, Minable


class NearestPlaces(NamedTuple):
    """For every query the index of its candidate, by each way of comparing vectors; as ``Nearest``."""

    cosine: list[int]
    margin: list[int]
    centred: list[int]


class Mined(NamedTuple):
    """What was mined at the layer that is best on dev data.

    Attributes:
        layer: the one with the best mean F1 over languages on dev data; of equals the lowest.
        predictions: language → for every sentence of the test data what is extracted for it.
        thresholds: language → the threshold tuned on its dev data at that layer.
        curve: layer → language → F1 on its dev data at its own threshold, 0 to 100.
    """

    layer: int
    predictions: dict[str, list[Prediction]]
    thresholds: dict[str, float]
    curve: dict[int, dict[str, float]]


class _Tuned(NamedTuple):
    threshold: float
    f1: float


def retrieve(
    step: PredictStep,
    start: Start,
    by_language: Mapping[str, Sequence[Aligned]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> dict[int, dict[str, list[Prediction]]]:
    """Layer → language → for every English sentence the id of the nearest foreign one, each way.

    Languages are read one after the other, so that only one of them is held as vectors.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: the sentence encoder's own pipeline cannot be read.
    """
    layers = wanted_layers(step)
    found: dict[int, dict[str, list[Prediction]]] = {layer: {} for layer in layers}
    for language, examples in by_language.items():
        texts = [text for example in examples for text in (example.text, example.english)]
        for layer, vectors in vectors_by_layer(step, start, texts, layers, accelerator, monitor):
            own = torch.from_numpy(vectors).to(accelerator.device)
            places = nearest_each_way(queries=own[1::2], candidates=own[0::2])
            found[layer][language] = [
                Nearest(*(examples[place].id for place in row)) for row in zip(*places, strict=True)
            ]
    return found


def nearest_each_way(queries: Tensor, candidates: Tensor) -> NearestPlaces:
    """The candidate found for each query by cosine, by margin and by centred cosine; of equals the first.

    Margin: the ratio of Artetxe and Schwenk 2019 over ``NEIGHBOURS`` neighbours each way. It is taken among
    the query's nearest neighbours, not among all candidates, as LASER does where every sentence has one
    translation, and as the miner of this project does.

    Args:
        queries: ``(queries, width)``.
        candidates: ``(candidates, width)``, of the other language.
    """
    forward, backward = _both_ways(queries, candidates)
    centred = search(_centred(queries), _centred(candidates), 1).places
    return NearestPlaces(
        cosine=forward.places[:, 0].tolist(),
        margin=[place for place, _ in best_by_margin(forward, backward)],
        centred=centred[:, 0].tolist(),
    )


def _both_ways(one: Tensor, other: Tensor) -> tuple[Neighbours, Neighbours]:
    """Of every vector its nearest on the other side by cosine."""
    found = search_both_ways(_normalised(one), _normalised(other), NEIGHBOURS)
    forward, backward = (Neighbours(f.products.cpu().numpy(), f.places.cpu().numpy()) for f in found)
    return forward, backward


def _normalised(vectors: Tensor) -> Tensor:
    return nn.functional.normalize(vectors.float(), dim=1)


def _centred(vectors: Tensor) -> Tensor:
    """Vectors less the mean of their side, of length 1."""
    return _normalised(vectors.float() - vectors.float().mean(0))


def mine_pairs(
    step: PredictStep,
    start: Start,
    dev: Mapping[str, Sequence[Minable]],
    test: Mapping[str, Sequence[Minable]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> Mined:
    """What is extracted for every sentence of ``test``, at the layer that is best on ``dev``.

    The threshold is the best of the language's ``dev`` data at that layer, applied as it is
    (``metrics.mining``). Languages are mined one after the other, so that only one is held as vectors.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: the sentence encoder's own pipeline cannot be read.
    """
    tuned = {language: _tuned(step, start, dev[language], accelerator, monitor) for language in test}
    curve = {
        layer: {language: of_layer[layer].f1 for language, of_layer in tuned.items()}
        for layer in wanted_layers(step)
    }
    best = max(curve, key=lambda layer: (fmean(curve[layer].values()), -layer))
    predictions: dict[str, list[Prediction]] = {}
    for language, examples in test.items():
        ((_, pairs),) = _mined(step, start, examples, (best,), accelerator, monitor)
        found: dict[str, list[str]] = {}
        for pair in extract(pairs, tuned[language][best].threshold):
            found.setdefault(pair.foreign, []).append(pair.english)
        predictions[language] = [" ".join(found.get(example.id, [])) for example in examples]
    thresholds = {language: of_layer[best].threshold for language, of_layer in tuned.items()}
    return Mined(best, predictions, thresholds, curve)


def _tuned(
    step: PredictStep, start: Start, dev: Sequence[Minable], accelerator: Accelerator, monitor: Monitor
) -> dict[int, _Tuned]:
    """Layer → the threshold of one language, and its F1 there."""
    gold = {(e.id, e.twin) for e in dev if e.side == "foreign" and e.twin is not None}
    found = {}
    for layer, pairs in _mined(step, start, dev, wanted_layers(step), accelerator, monitor):
        threshold = best_threshold(pairs, gold)
        found[layer] = _Tuned(threshold, dev_f1(extract(pairs, threshold), gold))
    return found


def _mined(
    step: PredictStep,
    start: Start,
    examples: Sequence[Minable],
    layers: Sequence[int],
    accelerator: Accelerator,
    monitor: Monitor,
) -> Iterator[tuple[int, list[IdPair]]]:
    """Each layer with the pairs of one split, each text compared once."""
    foreign = merged(example for example in examples if example.side == "foreign")
    english = merged(example for example in examples if example.side == "english")
    texts = [*foreign, *english]
    for layer, vectors in vectors_by_layer(step, start, texts, layers, accelerator, monitor):
        own = torch.from_numpy(vectors).to(accelerator.device)
        pairs = mine(own[: len(foreign)], own[len(foreign) :])
        yield layer, spread(pairs, list(foreign.values()), list(english.values()))


def mine(foreign: Tensor, english: Tensor) -> list[Pair]:
    """Which of the sentences are translations, by ``metrics.mining.paired``.

    Args:
        foreign: a vector a sentence, ``(foreign sentences, width)``; no two of the same text.
        english: the same for the English side.
    """
    return paired(*_both_ways(foreign, english)) if len(foreign) and len(english) else []
