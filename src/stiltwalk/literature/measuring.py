"""How well claims were found and judged, against a person's reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from stiltwalk.literature.gold import GoldSentence
from stiltwalk.literature.matching import alike, matched_sentences, pairs_of
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import LABELS, Label


class SlotScores(NamedTuple):
    """How well the sentences that were found were taken apart.

    Attributes:
        pairs: claims of the gold beside a found one.
        missed: claims of the gold, in sentences that were found, without.
        extra: found claims, in the gold's sentences, without one of the gold.
        direction: share of the pairs with the same direction.
        value: the same of the first value, to rounding.
        subject: the same of the subject's words.
        data_set: the same of the data set's.
    """

    pairs: int
    missed: int
    extra: int
    direction: float
    value: float
    subject: float
    data_set: float


class ExtractionScores(NamedTuple):
    """How well sentences with results were told from all others; a share of nothing is 0.

    Attributes:
        precision: share of the sentences found that are in the gold.
        recall: share of the gold's sentences that were found.
        f1: the harmonic mean of both.
        found: sentences that claims were found in.
        gold: sentences of the gold.
        matched: sentences of both.
        slots: how well these were taken apart.
    """

    precision: float
    recall: float
    f1: float
    found: int
    gold: int
    matched: int
    slots: SlotScores


class LabelScore(NamedTuple):
    """One label, as one against all others.

    Attributes:
        label: which.
        precision: share of those so labelled that are.
        recall: share of those that are that were so labelled.
        f1: the harmonic mean of both.
        gold: how many are.
        found: how many were so labelled.
    """

    label: Label
    precision: float
    recall: float
    f1: float
    gold: int
    found: int


class Confused(NamedTuple):
    """How many items of one label were given another, or the same; ``None``: the item is on one side only."""

    gold: Label | None
    found: Label | None
    number: int


class LabelScores(NamedTuple):
    """How well labels were given.

    Attributes:
        macro_f1: mean F1 of the labels that occur on either side, each counted once.
        accuracy: share of all items with the right label.
        labels: each of the three.
        confusion: every combination that occurs.
    """

    macro_f1: float
    accuracy: float
    labels: tuple[LabelScore, ...]
    confusion: tuple[Confused, ...]


def extraction_scores(found: Sequence[PaperClaim], gold: Sequence[GoldSentence]) -> ExtractionScores:
    """Precision and recall over sentences, and beside them how well their slots were filled.

    A sentence found is one of the gold if both share a piece of at least 0.8 of the longer one's length;
    white space and hyphens do not count. Each is used once.

    Args:
        found: their ``work`` is the file that the gold calls so.
        gold: of all files.
    """
    sentences = matched_sentences(found, gold)
    both = [each for each in sentences if each.found and each.gold]
    precision = _share(len(both), sum(bool(each.found) for each in sentences))
    recall = _share(len(both), len(gold))
    pairs = [pair for each in both for pair in pairs_of(each)]
    slots = [alike(pair.found, pair.gold) for pair in pairs if pair.found and pair.gold]
    return ExtractionScores(
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
        found=sum(bool(each.found) for each in sentences),
        gold=len(gold),
        matched=len(both),
        slots=SlotScores(
            pairs=len(slots),
            missed=sum(pair.found is None for pair in pairs),
            extra=sum(pair.gold is None for pair in pairs),
            direction=_share(sum(each.direction for each in slots), len(slots)),
            value=_share(sum(each.value for each in slots), len(slots)),
            subject=_share(sum(each.subject for each in slots), len(slots)),
            data_set=_share(sum(each.data_set for each in slots), len(slots)),
        ),
    )


def label_scores(found: Sequence[Label | None], gold: Sequence[Label | None]) -> LabelScores:
    """Scores of labels that were given to items.

    Args:
        found: one for every item; ``None``: the item was not found, which costs its label recall.
        gold: of the same items, in the same order; ``None``: there is no such item, which costs the label
            that was given precision.

    Raises:
        ValueError: the two are not equally long.
    """
    if len(found) != len(gold):
        raise ValueError(f"Expected a label for each of {len(gold)} items, found {len(found)}.")
    table = Counter(zip(gold, found, strict=True))
    labels = tuple(_label_score(table, label) for label in LABELS)
    seen = [each.f1 for each in labels if each.gold or each.found]
    order = (*LABELS, None)
    return LabelScores(
        macro_f1=_share(sum(seen), len(seen)),
        accuracy=_share(sum(table[label, label] for label in LABELS), len(gold)),
        labels=labels,
        confusion=tuple(
            Confused(truth, given, table[truth, given])
            for truth in order
            for given in order
            if table[truth, given]
        ),
    )


def _label_score(table: Counter[tuple[Label | None, Label | None]], label: Label) -> LabelScore:
    gold = sum(count for (truth, _), count in table.items() if truth == label)
    found = sum(count for (_, given), count in table.items() if given == label)
    precision = _share(table[label, label], found)
    recall = _share(table[label, label], gold)
    return LabelScore(label, precision, recall, _harmonic(precision, recall), gold, found)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _harmonic(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0
