"""Tests of compute.trimming: training some rows of the embedding table is training all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from safetensors import safe_open
from torch import nn

from stiltwalk.compute import loop
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.encoder import load_model, load_start
from stiltwalk.compute.train import train
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.compute.trimming import MOST_ROWS, decay, require_same_rows, touched, trim, trimmable
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.references import base
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.store.rows import study_rows
from tests.compute.fakes import (
    accelerator,
    copied_place,
    encoder_folder,
    encoder_model,
    item,
    mixed_step,
    parameters,
    row,
    same_bits,
    stopping_after,
    train_step,
)
from tests.fakes import tiny_tokenizer
from tests.worlds import finish, node, prepared_study

UDPOS = "target udpos, seed 1"
AFTER = "target udpos after commonsenseqa, seed 1"
FIFTY: dict[str, Any] = {"epochs": 50 / 6, "batch_size": 8}
"""48 examples: six steps an epoch."""

UNCLIPPED = 1e9
"""A norm that no gradient has: clipping would divide by a norm that is summed in another order."""


@pytest.fixture(params=["bert", "xlm-roberta"])
def given(request: pytest.FixtureRequest, tmp_path: Path, finished: Prepared) -> tuple[TrainStep, Place]:
    """Tagging from a random encoder, fifty steps, dropout on; and a place with a store of its own."""
    folder = encoder_folder(tmp_path / "encoder", request.param)
    place = replace(copied_place(finished.place, tmp_path), encoders={"e" * 64: folder})
    return train_step(finished, UDPOS, **FIFTY).replace({"parent": base("e" * 64)}), place


def trained(step: TrainStep, place: Place, name: str, monitor: Monitor | None = None) -> dict[str, Any]:
    """The facts of ``train`` in a folder of that name in the store, whose draft holds the artifact."""
    folder = place.store.root / "work" / name
    (folder / "draft").mkdir(parents=True, exist_ok=True)
    return train(step, place, accelerator(), folder, monitor or Monitor())


def weights(place: Place, name: str) -> dict[str, torch.Tensor]:
    """The encoder that ``trained`` left there, as whoever reads it gets it."""
    return parameters(load_model(place.store.root / "work" / name / "draft" / "model"))


def both(step: TrainStep, place: Place, patch: pytest.MonkeyPatch) -> list[dict[str, torch.Tensor]]:
    """The encoder after trimmed training and after full training, whose logs and facts are the same."""
    trimmed = trained(step, place, "trimmed")
    with patch.context() as patched:
        patched.setattr("stiltwalk.compute.trimming.MOST_ROWS", 0)
        full = trained(step, place, "full")
    assert 0 < trimmed["embedding_rows"] < MOST_ROWS * full["embedding_rows"]
    timeless = {"wall_seconds": 0, "embedding_rows": 0}
    losses = [[entry.pop("loss", 0) for entry in facts["log"]] for facts in (trimmed, full)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    assert trimmed | timeless == full | timeless
    return [weights(place, "trimmed"), weights(place, "full")]


def largest_difference(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> float:
    """Between any two parameters of the same name."""
    assert ours.keys() == theirs.keys()
    return max(float((ours[name] - theirs[name]).abs().max()) for name in ours)


def test_a_large_encoder_keeps_its_table(
    given: tuple[TrainStep, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One with more parameters than pay is trained whole; one with just so many is not."""
    step, place = given
    encoder = load_model(place.encoders["e" * 64])
    count = sum(parameter.numel() for parameter in encoder.parameters())
    ids = np.arange(8)
    monkeypatch.setattr("stiltwalk.compute.trimming.LARGEST_TRIMMED", count - 1)
    assert trim(encoder, ids, place.store, step.parent) is None
    monkeypatch.setattr("stiltwalk.compute.trimming.LARGEST_TRIMMED", count)
    assert trim(encoder, ids, place.store, step.parent) is not None


