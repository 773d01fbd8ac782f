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
            ``micro-f1``: from Σ correct, Σ predicted, Σ gold spans; ``best-threshold``: 100 × the best mean
            there is of "first column where the third is at most a threshold, else the second".
        definition: one sentence for the reader of a table.
        source: where the rule was taken from.
    """

    name: str
    statistics: tuple[str, ...]
    aggregate: Literal["mean", "ratio", "share", "micro-f1", "best-threshold"]
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
        abstains: whether a question may have no answer.
        ranks: whether a trained dual encoder ranks candidates for each query.
    """

    name: str
    metrics: tuple[Metric, ...]
    main: tuple[str, ...]
    judged_by: tuple[str, ...] = ()
    tuned: bool = False
    abstains: bool = False
    ranks: bool = False


_ACCURACY = Metric(
    name="accuracy",
    statistics=("correct",),
    aggregate="mean",
    definition="share of examples with the right label",
    source="google-research/xtreme evaluate.py",
)

_TAG_ACCURACY = Metric(
    name="accuracy",
    statistics=("word_correct", "words"),
    aggregate="ratio",
    definition="share of words with the right tag",
    source="plain token accuracy",
)

_MINED = "google-research/xtreme third_party/utils_retrieve.py; released code of Phang et al. 2020"

_SQUAD2 = "SQuAD v2.0 evaluation script"

SCORERS: dict[str, Scorer] = {
    scorer.name: scorer
    for scorer in (
        Scorer(name="accuracy", metrics=(_ACCURACY,), main=("accuracy",)),
        Scorer(
            name="accuracy-f1",
            metrics=(
                _ACCURACY,
                Metric(
                    name="f1",
                    statistics=("true_positive", "predicted_positive", "gold_positive"),
                    aggregate="micro-f1",
                    definition="F1 of the second label",
                    source="GLUE; released code of Phang et al. 2020",
                ),
            ),
            main=("accuracy", "f1"),
        ),
        Scorer(
            name="tag-accuracy",
            metrics=(_TAG_ACCURACY,),
            main=("accuracy",),
        ),
        Scorer(
            name="retrieval-accuracy",
            metrics=(
                _ACCURACY.replace(
                    {"definition": "share of English sentences whose nearest neighbour is their translation"}
                ),
                Metric(
                    name="accuracy_margin",
                    statistics=("correct_margin",),
                    aggregate="mean",
                    definition="as accuracy, the neighbour chosen by ratio margin (4 neighbours each way)",
                    source="Artetxe and Schwenk 2019, arXiv 1811.01136",
                ),
                Metric(
                    name="accuracy_centred",
                    statistics=("correct_centred",),
                    aggregate="mean",
                    definition="as accuracy, after each language's mean vector is subtracted",
                    source="this project",
                ),
            ),
            main=("accuracy",),
        ),
        Scorer(
            name="map@20",
            metrics=(
                Metric(
                    name="map@20",
                    statistics=("average_precision",),
                    aggregate="mean",
                    definition="mean over queries of the average precision among the 20 nearest candidates",
                    source="google-research/xtreme utils_lareqa.py, utils_mewslix.py",
                ),
            ),
            main=("map@20",),
            ranks=True,
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
                _TAG_ACCURACY,
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
        Scorer(
            name="mlqa",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("f1",),
                    aggregate="mean",
                    definition="overlap F1 with the best gold answer, articles and words by language",
                    source="MLQA evaluation script, as in google-research/xtreme",
                ),
                Metric(
                    name="exact_match",
                    statistics=("exact_match",),
                    aggregate="mean",
                    definition="share of answers equal to a gold answer after normalisation by language",
                    source="MLQA evaluation script, as in google-research/xtreme",
                ),
            ),
            main=("exact_match", "f1"),
        ),
        Scorer(
            name="squad2",
            metrics=(
                Metric(
                    name="f1",
                    statistics=("f1",),
                    aggregate="mean",
                    definition="word overlap F1; no answer is given where its score beats the best answer's",
                    source=_SQUAD2,
                ),
                Metric(
                    name="exact_match",
                    statistics=("exact_match",),
                    aggregate="mean",
                    definition="share of right answers; none given where its score beats the best answer's",
                    source=_SQUAD2,
                ),
                Metric(
                    name="best_f1",
                    statistics=("answered_f1", "unanswered", "no_answer"),
                    aggregate="best-threshold",
                    definition="f1 at the threshold for giving no answer that is best for it",
                    source=_SQUAD2,
                ),
                Metric(
                    name="best_exact",
                    statistics=("answered_exact", "unanswered", "no_answer"),
                    aggregate="best-threshold",
                    definition="exact match at the threshold for giving no answer that is best for it",
                    source=_SQUAD2,
                ),
            ),
            main=("best_exact", "best_f1"),
            abstains=True,
        ),
    )
}
