"""Judging claims: on made-up results of the whole study each comes out as its gains were planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stiltwalk.analyse.claims.judged import OUT_OF_SCOPE, REFUTED, VERIFIED, Reading
from stiltwalk.analyse.claims.judging import judge, judge_all
from stiltwalk.analyse.evidence import EncoderSize, Training
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict
from stiltwalk.cli.named import presets
from stiltwalk.spec.claims import Claim, shipped_claims
from stiltwalk.spec.study_files import read_study
from tests.analyse.claim_worlds import (
    ARMS,
    ENGLISH,
    NINE,
    TRANSLATED,
    Planted,
    baseline,
    claim,
    full_study,
    world,
)

ALL_BUT_NONE = ARMS[1:]
MIXED = tuple(f"{arm}+mlm0.1" for arm in ENGLISH)


def _same(gain: float, arms: tuple[str, ...] = ALL_BUT_NONE) -> dict[str, float]:
    return dict.fromkeys(arms, gain)


def _on(target: str, gain: float, arms: tuple[str, ...]) -> dict[str, dict[str, float]]:
    return {arm: {target: gain} for arm in arms}


_BOTH = {arm: {"bucc": 15.0, "tatoeba": 14.0} for arm in (*ENGLISH, *MIXED)}
_ONE = {arm: {"bucc": 15.0, "tatoeba": 4.0} for arm in (*ENGLISH, *MIXED)}

PLANTED: list[tuple[str, Planted, float, str]] = [
    ("C1", {"squad": 8.2}, 0.5, VERIFIED),
    ("C1", {"squad": 3.0}, 0.5, REFUTED),
    ("C1", {"squad": 8.2}, 6.0, UNDECIDED),
    ("C2", {"mnli": 7.5}, 0.5, VERIFIED),
    ("C2", {"mnli": -2.0}, 0.5, REFUTED),
    ("C2", {"mnli": 7.5}, 6.0, UNDECIDED),
    ("C3", {"hellaswag": 7.0}, 0.5, VERIFIED),
    ("C3", {"hellaswag": 12.0}, 0.5, REFUTED),
    ("C3", {"hellaswag": 7.0}, 6.0, UNDECIDED),
    ("C4", _same(5.0, NINE) | {"multitask": 8.7}, 0.5, VERIFIED),
    ("C4", _same(5.0, NINE) | {"multitask": 8.7, "squad": 12.0}, 0.5, REFUTED),
    ("C4", _same(5.0, NINE) | {"multitask": 8.7, "squad": 8.7}, 0.5, UNDECIDED),
    ("C5", _BOTH, 0.5, VERIFIED),
    ("C5", _ONE, 0.5, REFUTED),
    ("C5", _BOTH | {arm: {"bucc": 15.0, "tatoeba": 10.0} for arm in NINE[:5]}, 1.0, UNDECIDED),
    ("C6", _on("tydiqa", 4.0, ENGLISH[:7]), 0.5, VERIFIED),
    ("C6", _on("tydiqa", 4.0, ENGLISH[:2]) | _on("tydiqa", -4.0, ENGLISH[2:]), 0.5, REFUTED),
    (
        "C6",
        _on("tydiqa", 4.0, ENGLISH[:4]) | _on("tydiqa", 0.2, ENGLISH[4:5]) | _on("tydiqa", -4.0, ENGLISH[5:]),
        0.5,
        UNDECIDED,
    ),
    ("C7", _on("xnli", -3.0, ENGLISH), 0.5, VERIFIED),
    ("C7", _on("xnli", -3.0, ENGLISH[1:]) | _on("xnli", 4.0, ENGLISH[:1]), 0.5, REFUTED),
    ("C7", _on("xnli", -3.0, ENGLISH[1:]) | _on("xnli", 0.5, ENGLISH[:1]), 0.5, UNDECIDED),
    ("C8", _same(1.0, NINE) | {"multitask": 5.4}, 0.5, VERIFIED),
    ("C8", _same(1.0, ENGLISH), 0.5, REFUTED),
    ("C8", _same(1.0, NINE) | {"multitask": 5.4}, 5.0, UNDECIDED),
    ("C9", _same(4.0, ENGLISH), 0.5, VERIFIED),
    ("C9", _same(4.0, MIXED), 0.5, REFUTED),
    ("C9", {}, 0.5, UNDECIDED),
    ("C9b", _same(4.0, ENGLISH), 0.5, VERIFIED),
    ("C9b", _same(4.0, MIXED), 0.5, REFUTED),
    ("C9b", _same(4.0, MIXED[:4]) | _same(4.0, ENGLISH[4:8]), 0.5, UNDECIDED),
    ("C10", _same(4.0, NINE), 0.5, VERIFIED),
    ("C10", _same(4.0, TRANSLATED), 0.5, REFUTED),
    ("C10", {}, 0.5, UNDECIDED),
    ("C10b", _same(4.0, NINE), 0.5, VERIFIED),
    ("C10b", _same(4.0, TRANSLATED), 0.5, REFUTED),
    ("C10b", _same(4.0, TRANSLATED[:6]) | _same(-4.0, TRANSLATED[7:]), 0.5, UNDECIDED),
    ("C11", _same(4.0, NINE) | {"squad": 8.4}, 0.5, VERIFIED),
    ("C11", _same(4.0, NINE) | {"squad": 8.4, "mnli": 12.0}, 0.5, REFUTED),
    ("C11", _same(4.0, NINE) | {"squad": 8.4, "mnli": 8.2}, 0.5, UNDECIDED),
    ("C11b", _same(1.0, NINE) | {"multitask": 6.1}, 0.5, VERIFIED),
    ("C11b", _same(1.0, ENGLISH), 0.5, REFUTED),
    ("C11b", _same(1.0, NINE) | {"multitask": 6.1}, 5.0, UNDECIDED),
]


def _needed(each: Claim) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arm for predicate in each.predicates for arm in predicate.arms_needed))


@pytest.mark.parametrize(("name", "planted", "noise", "verdict"), PLANTED)
def test_as_planted(name: str, planted: Planted, noise: float, verdict: str) -> None:
    """Every claim of the paper is verified, refuted or left open, as the gains behind the rows are."""
    stated = claim(name)
    found = judge(stated, world(planted, noise=noise, test=name in {"C8", "C11b"}, arms=_needed(stated)))
    assert (found.verdict, found.why) == (verdict, ())
    assert len(found.readings) == len(stated.predicates) * (1 + len(stated.also_without))
    assert all(each.numbers for each in found.readings)
    assert all(number.low < number.value < number.high for each in found.readings for number in each.numbers)


def _reading(readings: tuple[Reading, ...], name: str, *left_out: str) -> Reading:
    (one,) = (each for each in readings if (each.name, each.left_out) == (name, left_out))
    return one


def test_direction_and_magnitude_are_two_things() -> None:
    """A gain of 3 is one, but not 8.2 ± 2; the equivalence test beside the posterior says so too."""
    found = judge(claim("C1"), world({"squad": 3.0}, arms=("none", "squad", "mnli")))
    assert _reading(found.readings, "direction").verdict == VERIFIED
    magnitude = _reading(found.readings, "magnitude")
    assert magnitude.verdict == REFUTED
    (number,) = magnitude.numbers
    assert number.p > 0.5
    assert number.note == "p: two one-sided tests of the margin"


def test_without_retrieval_and_repeats() -> None:
    """A gain in sentence retrieval alone is none without it: +36 on two of nine targets are +8 on average.

    Squad's arm repeats the training data of two question-answering targets; of the other targets none gains.
    """
    planted = {"squad": {"bucc": 36.0, "tatoeba": 36.0, "xquad": 9.0, "mlqa": 9.0}}
    found = judge(claim("C1"), world(planted, noise=0.2, arms=("none", "squad", "mnli", "qqp")))
    assert found.verdict == VERIFIED
    without = _reading(found.readings, "magnitude", "retrieval", "repeats")
    assert without.verdict == REFUTED
    (number,) = without.numbers
    assert abs(number.value) < 1


def test_thresholds_of_ours_are_tried() -> None:
    """The margin of 2 is halved and doubled, the prior too: 6.7 is within 4 of 8.2, not within 1."""
    found = judge(claim("C1"), world({"squad": 6.7}, noise=0.05, arms=("none", "squad", "mnli", "qqp")))
    tried = {(each.name, each.value): each.verdict for each in _reading(found.readings, "magnitude").tried}
    assert tried == {
        ("prior", 2.5): VERIFIED,
        ("prior", 10.0): VERIFIED,
        ("margin", 1.0): REFUTED,
        ("margin", 4.0): VERIFIED,
    }


def test_shares_are_moved_by_a_tenth() -> None:
    """8 of 10 gain where half is asked for; 40 % and 60 % are tried, but nothing beside the 0."""
    found = judge(claim("C6"), world(_on("tydiqa", 4.0, ENGLISH[:8]), arms=("none", *ENGLISH)))
    (reading,) = found.readings
    assert [(each.name, each.value) for each in reading.tried if each.name != "prior"] == [
        ("share", 0.4),
        ("share", 0.6),
    ]
    assert reading.note == "on tydiqa 8 of 10 intervals above 0"


def test_another_encoder_is_out_of_scope() -> None:
    """However clear the rows are: they are of another encoder, and only suggest."""
    study = full_study().replace({"encoders": ["FacebookAI/xlm-roberta-base"]})
    evidence = world({"squad": 8.2}, arms=("none", "squad", "mnli"), study=study)
    evidence = replace(evidence, scores=evidence.scores.assign(encoder="xlm-roberta-base"))
    found = judge(claim("C1"), evidence)
    assert found.verdict == OUT_OF_SCOPE
    assert found.why == ("The claim is of xlm-roberta-large, the study of xlm-roberta-base.",)
    assert found.suggests == "direction: for it (1.00); magnitude: for it (1.00)"
    assert {each.verdict for each in found.readings} == {OUT_OF_SCOPE}


@pytest.mark.parametrize("gain", [-6.0, 0.0, 8.2])
def test_a_rehearsal_refutes_nothing(gain: float) -> None:
    """At the scale of the rehearsal every claim is out of scope, whatever its rows."""
    evidence = world({"squad": gain}, study=full_study().replace({"scale": "pocket"}))
    found = judge_all(shipped_claims(), evidence)
    assert {each.verdict for each in found} == {OUT_OF_SCOPE}


def test_what_else_is_out_of_scope() -> None:
    """Another split, a changed recipe, languages or arms left out: each is said, with the nearest name."""
    study = full_study()
    targets = [each.model_dump(exclude_unset=True) for each in study.targets]
    targets[0] |= {"split": "test"}
    targets[1] |= {"languages": ["de", "fr"]}
    changed = study.replace(
        {
            "targets": targets[:-1],
            "recipe": {"name": "released", "target": {"epochs": 1}},
            "intermediate": ["mnli", {"task": "squad", "name": "squads"}],
        }
    )
    found = judge(claim("C1"), world({}, arms=("none", "mnli"), study=changed))
    assert found.verdict == OUT_OF_SCOPE
    assert found.why == (
        "The claim is of the recipe released or paper-recalled, the study of released* (* is a changed one).",
        "The study has no target called tatoeba.",
        "The claim is of the dev split of xnli, the study of another.",
        "The study leaves out en, es, ja, ko and zh of pawsx.",
        "The study has no arm called squad (did you mean 'squads'?).",
    )
    assert found.suggests == "nothing"


def test_missing_rows_are_not_enough_evidence() -> None:
    """The study has the arm, but no cell of it is finished: nothing is out of scope, nothing is decided."""
    found = judge(claim("C1"), world({}, arms=("none", "mnli")))
    assert (found.verdict, found.why) == (UNDECIDED, ("No cell of the arm squad is finished.",))


def test_a_missing_language_is_not_enough_evidence() -> None:
    """An average without some of the benchmark's languages is another average."""
    evidence = world({"squad": 8.2}, arms=("none", "squad", "mnli"))
    rows = evidence.scores
    kept = rows[~((rows["target"] == "xnli") & rows["language"].isin(["sw", "ur"]))]
    found = judge(claim("C1"), replace(evidence, scores=kept))
    assert (found.verdict, found.why) == (UNDECIDED, ("On xnli there are no rows in sw and ur.",))


