"""Tests of compute.mirror: trackers hear what the log says, and change nothing whatever they do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from accelerate.tracking import LOGGER_TYPE_TO_CLASS
from accelerate.utils import LoggerType

from stiltwalk.compute import mirror
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.mirror import mirrored
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.steps import key_of
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec import tracking as tracking_module
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.spec.tracking import OWN, TRACKERS, Tracking
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import copied_place, same_bits, stopping_after, train_step, weights
from tests.worlds import node

UDPOS = "target udpos, seed 1"


@dataclass
class Fake:
    """A tracker that keeps what it is told, and fails at ``at`` if it is so named."""

    at: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    ended: bool = False

    def start(self) -> None:
        """Begins a run."""
        sys.stdout.write("here I am\n")
        if self.at == "start":
            raise OSError("no way to hf_abcdefghijkl\nand more lines")

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        """Keeps what it is about."""
        self.about = values

    def log(self, values: dict[str, float], step: int) -> None:
        """Keeps numbers."""
        if self.at == "log" and step >= 3:
            raise RuntimeError("")
        self.told.append((step, values))

    def finish(self) -> None:
        """Ends the run."""
        self.ended = True
        if self.at == "finish":
            raise SystemExit(3)


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Fake]:
    """Four trackers of which three fail, in the place of real ones."""
    made = {"wandb": Fake(), "aim": Fake("start"), "mlflow": Fake("log"), "clearml": Fake("finish")}
    monkeypatch.setattr(tracking_module, "is_installed", lambda name: name in made)

    def instead(name: str) -> Any:
        def make(**given: Any) -> Fake:
            made[name].given = given
            return made[name]

        return make

    for name in made:
        monkeypatch.setitem(LOGGER_TYPE_TO_CLASS, name, instead(name))
    return made


def told_to(*trackers: str, folder: Path) -> Tracking:
    """These trackers, of one run."""
    return Tracking(trackers=trackers, folder=folder, project="tiny-world", run="tiny · a/b (0123)")


def looked_at(finished: Prepared, seed: int) -> TrainStep:
    """A training that looks at its dev set every other step."""
    step = train_step(finished, UDPOS)
    training = step.training.replace({"evaluate_every": 2, "noise_scale_every": 4})
    return step.replace({"seed": seed, "training": training})


def logged(folder: Path) -> list[dict[str, Any]]:
    """The log of a finished step, an entry an optimiser step."""
    steps: dict[int, dict[str, Any]] = {}
    for line in (folder / "log.jsonl").read_text().splitlines():
        entry = json.loads(line)
        steps.setdefault(entry["step"], {}).update(entry)
    return list(steps.values())


def test_every_tracker_is_one_of_accelerates() -> None:
    """The table of names is the whole of what accelerate knows."""
    assert {*TRACKERS} == {*LOGGER_TYPE_TO_CLASS} == {*map(str, LoggerType)} - {"all"}


@pytest.mark.parametrize("name", sorted({*TRACKERS} - {*OWN}))
def test_other_trackers_are_called_as_accelerate_wants_it(name: str, tmp_path: Path) -> None:
    """With words that their classes take, project and run among them; none of these libraries is here."""
    given = mirror._further(name, told_to(name, folder=tmp_path), "0" * 64)
    signature(LOGGER_TYPE_TO_CLASS[name]).bind(**given)
    assert name == "dvclive" or "tiny-world" in given.values()
    assert name == "comet_ml" or any("tiny · a" in str(said) for said in given.values())


def test_a_tracker_hears_what_the_log_says(
    finished: Prepared, tmp_path: Path, fakes: Mapping[str, Fake]
) -> None:
    """Every entry under its step: loss, rate, dev scores, noise, and what was spent by then."""
    place = replace(copied_place(finished.place, tmp_path), tracking=told_to("wandb", folder=tmp_path / "t"))
    step = looked_at(finished, 21)
    key = key_of(step)
    carry_out(step, key, place, tmp_path / "work", Monitor())
    found = fakes["wandb"]
    entries = logged(place.store.folder(key))
    assert [step for step, _ in found.told] == [entry["step"] for entry in entries]
    for (_, values), entry in zip(found.told, entries, strict=True):
        assert values["loss"] == entry["loss"]
        assert values["learning_rate"] == entry["learning_rate"]
        assert values.get("dev_score") == entry.get("dev")
        assert values.get("noise/squared_norm") == entry.get("noise", {}).get("squared_norm")
        assert "step" not in values
    assert sum("dev_score" in values for _, values in found.told) >= 2
    assert any("noise/squared_norm" in values for _, values in found.told)
    tokens = [values["tokens"] for _, values in found.told]
    assert tokens[0] > 0
    assert tokens == sorted(tokens)
    assert tokens[-1] == read_artifact(place.store, key).facts["tokens"]
    assert found.about == found.about | {"key": key, "stage": "target", "tasks": "udpos", "seed": 21}
    assert found.given["name"] == "tiny · a/b (0123)"
    assert found.given["id"] == key
    assert found.ended


def test_a_tracker_that_fails_is_dropped_and_the_training_goes_on(
    finished: Prepared, tmp_path: Path, fakes: Mapping[str, Fake], capfd: pytest.CaptureFixture[str]
) -> None:
    """At the beginning, midway or at the end, by an error or by giving up; said once each, without tokens."""
    names = (*fakes, "dvclive")  # the last is not installed
    place = replace(copied_place(finished.place, tmp_path), tracking=told_to(*names, folder=tmp_path))
    step = looked_at(finished, 22)
    dropped: list[tuple[str, str]] = []
    assert carry_out(
        step,
        key_of(step),
        place,
        tmp_path / "work",
        Monitor(dropped=lambda tracker, why: dropped.append((tracker, why))),
    )
    assert dropped[0] == ("aim", "OSError: no way to (hidden)")
    assert dropped[1][0] == "dvclive"
    assert "needs the library dvclive, which is not installed" in dropped[1][1]
    assert dropped[2:] == [("mlflow", "RuntimeError: "), ("clearml", "SystemExit: 3")]
    assert len(fakes["wandb"].told) == len(logged(place.store.folder(key_of(step))))
    assert fakes["mlflow"].told == fakes["wandb"].told[:2]
    assert not fakes["mlflow"].ended
    assert capfd.readouterr().out == ""  # of what trackers print


def test_tracking_moves_no_bit(finished: Prepared, tmp_path: Path, fakes: Mapping[str, Fake]) -> None:
    """Weights, log and facts are those of the same step untracked, whatever the trackers did."""
    step = looked_at(finished, 23)
    key = key_of(step)
    alone = copied_place(finished.place, tmp_path / "alone")
    carry_out(step, key, alone, tmp_path / "work", Monitor())
    place = copied_place(finished.place, tmp_path / "tracked")
    place = replace(place, tracking=told_to(*fakes, folder=tmp_path / "t"))
    carry_out(step, key, place, tmp_path / "work", Monitor())
    ours, theirs = place.store.folder(key), alone.store.folder(key)
    assert same_bits(weights(ours), weights(theirs))
    assert (ours / "log.jsonl").read_bytes() == (theirs / "log.jsonl").read_bytes()
    timed = {"wall_seconds", "peak_memory_bytes"}
    found, expected = (
        {name: said for name, said in read_artifact(each, key).facts.items() if name not in timed}
        for each in (place.store, alone.store)
    )
    assert found == expected


def test_what_is_no_training_is_told_nobody(finished: Prepared, fakes: Mapping[str, Fake]) -> None:
    """A prediction logs nothing."""
    cell = finished.plan.cells[0]
    monitor = Monitor()
    tracking = told_to("wandb", folder=Path("nowhere"))
    with mirrored(tracking, finished.plan.nodes[cell.key].step, cell.key, monitor) as heard:
        assert heard is monitor
    with mirrored(None, node(finished.plan, UDPOS).step, cell.key, monitor) as heard:
        assert heard is monitor
    assert not fakes["wandb"].ended


def test_a_chosen_rate_is_not_told_before_it_is_known(
    finished: Prepared, tmp_path: Path, fakes: Mapping[str, Fake]
) -> None:
    """Such a step's own learning rate is a placeholder."""
    step = looked_at(finished, 24)
    training = step.training.replace({"learning_rate": 1.0})
    chosen = step.replace({"training": training, "rate_from": "0" * 64})
    with mirrored(told_to("wandb", folder=tmp_path), chosen, "k", Monitor()) as heard:
        heard.logged({"step": 1, "loss": 2.0})
    assert "learning_rate" not in fakes["wandb"].about
    assert fakes["wandb"].about["batch_size"] == training.batch_size


