"""Tests of compute.retrieval: sentence vectors, neighbours, and pairs mined with a threshold tuned on dev."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.retrieval import Mined, mine, mine_pairs, nearest_each_way
from stiltwalk.data.load import load
from stiltwalk.engine.prepare import Prepared, prepare, prepare_evaluation
from stiltwalk.metrics.mining import IdPair, best_threshold, extract
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.spec.examples import Minable
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.fakes import MINING, SMALL, accelerator, predict_step, stopping_after
from tests.metrics.fakes import mined as mined_in_full
from tests.worlds import finish, node, prepared_study, tiny_study


def vectors(prepared: Prepared, step: PredictStep, texts: Sequence[str]) -> Any:
    """Mean vectors of the step's layer, made by transformers alone, one text at a time."""
    from transformers import AutoModel, AutoTokenizer

    folder = prepared.place.store.folder(step.parent)
    model = AutoModel.from_pretrained(folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    found = []
    for text in texts:
        encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=step.max_tokens)
        with torch.no_grad():
            states = model(**encoded, output_hidden_states=True).hidden_states
        found.append(states[step.layer][0].mean(0).double().numpy())
    return np.stack(found)


def vectors_of(prepared: Prepared, step: PredictStep, examples: Sequence[Any]) -> Any:
    """The vectors of the foreign and of the English sentences."""
    return [vectors(prepared, step, [getattr(e, side) for e in examples]) for side in ("text", "english")]


def test_nearest_by_cosine_by_hand() -> None:
    """Length does not count, the angle does, and the first of two equal candidates is taken."""
    candidates = torch.tensor([[0.0, 5.0], [1.0, 1.0], [2.0, 2.0], [9.0, 0.0]])
    queries = torch.tensor([[0.1, 0.1], [1.0, 0.0], [0.0, 3.0], [1.0, 0.9]])
    assert nearest_each_way(queries, candidates).cosine == [1, 3, 0, 1]


def test_the_index_is_that_of_the_candidate() -> None:
    """More candidates than queries: each query is answered with a row of the candidates."""
    candidates = torch.eye(5)
    assert nearest_each_way(candidates[[4, 2]], candidates).cosine == [4, 2]


def _with_cosines(rows: Sequence[Sequence[float]]) -> torch.Tensor:
    """Candidates of length 1 whose cosines with the axes x, y and z are ``rows``; a fourth axis fills up."""
    cosines = torch.tensor(rows)
    return torch.cat([cosines, (1 - cosines.square().sum(1, keepdim=True)).sqrt()], dim=1)


AXES = torch.eye(4)[:3]


def test_a_hub_loses_by_margin_and_by_centring() -> None:
    """By cosine a candidate near to all is taken, by the other ways the query's own; worked out by hand.

    The hub has a cosine of 0.5 with every query, its own candidate 0.48 with each and 0 with the others. The
    margin is 0.5 / ((0.245 + 0.5) / 2) = 1.34 for the hub and 0.48 / ((0.245 + 0.16) / 2) = 2.37 for its own.
    Centred, the hub is at right angles with every query.
    """
    candidates = _with_cosines([[0.5, 0.5, 0.5], [0.48, 0, 0], [0, 0.48, 0], [0, 0, 0.48]])
    assert nearest_each_way(AXES, candidates) == ([0, 0, 0], [1, 2, 3], [1, 2, 3])


def test_the_margin_chooses_among_the_four_nearest() -> None:
    """Behind four hubs the own candidate is not considered, though its margin would be the largest."""
    own = [[0.48, 0, 0], [0, 0.48, 0], [0, 0, 0.48]]
    three, four = (_with_cosines([[0.5, 0.5, 0.5]] * hubs + own) for hubs in (3, 4))
    assert nearest_each_way(AXES, three).margin == [3, 4, 5]
    assert nearest_each_way(AXES, four).margin == [0, 0, 0]


INTEGERS = st.integers(-64, 64)


def _drawn(seed: int, shape: tuple[int, int]) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**16), count=st.integers(1, 9), width=st.integers(2, 5))
def test_length_never_counts(seed: int, count: int, width: int) -> None:
    """Every vector made longer or shorter by a power of two: the same by cosine and by margin, to the bit."""
    queries, candidates = _drawn(seed, (count, width)), _drawn(seed + 1, (count + 2, width))
    scales = torch.from_numpy(2.0 ** np.random.default_rng(seed).integers(-3, 4, size=(count, 1)))
    plain, scaled = nearest_each_way(queries, candidates), nearest_each_way(queries * scales, candidates * 4)
    assert (scaled.cosine, scaled.margin) == (plain.cosine, plain.margin)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**16), count=st.sampled_from([2, 4, 8, 16]), shifts=st.lists(INTEGERS, min_size=6)
)
def test_a_shift_of_a_side_is_centred_away(seed: int, count: int, shifts: list[int]) -> None:
    """A constant vector added to each side, another one to either, changes nothing, to the bit."""
    # whole numbers, as many as a power of two: means and differences are exact
    queries, candidates = (torch.round(8 * _drawn(seed + n, (count, 3))) for n in (0, 1))
    moved = nearest_each_way(queries + torch.tensor(shifts[:3]), candidates + torch.tensor(shifts[3:6]))
    assert moved.centred == nearest_each_way(queries, candidates).centred


