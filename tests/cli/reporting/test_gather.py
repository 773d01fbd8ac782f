"""Tests of what a report is made from: numbers solved by hand, what is withheld, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.cli import studies
from stiltwalk.cli.reporting.gather import gathered_contents
from stiltwalk.plan.nodes import Plan
from stiltwalk.render.contents import Contents
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study_files import study_from
from stiltwalk.store.looks import read_looks
from stiltwalk.store.store import Store, open_store
from tests.cli.conftest import SMALL, World
from tests.cli.verdict_worlds import finish, gains_of, kept, made
from tests.worlds import prepared_study

GAINS = gains_of({"mnli": 3.0, "hellaswag": 0.1})
SECONDS = 1 / 3600


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Store]:
    """A finished study of three arms, three seeds and two targets in three languages."""
    planned = made()
    store = kept(tmp_path_factory.mktemp("gather") / "store", planned)
    finish(store, planned, GAINS)
    return planned, store


@pytest.fixture(scope="module")
def contents(finished: tuple[Plan, Store]) -> Contents:
    """What its report shows."""
    return gathered_contents(*finished)


def half(tmp_path: Path, changes: dict[str, Any] | None = None) -> tuple[Plan, Store]:
    """A study of which seed 3 is not finished."""
    planned = made(changes)
    store = kept(tmp_path / "store", planned)
    finish(store, planned, GAINS, done=lambda arm, seed: seed < 3)
    return planned, store


def test_the_verdict_stands_first_and_says_that_it_is_a_rehearsal(contents: Contents) -> None:
    """Complete, judged, at one confidence, with its look on record."""
    assert (contents.finished, contents.planned, contents.withheld) == (18, 18, False)
    assert contents.verdict.answer == "gain"
    assert contents.confidence == 0.95
    assert contents.rehearsal.startswith("A rehearsal: does not answer")
    assert contents.analysis[-1].startswith("Look 1, the last: ")


def test_gains_are_those_that_the_scores_were_made_with(contents: Contents) -> None:
    """The waves of a seed cancel over three seeds, so each arm's mean gain is the one that was put in."""
    found = contents.averages.query("of == @OVERALL and view == 'headline' and healthy")
    assert dict(zip(found["intermediate"], found["gain"].round(9), strict=True)) == {
        "mnli": 3.0,
        "hellaswag": 0.1,
    }
    assert OVERALL in set(contents.averages["of"])
    by_target = contents.gains.query("language == 'zero-shot' and intermediate == 'mnli'")
    assert by_target["gain"].round(9).tolist() == [3.0, 3.0]
    assert by_target[["low", "high"]].notna().all(axis=None)


def test_arms_are_listed_with_what_their_own_training_took(contents: Contents) -> None:
    """The baseline first, which trained nothing in between; the others by hand from their steps' facts."""
    none, mnli, hellaswag = contents.arms
    assert none[:3] == ("e", "none", False)
    assert none[3:] == (None, None, None, None, None, None, "", 6, 0)
    assert mnli[:3] == ("e", "mnli", False)
    assert mnli[3:8] == (700, 8, 10, 900, 5e9)
    assert mnli.hours == pytest.approx(3 * 2 * SECONDS)
    assert mnli[9:] == ("t 100.0 %", 6, 0)
    assert hellaswag.name == "hellaswag"


def test_costs_are_told_by_kind_of_step(contents: Contents) -> None:
    """Two trained arms and three seeds: 6 trainings in between, 18 of targets, 18 cells."""
    found = {each.kind: each for each in contents.costs}
    assert {kind: (each.planned, each.finished) for kind, each in found.items()} == {
        "intermediate": (6, 6),
        "target": (18, 18),
        "predict": (18, 18),
    }
    assert found["target"].hours == pytest.approx(18 * 2 * SECONDS)
    assert found["predict"].hours == pytest.approx(18 * SECONDS)
    assert found["intermediate"].flops == 6 * 5e9
    assert found["predict"].flops is None


def test_what_stands_beside_the_numbers(contents: Contents) -> None:
    """Caveats of every target have their sentences; published numbers are of the study's targets alone."""
    assert set(contents.caveats_of) == {"udpos", "panx"}
    assert {mark for marks in contents.caveats_of.values() for mark in marks} == set(contents.caveats)
    assert {each.target for each in contents.published} == {"udpos", "panx"}
    assert len(contents.claims) > 0
    assert all(each.claim.id == each.judged.claim for each in contents.claims)
    assert contents.audit is not None
    assert contents.references


