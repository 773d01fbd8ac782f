"""Tests of the command audit: what is gathered of a store, what is printed, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stiltwalk.analyse.audit.audit import audited
from stiltwalk.cli import show
from stiltwalk.cli.audit import subject_of
from stiltwalk.cli.named import kept_plan
from stiltwalk.store.looks import add_look
from stiltwalk.store.store import Store
from tests.cli.conftest import Command
from tests.cli.verdict_worlds import finish, gains_of, kept, made

VERSIONS = {"torch": "2.13.0", "stiltwalk": "0.1.0"}
FACTS: dict[str, Any] = {"versions": VERSIONS, "peak_memory_of": "cpu"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A finished study of two arms, three seeds and two targets."""
    planned = made()
    store = kept(tmp_path / "store", planned)
    finish(store, planned, gains_of({"mnli": 3.0}), facts=lambda title: FACTS)
    return store


def _checks(found: Any, reviewer: str) -> dict[str, Any]:
    review = next(each for each in found["reviews"] if each["reviewer"] == reviewer)
    return {check["name"]: check for check in review["checks"]}


def test_for_people(command: Command, store: Store) -> None:
    """Scores, then every check under its reviewer, then what would raise them; nothing is recorded."""
    ended = command("audit", "judged", "--store", store.root)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "A rehearsal: does not answer the question at this scale."
    assert lines[1].startswith("judged: ")
    assert lines[1].endswith(" of 10, the mean of its reviewers: how it is made, not what it found.")
    for said in (
        "statistics: ",
        "3 seeds: enough for a rehearsal, not for a claim.",
        "At least 5 seeds for any claim; 3 do for a rehearsal.",
        "put on record on 20",
        "18 of 18 finished cells",
        "0 of 2 controls that the arms ask for.",
        "The recipe 'released'",
        "2 of 9.",
        "1 set of versions",
        "Nothing was changed since.",
        "What would raise it, the cheapest first",
        "not known",
    ):
        assert said in ended.out, said
    names = [line.split(":")[0] for line in lines if line.endswith(" of 10")]
    assert names == ["statistics", "protocol", "coverage", "reproducibility", "reporting"]
    assert not (store.root / "studies" / "judged" / "looks.jsonl").exists()


def test_for_programs(command: Command, store: Store) -> None:
    """One object with all of it; hours that are not known are null."""
    found = command("audit", "judged", "--store", store.root, "--json").json
    assert set(found) == {"audit", "reviews", "improvements"}
    head = found["audit"]
    assert (head["study"], head["rehearsal"]) == ("judged", True)
    assert (head["finished"], head["planned"]) == (18, 18)
    scores = [review["score"] for review in found["reviews"]]
    assert head["overall"] == pytest.approx(sum(scores) / 5)
    seeds = _checks(found, "statistics")["seeds"]
    assert seeds["mark"] == 0.5
    # of three seeds 2 arms trained, 3 arms of 2 targets trained and tested: 2 s a training, 1 s a prediction
    assert seeds["hours"] == pytest.approx(5 * (2 * 2 + 6 * 2 + 6 * 1) / 3600)
    assert any(step["hours"] is None for step in found["improvements"])
    known = [step["hours"] for step in found["improvements"] if step["hours"] is not None]
    assert known == sorted(known)


def test_steps_that_recorded_nothing(command: Command, tmp_path: Path) -> None:
    """Versions and devices are read from the steps: where predictions say none, the mark is their share."""
    planned = made()
    store = kept(tmp_path / "store", planned)
    finish(store, planned, gains_of({}))
    silent = _checks(command("audit", "judged", "--store", store.root, "--json").json, "reproducibility")
    assert silent["versions"]["mark"] == 0
    assert silent["kind of device"]["mark"] == 0
    assert silent["kind of device"]["found"] == "No step recorded any."


def test_a_damaged_file_is_seen(command: Command, store: Store) -> None:
    """A record whose content changed, or a file that is gone, takes the whole mark of the check."""
    plan = kept_plan(store, "judged")
    before = audited(subject_of(plan, store))
    log = next(path for path in store.root.glob("steps/*/*/log.jsonl"))
    content = log.read_bytes()
    log.unlink()
    damaged = _checks(command("audit", "judged", "--store", store.root, "--json").json, "reproducibility")
    assert damaged["whole files"]["mark"] == 0
    assert log.parent.name[:12] in damaged["whole files"]["found"]
    log.write_bytes(content)
    assert audited(subject_of(plan, store)) == before
    record = log.parent / "step.json"
    record.write_text(record.read_text().replace('"steps": 10', '"steps": 11'))
    subject = subject_of(plan, store)
    assert [step.damage for step in subject.steps if step.damage] == ["step.json is not what was published"]


def test_a_study_from_before_records(command: Command, tmp_path: Path) -> None:
    """Where nothing was put on record at the first run, two reviewers say so."""
    planned = made()
    store = kept(tmp_path / "store", planned, frozen=False)
    finish(store, planned, gains_of({}), facts=lambda title: FACTS)
    found = command("audit", "judged", "--store", store.root, "--json").json
    assert _checks(found, "statistics")["frozen analysis"]["mark"] == 0
    assert _checks(found, "reproducibility")["unchanged since the first run"]["mark"] == 0


def test_looks_are_counted(command: Command, store: Store) -> None:
    """Verdicts that were asked for are read from their record, those at the same scores once."""
    for scores in ("one", "one", "two"):
        add_look(store, "judged", {"scores": scores, "last": True})
    found = command("audit", "judged", "--store", store.root, "--json").json
    assert _checks(found, "statistics")["looks"]["mark"] == 0.5


def test_nothing_finished(command: Command, tmp_path: Path) -> None:
    """A kept study of which nothing is finished is audited by its plan, and it says what is left out."""
    store = kept(tmp_path / "store", made())
    ended = command("audit", "judged", "--store", store.root)
    assert ended.code == 0, ended.err
    assert "Left out, for they need results: power, collapsed runs, missing cells" in ended.out
    assert ended.out.rstrip().endswith("Nothing of it is finished: this is an audit of its plan.")
    found = command("audit", "judged", "--store", store.root, "--json").json
    assert "power" in found["reviews"][0]["left_out"]


def test_a_preset_that_was_never_run(command: Command, tmp_path: Path) -> None:
    """A preset is planned as it would run, though its data and its encoder are not on this machine."""
    found = command("audit", "phang2020", "--scale", "full", "--store", tmp_path / "store", "--json").json
    assert found["audit"]["study"] == "phang2020-full"
    assert found["audit"]["finished"] == 0
    assert _checks(found, "protocol")["recipe"]["mark"] == 1
    assert _checks(found, "coverage")["targets"]["found"] == "9 of 9."
    assert _checks(found, "reproducibility")["encoders by revision"]["mark"] == 0.5


def test_narrow(command: Command, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal what was expected stands below what was found, and no line is too long."""
    monkeypatch.setattr(show.console, "_width", 60)
    ended = command("audit", "judged", "--store", store.root)
    assert "Expected: At least 5 seeds" in " ".join(ended.out.split())
    assert max(map(len, ended.out.splitlines())) <= 60


def test_no_such_study(command: Command, store: Store) -> None:
    """The nearest name is suggested."""
    ended = command("audit", "jugded", "--store", store.root)
    assert ended.code == 2
    assert "Did you mean 'judged'?" in ended.err
