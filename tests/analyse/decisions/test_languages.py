"""Tests of the decision between English and other languages: pairs, cells that neither saw, regret."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from stiltwalk.analyse.decisions.language_pairs import language_pairs
from stiltwalk.analyse.decisions.languages import decide_languages
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict
from stiltwalk.spec.study import Study

from ..evidences import Score, evidence_of, study_of

ARMS = (
    "mnli",
    {"task": "mnli", "languages": "de"},
    {"task": "mnli", "languages": ["en", "de"], "match": "examples"},
    {"task": "mnli", "languages": ["en", "de"]},
    {"task": "mnli", "back_translated": "de"},
)
MIX = "mnli@en+de-examples"
SEEN = {"mnli@de": ["de"], MIX: ["en", "de"], "mnli@en+de": ["en", "de"]}
WAVE = {("mnli", 1): 0.1, ("mnli", 2): -0.1, (MIX, 1): -0.1, (MIX, 2): 0.1}


def _study(arms: Sequence[Any] = ARMS, **fields: Any) -> Study:
    return study_of(arms, translation={"model": "x/t"}, **fields)


def _evidence(
    gains: Mapping[str, float],
    seen_gain: float = 0.0,
    study: Study | None = None,
    degenerate: Sequence[tuple[str, str, int]] = (),
) -> Evidence:
    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        own = gains.get(arm, 0.0) + (seen_gain if language in SEEN.get(arm, ()) else 0.0)
        english = 20.0 if language == "en" else 0.0
        return 50.0 + seed + own + english + WAVE.get((arm, seed), 0.0)

    return evidence_of(
        study or _study(), score, languages=("en", "de", "sw", "ru"), seen=SEEN, degenerate=degenerate
    )


def _number(found: Verdict, name: str, note: str = "", of: str = "") -> Number:
    return next(each for each in found.numbers if each.name == name and each.of == of and note in each.note)


def test_pairs_differ_in_their_languages_alone() -> None:
    """Each arm in other languages has its English one; controls have none; other tasks neither."""
    pairs = language_pairs(_study((*ARMS, "squad", {"task": "qqp", "languages": "de"})))
    assert [(pair.english, pair.other, pair.kind) for pair in pairs] == [
        ("mnli", "mnli@de", "single"),
        ("mnli", MIX, "examples"),
        ("mnli", "mnli@en+de", "union"),
    ]
    assert pairs[0].back == ("mnli@en-de-en",)


def test_other_training_is_no_pair() -> None:
    """An arm that also trains longer is not the English arm's like."""
    arms = ("mnli", {"task": "mnli", "languages": "de", "training": {"epochs": 9}})
    assert language_pairs(_study(arms)) == ()


def test_contrast_in_languages_that_neither_saw() -> None:
    """The mix is 2 points better in languages that it saw, and 1 worse elsewhere: 1 worse is the headline."""
    found = decide_languages(_evidence({MIX: -1.0}, seen_gain=3.0))
    assert found.answer == "English better"
    head = found.numbers[0]
    assert head.value == pytest.approx(-1.0)
    assert "as many examples" in head.note
    assert _number(found, "multilingual minus English", "languages that only it saw").value == pytest.approx(
        2
    )
    assert found.sentence.startswith(
        "English is better than other languages in languages that neither saw: multilingual minus English is "
        "-1.00 points ["
    )
    assert "whether that changes with size cannot be said" in found.sentence
    assert "has 0" in found.needed


@pytest.mark.parametrize(
    ("gain", "margin", "answer"),
    [(1.0, 0.3, "multilingual better"), (0.0, 1.0, "equivalent within margin"), (0.05, 0.06, UNDECIDED)],
)
def test_answers(gain: float, margin: float, answer: str) -> None:
    """Better, as good within the margin, or neither shown."""
    study = _study(analysis={"decision": "languages", "margin": margin})
    found = decide_languages(_evidence({MIX: gain}, study=study))
    assert found.answer == answer
    assert ("80 % power" in found.needed) == (answer == UNDECIDED)


def test_other_kinds_pairs_and_controls_stand_beside() -> None:
    """The union, single languages, every pair and English translated back have numbers of their own."""
    found = decide_languages(_evidence({MIX: 1.0, "mnli@en+de": 2.0, "mnli@de": -1.0, "mnli@en-de-en": 0.5}))
    name = "multilingual minus English"
    assert _number(found, name, "all examples in all of them").value == pytest.approx(2.0)
    assert _number(found, name, "one other language").value == pytest.approx(-1.0)
    assert _number(found, name, of=f"{MIX} - mnli").value == pytest.approx(1.0)
    assert _number(found, name, of=f"{MIX} - mnli@en-de-en").value == pytest.approx(0.5)