def test_every_encoder_is_compared_within_itself(tmp_path: Path) -> None:
    """Of two encoders each has its own spreads, relations, languages and best arms."""
    planned = made({"encoders": ["x/e", "x/f"]})
    store = kept(tmp_path / "store", planned)
    finish(store, planned, GAINS)
    found = gathered_contents(planned, store, audit=False)
    assert found.audit is None
    for each in (found.spreads, found.relations, found.languages, found.best):
        assert list(each) == ["e", "f"]
    assert list(found.languages["f"]) == ["mnli", "hellaswag"]
    assert {one.arm for one in found.best["e"].targets} == {"mnli"}
    assert [(arm.encoder, arm.name) for arm in found.arms][:4] == [
        ("e", "none"),
        ("e", "mnli"),
        ("e", "hellaswag"),
        ("f", "none"),
    ]


def test_no_look_is_spent_on_a_study_that_is_not_complete(tmp_path: Path) -> None:
    """Its estimates are shown, its verdict is not, and nothing is put on record."""
    planned, store = half(tmp_path, {"analysis": {"looks": 2}})
    found = gathered_contents(planned, store)
    assert (found.finished, found.planned, found.withheld) == (12, 18, True)
    assert found.verdict.answer == "not enough evidence"
    assert found.confidence == 0.975
    assert read_looks(store, "judged") == []
    assert set(found.scores["seed"]) == {1, 2}


def test_a_final_report_is_the_last_look(tmp_path: Path) -> None:
    """What is asked for as it stands is judged, and that is recorded."""
    planned, store = half(tmp_path)
    assert gathered_contents(planned, store).withheld
    found = gathered_contents(planned, store, final=True)
    assert not found.withheld
    assert [look["last"] for look in read_looks(store, "judged")] == [True]


def test_claims_do_not_rest_on_a_verdict_that_is_withheld(tmp_path: Path) -> None:
    """Where no verdict may be made, the rows are not said to be for a claim that is a decision's answer."""
    file = tmp_path / "claims.yaml"
    file.write_text(
        """
claims:
- id: it-helps
  version: "1"
  text: Training in between helps.
  source: {paper: nobody, place: nowhere}
  scope: {targets: {udpos: test, panx: test}}
  predicates:
  - {name: gain, kind: decision, decision: gain, answers: [gain]}
""",
        encoding="utf-8",
    )
    planned, store = half(tmp_path)
    (early,) = gathered_contents(planned, store, claims_file=file).claims
    (late,) = gathered_contents(planned, store, claims_file=file, final=True).claims
    assert early.judged.suggests == "nothing"
    assert late.judged.suggests == "gain: for it"


def test_nothing_finished_is_nothing_to_report(tmp_path: Path) -> None:
    """A page without a number could be taken for a finding of nothing."""
    planned = made()
    store = kept(tmp_path / "store", planned)
    with pytest.raises(
        UserError, match=r"No cell of the study 'judged' is finished \(0 of 18\).*stiltwalk run judged"
    ):
        gathered_contents(planned, store)


def test_its_study_file_makes_the_same_study(contents: Contents, finished: tuple[Plan, Store]) -> None:
    """What the report prints as the study is the study, all defaults filled in."""
    assert study_from(yaml.safe_load(contents.yaml), "the report") == finished[0].study


def test_its_study_file_plans_the_same_steps(world: World, tmp_path: Path) -> None:
    """So who runs it computes nothing that is in the store already."""
    store = open_store(shutil.copytree(world.store, tmp_path / "store"))
    planned = prepared_study(world.data, store.root, SMALL).plan
    found = gathered_contents(planned, store, audit=False)
    file = tmp_path / "study.yaml"
    file.write_text(found.yaml, encoding="utf-8")
    again = studies.prepared(str(file), world.data, store.root, {})
    assert list(again.plan.nodes) == list(planned.nodes)
    assert found.commands[1:] == (
        "stiltwalk data verify --data-dir DATA",
        "stiltwalk plan study.yaml --data-dir DATA",
        "stiltwalk run study.yaml --data-dir DATA",
        "stiltwalk report study.yaml",
    )
    assert set(found.versions) >= {"stiltwalk", "torch", "transformers"}


def test_each_part_is_told_of(finished: tuple[Plan, Store]) -> None:
    """In order, before it is begun."""
    said: list[str] = []
    gathered_contents(*finished, say=said.append)
    assert said == ["rows", "verdict", "gains, averages and languages", "claims", "audit", "costs"]
