"""Tests of looking at the disk before planning."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.files import content_sha256
from stiltwalk.engine.prepare import prepare, prepare_evaluation
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.task import Split
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.compute.fakes import encoder_folder
from tests.worlds import PRETRAIN, finish, node, prepared_study, tiny_study, write_world


def test_keys_do_not_depend_on_where_things_lie(tmp_path: Path) -> None:
    """The same files elsewhere, gzipped, for another store and study name: the same keys."""
    here = write_world(tmp_path / "here")
    there = write_world(tmp_path / "elsewhere" / "there")
    path = there / "commonsenseqa" / "train_rand_split.jsonl"
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    one = prepared_study(here, tmp_path / "one")
    two = prepared_study(there, tmp_path / "two", {"study": "another-name"})
    assert list(one.plan.nodes) == list(two.plan.nodes)


def test_a_changed_file_changes_the_steps_that_read_it(tmp_path: Path) -> None:
    """New test data means new predictions; what was trained stays."""
    data = write_world(tmp_path / "data")
    before = prepared_study(data, tmp_path / "store")
    path = data / "xquad" / "xquad.de.json"
    path.write_text(path.read_text() + " ")
    after = prepared_study(data, tmp_path / "store")
    changed = [n.title for key, n in before.plan.nodes.items() if key not in after.plan.nodes]
    assert changed == ["predict xquad, seed 1", "predict xquad after commonsenseqa, seed 1"]


def test_languages_without_files_are_listed(tmp_path: Path) -> None:
    """What cannot be tested is named, and the rest is planned."""
    plan = prepared_study(write_world(tmp_path / "data"), tmp_path / "store").plan
    assert {("xquad", "zh"), ("udpos", "fi"), ("tatoeba", "sw")} <= set(plan.absent)
    assert ("xquad", "de") not in plan.absent


@pytest.mark.parametrize(
    ("remove", "message"),
    [
        (
            "commonsenseqa/train_rand_split.jsonl",
            "no training data of 'commonsenseqa': looked for commonsenseqa/train_rand_split.jsonl",
        ),
        ("squad/dev-v1.1.json", "holds no training data of 'squad-dev-unseen'"),
    ],
)
def test_missing_training_data_is_refused_before_anything_runs(
    tmp_path: Path, remove: str, message: str
) -> None:
    """A study whose training files are not there says which file it looked for."""
    data = write_world(tmp_path / "data")
    (data / remove).unlink()
    with pytest.raises(DataError, match=message):
        prepared_study(data, tmp_path / "store")


def test_no_data_folder(tmp_path: Path) -> None:
    """A data folder that does not exist is the user's mistake."""
    with pytest.raises(UserError, match=r"The data folder .*nowhere does not exist"):
        prepared_study(tmp_path / "nowhere", tmp_path / "store")


def test_no_vocabulary_file(tmp_path: Path) -> None:
    """A vocabulary that is not there is named with its path."""
    data = write_world(tmp_path / "data")
    encoder = {"name": "e", "pretrain": {**PRETRAIN["pretrain"], "vocabulary": "vocab.txt"}}
    with pytest.raises(DataError, match=r"vocab\.txt: there is no such vocabulary file"):
        prepared_study(data, tmp_path / "store", {"encoders": [encoder]})


def test_no_text(tmp_path: Path) -> None:
    """Pretraining on text that is not there is refused."""
    data = write_world(tmp_path / "data")
    encoder = {"name": "e", "pretrain": {**PRETRAIN["pretrain"], "text": ["bible"]}}
    with pytest.raises(DataError, match=r"holds no text of 'bible': looked for bible/\{code\}\.xml"):
        prepared_study(data, tmp_path / "store", {"encoders": [encoder]})


def test_a_new_task_needs_only_its_record(tmp_path: Path) -> None:
    """A task that no module has heard of is planned, trained, tested and scored from its record alone."""
    data = write_world(tmp_path / "data")
    for name in ("train", "dev", "test"):
        source = next((data / "ud").glob(f"*/en_*-ud-{name}.conllu"))
        (data / f"brand-new.{name}").write_text(source.read_text())
    old = TASKS["udpos"]
    new = old.replace(
        {
            "name": "brand-new",
            "trains_on": ("brand-new",),
            "splits": {n: Split(paths=(f"brand-new.{n}",)) for n in ("train", "dev", "test")},
        }
    )
    tasks = {**TASKS, "brand-new": new}
    study = tiny_study({"targets": ["brand-new"], "intermediate": ["brand-new"]}, tasks)
    prepared = prepare(study, open_store(tmp_path / "store"), data, tasks)
    finish(prepared)
    assert len(prepared.plan.cells) == 2


def test_evaluation_of_a_finished_step(tmp_path: Path) -> None:
    """The first digits of a key name a trained model; testing it is the step the study already has."""
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", {"targets": ["udpos"], "intermediate": []})
    finish(prepared)
    key = node(prepared.plan, "target udpos, seed 1").key
    study = tiny_study(
        {"encoders": [{"name": "m", "source": key[:12]}], "targets": ["udpos"], "intermediate": []}
    )
    found = prepare_evaluation(study, prepared.place.store, data)
    assert list(found.plan.nodes) == [node(prepared.plan, "predict udpos, seed 1").key]


