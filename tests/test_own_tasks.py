"""Tests of declared tasks from end to end: every type, in a study file, with nothing in a data folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml

import stiltwalk
from stiltwalk.spec.errors import DataError, UnknownNameError
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.task_files import template
from stiltwalk.store.store import open_store
from stiltwalk.store.studies import kept_tasks, read_kept_study
from tests.declared import own_study, write_declared
from tests.worlds import sentence

KINDS = (
    "sequence-classification",
    "multiple-choice",
    "token-classification",
    "question-answering",
    "sentence-retrieval",
)


class Ran(NamedTuple):
    """A finished study of declared tasks."""

    study: Path
    store: Path
    rows: pd.DataFrame


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """CSV as the intermediate task; CSV, TSV, JSON lines, Parquet and sentence pairs as targets."""
    folder = tmp_path_factory.mktemp("own")
    for kind in KINDS:
        write_declared(folder / "tasks", kind)
    targets = [f"tasks/{kind}.yaml" for kind in KINDS]
    raw = own_study(folder / "tasks", {"intermediate": targets[:1], "targets": targets})
    (folder / "study.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    rows = stiltwalk.run(folder / "study.yaml", store=folder / "store", workers=0)
    return Ran(folder / "study.yaml", folder / "store", rows)


def test_every_type_is_trained_tested_and_scored(ran: Ran) -> None:
    """Each target has a row for each of its languages, metrics and arms."""
    found = ran.rows.groupby("target").agg(
        languages=("language", lambda codes: sorted(set(codes))),
        metrics=("metric", lambda names: sorted(set(names))),
        arms=("intermediate", lambda names: sorted(set(names))),
    )
    assert found["metrics"].to_dict() == {
        "my-nli": ["accuracy"],
        "my-choices": ["accuracy"],
        "my-entities": ["f1", "precision", "recall"],
        "my-questions": ["exact_match", "f1"],
        "my-bitext": ["accuracy", "accuracy_centred", "accuracy_margin"],
    }
    assert found["languages"].to_dict() == {name: ["de", "en"] for name in found.index} | {
        "my-bitext": ["de", "fr"]
    }
    assert {*map(tuple, found["arms"])} == {("my-nli", "none")}
    assert ran.rows["n"].eq(ran.rows["target"].map(lambda name: 12 if name == "my-bitext" else 8)).all()


def test_the_arm_that_is_the_target_is_told(ran: Ran) -> None:
    """A declared task that is both arm and target repeats the target's training, as any other would."""
    again = ran.rows[(ran.rows["intermediate"] == "my-nli") & (ran.rows["target"] == "my-nli")]
    assert again["caveats"].str.contains("intermediate-repeats-target-training").all()


def test_the_kept_study_knows_its_tasks(ran: Ran) -> None:
    """By its name it is read, and run again, from what was kept: the task files are not asked."""
    kept = read_kept_study(open_store(ran.store), "own").plan.study
    assert {task.name for task in kept.tasks} == {*ran.rows["target"], "my-text"}
    assert set(kept_tasks(open_store(ran.store))) == {task.name for task in kept.tasks}
    pd.testing.assert_frame_equal(ran.rows, stiltwalk.results("own", store=ran.store))
    again = stiltwalk.run("own", store=ran.store, workers=0)
    pd.testing.assert_frame_equal(ran.rows, again)


def test_a_trained_step_is_evaluated_on_a_declared_task(ran: Ran, tmp_path: Path) -> None:
    """A model trained on a declared task is tested on another one that is only ever tested."""
    trained = ran.rows[(ran.rows["target"] == "my-nli") & (ran.rows["intermediate"] == "none")]
    store = open_store(ran.store)
    key = read_kept_study(store, "own").plan.nodes[trained["step"].iloc[0]].parents[0]
    splits = {"test": {"paths": "my-nli/test.{language}.csv", "languages": ["de"]}}
    file = write_declared(tmp_path, "sequence-classification", {"name": "only-tested", "splits": splits})
    rows = stiltwalk.evaluate(key, target=[file], recipe="pocket", store=ran.store, workers=0)
    assert set(rows["target"]) == {"only-tested"}
    # the same rows through the same head: the same accuracy
    assert rows["value"].tolist() == trained.loc[trained["language"] == "de", "value"].tolist()


@pytest.mark.slow
def test_spawned_workers_know_declared_tasks(ran: Ran) -> None:
    """A worker process gets the records with its work."""
    changes = {"targets": ["my-bitext"], "intermediate": [], "execution.threads": 2}
    rows = stiltwalk.run("own", store=ran.store, workers=1, overrides=changes)
    assert set(rows["target"]) == {"my-bitext"}


