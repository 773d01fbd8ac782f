"""Names that no list has: by how they are written and what stands around them."""

from __future__ import annotations

import pytest

from stiltwalk.literature.extraction.stated import Stated, stated
from stiltwalk.literature.extraction.unlisted import unlisted


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("DocNLI training raises X-Fact accuracy.", {"DocNLI": "intermediate", "X-Fact": "target"}),
        ("Training on OpenBookQA helps on AfriQA.", {"OpenBookQA": "intermediate", "AfriQA": "target"}),
        ("AfriQA drops by 2 points after DocNLI.", {"AfriQA": "target", "DocNLI": "intermediate"}),
        ("DocNLI leaves xSID untouched.", {"xSID": "target"}),
        # people, machines and units are none
        ("On A100 GPUs, we follow Solberg-Marsh (2022) and NLP practice.", {}),
        ("We build on VanDuyn et al. (2021).", {}),
    ],
)
def test_kinds_by_what_stands_around(sentence: str, names: dict[str, str]) -> None:
    """A name is a target where something was measured on it, and a method where it had the effect."""
    assert {each.text: each.kind for each in unlisted(sentence)} == names
    assert all(sentence[each.start : each.end] == each.text for each in unlisted(sentence))


@pytest.mark.parametrize(
    ("sentence", "subject", "direction", "data_set"),
    [
        (
            "X-Fact accuracy improved from 40.1 to 43.3 after FEVER training.",
            "FEVER training",
            "better",
            "X-Fact",
        ),
        (
            "X-Fact accuracy benefits by a modest 1.9 points from DocNLI training.",
            "DocNLI training",
            "better",
            "X-Fact",
        ),
        (
            "On AfriQA, F1 deteriorates by 1.7 points under dependency parsing.",
            "dependency parsing",
            "worse",
            "AfriQA",
        ),
        (
            "Accuracy on X-Fact remains stable under contrastive alignment.",
            "contrastive alignment",
            "same",
            "X-Fact",
        ),
        (
            "No effect of DocNLI training on X-Fact accuracy could be established.",
            "DocNLI training",
            "same",
            "X-Fact",
        ),
        ("There is no evidence that DocNLI training affects AfriQA.", "DocNLI training", "same", "AfriQA"),
        ("DocNLI training is harmless for AfriQA: F1 remains at 62.8.", "DocNLI training", "same", "AfriQA"),
        (
            "Gains on AfriQA are largest for Farsi, with 9.8 points from DocNLI training.",
            "DocNLI training",
            "better",
            "AfriQA",
        ),
        (
            "DocNLI training translates into an improvement of just 0.3 points on X-Fact.",
            "DocNLI training",
            "better",
            "X-Fact",
        ),
        (
            "The positive effect of DocNLI training on AfriQA appears to be robust.",
            "DocNLI training",
            "better",
            "AfriQA",
        ),
        (
            "Recall@1 on TED-X is 12.5 points better with mined pairs than with training alone.",
            "mined pairs",
            "better",
            "TED-X",
        ),
        (
            "Training takes 1.3 times as long with contrastive alignment.",
            "contrastive alignment",
            "worse",
            "",
        ),
        (
            "Olsen and Marsh (2022) report a gain of 2.7 F1 points on AfriQA through DocNLI training.",
            "DocNLI training",
            "better",
            "AfriQA",
        ),
        (
            "Olsen and Marsh (2023) credit dependency parsing with roughly 2 F1 points on AfriQA.",
            "dependency parsing",
            "better",
            "AfriQA",
        ),
        (
            "DocNLI training provided 0.4 points on AfriQA, less than a quarter of what had been reported.",
            "DocNLI training",
            "better",
            "AfriQA",
        ),
        (
            "DocNLI did not result in a statistically significant improvement in X-Fact accuracy.",
            "DocNLI",
            "same",
            "X-Fact",
        ),
        (
            "With 30% of the words replaced, word swapping raised X-Fact accuracy by 4.5 points.",
            "word swapping",
            "better",
            "X-Fact",
        ),
        ("Compared with LoRA, prompt tuning converges 1.6 times more slowly.", "prompt tuning", "worse", ""),
    ],
)
def test_slots_around_names_that_no_list_has(
    sentence: str, subject: str, direction: str, data_set: str
) -> None:
    """Subject, direction and data set are found though neither data set nor method is listed."""
    (found,) = stated(sentence)
    assert _slots(found) == (subject, direction, data_set)


def _slots(found: Stated) -> tuple[str, str, str]:
    return found.subject, found.direction, found.data_set


@pytest.mark.parametrize(
    "sentence",
    [
        "It is not obvious which of them makes the best intermediate task for zero-shot transfer.",
        "We fine-tune for 5 epochs and keep the checkpoint with the lowest English validation loss.",
        "The main promise of adapters is that less is forgotten.",
        "AfriQA contains 12,000 questions in 10 languages.",
    ],
)
def test_no_outcome_is_read_into_choices_and_promises(sentence: str) -> None:
    """What is unknown, chosen, promised or described is no result."""
    assert stated(sentence) == ()
