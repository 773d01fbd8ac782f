"""Tests of compute.predict: every example once, scored from what was kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.compute.predict import predict
from stiltwalk.data.load import load
from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared, prepare_evaluation
from stiltwalk.metrics.predictions import Nearest, Prediction
from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.errors import DataError, InterruptedRunError, UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.columns import COLUMNS
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.fakes import accelerator, copied_place, data_of
from tests.worlds import finish, node, prepared_study, tiny_study

TITLES = ("predict udpos, seed 1", "predict xquad, seed 1", "predict tydiqa, seed 1", "predict tatoeba")


def predict_step(prepared: Prepared, title: str) -> PredictStep:
    """The prediction step of that title."""
    step = node(prepared.plan, title).step
    assert isinstance(step, PredictStep)
    return step


def predicted(step: PredictStep, prepared: Prepared, folder: Path) -> Path:
    """The draft of ``predict`` in ``folder``."""
    (folder / "draft").mkdir(parents=True)
    predict(step, "0" * 64, prepared.place, accelerator(), folder, Monitor())
    return folder / "draft"


def kept(folder: Path) -> dict[str, dict[str, list[Any]]]:
    """Language → columns of its predictions."""
    return {path.stem: pq.read_table(path).to_pydict() for path in sorted((folder / "predictions").iterdir())}


def as_predicted(kept: Any) -> Prediction:
    """A kept prediction as it was before it was kept."""
    if isinstance(kept, dict):
        return Nearest(**kept)
    return tuple(kept) if isinstance(kept, list) else kept


@pytest.mark.parametrize("title", TITLES)
def test_every_example_is_predicted_once_in_every_language(title: str, finished: Prepared) -> None:
    """One file a language, its ids those of the test data in their order, with a prediction each."""
    step = predict_step(finished, title)
    files = kept(finished.place.store.folder(node(finished.plan, title).key))
    assert set(files) == set(step.data)
    for language, columns in files.items():
        examples = load(TASKS[step.task], "test", language, finished.place.data_dir)
        assert columns["id"] == [example.id for example in examples]
        assert len(columns["prediction"]) == len(examples)
        assert all(each is not None for each in columns["prediction"])


@pytest.mark.parametrize("title", TITLES)
def test_statistics_are_those_of_the_kept_predictions(title: str, finished: Prepared) -> None:
    """Scored anew from the kept predictions and the data, every statistic is the one beside it."""
    step = predict_step(finished, title)
    scorer = TASKS[step.task].scoring.name
    for language, columns in kept(finished.place.store.folder(node(finished.plan, title).key)).items():
        examples = load(TASKS[step.task], "test", language, finished.place.data_dir)
        predictions = [as_predicted(kept) for kept in columns["prediction"]]
        for name, values in statistics(scorer, examples, predictions).items():
            assert columns[name] == values


@pytest.mark.parametrize("title", TITLES)
def test_rows_are_the_scores_of_what_was_kept(title: str, finished: Prepared) -> None:
    """Every metric of every language is a row, and equals the score of the kept statistics."""
    step = predict_step(finished, title)
    key = node(finished.plan, title).key
    folder = finished.place.store.folder(key)
    table = pq.read_table(folder / "results.parquet")
    assert table.schema.equals(COLUMNS)
    rows = {(row["language"], row["metric"]): row for row in table.to_pylist()}
    expected = {
        (language, metric): value
        for language, columns in kept(folder).items()
        for metric, value in score(TASKS[step.task].scoring.name, columns).items()
    }
    assert {place: row["value"] for place, row in rows.items()} == expected
    for (language, _), row in rows.items():
        assert row["step"] == key
        assert row["n"] == len(load(TASKS[step.task], "test", language, finished.place.data_dir))
        assert 0 <= row["value"] <= 100
        assert row["target"] == step.task
        assert row["split"] == "test"
        assert row["parameters"] > 0
        assert row["wall_seconds"] >= 0
        assert "torch" in json.loads(row["versions"])


def test_rows_know_what_stands_behind_the_model(finished: Prepared) -> None:
    """Arm, examples, batch size, seed and selection come from the steps the model descends from."""
    frame = study_rows(finished.place.store, finished.plan)
    for arm, examples, batch_size in (("none", 0, None), ("commonsenseqa", 48, 8)):
        rows = frame[frame["intermediate"] == arm]
        assert set(rows["target"]) == {"udpos", "xquad", "tydiqa", "tatoeba"}
        assert set(rows["examples"]) == {examples}
        assert set(rows["batch_size"].dropna()) == ({batch_size} if batch_size else set())
    tagging = frame[frame["target"] == "udpos"]
    assert set(tagging["selection"]) == {"last"}
    assert set(tagging["seed"]) == {1}
    retrieval = frame[frame["target"] == "tatoeba"]
    assert set(retrieval["layer"]) == {1}
    assert set(retrieval["pooling"]) == {"mean"}


def test_overlap_with_training_is_measured_and_told(finished: Prepared) -> None:
    """Half of the English test sentences are training sentences too, none of the German ones."""
    frame = study_rows(finished.place.store, finished.plan)
    tagging = frame[frame["target"] == "udpos"]
    english, german = (tagging[tagging["language"] == code] for code in ("en", "de"))
    assert set(english["overlap"]) == {50.0}
    assert set(german["overlap"]) == {0.0}
    assert all("overlap" in caveats.split(";") for caveats in english["caveats"])
    assert not any("overlap" in caveats.split(";") for caveats in german["caveats"])


def test_counts_that_are_not_the_published_ones_are_told(finished: Prepared) -> None:
    """XQuAD has 1,190 questions a language; four of them are fewer."""
    frame = study_rows(finished.place.store, finished.plan)
    assert all("fewer-examples" in c for c in frame[frame["target"] == "xquad"]["caveats"])
    assert not any("fewer-examples" in c for c in frame[frame["target"] == "udpos"]["caveats"])


@pytest.mark.parametrize("title", TITLES)
def test_batching_changes_no_prediction(title: str, finished: Prepared, tmp_path: Path) -> None:
    """A token budget of 64 and one of 4096 predict the same."""
    step = predict_step(finished, title)
    assert step.execution.micro_tokens == 4096
    small = step.replace({"execution": step.execution.replace({"micro_tokens": 64})})
    ours, theirs = (
        kept(predicted(each, finished, tmp_path / str(n))) for n, each in enumerate((step, small))
    )
    assert ours == theirs


def test_languages_do_not_touch_each_other(finished: Prepared, tmp_path: Path) -> None:
    """One language alone is predicted as it is among others."""
    step = predict_step(finished, TITLES[0])
    alone = step.replace({"data": {"de": step.data["de"]}})
    together = kept(finished.place.store.folder(node(finished.plan, TITLES[0]).key))
    assert kept(predicted(alone, finished, tmp_path)) == {"de": together["de"]}


def test_a_collapsed_arm_marks_the_rows_behind_it(world: Path, tmp_path: Path) -> None:
    """Rows of a model that descends from a run at chance say so; those of the baseline do not."""
    prepared = prepared_study(
        world,
        tmp_path / "store",
        {
            "targets": ["tatoeba"],
            "seeds": [0],
            "recipe": {"name": "pocket", "intermediate": {"learning_rate": 1e-12}},
        },
    )
    finish(prepared)
    frame = study_rows(prepared.place.store, prepared.plan)
    for arm, collapsed in (("none", False), ("commonsenseqa", True)):
        rows = frame[frame["intermediate"] == arm]
        assert set(rows["degenerate"]) == {collapsed}
        assert {"degenerate" in caveats.split(";") for caveats in rows["caveats"]} == {collapsed}


def test_a_finished_step_is_evaluated_by_its_key(finished: Prepared, tmp_path: Path) -> None:
    """Named by the first digits of its key a trained model predicts what the study's own step did."""
    parent = predict_step(finished, TITLES[0]).parent
    study = tiny_study(
        {
            "encoders": [{"name": "it", "source": parent[:16]}],
            "targets": ["udpos"],
            "intermediate": [],
            "recipe": "pocket",
        }
    )
    copied = copied_place(finished.place, tmp_path)
    evaluation = prepare_evaluation(study, open_store(copied.store.root), copied.data_dir)
    finish(evaluation)
    ours = study_rows(evaluation.place.store, evaluation.plan)
    theirs = study_rows(finished.place.store, finished.plan)
    theirs = theirs[(theirs["target"] == "udpos") & (theirs["intermediate"] == "none")]
    assert ours["value"].tolist() == theirs["value"].tolist()


