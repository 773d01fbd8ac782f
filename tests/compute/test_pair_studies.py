"""Tests of dual encoders from end to end: trained on pairs, resumed, and tested in several languages."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.torch import load_file

from stiltwalk.compute import dual_encoder
from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.compute.encoder import load_model
from stiltwalk.compute.predict import predict
from stiltwalk.compute.train import train
from stiltwalk.data.load import load
from stiltwalk.engine.prepare import Prepared, prepare_evaluation
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.errors import DataError, InterruptedRunError, UserError
from stiltwalk.spec.examples import Candidate, Query
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.fakes import accelerator, encoder_folder, same_bits, stopping_after, train_step, weights
from tests.compute.pair_world import ENTITIES, SENTENCES, pair_study, write_mewslix, write_pair_world
from tests.worlds import finish, node

TRAINED = "target squad-pairs, seed 1"
TESTED = "predict lareqa, seed 1"
MEWSLIX = {"task": "mewslix", "languages": ["de", "en"]}
FEW_EPOCHS = {"recipe": {"name": "pocket", "target": {"batch_size": 8, "epochs": 2}}}


@pytest.fixture(scope="module")
def pair_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder."""
    return write_mewslix(write_pair_world(tmp_path_factory.mktemp("pairs")))


@pytest.fixture(scope="module")
def paired(pair_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A finished study of two epochs."""
    prepared = pair_study(pair_world, tmp_path_factory.mktemp("paired") / "store", FEW_EPOCHS)
    finish(prepared)
    return prepared


@pytest.fixture(scope="module")
def learnt(pair_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A finished study that starts from a small pretrained encoder and knows the pairs by heart."""
    changes = {"encoders": ["pocket-xs"]}
    prepared = pair_study(pair_world, tmp_path_factory.mktemp("learnt") / "store", changes)
    finish(prepared)
    return prepared


def predict_step(prepared: Prepared, title: str) -> PredictStep:
    """The prediction step of that title."""
    step = node(prepared.plan, title).step
    assert isinstance(step, PredictStep)
    return step


def test_training_on_pairs_finds_far_more_than_chance(learnt: Prepared) -> None:
    """A small pretrained encoder learns which sentence answers.

    By chance a right candidate is expected at 1/48 a rank: 20 ranks of 48 give a mAP@20 of about 8.
    """
    facts = read_artifact(learnt.place.store, node(learnt.plan, TRAINED).key).facts
    assert facts["dev_score"] > 90
    assert facts["chance"] == 0
    assert facts["degenerate"] is False
    frame = study_rows(learnt.place.store, learnt.plan)
    assert float(frame[frame["language"] == "en"]["value"].iloc[0]) > 40


def test_a_study_has_a_row_for_each_language(paired: Prepared) -> None:
    """Of queries alone; no layer is read, and a pool without most of the task's languages is owned up to."""
    frame = study_rows(paired.place.store, paired.plan).set_index("language")
    assert sorted(frame.index) == ["de", "en"]
    assert set(frame["metric"]) == {"map@20"}
    assert set(frame["n"]) == {SENTENCES}
    assert frame["value"].between(0, 100).all()
    assert frame["layer"].isna().all()
    assert all("smaller-pool" in caveats.split(";") for caveats in frame["caveats"])
    assert all("one-pool" in caveats.split(";") for caveats in frame["caveats"])


def test_training_counts_pairs_and_selects_on_dev(paired: Prepared, tmp_path: Path) -> None:
    """24 pairs in batches of 8 are three steps an epoch, and looks at dev choose the model."""
    step = train_step(paired, TRAINED, evaluate_every=2, dev_examples=5)
    (tmp_path / "draft").mkdir()
    facts = train(step, paired.place, accelerator(), tmp_path, Monitor())
    assert (facts["examples"], facts["items"], facts["steps"]) == (24, 24, 6)
    assert facts["selection"] == "english-dev"
    assert [entry["step"] for entry in facts["log"] if "dev" in entry] == [2, 4, 6]


@pytest.mark.parametrize("checks", [1, 4])
def test_interrupted_and_resumed_is_the_same_to_the_bit(
    checks: int, paired: Prepared, tmp_path: Path
) -> None:
    """With dropout and looks, stopped and gone on from: the same encoder, head, scale and log."""
    step = train_step(paired, TRAINED, evaluate_every=2)
    found = []
    for name in ("whole", "parts"):
        folder = tmp_path / name
        (folder / "draft").mkdir(parents=True)
        if name == "parts":
            with pytest.raises(InterruptedRunError, match="run the same command again"):
                train(step, paired.place, accelerator(), folder, stopping_after(checks))
        found.append(train(step, paired.place, accelerator(), folder, Monitor()) | {"wall_seconds": 0})
    assert found[0] == found[1]
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))


