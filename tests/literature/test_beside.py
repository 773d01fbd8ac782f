"""Tests of what a claim is about in the names of a study: exact names, and a reason where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.literature.beside import About, about, resembles, task_names
from stiltwalk.literature.encoder_names import held_against
from stiltwalk.spec.claims import shipped_claims
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.tasks.benchmarks import XTREME
from tests.literature.claims import claim

LARGE = "FacebookAI/xlm-roberta-large"
STUDY = Study.model_validate(
    {
        "study": "s",
        "encoders": [LARGE],
        "intermediate": ["squad", "mnli", {"tasks": ["mnli", "qqp"]}, {"task": "qqp", "languages": "all"}],
        "targets": [{"task": each.task} for each in XTREME.tasks],
    }
)
VALUE = {"text": "+8.2 points", "number": 8.2, "unit": "points", "decimals": 1}
SLOTS: Mapping[str, Any] = {
    "subject": "intermediate training on SQuAD",
    "comparison": "no intermediate training",
    "direction": "better",
    "values": [VALUE],
    "data_set": "XTREME",
}


def found(study: Study = STUDY, **slots: Any) -> About | None:
    """What a claim of ``SLOTS`` with changes is about."""
    tasks = catalogue_of(study)
    return about(claim("A sentence.", slots={**SLOTS, **slots}), study, tasks, task_names(tasks))


def of(study: Study = STUDY, **slots: Any) -> About:
    """The same, of one that is about something."""
    each = found(study, **slots)
    assert each is not None
    return each


def test_a_claim_is_about_an_arm_and_a_benchmark() -> None:
    """By names alone: task, benchmark, and every encoder where it names none."""
    each = of()
    assert (each.trained, each.data, each.average, each.arm) == (("squad",), "xtreme", True, "squad")
    assert (each.encoders, each.sized, each.number, each.why_not) == ((LARGE.split("/")[1],), False, True, "")


@pytest.mark.parametrize(
    ("subject", "arm"),
    [
        ("SQuAD v1.1", "squad"),
        ("MultiNLI", None),
        ("training on MNLI and QQP", "mnli+qqp"),
        ("QQP", ""),
        ("SQuAD and HellaSwag", ""),
        ("fine-tuning on SQuAD", None),
        ("translated SQuAD", None),
        ("intermediate training", None),
    ],
)
def test_the_arm_trains_on_just_what_is_named(subject: str, arm: str | None) -> None:
    """In English and with nothing else changed; other words make it something else."""
    each = found(subject=subject)
    assert (None if each is None else each.arm) == arm


@pytest.mark.parametrize(
    ("slots", "why"),
    [
        ({"comparison": "MNLI"}, "it compares with MNLI"),
        ({"comparison": "a larger encoder"}, "it compares with a larger encoder"),
        ({"condition": "XLM-R Base"}, "it is of another encoder (XLM-R Base)"),
        ({"data_set": "XCOPA"}, "its data is no target of the study"),
        ({"data_set": "noisy XNLI"}, "its data is told by words that are none of the study's (noisy)"),
        ({"data_set": "XNLI dev"}, "it was measured on another split than test"),
        ({"data_set": "XTREME-R"}, "4 of the 10 tasks of its benchmark are not in the study"),
        ({"condition": "with 100 examples"}, "it is under a condition of its own (with 100 examples)"),
        ({"condition": "in Swahili and Thai"}, "it names several languages (sw, th)"),
        ({"data_set": "XNLI", "metric": "BLEU"}, "it is by another measure (BLEU)"),
        ({"direction": "unclear"}, "it states no direction"),
    ],
)
def test_what_cannot_be_compared_says_why(slots: Mapping[str, Any], why: str) -> None:
    """In words of the claim and of the study."""
    assert of(**slots).why_not == why


def test_common_words_change_nothing() -> None:
    """A zero-shot condition, a language, a measure that is the target's own."""
    each = of(
        data_set="XNLI test set", condition="zero-shot, in Swahili, with XLM-R large", metric="accuracy"
    )
    assert (each.data, each.language, each.sized, each.why_not, each.number) == ("xnli", "sw", True, "", True)
    assert not of(data_set="XQuAD", metric="F1").number
    assert not of(values=[{**VALUE, "unit": "percent"}]).number


@pytest.mark.parametrize("data", ["", "MLDoc", "XNLI and XQuAD", "xnli"])
def test_data_that_is_not_known_or_not_one_is_about_something_else(data: str) -> None:
    """Nothing is guessed of a claim that names no data, several, or unknown data."""
    assert found(data_set=data) is None


def test_a_study_with_further_targets_averages_over_more() -> None:
    """Its average is then not the benchmark's."""
    more = STUDY.replace({"targets": [*STUDY.targets, {"task": "xcopa"}]})
    assert of(more).why_not == "the study averages over targets that its benchmark has not: xcopa"


def test_shipped_claims_that_speak_of_the_same() -> None:
    """C1 is about SQuAD on average over XTREME; the gains of retrieval are about BUCC and Tatoeba."""
    assert "C1" in resembles(of(), shipped_claims())
    assert "C2" not in resembles(of(), shipped_claims())
    assert "C5" in resembles(of(data_set="BUCC"), shipped_claims())
    assert resembles(of(subject="MNLI and QQP"), shipped_claims()) == ()


@pytest.mark.parametrize(
    ("condition", "quote", "expected", "sized"),
    [
        ("", "It gains.", ("large", "mb"), False),
        ("XLM-RoBERTa-large", "", ("large",), True),
        ("", "XLM-R gains.", ("large",), False),
        ("mBERT", "", ("mb",), True),
        ("multilingual BERT", "", ("mb",), True),
        ("", "With mT5 it gains.", (), False),
    ],
)
def test_encoders_are_held_against_their_own(
    condition: str, quote: str, expected: tuple[str, ...], sized: bool
) -> None:
    """By hub id or name; one without a size is any of its family; else the sentence tells."""
    choices = (
        EncoderChoice(name="large", source=LARGE),
        EncoderChoice(name="mb", source="google-bert/bert-base-multilingual-cased"),
    )
    got = held_against(claim(quote, slots={"condition": condition}), choices)
    assert (got.encoders, got.sized) == (expected, sized)
    assert bool(got.other) == (expected == ())
