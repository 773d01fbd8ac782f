"""Tests of the command verdict: what it prints, what it records, and what it refuses to say."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import stiltwalk
from stiltwalk.cli import studies
from stiltwalk.cli.verdict import judged, show_short
from stiltwalk.store.looks import read_frozen, read_looks
from stiltwalk.store.store import Store
from stiltwalk.store.studies import keep_study
from tests.cli.conftest import Command
from tests.cli.verdict_worlds import finish, gains_of, kept, made
from tests.worlds import SMALL_STUDY, write_world

REHEARSAL = "A rehearsal: does not answer the question at this scale."
GAINS = gains_of({"mnli": 3.0, "hellaswag": 0.1})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A finished study whose arm mnli gains 3 points."""
    planned = made()
    store = kept(tmp_path / "store", planned)
    finish(store, planned, GAINS)
    return store


def _half(tmp_path: Path, analysis: dict[str, Any]) -> Store:
    """A study of which seed 3 is not finished."""
    planned = made({"analysis": analysis})
    store = kept(tmp_path / "store", planned)
    finish(store, planned, GAINS, done=lambda arm, seed: seed < 3)
    return store


def test_for_people(command: Command, store: Store) -> None:
    """Rehearsal, question, answer, sentence, numbers, what is needed or to be minded, and the looks."""
    ended = command("verdict", "judged", "--store", store.root)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[:2] == [REHEARSAL, "Does it help?"]
    for said in (
        "─ gain ─",
        "Of 2 arms 1 gains over none",
        "best mnli +3.00 points [",
        "Numbers (intervals: 95 %)",
        "e · hellaswag",
        "8 more, of other views or the same in them: --all.",
        "- e · mnli has no control: longer training of the targets may gain as much.",
        "- 3 seeds: a claim takes 5 at least, fewer do for a rehearsal.",
        "- The seed is the unit of inference",
        "Frozen at the first run",
        "- Look 1, the last: ",
        "18 of 18 cells",
    ):
        assert said in ended.out, said


def test_every_number(command: Command, store: Store) -> None:
    """With --all each view has its line, though it repeats the headline."""
    assert "without-repeats" not in command("verdict", "judged", "--store", store.root).out
    ended = command("verdict", "judged", "--store", store.root, "--all")
    assert ended.out.count("without-repeats") == 2
    assert "--all" not in ended.out


def test_no_rehearsal_at_another_scale(command: Command, tmp_path: Path) -> None:
    """Only the pocket scale is headed so."""
    planned = made({"scale": "full"})
    store = kept(tmp_path, planned)
    finish(store, planned, GAINS)
    ended = command("verdict", "judged", "--store", tmp_path)
    assert REHEARSAL not in ended.out
    assert ended.out.startswith("Does it help?")


def test_for_programs(command: Command, store: Store) -> None:
    """One object: the verdict with all that is beside it, and numbers; an end that is open is null."""
    found = command("verdict", "judged", "--store", store.root, "--json").json
    assert {"verdict", "numbers", "curves"} == set(found)
    verdict = found["verdict"]
    assert (verdict["answer"], verdict["rehearsal"], verdict["withheld"]) == ("gain", True, False)
    assert (verdict["finished"], verdict["planned"], verdict["confidence"]) == (18, 18, 0.95)
    assert verdict["frozen"]["digest"] == verdict["analysis"]
    assert len(verdict["looks"]) == 1
    naive = next(each for each in found["numbers"] if each["name"] == "best arm per target, naive")
    assert (naive["low"], naive["high"]) == (None, None)
    assert "NaN" not in json.dumps(found)


def test_asked_again_it_is_the_same_look(command: Command, store: Store) -> None:
    """The same scores twice are one look, and one verdict."""
    first = command("verdict", "judged", "--store", store.root, "--json").json
    second = command("verdict", "judged", "--store", store.root, "--json").json
    assert first == second
    (look,) = read_looks(store, "judged")
    assert (look["answer"], look["last"], look["finished"], look["planned"]) == ("gain", True, 18, 18)


