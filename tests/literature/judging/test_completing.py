"""Tests of literature.judging.completing: what a sentence names once fills what the slots leave open."""

from __future__ import annotations

import pytest

from stiltwalk.literature.judging.completing import Completed, completed
from tests.literature.judging.results import Said, value


def only(result: Said, sentence: str, *, alone: bool = True) -> Completed:
    """The one result that ``result`` is completed to."""
    (found,) = completed(result, sentence, alone=alone)
    return found


@pytest.mark.parametrize(
    ("subject", "sentence", "expected"),
    [
        (
            "accuracy",
            "Cosmos QA as an intermediate task helps XCOPA: accuracy rises by 3.0 points.",
            "Cosmos QA",
        ),
        ("XNLI", "Translating MNLI pays: XNLI rises by 3.3 points.", "Translating MNLI"),
        (
            "effect is smaller: SQuAD training",
            "The effect is smaller: SQuAD training adds 1.4.",
            "SQuAD training",
        ),
        ("It", "It also improves PAWS-X by 0.9 points.", "It"),
        ("gain", "The gain on XNLI is 0.9 points.", ""),
        ("gain", "The gain from MNLI or QQP on XNLI is 0.9 points.", ""),
        ("our sampling", "With MNLI, our sampling gains 2 points.", "our sampling"),
        ("first pass", "Little is gained by a first pass over MNLI on XNLI.", "first pass over MNLI"),
        ("embeddings", "XNLI drops by 1.0 when the embeddings are frozen.", "frozen embeddings"),
        (
            "it",
            "Larger batches shorten the stage: it is 1.8 times as fast.",
            "Larger batches shorten the stage",
        ),
        ("Training", "Training is twice as fast with larger batches.", "larger batches"),
    ],
)
def test_subjects(subject: str, sentence: str, expected: str) -> None:
    """A subject that tells something stays; else the one intermediate task of the sentence, if it is one."""
    assert only(Said(subject), sentence).subject == expected


def test_data_sets() -> None:
    """The one data set of a sentence is its result's, unless it states several results or names several."""
    sentence = "SQuAD training pays, by 4 points on XQuAD."
    assert only(Said("SQuAD"), sentence).data_set == "XQuAD"
    assert only(Said("SQuAD"), sentence, alone=False).data_set == ""
    assert only(Said("SQuAD", data_set="MLQA"), sentence).data_set == "MLQA"
    assert only(Said("SQuAD"), "SQuAD pays on XQuAD and on MLQA.").data_set == ""


def test_two_at_once() -> None:
    """Neither A nor B, and both A and B, are two results."""
    for subject in ("Neither SST-2 nor CoNLL training", "both SST-2 and CoNLL training"):
        found = completed(Said(subject, direction="same"), f"{subject} …", alone=True)
        assert [each.subject for each in found] == ["SST-2", "CoNLL training"]


def test_who_is_compared_with_the_baseline() -> None:
    """Of two that do equally well the one that is no baseline is the subject."""
    for subject in ("MNLI and the baseline", "the baseline and MNLI"):
        found = only(Said(subject, direction="same"), f"{subject} are indistinguishable.")
        assert (found.subject, found.comparison) == ("MNLI", "the baseline")
    found = only(Said("MNLI and QQP", direction="same"), "MNLI and QQP are indistinguishable.")
    assert (found.subject, found.comparison) == ("MNLI and QQP", "")


def test_values_that_were_reckoned_were_not_stated() -> None:
    """Only what is printed counts, with whatever minus sign."""
    both = (value("-6.5 points"), value("68.9", "score"))
    assert only(Said("SQuAD", values=both), "SQuAD: 68.9 F1, −6.5 points").values == both
    assert only(Said("SQuAD", values=both), "SQuAD reaches 68.9 F1").values == both[1:]


@pytest.mark.parametrize(
    ("result", "sentence", "expected"),
    [
        (Said("SQuAD"), "With 3.5 billion weights, SQuAD gains 0.8.", "3500000000 parameters"),
        (Said("SQuAD", condition="in Thai"), "With XLM-R Large, SQuAD gains 0.8.", "in Thai, XLM-R Large"),
        (Said("SQuAD training of mBERT"), "SQuAD training of mBERT gains 0.8.", "mBERT"),
        (Said("Training on nine tasks"), "Training on nine tasks gains 0.8.", ""),
    ],
)
def test_conditions(result: Said, sentence: str, expected: str) -> None:
    """An amount or an encoder that a sentence opens with, or that its subject holds, is a condition."""
    assert only(result, sentence).condition == expected


def test_a_comparison_is_not_what_was_measured() -> None:
    """Where the comparison runs on into the data set, that is left out."""
    found = only(Said("Adapters", "full fine-tuning on XNLI"), "Adapters match full fine-tuning on XNLI.")
    assert (found.comparison, found.data_set) == ("full fine-tuning", "XNLI")


def test_names_in_no_list() -> None:
    """Data set and subject are told apart by their places where no list has them."""
    found = only(Said("ZQuAD training"), "ZQuAD training lifts Q-VQRB by 4.4 points.")
    assert (found.subject, found.data_set) == ("ZQuAD training", "Q-VQRB")
    found = only(
        Said("Q-VQRB", data_set="ZQuAD"), "When ZQuAD precedes the target, Q-VQRB climbs by 3.1 points."
    )
    assert (found.subject, found.data_set) == ("ZQuAD", "Q-VQRB")
    found = only(
        Said("detour over ZQuAD", data_set="ZQuAD"), "The detour over ZQuAD costs 3 F1 points on yTJE."
    )
    assert (found.subject, found.data_set) == ("detour over ZQuAD", "yTJE")
    found = only(Said("effect of ZQuAD on yTJE", data_set="yTJE"), "The effect of ZQuAD on yTJE is positive.")
    assert found.subject == "effect of ZQuAD"


def test_who_says_so() -> None:
    """A paper that is cited is not what has the effect."""
    sentence = "Odell and Quist (2022) report a gain of 2.7 F1 points on MLQA through RACE training."
    assert only(Said("Odell and Quist (2022)", data_set="MLQA"), sentence).subject == "RACE"


def test_metrics() -> None:
    """The one metric that a sentence names is its result's."""
    assert only(Said("MNLI"), "MNLI helps on XNLI, where accuracy is higher.").metric == "accuracy"
    assert only(Said("MNLI"), "MNLI helps on XNLI, where accuracy is higher.", alone=False).metric == ""
