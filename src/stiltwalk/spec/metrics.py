"""Metrics: what each reported number is called, how per-example statistics make it, and its range.

Names are the official scorers'. All values are on 0 to 100, higher is better.
"""

from __future__ import annotations

from typing import Literal

from stiltwalk.spec.record import Record


class Metric(Record):
    """A reported number.

    Attributes:
        name: the official scorer's name for it.
        statistics: the per-example columns it is computed from.
        aggregate: ``mean``: 100 × the mean of the one column;
            ``ratio``: 100 × Σ first / Σ second, which is not 0; ``share``: the same, but 0 of nothing is 0;
            ``micro-f1``: from Σ correct, Σ predicted, Σ gold spans.
        definition: one sentence for the reader of a table.
        source: where the rule was taken from.
    """

    name: str
    statistics: tuple[str, ...]
    aggregate: Literal["mean", "ratio", "share", "micro-f1"]
    definition: str
    source: str


class Scorer(Record):
    """A group of metrics that one pass over predictions yields.

    Attributes:
        name: what a task record refers to.
        metrics: every metric it yields.
        main: those whose mean is the task's score (selection, averages).
        judged_by: those whose mean tells a collapsed run from a working one; empty: the main ones.
        tuned: whether a threshold is chosen on each language's dev data before its test data is scored.
    """

    name: str
    metrics: tuple[Metric, ...]
    main: tuple[str, ...]
    judged_by: tuple[str, ...] = ()
    tuned: bool = False


_ACCURACY = Metric(
    name="accuracy",
    statistics=("correct",),
    aggregate="mean",
    definition="share of examples with the right label",
    source="google-research/xtreme evaluate.py",
)

_MINED = "google-research/xtreme third_party/utils_retrieve.py; released code of Phang et al. 2020"

SCORERS: dict[str, Scorer] = {
    scorer.name: scorer
    for scorer in (
        Scorer(name="accuracy", metrics=(_ACCURACY,), main=("accuracy",)),
        Scorer(
            name="retrieval-accuracy",
            metrics=(
                _ACCURACY.replace(
                    {"definition": "share of English sentences whose nearest neighbour is their translation"}
                ),
            ),
            main=("accuracy",),
        ),
        Scorer(
            name="mining",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("right", "extracted", "gold"),
                    aggregate="micro-f1",
                    definition="F1 of the pairs whose margin score reaches the threshold tuned on dev data",
                    source=_MINED,
                ),
                Metric(
                    name="precision",
                    statistics=("right", "extracted"),
                    aggregate="share",
                    definition="share of the extracted pairs that are translations",
                    source=_MINED,
                ),
                Metric(
                    name="recall",
                    statistics=("right", "gold"),
                    aggregate="share",
                    definition="share of the gold pairs that are extracted",
                    source=_MINED,
                ),
            ),
            main=("f1",),
            tuned=True,
        ),
        Scorer(
            name="udpos",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("span_correct", "span_predicted", "span_gold"),
                    aggregate="micro-f1",
                    definition="F1 of runs of equal tags (seqeval 0.x); SCONJ and SYM are one-word spans",
                    source="google-research/xtreme evaluate.py with seqeval 0.0.12",
                ),
                Metric(
                    name="accuracy",
                    statistics=("word_correct", "words"),
                    aggregate="ratio",
                    definition="share of words with the right tag",
                    source="plain token accuracy",
                ),
                Metric(
                    name="f1_seqeval1",
                    statistics=("span1_correct", "span1_predicted", "span1_gold"),
                    aggregate="micro-f1",
                    definition="as f1, under seqeval 1.x, which drops the tag's first letter from its type",
                    source="seqeval 1.2.2",
                ),
            ),
            main=("f1",),
            # one tag for every word is a single span, so span f1 would hardly call any run collapsed
            judged_by=("accuracy",),
        ),
        Scorer(
            name="ner",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("span_correct", "span_predicted", "span_gold"),
                    aggregate="micro-f1",
                    definition="F1 of whole entities: right words and right type",
                    source="google-research/xtreme evaluate.py with seqeval 0.0.12; 1.2.2 agrees on IOB2",
                ),
                Metric(
                    name="precision",
                    statistics=("span_correct", "span_predicted"),
                    aggregate="share",
                    definition="share of the entities found that are right",
                    source="seqeval 0.0.12",
                ),
                Metric(
                    name="recall",
                    statistics=("span_correct", "span_gold"),
                    aggregate="share",
                    definition="share of the entities that are found",
                    source="seqeval 0.0.12",
                ),
            ),
            main=("f1",),
        ),
        Scorer(
            name="squad1",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("f1",),
                    aggregate="mean",
                    definition="word overlap F1 with the best gold answer, English normalisation everywhere",
                    source="SQuAD v1.1 evaluation script, as in google-research/xtreme",
                ),
                Metric(
                    name="exact_match",
                    statistics=("exact_match",),
                    aggregate="mean",
                    definition="share of answers equal to a gold answer after normalisation",
                    source="SQuAD v1.1 evaluation script, as in google-research/xtreme",
                ),
            ),
            main=("exact_match", "f1"),
        ),
    )
}
