"""What a step goes through: its examples as an encoder reads them, from counts and mean lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stiltwalk.plan.amounts import (
    Amount,
    Texts,
    english_alone,
    examples_of,
    items_in,
    masked_steps,
    own_steps,
    task_steps,
    together,
)
from stiltwalk.plan.steps import PredictStep, TranslateStep
from stiltwalk.plan.trainings import PretrainStep, TaskData, TextData, TrainStep
from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName


class Asked(NamedTuple):
    """Examples whose length is wanted.

    Attributes:
        encoder: the study's name of the encoder that reads them.
        task: whose they are.
        split: of it.
        language: of it; or ``CANDIDATES``.
        content: what a step says of them: a content hash, or what stands for a translation.
        max_tokens: longest input in sub-words.
    """

    encoder: str
    task: str
    split: SplitName
    language: str
    content: str
    max_tokens: int


CANDIDATES = "candidates"
"""Stands for a language where a split has files of candidates for all of them."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What is known of the examples of a study.

    Attributes:
        count: task, split and language (or ``CANDIDATES``) → how many examples; 0 where nobody knows.
        texts: what they come to.
        learned: encoder and part of a training → what finished trainings on the same found; ``None``: none.
    """

    count: Callable[[str, SplitName, str], int]
    texts: Callable[[Asked], Texts]
    learned: Callable[[str, TaskData], Texts | None] = lambda encoder, part: None  # noqa: ARG005


class _Lot(NamedTuple):
    """The examples of one task of a training: what they come to, how many items, and how many count."""

    texts: Texts
    items: int
    size: int


def trained_on(step: TrainStep, encoder: str, reads: Reads, longer: int = 0) -> Amount:
    """What the training ``step`` of ``encoder`` goes through, ``longer`` optimiser steps than its own."""
    parts = step.parts
    lots = [_lot(part, encoder, reads) for part in parts]
    sizes, trainings = [lot.size for lot in lots], [part.training for part in parts]
    own = own_steps(trainings, sizes, step.sampling, longer)
    mixed = 0
    if step.masked_lm is not None:
        mixed = masked_steps(step.masked_lm.share, step.masked_lm.placement, own)
    each = task_steps(step, sizes, own)
    found = Amount(sum(each) + mixed)
    for part, lot, steps in zip(parts, lots, each, strict=True):
        found = found.and_items(items_in(steps, lot.items, part.training.batch_size), lot.texts)
        found = found._replace(looked=found.looked + _looked(part, encoder, reads, found.steps))
    if step.masked_lm is not None and mixed:
        return _with_lines(
            found, step.text, mixed * step.masked_lm.batch_size, step.masked_lm, encoder, reads
        )
    return found


def pretrained_on(step: PretrainStep, encoder: str, reads: Reads) -> Amount:
    """What the pretraining ``step`` goes through."""
    training = step.training
    lines = training.steps * training.batch_size
    return _with_lines(Amount(training.steps), step.text, lines, training, encoder, reads)


def predicted(step: PredictStep, encoder: str, reads: Reads) -> Amount:
    """What the prediction ``step`` goes through: test data, and dev data where a threshold is tuned."""
    found = Amount()
    splits: tuple[tuple[SplitName, Mapping[str, str]], ...] = ((step.split, step.data), ("dev", step.dev))
    for split, data in splits:
        for language, content in data.items():
            count = reads.count(step.task, split, language)
            asked = Asked(encoder, step.task, split, language, content, step.max_tokens)
            found = _and_examples(found, count, reads.texts(asked))
    if (candidates := reads.count(step.task, step.split, CANDIDATES)) > 0:
        asked = Asked(encoder, step.task, step.split, CANDIDATES, "", step.max_tokens)
        found = _and_examples(found, candidates, reads.texts(asked))
    return found


def translated(step: TranslateStep, reads: Reads) -> Amount:
    """How many examples the translation ``step`` goes through; in which sub-words is not known here."""
    count = reads.count(step.task, step.split, SOURCE_LANGUAGE)
    return Amount(items=count if step.examples is None else min(count, step.examples))


def _and_examples(found: Amount, count: int, texts: Texts) -> Amount:
    return found.and_items(count * texts.items, texts)


def _lot(part: TaskData, encoder: str, reads: Reads) -> _Lot:
    counts = {code: reads.count(part.task, "train", code) for code in part.languages}
    of_language = {
        code: reads.texts(Asked(encoder, part.task, "train", code, content, part.training.max_tokens))
        for code, content in _contents(part).items()
    }
    taken = examples_of(part, counts)
    texts = reads.learned(encoder, part) or together([(taken[code], of_language[code]) for code in taken])
    items = round(sum(taken.values()) * texts.items)
    if part.match != "compute":
        return _Lot(texts, items, items)
    english = of_language.get(SOURCE_LANGUAGE, texts)
    return _Lot(texts, items, round(english_alone(part, counts, SOURCE_LANGUAGE) * english.items))


def _contents(part: TaskData) -> dict[str, str]:
    """Language → its data, English first."""
    own = {SOURCE_LANGUAGE: part.train} if part.train else {}
    return {**own, **{code: part.others[code] for code in sorted(part.others)}}


def _looked(part: TaskData, encoder: str, reads: Reads, steps: int) -> float:
    """Tokens of the dev set that are read: at every look of the training, and all of it in the end."""
    if part.dev is None:
        return 0.0
    count = reads.count(part.task, "dev", SOURCE_LANGUAGE)
    asked = Asked(encoder, part.task, "dev", SOURCE_LANGUAGE, part.dev, part.training.max_tokens)
    texts, every = reads.texts(asked), part.training.evaluate_every
    looks = 0 if every is None else -(-steps // every)
    most = part.training.dev_examples
    looked = looks * (count if most is None else min(count, most)) + count
    return looked * texts.items * texts.tokens


def _with_lines(
    found: Amount,
    text: Iterable[TextData],
    lines: int,
    drawn: MaskedLm | MixedMaskedLm,
    encoder: str,
    reads: Reads,
) -> Amount:
    """The same and so many ``lines`` of ``text``, languages drawn by size."""
    sizes: dict[str, int] = {}
    texts: dict[str, list[tuple[int, Texts]]] = {}
    for each in text:
        count = reads.count(each.task, "train", each.language)
        count = count if drawn.lines is None else min(count, drawn.lines)
        asked = Asked(encoder, each.task, "train", each.language, each.fingerprint, drawn.max_tokens)
        count = max(1, count)  # where nobody knows, every language is as large as another
        sizes[each.language] = sizes.get(each.language, 0) + count
        texts.setdefault(each.language, []).append((count, reads.texts(asked)))
    weights = {code: float(size) ** drawn.language_exponent for code, size in sizes.items()}
    whole = sum(weights.values()) or 1.0
    before = found.tokens
    for code, weight in weights.items():
        found = found.and_items(lines * weight / whole, together(texts[code]))
    return found._replace(masked=found.masked + (found.tokens - before) * drawn.mask_share)
