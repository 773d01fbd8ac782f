"""Tests of gathering evidence: what finished steps say reaches the decisions, what is missing does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.analyse.reaching import Reached
from stiltwalk.cli.evidence import gathered
from stiltwalk.metrics.noise_scale import Norms, noise_scale
from stiltwalk.spec.errors import UserError
from tests.cli.verdict_worlds import TRAINED, finish, gains_of, kept, made

RUN = ("e", "mnli", 2)


def test_everything_that_is_finished(tmp_path: Path) -> None:
    """Scores of all cells, a training for every arm and seed, sizes, amounts and batches."""
    planned = made()
    store = kept(tmp_path, planned)
    finish(store, planned, gains_of({"mnli": 2.0}))
    found = gathered(planned, store)
    assert (found.planned, found.finished, found.confidence) == (18, 18, 0.95)
    assert len(found.scores) == 18 * 3
    assert set(found.trainings) == {("e", arm, seed) for arm in ("mnli", "hellaswag") for seed in (1, 2, 3)}
    training = found.trainings[RUN]
    assert (training.steps, training.tokens, training.flops) == (10, 900, 5e9)
    assert training.tried_flops == training.flops
    assert training.looks == (Reached(10, 80, 900, 61.5),)
    assert training.noise_scale is None
    assert found.wall_seconds[RUN] == 2.0
    assert found.amounts == {"mnli": 700, "hellaswag": 700}
    assert found.batch_sizes == {"mnli": 8, "hellaswag": 8}
    size = found.encoders["e"]
    assert (size.parameters, size.encoder_parameters, size.family, size.flops) == (5000, 3000, "e", None)


def test_nothing_finished(tmp_path: Path) -> None:
    """A store without results gives empty evidence, with its columns."""
    planned = made()
    found = gathered(planned, kept(tmp_path, planned), confidence=0.99)
    assert found.scores.empty
    assert "score" in found.scores.columns
    assert (found.finished, found.trainings, found.confidence) == (0, {}, 0.99)


def test_looks_and_noise_come_from_the_log(tmp_path: Path) -> None:
    """Looks at the dev set in order, and the noise scale of the norms that were measured."""
    planned = made({"recipe": {"intermediate": {"evaluate_every": 5, "noise_scale_every": 5}}})
    store = kept(tmp_path, planned)
    norms = [Norms(8.0, 4.0, 1.0, 1.5), Norms(8.0, 4.0, 1.2, 1.5)]
    log: list[Mapping[str, Any]] = [
        {"step": 5, "loss": 1.0, "learning_rate": 1e-5},
        {"step": 5, "examples": 40, "tokens": 450, "dev": 55.0},
        *({"step": 5, "noise": each._asdict()} for each in norms),
        {"step": 10, "examples": 80, "tokens": 900, "dev": 61.5},
    ]
    finish(store, planned, gains_of({}), logs=lambda title: log)
    training = gathered(planned, store).trainings[RUN]
    assert training.looks == (Reached(5, 40, 450, 55.0), Reached(10, 80, 900, 61.5))
    assert training.noise_scale == noise_scale(norms)


def test_trials_of_a_chosen_rate_are_counted(tmp_path: Path) -> None:
    """Three rates of three seeds cost 45e9 operations together, 15e9 for each seed."""
    planned = made(
        {"intermediate": [{"task": "mnli", "rate": {"rates": [1e-5, 2e-5, 3e-5]}}], "targets": ["udpos"]}
    )
    store = kept(tmp_path, planned)
    finish(store, planned, gains_of({}))
    training = gathered(planned, store).trainings[RUN]
    assert training.flops == 5e9
    assert training.tried_flops == pytest.approx(15e9)


def test_controls_train_nothing_in_between(tmp_path: Path) -> None:
    """A control that trains targets for longer has no intermediate training, though it names one."""
    planned = made({"intermediate": ["mnli", {"longer_by": "mnli"}]})
    store = kept(tmp_path, planned)
    finish(store, planned, gains_of({}))
    assert {arm for _, arm, _ in gathered(planned, store).trainings} == {"mnli"}


def test_collapsed_trainings_are_marked(tmp_path: Path) -> None:
    """What the step says of itself; a model without a dev score has no look."""
    planned = made()
    store = kept(tmp_path, planned)
    broken = {"degenerate": True, "dev_score": None}
    finish(store, planned, gains_of({}), facts=lambda title: broken if "mnli, seed 2" in title else {})
    found = gathered(planned, store).trainings
    assert [run for run, training in found.items() if training.degenerate] == [RUN]
    assert found[RUN].looks == ()


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    """Where a log that is needed cannot be read, its step and the cure are said."""
    planned = made({"recipe": {"intermediate": {"evaluate_every": 5}}})
    store = kept(tmp_path, planned)
    finish(store, planned, gains_of({}))
    (node, *_) = (each for each in planned.nodes.values() if each.step.kind == "intermediate")
    (store.folder(node.key) / "log.jsonl").write_text("{")
    with pytest.raises(UserError, match=r"log\.jsonl is missing or damaged\. Delete"):
        gathered(planned, store)


def test_families(tmp_path: Path) -> None:
    """Rungs of a ladder are one family; encoders made by one recipe too, whatever their shape and seed."""
    ladder = {
        "name": "mine",
        "ladder": {
            "shapes": [{"layers": 2, "hidden": 8}, {"layers": 4, "hidden": 8}],
            "seeds": 3,
            "text": ["udhr"],
            "training": {"steps": 3},
        },
    }
    planned = made({"encoders": [{"ladder": "xlm-r", "sizes": ["base", "large"]}, ladder, "x/e"]})
    found = gathered(planned, kept(tmp_path, planned)).encoders
    assert found["xlm-roberta-base"].family == found["xlm-roberta-large"].family == "xlm-r"
    assert found["xlm-roberta-base"].encoder_parameters == pytest.approx(85e6, rel=0.01)
    own = {name: size for name, size in found.items() if name.startswith("mine")}
    assert len(own) == 6
    assert len({size.family for size in own.values()}) == 1
    assert len({size.encoder_parameters for size in own.values()}) == 2
    assert "e" not in found  # nothing is known of it before a step of it is finished


def test_packaged_encoders_are_a_family(tmp_path: Path) -> None:
    """Their sizes are counted before anything is trained."""
    planned = made({"encoders": ["pocket-xs", "pocket-m"]})
    found = gathered(planned, kept(tmp_path, planned)).encoders
    assert {size.family for size in found.values()} == {"pocket"}
    assert found["pocket-xs"].encoder_parameters == 99_968
    assert TRAINED["encoder_parameters"] != found["pocket-m"].encoder_parameters
