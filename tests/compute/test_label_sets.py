"""Tests of label sets from end to end: given by a file, and fewer in training than in the target."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stiltwalk.compute.context import Monitor
from stiltwalk.compute.examples import task_with_labels, training_examples
from stiltwalk.compute.predict import predict
from stiltwalk.data.load import fingerprint
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import accelerator, weights
from tests.worlds import finish, node, prepared_study, sentence, write_world

SUPERTAGS = ("NP[nb]/N", "N/N", "N", r"(S[dcl]\NP)/NP", r"(NP\NP)/NP", ".")
_OF_A_SENTENCE = (0, 1, 2, 3, 0, 2, 4, 0, 2, 5)
_ENTITIES = "O O B-PER O O O O O B-LOC O".split()
_DATED = "B-DATE I-DATE B-PER O O O O O B-LOC O".split()


def write_supertags(folder: Path, labels: tuple[str, ...] = SUPERTAGS) -> None:
    """A tiny supertagging corpus with its file of labels, numbered in the order of ``labels``."""
    folder.mkdir(exist_ok=True)
    tags = " ".join(SUPERTAGS[index] for index in _OF_A_SENTENCE)
    for name, first, count in (("train", 0, 48), ("dev", 60, 12)):
        rows = [f"{' '.join(sentence('en', number))}\t{tags}\n" for number in range(first, first + count)]
        (folder / f"{name}.tsv").write_text("".join(rows), encoding="utf-8")
    numbers = {label: number for number, label in reversed(list(enumerate(labels)))}
    (folder / "tags_to_id.json").write_text(json.dumps(numbers), encoding="utf-8")


def write_entities(folder: Path) -> None:
    """English sentences with persons and places, and Swahili ones with dates as well."""
    for name, first, count in (("train", 0, 48), ("dev", 60, 12)):
        blocks = [
            "".join(
                f"{at}\t{word}\t{tag}\t-\t-\n"
                for at, (word, tag) in enumerate(zip(sentence("en", number), _ENTITIES, strict=True), start=1)
            )
            for number in range(first, first + count)
        ]
        path = folder / "uner" / "UNER_English-EWT" / f"en_ewt-ud-{name}.iob2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(blocks), encoding="utf-8")
    blocks = [
        "".join(f"{word} {tag}\n" for word, tag in zip(sentence("fi", number), _DATED, strict=True))
        for number in range(100, 112)
    ]
    path = folder / "masakhaner2" / "swa" / "test.txt"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(blocks), encoding="utf-8")


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Supertags as the intermediate arm, entities as training for a target with one type more."""
    data = write_world(tmp_path_factory.mktemp("tagged"))
    write_supertags(data / "ccg")
    write_entities(data)
    recipe = {"learning_rate": 5e-3, "batch_size": 8, "epochs": 6}
    changes = {
        "intermediate": ["ccg"],
        "targets": ["masakhaner", "udpos"],
        "recipe": {"name": "pocket", "intermediate": recipe, "target": recipe},
    }
    prepared = prepared_study(data, tmp_path_factory.mktemp("store") / "store", changes)
    finish(prepared)
    return prepared


def test_a_label_file_decides_the_head(tagged: Prepared) -> None:
    """The trained head has a row a label of the file, and the run learns more than one constant tag."""
    artifact = read_artifact(tagged.place.store, node(tagged.plan, "intermediate ccg, seed 1").key)
    head = weights(artifact.folder)["heads/token-classification.safetensors:out.weight"]
    assert head.shape[0] == len(SUPERTAGS)
    # three words in ten are determiners, so one constant tag is right as often
    assert artifact.facts["chance"] == 30.0
    assert artifact.facts["dev_scores"]["accuracy"] > 50.0
    assert task_with_labels(tagged.place, "ccg").labels == SUPERTAGS