def test_a_shift_of_a_side_misleads_the_cosine() -> None:
    """A vector common to all candidates of a side hides what tells them apart, unless it is centred away."""
    candidates = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    found = nearest_each_way(candidates, candidates + torch.tensor([0.0, 9.0]))
    assert (found.cosine, found.centred) == ([0, 1], [0, 1])
    found = nearest_each_way(candidates + torch.tensor([5.0, 0.0]), candidates + torch.tensor([0.0, 9.0]))
    assert (found.cosine, found.centred) == ([0, 0], [0, 1])


def test_a_sentence_retrieves_itself(world: Path, tmp_path: Path) -> None:
    """Where the foreign side is the English side every encoder, even a random one, is right."""
    data = tmp_path / "data"
    shutil.copytree(world, data)
    for iso3 in ("deu", "fra"):
        folder = data / "tatoeba" / "v1"
        shutil.copy(folder / f"tatoeba.{iso3}-eng.eng", folder / f"tatoeba.{iso3}-eng.{iso3}")
    prepared = prepared_study(data, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []})
    finish(prepared)
    frame = study_rows(prepared.place.store, prepared.plan)
    assert frame["metric"].tolist() == ["accuracy", "accuracy_margin", "accuracy_centred"] * 2
    assert frame["value"].tolist() == [100.0] * 6


def test_retrieval_is_the_mean_of_the_layer_over_all_tokens(finished: Prepared) -> None:
    """Done anew with transformers alone, one sentence at a time: the same neighbours."""
    step = predict_step(finished, "predict tatoeba")
    examples: Any = load(TASKS["tatoeba"], "test", "de", finished.place.data_dir)
    sides = vectors_of(finished, step, examples)
    foreign, english = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in sides)
    nearest = (english @ foreign.T).argmax(1)
    folder = finished.place.store.folder(node(finished.plan, "predict tatoeba").key)
    ours = pq.read_table(folder / "predictions" / "de.parquet")["prediction"].to_pylist()
    assert [each["cosine"] for each in ours] == [examples[index].id for index in nearest]
    foreign, english = (side - side.mean(0) for side in vectors_of(finished, step, examples))
    centred = (english @ (foreign / np.linalg.norm(foreign, axis=1, keepdims=True)).T).argmax(1)
    assert [each["centred"] for each in ours] == [examples[index].id for index in centred]