def test_transfer_gap_by_hand() -> None:
    """English itself rises by 3 with the mix and other languages by 1: its gap is 2 points wider."""

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        own = (3.0 if language == "en" else 1.0) if arm == MIX else 0.0
        return 50.0 + seed + own + WAVE.get((arm, seed), 0.0)

    found = decide_languages(evidence_of(_study(), score, languages=("en", "de", "sw"), seen=SEEN))
    assert _number(found, "difference of transfer gaps", of="e").value == pytest.approx(2.0)


def test_regret_of_english_is_what_the_best_source_gains() -> None:
    """German is 1.5 better in languages that it did not see; else English is its own best source."""
    better = decide_languages(_evidence({"mnli@de": 1.5}))
    assert _number(better, "regret of English", of="e · mnli").value == pytest.approx(1.5, abs=0.11)
    worse = decide_languages(_evidence({"mnli@de": -1.5}))
    assert _number(worse, "regret of English", of="e · mnli").value == pytest.approx(0.0)


def test_several_encoders_are_averaged_within_a_seed() -> None:
    """Where one encoder has +2 and the other -1 the mean is +0.5; each is shown, and who disagrees."""
    study = _study(encoders=["x/e", "x/f"])

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        own = {"e": 2.0, "f": -1.0}[encoder] if arm == MIX else 0.0
        return 50.0 + seed + own + WAVE.get((arm, seed), 0.0)

    found = decide_languages(evidence_of(study, score, languages=("en", "de", "sw"), seen=SEEN))
    assert found.numbers[0].value == pytest.approx(0.5)
    name = "multilingual minus English"
    assert _number(found, name, of="e").value == pytest.approx(2.0)
    assert _number(found, name, of="f").value == pytest.approx(-1.0)
    assert any(caveat.startswith("f alone says: English better") for caveat in found.caveats)


def test_a_mix_of_every_language_leaves_nothing_unseen() -> None:
    """Where the mix saw every language of the test there is no headline, and that is the sentence."""
    study = _study(("mnli", {"task": "mnli", "languages": ["en", "de", "sw"]}))
    found = decide_languages(
        evidence_of(
            study,
            lambda _, arm, seed, *__: 50.0 + seed + (arm == "mnli"),
            seen={"mnli@en+de+sw": ["en", "de", "sw"]},
        )
    )
    assert found.answer == UNDECIDED
    assert "in a language that neither saw" in found.sentence


def test_collapsed_arms_are_not_judged() -> None:
    """All trainings of the mix collapsed: the next kind is judged, and the mix is named."""
    dead = [("e", MIX, seed) for seed in (1, 2, 3)]
    found = decide_languages(_evidence({MIX: 9.0, "mnli@en+de": 1.0}, degenerate=dead))
    assert "all examples in all of them" in found.numbers[0].note
    assert found.numbers[0].value == pytest.approx(1.0)
    assert any(f"e · {MIX}" in caveat and "No verdict" in caveat for caveat in found.caveats)


@pytest.mark.parametrize(
    ("score", "seeds", "said"),
    [
        (lambda *_: None, 3, "nothing can be said"),
        (lambda *_: math.nan, 3, "nothing can be said"),
        (lambda *_: 50.0, 3, "nothing shows how runs vary"),
        (lambda _, arm, *__: 50.0 + len(arm), 1, "nothing shows how runs vary"),
    ],
)
def test_what_cannot_be_said_is_said(score: Score, seeds: int, said: str) -> None:
    """No rows, NaN, constant scores, one seed: a sentence, and no number without an interval."""
    found = decide_languages(evidence_of(_study(seeds=seeds), score, seen=SEEN))
    assert found.answer == UNDECIDED
    assert said in found.sentence
    assert found.needed
    assert all(math.isinf(each.low) for each in found.numbers)


def test_a_study_without_pairs() -> None:
    """Without an arm in other languages there is nothing to hold against English."""
    found = decide_languages(evidence_of(study_of(), lambda *_: 50.0))
    assert "no arm in other languages beside an English one" in found.sentence