def test_a_collapsed_training_says_nothing() -> None:
    """An arm whose intermediate trainings never beat chance neither verifies nor refutes."""
    evidence = world({"squad": 8.2}, arms=("none", "squad", "mnli"))
    trainings = {
        ("xlm-roberta-large", "squad", seed): Training(10, 10, 1.0, 1.0, degenerate=True)
        for seed in range(1, 6)
    }
    found = judge(claim("C1"), replace(evidence, trainings=trainings))
    assert found.verdict == UNDECIDED
    assert found.why == ("Every intermediate training of squad collapsed, so the arm says nothing.",)


def test_collapsed_runs_are_left_out_and_counted() -> None:
    """One run of squad fell to 0 on a target: it is counted, and what it would change is said."""
    evidence = world({"squad": 8.2}, arms=("none", "squad", "mnli", "qqp"))
    rows = evidence.scores.copy()
    fallen = (rows["intermediate"] == "squad") & (rows["seed"] == 2) & (rows["target"] == "panx")
    rows.loc[fallen, ["score", "degenerate"]] = [0.0, True]
    found = judge(claim("C1"), replace(evidence, scores=rows))
    assert found.verdict == VERIFIED
    assert "Of 1 run some target collapsed; such targets are left out." in found.caveats
    assert "with collapsed runs included it would be" in _reading(found.readings, "magnitude").note