def test_tensorboard_reads_it_back(finished: Prepared, tmp_path: Path) -> None:
    """Its own reader finds every number of the log, once each, though the training was stopped midway."""
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    place = copied_place(finished.place, tmp_path)
    place = replace(place, tracking=told_to("tensorboard", folder=tmp_path / "t"))
    step = looked_at(finished, 25)
    key = key_of(step)
    with pytest.raises(InterruptedRunError):
        carry_out(step, key, place, tmp_path / "work", stopping_after(3))
    carry_out(step, key, place, tmp_path / "work", Monitor())
    (run,) = (tmp_path / "t" / "tensorboard" / "tiny-world").iterdir()
    assert run.name == "tiny · a_b (0123)"
    found = events.EventAccumulator(str(run)).Reload()
    entries = logged(place.store.folder(key))
    for name, own in (("loss", "loss"), ("learning_rate", "learning_rate"), ("dev_score", "dev")):
        expected = {entry["step"]: pytest.approx(entry[own]) for entry in entries if own in entry}
        scalars = [(each.step, each.value) for each in found.Scalars(name)]
        assert [step for step, _ in scalars] == [*expected]
        assert dict(scalars) == expected
    (about,) = found.Tensors("about/text_summary")
    assert f"- key: {key}" in about.tensor_proto.string_val[0].decode()
