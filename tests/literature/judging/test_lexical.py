"""Tests of literature.judging.lexical: what a passage does to a claim, by slots and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.judging.slots import Result
from stiltwalk.literature.records.claims import Direction, PaperClaim
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Judgement, Label, Passage
from tests.literature.claims import claim, passage
from tests.literature.judging.results import Said, value, values

OURS = Said("SQuAD training", "", "better", "F1", values("4.2"), "XQuAD")
"""The claim of most tests: 4.2 points of F1 on XQuAD."""


def judged(ours: Said, *theirs: Said) -> Judgement:
    """The claim ``ours`` by one passage that states ``theirs``."""
    quote = "The passage: " + ", ".join(each.text for said in theirs for each in said.values)
    told = "The claim: " + ", ".join(each.text for each in ours.values)
    known: dict[str, Sequence[Result]] = {quote: theirs, told: [ours]}
    judge = LexicalJudge(lambda sentence: known.get(sentence, ()))
    (found,) = judge([(claim(told, slots=ours._asdict()), passage(quote))])
    return found


def change(result: Said, changes: dict[str, Any]) -> Said:
    """``result`` with other slots."""
    return result._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, SUPPORTED),
        ({"values": values("4.24")}, SUPPORTED),
        ({"values": values("4")}, SUPPORTED),
        ({"subject": "training on SQuAD first"}, SUPPORTED),
        ({"condition": "XLM-R Large"}, SUPPORTED),
        ({"comparison": "the baseline"}, SUPPORTED),
        ({"metric": "F1 score", "data_set": "XQuAD and MLQA"}, SUPPORTED),
        ({"values": values("4.3")}, CONTRADICTED),
        ({"direction": "worse"}, CONTRADICTED),
        ({"direction": "same"}, CONTRADICTED),
        ({"direction": "worse", "values": ()}, CONTRADICTED),
        ({"direction": "worse", "condition": "XLM-R Large"}, CONTRADICTED),
        ({"values": ()}, UNKNOWN),
        ({"values": (value("75.3", "score"),)}, UNKNOWN),
        ({"values": values("4.3"), "condition": "XLM-R Large"}, UNKNOWN),
        ({"direction": "unclear"}, UNKNOWN),
        ({"data_set": "MLQA"}, UNKNOWN),
        ({"data_set": ""}, UNKNOWN),
        ({"metric": "EM"}, UNKNOWN),
        ({"metric": ""}, UNKNOWN),
        ({"subject": "MNLI training"}, UNKNOWN),
        ({"subject": "our method"}, UNKNOWN),
        ({"values": (value("4.2", "times"),)}, UNKNOWN),
    ],
)
def test_the_rules(changes: dict[str, Any], label: Label) -> None:
    """Each slot of the passage changed alone: supported, contradicted, or not enough evidence."""
    assert judged(OURS, change(OURS, changes)).label == label


@pytest.mark.parametrize(
    ("ours", "theirs", "label"),
    [
        ({"condition": "in Thai"}, {"condition": "in Swahili"}, UNKNOWN),
        ({"condition": "in Thai"}, {"condition": "in Thai", "values": values("9.9")}, CONTRADICTED),
        ({"comparison": "MNLI"}, {"comparison": "the baseline"}, UNKNOWN),
        ({"values": ()}, {}, SUPPORTED),
        ({"values": (), "data_set": "", "metric": ""}, {}, SUPPORTED),
        (
            {"direction": "same", "values": values("0.1")},
            {"direction": "same", "values": values("0.3")},
            UNKNOWN,
        ),
        ({"direction": "unclear"}, {"direction": "better"}, UNKNOWN),
    ],
)
def test_both_sides_changed(ours: dict[str, Any], theirs: dict[str, Any], label: Label) -> None:
    """Conditions, comparisons, and what the claim leaves open."""
    assert judged(change(OURS, ours), change(OURS, theirs)).label == label


def test_a_comparison_told_the_other_way_round() -> None:
    """B beats A is A is worse than B; where the claim names no comparison, only the usual one is turned."""
    ours = Said("Adapters", "full fine-tuning", "better", "", values("1.3"), "XTREME")
    turned = Said("full fine-tuning", "adapters", "better", "", values("1.3"), "XTREME")
    assert judged(ours, turned).label == CONTRADICTED
    assert judged(ours, turned._replace(direction="worse")).label == SUPPORTED
    assert judged(ours._replace(comparison=""), turned).label == CONTRADICTED
    mnli = Said("MNLI", "", "better", "", (), "XNLI")
    translated = Said("Translated MNLI", "English MNLI", "better", "", (), "XNLI")
    assert judged(mnli, translated).label == UNKNOWN


def test_a_task_is_compared_with_none_unless_it_is_told() -> None:
    """What two tasks are against each other says nothing of what one of them is against none."""
    against = Said("SWAG", "SciTail training", "better", "accuracy", (), "XWinograd")
    alone = Said("SWAG", "", "worse", "accuracy", (), "XWinograd")
    assert judged(against, alone).label == judged(alone, against).label == UNKNOWN
    assert judged(against, alone).reason == (
        "It is compared with something else: not stated, as usual, not SciTail training."
    )
    # "small batches" is what large ones are compared with, whether or not it is told
    large = Said("large batches", "small batches", "better", "accuracy", (), "XNLI")
    assert judged(large, large._replace(comparison="", direction="worse")).label == CONTRADICTED


@pytest.mark.parametrize(
    ("scores", "label"), [(("75.3",), SUPPORTED), (("71.1", "75.3"), SUPPORTED), (("74.0",), CONTRADICTED)]
)
def test_scores_without_a_direction(scores: tuple[str, ...], label: Label) -> None:
    """Where only scores are stated, they decide."""
    ours = Said("SQuAD", "", "unclear", "F1", values("75.3", unit="score"), "XQuAD")
    theirs = ours._replace(values=values(*scores, unit="score"))
    assert judged(ours, theirs).label == label
    better = theirs._replace(direction="better")
    assert judged(ours, better).label == (SUPPORTED if label == SUPPORTED else UNKNOWN)


def test_speed_and_quality_are_two_things() -> None:
    """Twice as fast is not contradicted by as accurate."""
    fast = Said("large batches", "", "better", "", (value("2", "times"),))
    assert judged(fast, Said("large batches", "", "same", "accuracy", (), "XNLI")).label == UNKNOWN
    assert (
        judged(fast, Said("larger batches", "", "better", "speed", (value("2", "times"),))).label == SUPPORTED
    )


def test_a_pronoun_counts_where_data_set_and_number_agree() -> None:
    """What "it" improves supports by its number, and never contradicts."""
    ours = Said("MNLI training", "", "better", "accuracy", values("0.9"), "PAWS-X")
    theirs = ours._replace(subject="It")
    assert judged(ours, theirs) == judged(theirs, ours)
    found = judged(ours, theirs)
    assert found.label == SUPPORTED
    assert found.confidence == pytest.approx(0.4 + 0.15 + 0.1 + 0.2 - 0.2)
    assert judged(ours, theirs._replace(values=values("1.9"))).label == UNKNOWN
    assert judged(ours, theirs._replace(data_set="XNLI")).label == UNKNOWN


def test_confidence_adds_up_what_agrees() -> None:
    """The parts that the judge documents, by hand."""
    assert judged(OURS, OURS).confidence == pytest.approx(0.4 + 0.15 + 0.1 + 0.2)
    whole = OURS._replace(comparison="the baseline", condition="XLM-R Large")
    assert judged(whole, whole).confidence == pytest.approx(1.0)
    assert judged(OURS, OURS._replace(direction="worse", values=())).confidence == pytest.approx(0.65)
    assert judged(OURS, OURS._replace(values=values("4.9"))).confidence == pytest.approx(0.7)


def test_the_best_of_several_results_counts() -> None:
    """A sentence that states several results is judged by the one that says most about the claim."""
    other = OURS._replace(data_set="MLQA", values=values("1.1"))
    assert judged(OURS, other, OURS).label == SUPPORTED
    assert judged(OURS, OURS._replace(values=values("9.9")), OURS).label == SUPPORTED
    near = judged(OURS, other, OURS._replace(values=()))
    assert (near.label, near.confidence) == (UNKNOWN, 0.5)


def test_reasons_say_what_agreed_or_differed() -> None:
    """With the slots and numbers of both."""
    assert (
        judged(OURS, OURS._replace(values=values("4.24"))).reason
        == "Both say better on XQuAD, and 4.2 and 4.24 agree."
    )
    assert judged(OURS, OURS._replace(values=values("5.0"))).reason == (
        "Both say better on XQuAD, but 4.2 and 5.0 differ beyond rounding."
    )
    assert judged(OURS, OURS._replace(direction="same")).reason == (
        "The claim says better on XQuAD, the passage says same."
    )
    assert judged(OURS, OURS._replace(subject="MNLI")).reason == (
        "The passage is about another subject: MNLI, not SQuAD training."
    )
    assert judged(OURS, OURS._replace(values=())).reason == (
        "The direction agrees (better on XQuAD), but the passage states no number like 4.2."
    )


def test_a_passage_without_a_result_decides_nothing() -> None:
    """Nothing stated, nothing decided."""
    found = judged(OURS)
    assert (found.label, found.reason) == (UNKNOWN, "The passage states no result.")


def test_a_mere_sentence_is_read_as_passages_are() -> None:
    """A claim without slots is taken apart; where that finds nothing, words are compared."""
    known: dict[str, Sequence[Result]] = {"ours 4.2": [OURS], "theirs 4.2": [OURS]}
    judge = LexicalJudge(lambda sentence: known.get(sentence, ()))
    plain = "Citrullinated proteins are absent from healthy lungs."
    found = judge(
        [
            (claim("ours 4.2"), passage("theirs 4.2")),
            (claim(plain), passage("Citrullinated proteins were found in healthy lungs.")),
        ]
    )
    assert [each.label for each in found] == [SUPPORTED, CONTRADICTED]
    assert found[0].confidence > 0.4 >= found[1].confidence


def test_real_sentences() -> None:
    """With the reader of sentences that is used in earnest."""
    ours = "Intermediate training on SQuAD improves XQuAD by 4.2 F1 points."
    pairs: list[tuple[PaperClaim, Passage]] = [
        (claim(ours), passage("SQuAD training improves XQuAD by 4.2 F1 points.")),
        (claim(ours), passage("SQuAD training improves XQuAD by 1.1 F1 points.")),
        (claim(ours), passage("SQuAD training hurts XQuAD by 4.2 F1 points.")),
        (claim(ours), passage("MNLI training improves XQuAD by 4.2 F1 points.")),
    ]
    labels = [each.label for each in LexicalJudge()(pairs)]
    assert labels == [SUPPORTED, CONTRADICTED, CONTRADICTED, UNKNOWN]
    assert LexicalJudge.name == "lexical and numeric agreement, rules 3"


@pytest.mark.parametrize(("file", "least"), [("pairs.tsv", 0.95), ("pairs_beside.tsv", 0.93)])
def test_sentences_in_many_shapes(file: str, least: float) -> None:
    """Of pairs of sentences that were written for this, nearly all are judged as a reader would.

    Of ``pairs_beside.tsv`` those that are not are mostly sentences in which no result is read.
    """
    lines = (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    found = LexicalJudge()([(claim(ours), passage(theirs)) for _, ours, theirs in rows])
    wrong = [row for row, judgement in zip(rows, found, strict=True) if row[0] != judgement.label]
    assert len(wrong) <= len(rows) * (1 - least), wrong


DIRECTIONS: tuple[Direction, ...] = ("better", "worse", "same")
ANY = st.builds(
    Said,
    st.sampled_from(["SQuAD", "MNLI", "SQuAD training", "It", ""]),
    st.sampled_from(["", "the baseline", "MNLI"]),
    st.sampled_from(DIRECTIONS),
    st.sampled_from(["", "F1"]),
    st.sampled_from([(), values("4.2"), values("4.6"), values("75.3", unit="score")]),
    st.sampled_from(["", "XQuAD"]),
    st.sampled_from(["", "XLM-R Large", "XLM-R Base"]),
)


@settings(max_examples=120)
@given(ANY, ANY)
def test_turning_both_directions_changes_nothing(ours: Said, theirs: Said) -> None:
    """Better and worse exchanged on both sides: the same judgement, whatever the slots."""
    turned: dict[Direction, Direction] = {"better": "worse", "worse": "better", "same": "same"}
    first = judged(ours, theirs)
    second = judged(
        ours._replace(direction=turned[ours.direction]), theirs._replace(direction=turned[theirs.direction])
    )
    assert (first.label, first.confidence) == (second.label, second.confidence)
    assert 0 <= first.confidence <= 1