@pytest.mark.parametrize("seeds", [1, 2, 4, 5])
def test_few_seeds(seeds: int) -> None:
    """One seed shows nothing of noise: no posterior, nothing bounded. Fewer than five bear no verdict."""
    found = judge(claim("C1"), world({"squad": 8.2}, seeds=seeds, noise=0.01, arms=("none", "squad")))
    reading = _reading(found.readings, "direction")
    if seeds == 1:
        assert (found.verdict, reading.posterior) == (UNDECIDED, None)
        assert reading.numbers[0].low == -np.inf
        assert any("one seed shows nothing" in each for each in found.caveats)
        return
    assert reading.posterior is not None
    few = f"A claim takes 5 seeds at least; some of its arms have {seeds}."
    assert found.why == (() if seeds == 5 else (few,))
    assert found.verdict == (VERIFIED if seeds == 5 else UNDECIDED)


@pytest.mark.parametrize("name", [each.id for each in shipped_claims()])
@pytest.mark.parametrize("kind", ["empty", "constant", "nan", "no baseline"])
def test_bad_rows_are_no_crash(name: str, kind: str) -> None:
    """Nothing, one score for all, no numbers, no baseline: not enough evidence or out of scope."""
    evidence = world({}, seeds=2)
    rows = evidence.scores
    rows = {
        "empty": rows.iloc[:0],
        "constant": rows.assign(score=50.0),
        "nan": rows.assign(score=np.nan),
        "no baseline": rows[rows["intermediate"] != "none"],
    }[kind]
    found = judge(claim(name), replace(evidence, scores=rows))
    assert found.verdict in {UNDECIDED, OUT_OF_SCOPE}
    assert all(each.posterior is None for each in found.readings)