def test_two_tasks_of_one_name_share_no_step(ran: Ran, tmp_path: Path) -> None:
    """Another record under the same name is other work, though the files are the same; its text is shared."""
    write_declared(
        tmp_path, "sequence-classification", {"labels": ["neutral", "contradiction", "entailment"]}
    )
    changes = {"targets": [str(tmp_path / "sequence-classification.yaml")]}
    raw = own_study(tmp_path, {**changes, "study": "other"})
    rows = stiltwalk.run(raw, store=ran.store, workers=0)
    before = ran.rows[ran.rows["target"] == "my-nli"]
    assert not set(rows["step"]) & set(before["step"])
    pretrained = [
        key
        for name in ("own", "other")
        for key, node in read_kept_study(open_store(ran.store), name).plan.nodes.items()
        if node.step.kind == "pretrain"
    ]
    assert len(pretrained) == 2
    assert len(set(pretrained)) == 1


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """The folder that was searched is the task file's, and the cure is to mend its paths."""
    file = write_declared(tmp_path, "sequence-classification")
    (tmp_path / "my-nli" / "train.csv").unlink()
    raw = own_study(tmp_path, {"targets": [str(file)]})
    message = (
        rf"^{tmp_path}: holds no training data of 'my-nli': looked for my-nli/train\.csv .* "
        "Put the file there, mend the paths in the task file, or leave the task out"
    )
    with pytest.raises(DataError, match=message):
        stiltwalk.run(raw, store=tmp_path / "store", workers=0)
    (tmp_path / "my-text" / "en.txt").unlink()
    (tmp_path / "my-text" / "de.txt").unlink()
    write_declared(tmp_path / "other", "sequence-classification")
    targets = [str(tmp_path / "other" / "sequence-classification.yaml")]
    with pytest.raises(DataError, match=rf"^{tmp_path}: holds no text of 'my-text': looked for my-text/"):
        stiltwalk.run({**raw, "targets": targets}, store=tmp_path / "store", workers=0)


def test_a_wrong_label_stops_the_study_before_it_starts(tmp_path: Path) -> None:
    """Data is read before anything is trained: file, line and the labels there are."""
    file = write_declared(tmp_path, "sequence-classification", {"labels": ["entailment", "neutral", "odd"]})
    text = file.read_text(encoding="utf-8").replace("contradiction", "odd")
    file.write_text(text, encoding="utf-8")
    table = tmp_path / "my-nli" / "test.de.csv"
    table.write_text(table.read_text(encoding="utf-8").rpartition(",")[0] + ",7\n", encoding="utf-8")
    raw = own_study(tmp_path, {"targets": [str(file)]})
    with pytest.raises(
        DataError, match=r"test\.de\.csv, line 9: there is no label .*'7'.*entailment, neutral"
    ):
        stiltwalk.run(raw, store=tmp_path / "store", workers=0)


def test_the_document_can_be_followed(tmp_path: Path) -> None:
    """The task file that it shows is the template; its studies run, on it and on a folder of raw text."""
    text = (Path(__file__).parents[1] / "docs" / "own-task.md").read_text(encoding="utf-8")
    task, study, raw_text, mixed = re.findall(r"```yaml[^\n]*\n(.*?)```", text, re.DOTALL)
    assert task == template("sequence-classification")
    for kind, name in (("sequence-classification", "my-nli"), ("token-classification", "my-entities")):
        write_declared(tmp_path, kind).rename(tmp_path / f"{name}.yaml")
    (tmp_path / "study.yaml").write_text(study, encoding="utf-8")
    changes = {"seeds": 1}  # the second is no other
    rows = stiltwalk.run(tmp_path / "study.yaml", store=tmp_path / "store", workers=0, overrides=changes)
    assert set(rows["target"]) == {"my-entities", "my-nli"}
    assert set(rows["intermediate"]) == {"none", "my-nli"}
    (tmp_path / "my-text.yaml").write_text(raw_text, encoding="utf-8")
    for language, count in (("en", 30), ("de", 20)):
        (tmp_path / "my-text" / language).mkdir(parents=True)
        for part in "ab":
            lines = [f"{' '.join(sentence(language, number))}\n\n" for number in range(count)]
            (tmp_path / "my-text" / language / f"{part}.txt").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "mixed.yaml").write_text(mixed, encoding="utf-8")
    rows = stiltwalk.run(tmp_path / "mixed.yaml", store=tmp_path / "store", workers=0, overrides=changes)
    assert set(rows["intermediate"]) == {"none", "my-nli", "my-nli+mlm"}
    arm = rows[rows["intermediate"] == "my-nli+mlm"]
    seen = dict(zip(arm["language"], arm["language_seen_in_intermediate"], strict=True))
    assert seen == {"en": True, "de": True}


def test_names_are_the_studys_own() -> None:
    """A declared name is known in the study that declares it, and nowhere else."""
    with pytest.raises(UnknownNameError, match="There is no task 'my-nli'"):
        study_from({"study": "s", "encoders": ["x/e"], "targets": ["my-nli"]}, "here")
