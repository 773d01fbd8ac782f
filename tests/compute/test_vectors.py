"""Tests of compute.vectors: several layers in one pass, each as if it were read alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from stiltwalk.analyse.gains import gains
from stiltwalk.compute import vectors as room
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.vectors import vectors_by_layer, wanted_layers
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.fakes import MINING, SMALL, accelerator, predict_step
from tests.worlds import finish, node, prepared_study, tiny_study

TEXTS = ("the cat sees the dog", "the old hen calls", "in the field", "a red fox in the barn", "the yard")
ALL = {"task": "tatoeba", "layers": "all"}


@pytest.fixture(scope="module")
def swept(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A finished study of Tatoeba at every layer, with an arm."""
    prepared = prepared_study(world, tmp_path_factory.mktemp("swept") / "store", {"targets": [ALL]})
    finish(prepared)
    return prepared


def read(prepared: Prepared, change: dict[str, Any]) -> dict[int, Any]:
    """The vectors of ``TEXTS`` by layer, as the changed step of ``prepared`` reads them."""
    step = predict_step(prepared, "predict tatoeba").replace(change)
    start = load_start(prepared.place, step.parent)
    return dict(vectors_by_layer(step, start, TEXTS, wanted_layers(step), accelerator(), Monitor()))


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_layer_of_a_sweep_is_the_layer_alone(swept: Prepared, pooling: str) -> None:
    """To the bit, for every layer from the embeddings on."""
    sweep = read(swept, {"pooling": pooling})
    assert list(sweep) == [0, 1, 2]
    for layer, vectors in sweep.items():
        (alone,) = read(swept, {"layer": layer, "layers": None, "pooling": pooling}).values()
        assert vectors.tobytes() == alone.tobytes()
        assert vectors.shape == (5, 16)