def test_before_it_is_complete_there_are_estimates(command: Command, tmp_path: Path) -> None:
    """One look: none before the end. Numbers keep their intervals, and no p is given."""
    store = _half(tmp_path, {"looks": 1})
    found = command("verdict", "judged", "--store", store.root, "--json").json
    assert found["verdict"]["answer"] == "not enough evidence"
    assert found["verdict"]["withheld"]
    assert found["verdict"]["sentence"] == (
        "No verdict before the study is complete (12 of 18 cells are finished): only estimates."
    )
    assert "--final" in found["verdict"]["needed"]
    assert found["numbers"][0]["value"] is not None
    assert {each["p"] for each in found["numbers"]} == {None}
    assert read_looks(store, "judged") == []


def test_final_is_the_last_look(command: Command, tmp_path: Path) -> None:
    """Judged as it stands, on record; finished later, no error is left for another verdict."""
    store = _half(tmp_path, {"looks": 1})
    ended = command("verdict", "judged", "--store", store.root, "--final")
    assert "─ gain ─" in ended.out
    assert "12 of 18 cells are finished." in ended.out
    finish(store, made({"analysis": {"looks": 1}}), GAINS)
    after = command("verdict", "judged", "--store", store.root, "--json").json["verdict"]
    assert after["withheld"]
    assert "no error is left to spend" in after["sentence"]
    assert "another study" in after["needed"]


def test_looks_are_spent(command: Command, tmp_path: Path) -> None:
    """Of two looks one may be early: at 97.5 % each; a second early one is refused, the last is kept."""
    planned = made({"analysis": {"looks": 2}})
    store = kept(tmp_path, planned)
    finish(store, planned, GAINS, done=lambda arm, seed: seed < 2 or (seed == 2 and arm != "mnli"))
    first = command("verdict", "judged", "--store", tmp_path, "--json").json["verdict"]
    assert (first["withheld"], first["confidence"]) == (False, pytest.approx(0.975))
    finish(store, planned, GAINS, done=lambda arm, seed: seed < 3)
    second = command("verdict", "judged", "--store", tmp_path, "--json").json["verdict"]
    assert "All looks are spent" in second["sentence"]
    finish(store, planned, GAINS)
    last = command("verdict", "judged", "--store", tmp_path)
    assert "─ gain ─" in last.out
    assert "Each of 2 looks is made at 97.5 % (Bonferroni" in last.out
    assert [look["last"] for look in read_looks(store, "judged")] == [False, True]


def test_a_changed_analysis_is_exploratory(command: Command, store: Store) -> None:
    """Another margin after the first run: every verdict says so, with both digests."""
    before = made().study.analysis.digest
    changed = made({"analysis": {"margin": 2.0}})
    keep_study(store, changed, None)
    ended = command("verdict", "judged", "--store", store.root)
    said = f"(digest {before} -> {changed.study.analysis.digest}): what follows is exploratory."
    assert f"The analysis was changed after the first run {said}" in ended.out
    assert command("verdict", "judged", "--store", store.root, "--json").json["verdict"]["exploratory"]


def test_changed_cells_are_named(command: Command, store: Store) -> None:
    """Seeds added once results were seen are told of."""
    more = made({"seeds": 4})
    keep_study(store, more, None)
    finish(store, more, GAINS)
    ended = command("verdict", "judged", "--store", store.root)
    assert "- Changed after the first run: seeds." in ended.out


def test_a_study_of_an_earlier_version(command: Command, tmp_path: Path) -> None:
    """Without a record nobody can show that the analysis stood before the results."""
    planned = made()
    finish(kept(tmp_path, planned, frozen=False), planned, GAINS)
    ended = command("verdict", "judged", "--store", tmp_path)
    assert "No analysis was put on record at the first run" in ended.out