def test_other_numbers_of_the_labels_are_other_data(tagged: Prepared, tmp_path: Path) -> None:
    """A step is not carried out on a label file that changed since it was planned."""
    step = node(tagged.plan, "intermediate ccg, seed 1").step
    assert isinstance(step, TrainStep)
    write_supertags(tmp_path / "ccg")
    place = replace(tagged.place, data_dir=tmp_path)
    assert len(training_examples(place, step)[1]) == 48
    write_supertags(tmp_path / "ccg", SUPERTAGS[::-1])
    with pytest.raises(DataError, match=r"'ccg' \(train, en\) changed since the study was planned"):
        training_examples(place, step)


def test_licensed_data_says_how_to_obtain_it(tmp_path: Path) -> None:
    """A study whose licensed files are missing says from whom, and which files to make of them."""
    data = write_world(tmp_path / "data")
    message = r"no training data of 'ccg': looked for ccg/train\.tsv .*LDC2005T13.*ccg/tags_to_id\.json"
    with pytest.raises(DataError, match=message):
        prepared_study(data, tmp_path / "store", {"intermediate": ["ccg"], "targets": ["udpos"]})


def test_a_head_of_fewer_labels_predicts_those(tagged: Prepared) -> None:
    """Tested on nine labels after training on seven, the model predicts the seven, and the rows say so."""
    prediction = node(tagged.plan, "predict masakhaner, seed 1")
    folder = tagged.place.store.folder(prediction.key)
    assert isinstance(prediction.step, PredictStep)
    head = weights(tagged.place.store.folder(prediction.step.parent))
    assert head["heads/token-classification.safetensors:out.weight"].shape[0] == 7
    tags = {
        tag
        for sentence in pq.read_table(folder / "predictions" / "sw.parquet")["prediction"].to_pylist()
        for tag in sentence
    }
    assert {"O"} < tags <= {"O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"}
    frame = study_rows(tagged.place.store, tagged.plan)
    rows = frame[frame["target"] == "masakhaner"]
    # of 36 entities, the twelve dates cannot be found
    recall = rows[rows["metric"] == "recall"]["value"]
    assert (recall > 0).all()
    assert (recall <= 100 * 24 / 36).all()
    assert all("untrained-labels" in caveats.split(";") for caveats in rows["caveats"])
    others = frame[frame["target"] == "udpos"]["caveats"]
    assert not any("untrained-labels" in caveats.split(";") for caveats in others)


def test_labels_in_another_order_are_told_apart_by_name(tagged: Prepared, tmp_path: Path) -> None:
    """A head is read with the labels of its own task: another order in the target's record moves nothing."""
    step = node(tagged.plan, "predict masakhaner, seed 1").step
    assert isinstance(step, PredictStep)
    before = tagged.place.tasks["masakhaner"]
    turned = before.replace({"labels": before.labels[::-1]})
    place = replace(tagged.place, tasks={**tagged.place.tasks, "masakhaner": turned})
    content = fingerprint(turned, "test", "sw", place.data_dir)
    kept = []
    for name, where, data in (("as", tagged.place, step.data), ("turned", place, {"sw": content})):
        (tmp_path / name / "draft").mkdir(parents=True)
        moved = step.replace({"data": data})
        predict(moved, "0" * 64, where, accelerator(), tmp_path / name, Monitor())
        kept.append(pq.read_table(tmp_path / name / "draft" / "predictions" / "sw.parquet"))
    assert kept[0].equals(kept[1])


def test_a_head_of_foreign_labels_is_refused(tagged: Prepared, tmp_path: Path) -> None:
    """A model that was trained on part-of-speech tags cannot predict entities; both label sets are named."""
    step = node(tagged.plan, "predict masakhaner, seed 1").step
    parent = node(tagged.plan, "target udpos, seed 1").key
    (tmp_path / "draft").mkdir()
    message = "cannot be predicted by a head .* 'udpos' has the labels ADJ, .*'masakhaner' has O, B-PER"
    assert isinstance(step, PredictStep)
    with pytest.raises(UserError, match=message):
        predict(step.replace({"parent": parent}), "0" * 64, tagged.place, accelerator(), tmp_path, Monitor())