def test_fifty_steps_are_the_same_to_the_bit(
    given: tuple[TrainStep, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without weight decay and clipping, dropout on: every parameter, and rows did move."""
    step, place = given
    training = step.training.replace({"weight_decay": 0, "clip_norm": UNCLIPPED})
    trimmed, full = both(step.replace({"training": training}), place, monkeypatch)
    assert same_bits(trimmed, full)
    before = parameters(load_model(place.encoders["e" * 64]))
    moved = (full["embeddings.word_embeddings.weight"] != before["embeddings.word_embeddings.weight"]).any(1)
    assert 0 < moved.sum() < len(moved)


@pytest.mark.parametrize("dev", [False, True])
def test_fifty_steps_with_decay_clipping_and_selection(
    dev: bool, given: tuple[TrainStep, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that no step touched have decayed all the same, by the steps up to the chosen look."""
    step, place = given
    changes: dict[str, Any] = {"weight_decay": 0.01, "clip_norm": 0.5, "learning_rate": 5e-2}
    changes |= {"evaluate_every": 5, "dev_examples": None} if dev else {}
    step = step.replace({"training": step.training.replace(changes)})
    trimmed, full = both(step, place, monkeypatch)
    assert largest_difference(trimmed, full) <= 1e-6
    before = parameters(load_model(place.encoders["e" * 64]))
    name = "embeddings.word_embeddings.weight"
    shrunk = (full[name] / before[name]).nanmedian()  # most rows are untouched; that of padding is 0
    assert 0.97 < shrunk < 1 - 1e-4


@pytest.mark.parametrize("given", ["mt5"], indirect=True)
def test_a_table_of_two_names(given: tuple[TrainStep, Place], monkeypatch: pytest.MonkeyPatch) -> None:
    """T5's: trimmed under both, saved under neither."""
    step, place = given
    step = step.replace({"training": step.training.replace({"weight_decay": 0.01, "epochs": 2})})
    assert largest_difference(*both(step, place, monkeypatch)) <= 1e-6
    with safe_open(place.store.root / "work/trimmed/draft/model/model.trimmed.safetensors", "pt") as file:
        assert not {"shared.weight", "encoder.embed_tokens.weight"} & set(file.keys())


def test_a_selected_model_decays_by_its_own_steps(
    given: tuple[TrainStep, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best look is the third: fifteen steps, not fifty."""
    step, place = given
    step = step.replace({"training": step.training.replace({"weight_decay": 0.5, "evaluate_every": 5})})
    scores = iter([1.0, 2.0, 3.0] + [0.0] * 8)
    facts = {"f1": 0.0, "accuracy": 0.0}
    monkeypatch.setattr("stiltwalk.compute.learners.dev_scores", lambda *_: facts | {"f1": next(scores)})
    found = trained(step, place, "selected")
    assert found["selected_step"] == 15
    before, after = load_model(place.encoders["e" * 64]), weights(place, "selected")
    name = "embeddings.word_embeddings.weight"
    warm = loop.Optimisation(50, step.training.learning_rate, 5, 0.5, 1e-8, 1.0)
    factor = np.prod([1 - 0.5 * loop.learning_rate(warm, n) for n in range(15)])
    shrunk = (after[name] / parameters(before)[name]).nanmedian()  # the row of padding is 0
    assert float(shrunk) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize("checks", [3, 31])
def test_interrupted_and_resumed(checks: int, given: tuple[TrainStep, Place]) -> None:
    """Stopped and gone on from, with looks and weight decay: the same bits as in one go."""
    step, place = given
    step = step.replace({"training": step.training.replace({"evaluate_every": 10, "weight_decay": 0.01})})
    trained(step, place, "whole")
    with pytest.raises(InterruptedRunError):
        trained(step, place, "parts", stopping_after(checks))
    trained(step, place, "parts")
    assert same_bits(weights(place, "whole"), weights(place, "parts"))


def test_work_begun_with_other_rows_is_not_gone_on_with(tmp_path: Path) -> None:
    """As many rows, but not the same: refused; the same ones: gone on with."""
    for _ in range(2):
        require_same_rows(tmp_path, torch.tensor([0, 3, 7]))
    with pytest.raises(UserError, match=r"begun with 3 embedding rows, .* touches 3 or others.*Delete"):
        require_same_rows(tmp_path, torch.tensor([0, 3, 8]))


def test_a_study_of_trimmed_steps_says_what_a_full_one_says(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An arm and what follows it: the chain's encoder, and every score of every language."""
    changes = {"targets": ["udpos", "tatoeba"]}
    studies = []
    for name, most in (("trimmed", MOST_ROWS), ("full", 0)):
        monkeypatch.setattr("stiltwalk.compute.trimming.MOST_ROWS", most)
        studies.append(prepared_study(world, tmp_path / name, changes))
        finish(studies[-1])
    key = node(studies[0].plan, AFTER).key
    trimmed, full = (parameters(load_start(study.place, key).encoder.model) for study in studies)
    assert largest_difference(trimmed, full) <= 1e-6
    rows = [
        study_rows(study.place.store, study.plan).drop(columns=["wall_seconds", "versions"])
        for study in studies
    ]
    assert rows[0].equals(rows[1])
    models = [study.place.store.folder(key) / "model" for study in studies]
    sizes = [sum(path.stat().st_size for path in model.iterdir()) for model in models]
    assert sizes[0] < sizes[1]


def test_masked_lm_trains_the_whole_table(finished: Prepared, tmp_path: Path) -> None:
    """A step that mixes it in keeps the whole table."""
    place = copied_place(finished.place, tmp_path)
    facts = trained(mixed_step(finished, share=0.5), place, "mixed")
    whole = load_start(finished.place, node(finished.plan, "pretrain tiny").key).encoder.model
    assert facts["embedding_rows"] == whole.config.vocab_size  # type: ignore[union-attr]
    assert (place.store.root / "work/mixed/draft/model/model.safetensors").is_file()


def test_facts_count_the_whole_encoder(given: tuple[TrainStep, Place]) -> None:
    """Rows and scaling studies read the parameters of the encoder, not those that were trained."""
    step, place = given
    facts = trained(step.replace({"training": step.training.replace({"epochs": 0.1})}), place, "counted")
    model = load_model(place.encoders["e" * 64])
    assert facts["parameters"] == sum(p.numel() for p in model.parameters())


def test_a_table_that_is_nearly_all_touched_stays(finished: Prepared, tmp_path: Path) -> None:
    """At the limit it is trimmed, one row above it is not, and then the model is as it was."""
    place = copied_place(finished.place, tmp_path)
    key = node(finished.plan, "pretrain tiny").key
    vocabulary = load_start(place, key).encoder.model.config.vocab_size  # type: ignore[union-attr]
    most = int(MOST_ROWS * vocabulary)  # type: ignore[operator]
    encoders = [load_start(place, key).encoder.model for _ in range(2)]
    before = parameters(encoders[1])
    assert trim(encoders[0], np.arange(most), place.store, key) is not None
    assert trim(encoders[1], np.arange(most + 1), place.store, key) is None
    assert same_bits(parameters(encoders[1]), before)
    assert parameters(encoders[0])["embeddings.word_embeddings.weight"].shape[0] == most


class _Scaled(nn.Embedding):
    """A table that does more than look up, as some encoders have."""


def test_only_a_plain_table_of_its_own_is_trimmed() -> None:
    """Not one of another class, with a norm, or one that is a parameter elsewhere too."""

    def encoder() -> Any:
        return encoder_model(tiny_tokenizer("wordpiece"))

    plain = encoder()
    assert trimmable(plain) is plain.embeddings.word_embeddings
    for table in (_Scaled(400, 16), nn.Embedding(400, 16, max_norm=1.0)):
        model = encoder()
        model.set_input_embeddings(table)
        assert trimmable(model) is None
    tied = encoder()
    tied.decoder = nn.Linear(16, 400, bias=False)
    tied.decoder.weight = tied.embeddings.word_embeddings.weight
    assert trimmable(tied) is None


def test_touched_ids() -> None:
    """Of every sequence, with the special ones that the table has a row for."""
    items = [item(row(7, 2, 7), row(9)), item(row(4))]
    assert touched(items, [0, 2, 12], 10).tolist() == [0, 2, 4, 7, 9]


def test_decay_is_the_product_over_the_steps() -> None:
    """By hand: rates 0, .05, .1, .05 at decay .5 leave 1 · .975 · .95 · .975."""
    optimisation = loop.Optimisation(4, 0.1, 2, 0.5, 1e-8, 1.0)
    assert decay(optimisation, 4) == pytest.approx(0.975 * 0.95 * 0.975, abs=1e-12)
    assert decay(optimisation, 2) == pytest.approx(0.975, abs=1e-12)
    assert decay(replace(optimisation, weight_decay=0), 4) == 1


@settings(deadline=None)
@drawn(st.data())
def test_rows_are_looked_up_and_learn_as_in_the_whole_table(data: st.DataObject) -> None:
    """For any subset of any table: the same vectors, the same gradient row by row, none for padding."""
    vocabulary = data.draw(st.integers(1, 30))
    ids = sorted(data.draw(st.sets(st.integers(0, vocabulary - 1), min_size=1)))
    asked = torch.tensor(data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=20)))
    whole = nn.Embedding(vocabulary, 3, padding_idx=data.draw(st.sampled_from([None, *ids])))
    part = TrimmedEmbedding(whole, torch.tensor(ids))
    upstream = torch.randn(len(asked), 3)
    for table in (whole, part):
        (table(asked) * upstream).sum().backward()
    assert torch.equal(part(asked), whole(asked))
    assert whole.weight.grad is not None
    assert part.weight.grad is not None
    assert torch.equal(part.weight.grad, whole.weight.grad[ids])


def test_an_id_without_a_row_is_never_taken_for_another() -> None:
    """It fails, whatever the order of ids."""
    part = TrimmedEmbedding(nn.Embedding(5, 2), torch.tensor([1, 3]))
    with pytest.raises(IndexError):
        part(torch.tensor([1, 2]))