POCKET: Mapping[str, Any] = {
    "encoders": [{"name": "tiny", "pretrain": {**PRETRAIN["pretrain"], "text": ["pocket-text"]}}],
    "intermediate": ["pocket-paraphrase"],
    "targets": ["pocket-causes", "pocket-retrieval"],
}
"""A study of generated tasks alone."""


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "udhr"),
        ({**POCKET, "targets": ["udpos"]}, "udpos"),
        ({**POCKET, "intermediate": ["commonsenseqa"]}, "commonsenseqa"),
        (
            {**POCKET, "intermediate": [{"task": "pocket-causes", "masked_lm": {"text": ["bible"]}}]},
            "bible",
        ),
    ],
)
def test_tasks_with_files_need_a_data_folder(tmp_path: Path, changes: dict[str, Any], name: str) -> None:
    """Without one the first task that has files asks for it, wherever in the study it stands."""
    message = rf"Where are the original data files of '{name}'\? Give --data-dir DIR, or set STILTWALK_DATA"
    with pytest.raises(UserError, match=message):
        prepare(tiny_study(changes), open_store(tmp_path / "store"), None)


def test_generated_tasks_need_no_data_folder(tmp_path: Path) -> None:
    """They are planned in every language, nothing is read or missing, and a data folder changes no key."""
    said: list[str] = []
    study, store = tiny_study(POCKET), open_store(tmp_path / "store")
    found = prepare(study, store, None, say=said.append)
    assert (found.place.data_dir, found.plan.absent, said) == (None, (), [])
    assert {cell.target for cell in found.plan.cells} == {"pocket-causes", "pocket-retrieval"}
    (tmp_path / "data").mkdir()
    with_folder = prepare(study, store, tmp_path / "data")
    assert list(with_folder.plan.nodes) == list(found.plan.nodes)


def test_evaluation_without_a_data_folder(tmp_path: Path) -> None:
    """Tests on generated tasks are planned; on a task with files the folder is asked for."""
    model = {"encoders": [{"name": "m", "source": str(encoder_folder(tmp_path / "m"))}], "intermediate": []}
    store = open_store(tmp_path / "store")
    found = prepare_evaluation(tiny_study({**model, "targets": ["pocket-retrieval"]}), store, None)
    assert [node.title for node in found.plan.nodes.values()] == ["predict pocket-retrieval"]
    with pytest.raises(UserError, match="Where are the original data files of 'tatoeba'"):
        prepare_evaluation(tiny_study({**model, "targets": ["tatoeba"]}), store, None)


def test_a_mixed_arm_is_planned_on_its_text(tmp_path: Path) -> None:
    """Its text is looked for in every language, and those that are there stand in the step."""
    arm = {"task": "commonsenseqa", "masked_lm": {"text": ["multi30k"]}}
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", {"intermediate": [arm]})
    step = node(prepared.plan, "intermediate commonsenseqa+mlm, seed 1").step
    assert isinstance(step, TrainStep)
    assert [(text.task, text.language) for text in step.text] == [("multi30k", "de"), ("multi30k", "en")]


def test_mixed_text_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before anything runs, with what was looked for."""
    arm = {"task": "commonsenseqa", "masked_lm": {"text": ["bible"]}}
    with pytest.raises(DataError, match=r"holds no text of 'bible': looked for bible/\{code\}\.xml"):
        prepared_study(write_world(tmp_path / "data"), tmp_path / "store", {"intermediate": [arm]})


def test_a_packaged_vocabulary_goes_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretraining may take the vocabulary of a packaged encoder, with no data folder."""
    folder = tmp_path / "pocket-t"
    path = folder / "tokenizer" / "tokenizer.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    monkeypatch.setattr("stiltwalk.engine.prepare.packaged_encoder", {"pocket-t": folder}.get)
    recipe = {**POCKET["encoders"][0]["pretrain"], "vocabulary": "pocket-t"}
    study = tiny_study({**POCKET, "encoders": [{"name": "tiny", "pretrain": recipe}]})
    found = prepare(study, open_store(tmp_path / "store"), None)
    (step,) = (n.step for n in found.plan.nodes.values() if isinstance(n.step, PretrainStep))
    assert step.vocabulary == content_sha256(path)
    assert found.place.vocabularies == {step.vocabulary: path}


def test_mining_finds_its_dev_data(tmp_path: Path) -> None:
    """Dev data of every tested language is looked for, in a study and in an evaluation."""
    target = {"task": "pocket-mining", "languages": ["de", "zh"]}
    model = {"encoders": [{"name": "m", "source": str(encoder_folder(tmp_path / "m"))}], "intermediate": []}
    study, store = tiny_study({**model, "targets": [target]}), open_store(tmp_path / "store")
    for prepared in (prepare(study, store, None), prepare_evaluation(study, store, None)):
        step = node(prepared.plan, "predict pocket-mining").step
        assert isinstance(step, PredictStep)
        assert set(step.dev) == set(step.data) == {"de", "zh"}
        assert not set(step.dev.values()) & set(step.data.values())
        assert prepared.plan.absent == ()