def test_a_model_without_the_head_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """A tagging target cannot be predicted by a model trained on choices; its heads are listed."""
    parent = node(finished.plan, "intermediate commonsenseqa, seed 1").key
    step = predict_step(finished, TITLES[0]).replace({"parent": parent})
    with pytest.raises(UserError, match=r"no head for token-classification. It has: multiple-choice"):
        predicted(step, finished, tmp_path)


def test_test_data_that_changed_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """Nothing is predicted on other data than the step's key stands for."""
    place = copied_place(finished.place, tmp_path)
    path = data_of(place) / "xquad" / "xquad.de.json"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DataError, match=r"'xquad' \(test, de\) changed since the study was planned"):
        predicted(predict_step(finished, TITLES[1]), replace_place(finished, place), tmp_path / "x")


def replace_place(prepared: Prepared, place: Any) -> Prepared:
    """The same plan in another place."""
    return prepared._replace(place=replace(prepared.place, store=place.store, data_dir=place.data_dir))


def test_prediction_tells_progress_and_stops_on_request(finished: Prepared, tmp_path: Path) -> None:
    """It says how many items are done, and a request to stop is heard between two micro-batches."""
    step = predict_step(finished, TITLES[0])
    told: list[Progress] = []
    (tmp_path / "draft").mkdir()
    predict(step, "0" * 64, finished.place, accelerator(), tmp_path, Monitor(report=told.append))
    assert (told[0].stage, told[-1].stage) == ("reading", "predicting")
    assert told[-1].done == told[-1].total == 32
    with pytest.raises(InterruptedRunError, match="stopped on request"):
        predict(step, "0" * 64, finished.place, accelerator(), tmp_path, Monitor(stopping=lambda: True))


def test_a_finished_plan_is_not_computed_again(finished: Prepared) -> None:
    """Run a second time, nothing begins."""
    events: list[object] = []
    outcome = run_local(finished.plan, finished.place, 0, events.append)
    assert (outcome.done, events) == (outcome.total, [])
    assert all(
        read_artifact(finished.place.store, key).facts["wall_seconds"] >= 0 for key in finished.plan.nodes
    )