def test_rows_it_rests_on() -> None:
    """Rows of the claim's arms and targets alone are counted; any change of theirs changes the digest."""
    evidence = world({}, arms=("none", "squad", "mnli"))
    first = judge(claim("C1"), evidence).rests_on
    assert (first.encoder, first.arms, first.seeds) == (
        "xlm-roberta-large",
        ("none", "squad"),
        (1, 2, 3, 4, 5),
    )
    assert first.rows == (evidence.scores["intermediate"] != "mnli").sum()
    shuffled = evidence.scores.sample(frac=1, random_state=0)
    assert judge(claim("C1"), replace(evidence, scores=shuffled)).rests_on.digest == first.digest
    rows = evidence.scores.copy()
    rows.loc[0, "score"] = 7.0
    assert judge(claim("C1"), replace(evidence, scores=rows)).rests_on.digest != first.digest


def _verdict(decision: str, answer: str, *numbers: Number) -> Verdict:
    return Verdict(decision, answer, "So it is.", numbers, (), (), "")


@pytest.mark.parametrize(
    ("name", "preset", "answer", "verdict"),
    [
        ("Q1", "size-xtreme-r", "grows with size", VERIFIED),
        ("Q1", "size-xtreme-r", "does not change within margin", REFUTED),
        ("Q1", "size-xtreme-r", UNDECIDED, UNDECIDED),
        ("Q3", "batch-size", "larger helps", VERIFIED),
        ("Q3", "batch-size", "larger hurts", REFUTED),
        ("Q3", "batch-size", "larger is no worse", UNDECIDED),
        ("Q5", "data-vs-parameters", "data", VERIFIED),
        ("Q5", "data-vs-parameters", "parameters", REFUTED),
        ("Q5", "data-vs-parameters", "depends", UNDECIDED),
    ],
)
def test_questions_rest_on_decisions(name: str, preset: str, answer: str, verdict: str) -> None:
    """A question of scale is judged by its study's own decision; it has no posterior, and says so."""
    evidence = baseline(read_study(presets()[preset], {}, scale="full"))
    found = judge(claim(name), evidence, _verdict(evidence.study.analysis.decision, answer))
    (reading,) = found.readings
    assert (found.verdict, found.why, reading.posterior) == (verdict, (), None)
    assert reading.note == f"no posterior: it rests on the study's own decision, '{answer}'. So it is."


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.1, 0.9, VERIFIED), (-0.9, -0.1, VERIFIED), (-0.4, 0.6, UNDECIDED)]
)
def test_a_question_of_a_number(low: float, high: float, verdict: str) -> None:
    """Size changes what English gains over other languages where the interval of that change leaves out 0."""
    evidence = baseline(read_study(presets()["english-vs-multilingual"], {}, scale="full"))
    change = Number("change with size", "", (low + high) / 2, low, high, 0.95, "points", 9, "encoders", 0.1)
    found = judge(claim("Q4"), evidence, _verdict("languages", "English better", change))
    assert (found.verdict, found.why, found.readings[0].numbers) == (verdict, (), (change,))


def test_a_decision_needs_a_complete_study() -> None:
    """What a study decides it decides once; until then nothing rests on it."""
    evidence = replace(baseline(read_study(presets()["batch-size"], {}, scale="full")), planned=7, finished=6)
    found = judge(claim("Q3"), evidence, _verdict("batch-size", "larger helps"))
    assert (found.verdict, found.why) == (
        UNDECIDED,
        ("The study decides once it is complete; 6 of 7 cells are finished.",),
    )


def test_encoders_above_a_size() -> None:
    """Beyond a billion parameters: where no encoder is known to have so many, the claim is out of scope."""
    evidence = baseline(read_study(presets()["data-saturation"], {}, scale="full"))
    decided = _verdict("saturation", "saturated")
    found = judge(claim("Q2"), evidence, decided)
    assert found.verdict == OUT_OF_SCOPE
    assert found.suggests == "saturation: for it"
    large = {"xlm-roberta-xl": EncoderSize(3_480_000_000, 2_830_000_000, "xlm-r")}
    assert judge(claim("Q2"), replace(evidence, encoders=large), decided).verdict == VERIFIED
