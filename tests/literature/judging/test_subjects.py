"""Tests of literature.judging.subjects: one thing in several wordings, several in like wordings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.literature.judging.subjects import (
    Match,
    is_another_way,
    is_pronoun,
    same_comparison,
    same_subject,
)

SAME = [
    ("SQuAD intermediate training", "training on SQuAD first"),
    ("SQuAD", "the SQuAD stage"),
    ("HellaSwag as the intermediate task", "HellaSwag training"),
    ("CCG", "CCG supertagging"),
    ("Intermediate-task training", "English intermediate training"),
    ("STILTs", "an intermediate stage"),
    ("translated MNLI data", "Translating MNLI"),
    ("MNLI translations", "training on translated MNLI"),
    ("A multi-task mixture of nine English tasks", "The multitask mixture of all nine tasks"),
    ("Masked language modelling beside MNLI", "Adding an MLM objective"),
    ("Large batches", "larger batches of 2,048"),
    ("MNLI and QQP", "QQP and MNLI training"),
    ("Social IQa", "training on Social IQA"),
    ("full fine-tuning", "fine-tuning the whole model"),
    ("adapters", "Adapters in the intermediate stage"),
    ("vocabulary extension", "extending the vocabulary"),
    ("a first pass over MNLI", "MultiNLI training"),
    ("prior exposure to SQuAD 1.1", "SQuAD as warm-up"),
    ("joint training on nine tasks", "nine English tasks at once"),
    ("Adapters trained on QNLI", "QNLI training with adapters"),
    ("a first pass over ContractNLI", "ContractNLI training"),
    ("more intermediate data", "a larger intermediate data set"),
]

DIFFERENT = [
    ("SQuAD training", "MNLI training"),
    ("SQuAD training", "intermediate training"),
    ("MNLI", "translated MNLI"),
    ("MNLI", "MNLI and QQP"),
    ("large batches", "small batches"),
    ("adapters", "full fine-tuning"),
    ("Masked language modelling", "MNLI with masked language modelling"),
    ("more intermediate data", "intermediate training"),
    ("training without SQuAD", "training with SQuAD"),
    ("multi-task training", "masked language modelling"),
    ("frozen adapters", "coffee"),
    ("freezing the lower layers", "freezing the embeddings"),
    ("multitask training", "multilingual training"),
    ("SQuAD training", "SQuAD training with adapters"),
    ("German SQuAD", "SQuAD"),
    ("a tenth of SQuAD", "SQuAD"),
    ("joint training on nine tasks", "joint training on three tasks"),
    ("a first pass over ContractNLI", "a first pass over OpenBookQA"),
    ("a larger encoder", "a larger intermediate data set"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_subject_in_two_wordings(one: str, other: str) -> None:
    """Names and words that tell subjects apart are the same on both sides."""
    assert same_subject(one, other) == same_subject(other, one) == "same"


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_subjects(one: str, other: str) -> None:
    """Another name, another modifier, or one that the other lacks."""
    assert same_subject(one, other) == same_subject(other, one) == "different"


@pytest.mark.parametrize("subject", ["It", "this", "They", "", "our method", "the model", "the gain"])
def test_what_names_nothing(subject: str) -> None:
    """A pronoun, nothing, and "our method" could be anything."""
    assert same_subject(subject, "SQuAD") == same_subject("SQuAD", subject) == "unstated"
    assert same_subject(subject, subject) == "unstated"


def test_pronouns() -> None:
    """A method without a name is no pronoun: it is one paper's own."""
    assert is_pronoun("It")
    assert is_pronoun(" the latter ")
    assert not is_pronoun("our method")
    assert not is_pronoun("")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("no intermediate training", "the baseline", "same"),
        ("direct fine-tuning", "skipping the intermediate stage", "same"),
        ("fine-tuning alone", "the same encoder without intermediate training", "same"),
        ("small ones", "small batches", "same"),
        ("English MNLI data", "English MNLI", "same"),
        ("the baseline", "English MNLI data", "different"),
        ("small batches", "batches of 8,192", "same"),  # the number does not say that they are large
        ("chance", "the baseline", "different"),
        ("", "the baseline", "unstated"),
        ("XLM-R Large", "the baseline", "unstated"),
    ],
)
def test_comparisons(one: str, other: str, expected: Match) -> None:
    """All ways to say "without it" are one; an encoder's name says nothing; short forms are parts."""
    assert same_comparison(one, other) == same_comparison(other, one) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared(one: str, other: str) -> None:
    """No text is an error, and it does not matter which is whose."""
    assert same_subject(one, other) == same_subject(other, one)
    assert same_comparison(one, other) == same_comparison(other, one)


def test_spelled_apart() -> None:
    """A word that is written as one or with a hyphen is one; "translates into" translates nothing."""
    assert same_subject("codeswitching", "Code-switching") == "same"
    assert same_subject("PIQA training translates into an", "PIQA training") == "same"
    assert same_subject("translated PIQA", "PIQA training") == "different"


def test_another_way() -> None:
    """Something is compared with itself done otherwise where both are the same subject but for wording."""
    assert is_another_way("code-switching the intermediate data", "code-switching the target data")
    assert not is_another_way("no intermediate training", "intermediate training")