def test_the_scale_is_trained_and_kept(paired: Prepared) -> None:
    """The head lies beside the encoder under its type's name, and the scale has moved."""
    folder = paired.place.store.folder(node(paired.plan, TRAINED).key)
    head = load_file(folder / "heads" / "sentence-retrieval.safetensors")
    assert set(head) == {"dense.weight", "dense.bias", "scale_gain"}
    assert head["scale_gain"].abs().item() > 0


def vectors_anew(prepared: Prepared, texts: list[str], most: int) -> Any:
    """Unit vectors made by transformers and numpy alone, one text at a time."""
    from transformers import AutoTokenizer

    folder = prepared.place.store.folder(node(prepared.plan, TRAINED).key)
    model = load_model(folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    head = load_file(folder / "heads" / "sentence-retrieval.safetensors")
    found = []
    for text in texts:
        encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=most)
        first = model(**encoded).last_hidden_state[0, 0].detach().numpy()
        pooled = np.tanh(head["dense.weight"].numpy() @ first + head["dense.bias"].numpy())
        found.append(pooled / np.linalg.norm(pooled))
    return np.stack(found)


def test_ranking_done_anew(paired: Prepared) -> None:
    """The same twenty of the candidates of both languages, as far as their products tell them apart."""
    step = predict_step(paired, TESTED)
    assert step.max_tokens == 128
    examples = {code: load(TASKS["lareqa"], "test", code, paired.place.data_dir) for code in step.data}
    pool = [e for some in examples.values() for e in some if isinstance(e, Candidate)]
    assert len(pool) == 2 * SENTENCES
    candidates = vectors_anew(paired, [candidate.text for candidate in pool], 128)
    place = {candidate.id: index for index, candidate in enumerate(pool)}
    folder = paired.place.store.folder(node(paired.plan, TESTED).key)
    for code, some in examples.items():
        queries = [example for example in some if isinstance(example, Query)]
        products = vectors_anew(paired, [query.text for query in queries], 96) @ candidates.T
        kept = pq.read_table(folder / "predictions" / f"{code}.parquet").to_pydict()
        assert kept["id"] == [query.id for query in queries]
        for row, ranked in zip(products, kept["prediction"], strict=True):
            assert len(set(ranked)) == 20
            ours = row[[place[name] for name in ranked]]
            np.testing.assert_allclose(ours, np.sort(row)[::-1][:20], atol=1e-5)