def test_run_freezes_and_ends_in_a_sentence(command: Command, tmp_path: Path) -> None:
    """The first run writes the analysis down; its last lines are the verdict; a later one changes neither."""
    data, store = write_world(tmp_path / "data"), tmp_path / "store"
    path = tmp_path / "study.json"
    path.write_text(json.dumps({**SMALL_STUDY, "targets": ["tatoeba"]}))
    study = path.rename(path.with_suffix(".yaml"))
    places = ("--data-dir", data, "--store", store, "--workers", "0")
    ended = command("run", study, *places)
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-2:] == [
        "In full: stiltwalk verdict tiny-world",
        "With figures and tables: stiltwalk report tiny-world",
    ]
    assert "not enough evidence: Nothing can be said of" in ended.out
    frozen = read_frozen(Store(store), "tiny-world")
    assert frozen is not None
    again = command("run", study, *places, "-o", "analysis.margin=2")
    assert "The analysis was changed after the first run" in again.out
    assert read_frozen(Store(store), "tiny-world") == frozen
    assert "In full: stiltwalk verdict tiny-world" in command("results", "tiny-world", "--store", store).out


def test_a_study_that_was_run_before_is_not_frozen_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record written after results were there would say what is not so."""
    data, store = write_world(tmp_path / "data"), tmp_path / "store"
    changes = {**SMALL_STUDY, "targets": ["tatoeba"], "intermediate": []}
    prepared = studies.prepared_from(changes, "here", data, store, {})
    keep_study(prepared.place.store, prepared.plan, data)
    studies.carry_out(prepared, 0)
    assert read_frozen(prepared.place.store, "tiny-world") is None


def test_short_form_spends_no_early_look(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """At the end of 'results' nothing is spent on a study that goes on; it says how to ask."""
    store = _half(tmp_path, {"looks": 2})
    show_short(made({"analysis": {"looks": 2}}), store)
    out = capfd.readouterr().out
    assert "it would be look 1 of 2. Ask for it with 'stiltwalk verdict judged'." in out
    assert read_looks(store, "judged") == []


def test_a_store_that_is_only_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that cannot be recorded is told of, and the verdict is given."""

    def refused(*_: object) -> None:
        from stiltwalk.store.disk import DiskError

        raise DiskError("no")

    monkeypatch.setattr("stiltwalk.cli.verdict.add_look", refused)
    found = judged(made(), store)
    assert found.verdict.answer == "gain"
    assert found.verdict.caveats[0].startswith("This look could not be put on record")


def test_from_python(store: Store) -> None:
    """The same verdict as a record."""
    found = stiltwalk.verdict("judged", store=store.root)
    assert found.answer == "gain"
    assert found.numbers[0].value == pytest.approx(3.0)
    assert not math.isnan(found.numbers[0].p)


def test_unknown_study(command: Command, store: Store) -> None:
    """Exit code 2, and the nearest name."""
    ended = command("verdict", "juged", "--store", store.root)
    assert ended.code == 2
    assert "Did you mean 'judged'?" in ended.err


def test_figure(command: Command, store: Store, tmp_path: Path) -> None:
    """The verdict drawn, by the ending of the file; another ending is refused."""
    path = tmp_path / "v.svg"
    assert command("verdict", "judged", "--store", store.root, "--figure", path).code == 0
    assert REHEARSAL in path.read_text()
    assert command("verdict", "judged", "--store", store.root, "--figure", tmp_path / "v.doc").code == 2


@pytest.mark.parametrize(
    ("place", "why"),
    [("v.bmp", "A figure is written as"), ("nope/v.svg", "there is no folder"), ("v.svg", "it is a folder")],
)
def test_a_figure_that_cannot_be_written_spends_no_look(
    command: Command, store: Store, tmp_path: Path, place: str, why: str
) -> None:
    """It is refused before the study is judged."""
    (tmp_path / "v.svg").mkdir()
    ended = command("verdict", "judged", "--store", store.root, "--figure", tmp_path / place)
    assert (ended.code, ended.out, why in ended.err) == (2, "", True)
    assert not read_looks(store, "judged")