def test_one_pass_while_vectors_fit(swept: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """All layers come of one pass; where only one fits into the bound, of a pass each, to the same bits."""
    passes = []
    infer = vars(room)["infer"]

    def counted(*given: Any) -> Any:
        passes.append(len(given[2]))
        return infer(*given)

    monkeypatch.setattr(room, "infer", counted)
    together = read(swept, {})
    assert passes == [5]
    monkeypatch.setattr(room, "HELD", 2 * 5 * 16 * 4)
    apart = read(swept, {})
    assert passes == [5, 5, 5]
    assert {layer: v.tobytes() for layer, v in apart.items()} == {n: v.tobytes() for n, v in together.items()}


def test_the_first_token(swept: Prepared) -> None:
    """``cls`` is the state of the first token, as transformers alone has it."""
    from transformers import AutoModel, AutoTokenizer

    step = predict_step(swept, "predict tatoeba")
    folder = swept.place.store.folder(step.parent)
    model = AutoModel.from_pretrained(folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    (ours,) = read(swept, {"layer": 2, "layers": None, "pooling": "cls"}).values()
    for text, vector in zip(TEXTS, ours, strict=True):
        with torch.no_grad():
            states = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        assert vector == pytest.approx(states[2][0, 0].numpy(), abs=1e-5)


def test_the_last_token(swept: Prepared) -> None:
    """Of every text its own last one, whatever longer ones stand beside it."""
    together = read(swept, {"layer": 2, "layers": None, "pooling": "last"})[2]
    step = predict_step(swept, "predict tatoeba").replace({"pooling": "last"})
    start = load_start(swept.place, step.parent)
    model, tokenizer = start.encoder.model.eval(), start.encoder.tokenizer
    for text, vector in zip(TEXTS, together, strict=True):
        with torch.no_grad():
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state
        assert vector == pytest.approx(states[0, -1].numpy(), abs=1e-5)


def test_a_prefix_stands_in_front(swept: Prepared) -> None:
    """A text behind a prefix is read as the whole, and otherwise than without it."""
    alone = {"layer": 1, "layers": None}
    (plain,), (prefixed,) = (read(swept, {**alone, **c}).values() for c in ({}, {"prefix": "the old "}))
    assert not np.array_equal(plain, prefixed)
    step = predict_step(swept, "predict tatoeba").replace(alone)
    start = load_start(swept.place, step.parent)
    whole = [f"the old {text}" for text in TEXTS]
    ((_, expected),) = vectors_by_layer(step, start, whole, (1,), accelerator(), Monitor())
    assert prefixed.tobytes() == expected.tobytes()


def test_rows_and_predictions_of_a_sweep(swept: Prepared, world: Path, tmp_path: Path) -> None:
    """Every layer has its rows and its file, and the published layer's are those of a plain study."""
    plain = prepared_study(world, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []})
    finish(plain)
    frame = study_rows(swept.place.store, swept.plan)
    assert len(frame) == 2 * 3 * 2 * 3  # arms, layers, languages, metrics
    assert set(frame["layer"]) == {0, 1, 2}
    assert set(frame["pooling"]) == {"mean"}
    columns = ["language", "metric", "layer", "value", "n"]
    published = frame[(frame["layer"] == 1) & (frame["intermediate"] == "none")][columns]
    expected = study_rows(plain.place.store, plain.plan)[columns]
    assert published.to_numpy().tolist() == expected.to_numpy().tolist()
    folders = [
        prepared.place.store.folder(node(prepared.plan, "predict tatoeba").key) / "predictions"
        for prepared in (swept, plain)
    ]
    assert sorted(path.relative_to(folders[0]).as_posix() for path in folders[0].rglob("*.parquet")) == [
        f"layer-0{layer}/{language}.parquet" for layer in (0, 1, 2) for language in ("de", "fr")
    ]
    for language in ("de", "fr"):
        one, other = (
            pq.read_table(f / name)
            for f, name in zip(folders, (f"layer-01/{language}.parquet", f"{language}.parquet"), strict=True)
        )
        assert one.equals(other)


def test_gains_of_a_sweep_are_within_a_layer(swept: Prepared) -> None:
    """Each layer's gain is the difference of its own scores."""
    frame = study_rows(swept.place.store, swept.plan)
    found = gains(frame)
    assert sorted(set(found["layer"])) == [0, 1, 2]
    for gain in found[found["language"] == "de"].itertuples():
        same = frame[(frame["layer"] == gain.layer) & (frame["metric"] == gain.metric)]
        values = same[same["language"] == "de"].set_index("intermediate")["value"]
        assert gain.gain == values["commonsenseqa"] - values["none"]


@pytest.fixture(scope="module")
def mined(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A finished study of mining at every layer."""
    target = {"task": SMALL.name, "layers": "all"}
    study = tiny_study({"targets": [target], "intermediate": []}, MINING)
    prepared = prepare(study, open_store(tmp_path_factory.mktemp("mined") / "store"), world, MINING)
    finish(prepared)
    return prepared


def test_the_layer_of_mining_is_chosen_on_dev(mined: Prepared, world: Path, tmp_path: Path) -> None:
    """Rows of the layer with the best mean dev F1 alone, equal to those of a study of that layer."""
    key = node(mined.plan, f"predict {SMALL.name}").key
    facts = read_artifact(mined.place.store, key).facts
    assert set(facts["dev_f1"]) == {"0", "1", "2"}
    means = {int(layer): np.mean([*of.values()]) for layer, of in facts["dev_f1"].items()}
    assert facts["layer"] == max(means, key=lambda layer: (means[layer], -layer))
    frame = study_rows(mined.place.store, mined.plan)
    assert set(frame["layer"]) == {facts["layer"]}
    study = tiny_study(
        {"targets": [{"task": SMALL.name, "layers": facts["layer"]}], "intermediate": []}, MINING
    )
    alone = prepare(study, open_store(tmp_path / "store"), world, MINING)
    finish(alone)
    expected = study_rows(alone.place.store, alone.plan)
    columns = ["language", "metric", "layer", "value", "n"]
    assert frame[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    theirs = read_artifact(alone.place.store, node(alone.plan, f"predict {SMALL.name}").key).facts
    assert theirs["thresholds"] == facts["thresholds"]
    assert theirs["dev_f1"] == {str(facts["layer"]): facts["dev_f1"][str(facts["layer"])]}