def test_chunks_change_no_score(learnt: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates encoded five at a time give the same scores, and progress counts all texts up to the end."""
    monkeypatch.setattr(dual_encoder, "TEXTS_A_CHUNK", 5)
    told: list[Progress] = []
    step, key = predict_step(learnt, TESTED), node(learnt.plan, TESTED).key
    predict(step, key, learnt.place, accelerator(), tmp_path, Monitor(report=told.append))
    scores = [
        pq.read_table(folder / "results.parquet")["value"].to_pylist()
        for folder in (tmp_path / "draft", learnt.place.store.folder(key))
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    predicting = [(each.done, each.total) for each in told if each.stage == "predicting"]
    assert predicting == sorted(predicting)
    assert predicting[-1] == (4 * SENTENCES, 4 * SENTENCES)


def test_shared_candidates_answer_every_language(pair_world: Path, tmp_path: Path) -> None:
    """Mewsli-X: mentions of two languages, one file of entities, which are no examples."""
    prepared = pair_study(pair_world, tmp_path / "store", {"targets": [MEWSLIX], **FEW_EPOCHS})
    finish(prepared)
    frame = study_rows(prepared.place.store, prepared.plan).set_index("language")
    assert dict(frame["n"]) == {"de": 4, "en": 4}
    assert not any("smaller-pool" in caveats for caveats in frame["caveats"])
    assert all("mewslix-release" in caveats for caveats in frame["caveats"])
    folder = prepared.place.store.folder(node(prepared.plan, "predict mewslix, seed 1").key)
    for code in ("de", "en"):
        ranked = pq.read_table(folder / "predictions" / f"{code}.parquet")["prediction"].to_pylist()
        assert [len(set(names)) for names in ranked] == [20] * 4
        assert {name for names in ranked for name in names} <= {f"Q{n}" for n in range(ENTITIES)}


def test_changed_candidates_change_the_step(pair_world: Path, tmp_path: Path) -> None:
    """Shared candidates are part of what the predict step's key stands for."""
    data = tmp_path / "data"
    shutil.copytree(pair_world, data)
    keys = []
    for _ in range(2):
        prepared = pair_study(data, tmp_path / "store", {"targets": [MEWSLIX]})
        keys.append(node(prepared.plan, "predict mewslix, seed 1").key)
        with (data / "mewslix" / "candidate_set_entities.jsonl").open("a") as file:
            file.write("\n")
    assert keys[0] != keys[1]


def test_broken_candidates_are_refused_before_anything_starts(pair_world: Path, tmp_path: Path) -> None:
    """The file is read once while planning, not first when a model has been trained for hours."""
    data = tmp_path / "data"
    shutil.copytree(pair_world, data)
    path = data / "mewslix" / "candidate_set_entities.jsonl"
    path.write_text(path.read_text() + '{"entity_id": "Q0", "description"')
    with pytest.raises(DataError, match=r"candidate_set_entities\.jsonl, line 25: the JSON is cut short"):
        pair_study(data, tmp_path / "store", {"targets": [MEWSLIX]})
    path.unlink()
    with pytest.raises(DataError, match="though the candidates of every language are in it"):
        pair_study(data, tmp_path / "store", {"targets": [MEWSLIX]})


def test_a_plain_encoder_is_refused(pair_world: Path, tmp_path: Path) -> None:
    """It has no head that compares queries with candidates; the message says how to get one."""
    folder = encoder_folder(tmp_path / "encoder")
    study = study_from(
        {"study": "plain", "encoders": [str(folder)], "targets": ["lareqa"], "seeds": [1]}, "a study"
    )
    prepared = prepare_evaluation(study, open_store(tmp_path / "store"), pair_world)
    ((key, found),) = prepared.plan.nodes.items()
    assert isinstance(found.step, PredictStep)
    assert found.step.layer is None
    with pytest.raises(UserError, match=r"No class of transformers has the head that 'lareqa'.*transfer"):
        predict(found.step, key, prepared.place, accelerator(), tmp_path, Monitor())


def test_a_model_trained_on_something_else_is_refused(paired: Prepared, tmp_path: Path) -> None:
    """A finished step without such a head is named, with the heads it has."""
    (pretrained,) = (each for each in paired.plan.nodes.values() if each.step.kind == "pretrain")
    step = predict_step(paired, TESTED).replace({"parent": pretrained.key})
    with pytest.raises(UserError, match=r"has no head for sentence-retrieval. It has: masked-lm"):
        predict(step, "key", paired.place, accelerator(), tmp_path, Monitor())