@pytest.fixture(scope="module")
def mined(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A finished study of the small mining task, with an arm."""
    study = tiny_study({"targets": [SMALL.name]}, MINING)
    prepared = prepare(study, open_store(tmp_path_factory.mktemp("mined") / "store"), world, MINING)
    finish(prepared)
    return prepared


def test_a_study_of_mining_has_its_rows(mined: Prepared) -> None:
    """Three metrics for each language and arm, in their range, of all sentences of both sides."""
    frame = study_rows(mined.place.store, mined.plan)
    assert len(frame) == 2 * 2 * 3
    assert set(frame["metric"]) == {"f1", "precision", "recall"}
    assert set(frame["n"]) == {80}
    assert frame["value"].between(0, 100).all()
    assert set(frame["layer"]) == {1}
    assert not any("examples" in caveats for caveats in frame["caveats"])


def test_mining_done_anew(mined: Prepared) -> None:
    """With vectors made by transformers, the same threshold and the same pairs of the test data."""
    title = f"predict {SMALL.name}"
    step = predict_step(mined, title)
    assert set(step.dev) == set(step.data) == {"de", "es"}
    artifact = read_artifact(mined.place.store, node(mined.plan, title).key)
    thresholds = artifact.facts["thresholds"]
    assert set(thresholds) == {"de", "es"}
    dev, test = (_pairs_anew(mined, step, split) for split in ("dev", "test"))
    gold = {(e.id, e.twin) for e in _sentences("dev") if e.side == "foreign" and e.twin}
    threshold = best_threshold(dev, gold)
    assert thresholds["de"] == pytest.approx(threshold, rel=1e-5)
    kept = pq.read_table(artifact.folder / "predictions" / "de.parquet").to_pydict()
    expected = {pair.foreign: pair.english for pair in extract(test, threshold)}
    assert expected
    assert dict(zip(kept["id"], kept["prediction"], strict=True)) == {
        example.id: expected.get(example.id, "") for example in _sentences("test")
    }


def _sentences(split: Any) -> Sequence[Any]:
    return load(SMALL, split, "de", None)


def _pairs_anew(prepared: Prepared, step: PredictStep, split: str) -> list[IdPair]:
    """Pairs of a split without a repeated text."""
    sides = [[e for e in _sentences(split) if e.side == side] for side in ("foreign", "english")]
    foreign, english = sides
    pairs = mined_in_full(*(vectors(prepared, step, [e.text for e in side]) for side in sides))
    return [IdPair(foreign[pair.foreign].id, english[pair.english].id, pair.score) for pair in pairs]


def test_an_evaluation_is_the_study_s_own_step(mined: Prepared) -> None:
    """The encoder named by its key is tuned and tested alike."""
    key = predict_step(mined, f"predict {SMALL.name}").parent
    changes = {"encoders": [{"name": "it", "source": key[:16]}], "targets": [SMALL.name], "intermediate": []}
    study = tiny_study(changes, MINING)
    found = prepare_evaluation(study, mined.place.store, mined.place.data_dir, MINING)
    assert list(found.plan.nodes) == [node(mined.plan, f"predict {SMALL.name}").key]


TEXTS = ("the cat sees the dog", "the old hen calls", "in the field", "a red fox in the barn", "the yard")


def _mirrored(texts: Sequence[str]) -> list[Minable]:
    """A corpus whose foreign side is its English side."""
    foreign = [Minable(f"f{i}", text, "foreign", f"e{i}") for i, text in enumerate(texts)]
    return foreign + [Minable(f"e{i}", text, "english", f"f{i}") for i, text in enumerate(texts)]


def _mine(
    finished: Prepared, dev: list[Minable], test: list[Minable], monitor: Monitor | None = None
) -> Mined:
    step = predict_step(finished, "predict tatoeba")
    start = load_start(finished.place, step.parent)
    return mine_pairs(step, start, {"de": dev}, {"de": test}, accelerator(), monitor or Monitor())


def test_a_sentence_is_its_own_translation(finished: Prepared) -> None:
    """Every encoder, even a random one, extracts all pairs of two equal sides, and no more."""
    mined = _mine(finished, _mirrored(TEXTS), _mirrored(TEXTS))
    assert mined.predictions == {"de": ["e0", "e1", "e2", "e3", "e4", *[""] * 5]}
    assert mined.thresholds["de"] > 0
    assert (mined.layer, mined.curve) == (1, {1: {"de": 100.0}})


def test_a_repeated_text_is_extracted_with_all_its_copies(finished: Prepared) -> None:
    """Merged for the search, the copies come back with every id, on either side."""
    found = _mine(finished, _mirrored(TEXTS), _mirrored([*TEXTS, TEXTS[1]]))
    assert found.predictions["de"][:6] == ["e0", "e1 e5", "e2", "e3", "e4", "e1 e5"]


def test_the_threshold_of_dev_is_applied_as_it_is(finished: Prepared) -> None:
    """Where in dev only the surest pair is right, fewer are extracted from the same sentences in test."""
    everything = _mine(finished, _mirrored(TEXTS), _mirrored(TEXTS))
    foreign = [Minable(e.id, e.text, e.side, None) for e in _mirrored(TEXTS)]
    nothing_right = _mine(finished, foreign, _mirrored(TEXTS))
    assert (nothing_right.thresholds, nothing_right.curve) == ({"de": 0.0}, {1: {"de": 0.0}})
    assert nothing_right.predictions == everything.predictions
    surest = max(range(5), key=lambda i: _score(finished, i))
    one = [Minable(e.id, e.text, e.side, e.twin if e.id == f"f{surest}" else None) for e in _mirrored(TEXTS)]
    few = _mine(finished, one, _mirrored(TEXTS))
    assert few.thresholds["de"] > everything.thresholds["de"]
    assert [i for i in range(5) if few.predictions["de"][i]] == [surest]


def _score(finished: Prepared, place: int) -> float:
    """The margin of a text of ``TEXTS`` with itself."""
    made = vectors(finished, predict_step(finished, "predict tatoeba"), TEXTS)
    return next(pair.score for pair in mined_in_full(made, made) if pair.foreign == place)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**16), sizes=st.tuples(st.integers(0, 90), st.integers(0, 90)))
def test_pairs_are_those_of_all_cosines(seed: int, sizes: tuple[int, int]) -> None:
    """The search in blocks leads to the pairs and scores that all cosines lead to, also of an empty side."""
    foreign, english = (_drawn(seed + n, (sizes[n], 6)) for n in (0, 1))
    ours, theirs = mine(foreign, english), mined_in_full(foreign.numpy(), english.numpy())
    assert [pair[:2] for pair in ours] == [pair[:2] for pair in theirs]
    assert [pair.score for pair in ours] == pytest.approx([pair.score for pair in theirs], rel=1e-4)


def test_pairs_without_a_direction() -> None:
    """A vector of zeros is near to nothing, and in no pair."""
    assert [pair[:2] for pair in mine(torch.eye(3), torch.cat([torch.zeros(1, 3), torch.eye(3)[2:]]))] == [
        (2, 1)
    ]


def test_mining_stops_on_request(finished: Prepared) -> None:
    """A request to stop is heard while vectors are made."""
    with pytest.raises(InterruptedRunError, match="stopped on request"):
        _mine(finished, _mirrored(TEXTS), _mirrored(TEXTS), stopping_after(0))
