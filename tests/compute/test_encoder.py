"""Tests of compute.encoder: only sound safetensors are read, and a folder or hub id serves as encoder."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import snapshot_download
from safetensors.torch import load_file, save_file
from transformers import (
    BertConfig,
    BertForMaskedLM,
    MBartConfig,
    MT5Config,
    MT5ForConditionalGeneration,
    T5Config,
    T5ForConditionalGeneration,
    UMT5Config,
    UMT5ForConditionalGeneration,
)

from stiltwalk.compute.batches import collate
from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import (
    Encoder,
    hidden_states,
    load_head,
    load_model,
    load_start,
    load_tokenizer,
    longest_input,
    parameter_counts,
    save_artifact,
)
from stiltwalk.compute.flat import model_inputs
from stiltwalk.compute.heads import TokenHead
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.references import base
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.architectures import VOCABULARY, architecture
from tests.compute.fakes import (
    encoder_folder,
    encoder_model,
    item,
    mt5_config,
    parameters,
    row,
    same_bits,
    tiny_settings,
)
from tests.fakes import tiny_tokenizer
from tests.worlds import finish, node, prepared_study

STUDY = {"targets": ["udpos", "tatoeba"], "intermediate": ["commonsenseqa"]}


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_a_saved_encoder_is_read_as_it_was(architecture: str, tmp_path: Path) -> None:
    """Weights come back in fp32, and no pooler is made up."""
    folder = encoder_folder(tmp_path, architecture)
    model = load_model(folder)
    saved = load_file(folder / "model.safetensors")
    assert set(saved) == set(model.state_dict())
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, saved[name])


def test_half_precision_weights_are_read_as_fp32(tmp_path: Path) -> None:
    """A checkpoint in bf16 is trained in fp32."""
    encoder_model(tiny_tokenizer("wordpiece")).to(torch.bfloat16).save_pretrained(tmp_path)
    assert {p.dtype for p in load_model(tmp_path).parameters()} == {torch.float32}


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    """Neither nothing nor a pickle is read; what was expected is said."""
    folder = encoder_folder(tmp_path)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    with pytest.raises(
        UserError, match=r"No encoder can be read.*Expected config.json and model.safetensors"
    ):
        load_model(folder)
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"No encoder can be read"):
        load_model(folder)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    """A file that is no safetensors is the user's to mend, not a traceback."""
    folder = encoder_folder(tmp_path)
    (folder / "model.safetensors").write_bytes(b"garbage")
    with pytest.raises(UserError, match=r"No encoder can be read from"):
        load_model(folder)


def test_missing_weights_are_refused_and_never_drawn_at_random(tmp_path: Path) -> None:
    """A checkpoint that lacks a layer would be completed at random by transformers."""
    folder = encoder_folder(tmp_path)
    kept = {n: t for n, t in load_file(folder / "model.safetensors").items() if "layer.1." not in n}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"are incomplete: 16 tensors are missing, encoder.layer.1\."):
        load_model(folder)


def test_weights_of_a_larger_model_are_read_in_part(tmp_path: Path) -> None:
    """The encoder inside a masked language model is found, its head left aside."""
    tokenizer = tiny_tokenizer("wordpiece")
    whole = BertForMaskedLM(BertConfig(**tiny_settings(tokenizer)))
    whole.save_pretrained(tmp_path)
    ours = load_model(tmp_path).state_dict()
    assert all(torch.equal(tensor, ours[name]) for name, tensor in whole.bert.state_dict().items())


@pytest.mark.parametrize(
    ("whole_class", "config_class"),
    [
        (MT5ForConditionalGeneration, MT5Config),
        (T5ForConditionalGeneration, T5Config),
        (UMT5ForConditionalGeneration, UMT5Config),
    ],
)
def test_of_t5_the_encoder_alone_is_read(whole_class: Any, config_class: Any, tmp_path: Path) -> None:
    """Its weights and its states, without the decoder; saved it is read again as it was."""
    tokenizer = tiny_tokenizer("unigram")
    whole = whole_class(config_class(**mt5_config(tokenizer).to_diff_dict() | {"feed_forward_proj": "relu"}))
    whole.save_pretrained(tmp_path / "whole")
    ours = load_model(tmp_path / "whole").eval()
    theirs = parameters(whole.encoder)
    table = theirs.pop("embed_tokens.weight")
    assert same_bits(
        parameters(ours), {"shared.weight": table} | {f"encoder.{n}": p for n, p in theirs.items()}
    )
    micro = collate([item(row(5, 7, 9, 6)), item(row(8, 4))], tokenizer.pad_token_id)
    with torch.no_grad():
        expected = whole.eval().encoder(micro.ids, micro.mask).last_hidden_state
        found = hidden_states(ours, micro)
    torch.testing.assert_close(found[micro.mask.bool()], expected[micro.mask.bool()], rtol=1e-5, atol=1e-5)
    counts = {"parameters": table.numel(), "encoder_parameters": 0}
    assert parameter_counts(ours) == {
        name: count + sum(p.numel() for p in theirs.values()) for name, count in counts.items()
    }
    save_artifact(tmp_path / "saved", Encoder(ours, tokenizer), {})
    assert same_bits(parameters(load_model(tmp_path / "saved" / "model")), parameters(ours))


def test_an_encoder_that_comes_with_its_decoder_only_is_refused(tmp_path: Path) -> None:
    """Its states would be the decoder's."""
    MBartConfig().save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"of mbart there is no encoder without its decoder"):
        load_model(tmp_path)


def test_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    """No config.json, no encoder; an architecture nobody knows neither, and nothing is fetched or run."""
    with pytest.raises(UserError, match=r"No encoder can be read"):
        load_model(tmp_path)
    code = {"model_type": "homemade", "auto_map": {"AutoModel": "code.Model", "AutoConfig": "code.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(code))
    (tmp_path / "code.py").write_text("raise SystemExit('remote code was run')")
    with pytest.raises(UserError, match=r"No encoder can be read"):
        load_model(tmp_path)


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    """Where its files are missing no tokenizer of nothing but special tokens is made up."""
    encoder_model(tiny_tokenizer("wordpiece")).save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"No tokenizer can be read from"):
        load_tokenizer(tmp_path)
    with pytest.raises(UserError, match=r"No tokenizer can be read from"):
        load_tokenizer(tmp_path / "nowhere")


def test_segments_go_only_to_encoders_that_have_them() -> None:
    """BERT is told which text a token belongs to, XLM-R is not."""
    micro = collate([item(row(2, 5, 3))], 0)
    bert = encoder_model(tiny_tokenizer("wordpiece"))
    roberta = encoder_model(tiny_tokenizer("unigram"), "xlm-roberta")
    assert "token_type_ids" in model_inputs(bert, micro)
    assert "token_type_ids" not in model_inputs(roberta, micro)


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_padding_changes_no_hidden_state(architecture: str) -> None:
    """A row alone and beside a longer one has the same states, in every layer."""
    tokenizer = tiny_tokenizer("wordpiece" if architecture == "bert" else "unigram")
    model = encoder_model(tokenizer, architecture).eval()
    short, long = item(row(2, 5, 6, 3)), item(row(2, 9, 8, 7, 6, 5, 4, 3))
    for layer in (None, 0, 1, 2):
        with torch.no_grad():
            alone = hidden_states(model, collate([short], tokenizer.pad_token_id), layer)
            beside = hidden_states(model, collate([short, long], tokenizer.pad_token_id), layer)
        torch.testing.assert_close(beside[0, :4], alone[0], rtol=1e-5, atol=1e-5)


def test_layers_count_from_the_embeddings() -> None:
    """Layer 0 is the embeddings, the deepest the last hidden state."""
    tokenizer = tiny_tokenizer("wordpiece")
    model = encoder_model(tokenizer).eval()
    micro = collate([item(row(2, 5, 6, 3))], 0)
    with torch.no_grad():
        assert torch.equal(hidden_states(model, micro, 2), hidden_states(model, micro))
        embedded = model.embeddings(input_ids=micro.ids, token_type_ids=micro.segments)
        assert torch.equal(hidden_states(model, micro, 0), embedded)


def test_parameters_are_counted_with_and_without_embeddings() -> None:
    """Hand-counted: two layers of width 16 with 32 inside, beside the embedding tables."""
    tokenizer = tiny_tokenizer("wordpiece")
    layer = 4 * (16 * 16 + 16) + 2 * 16 * 32 + 32 + 16 + 2 * 2 * 16
    tables = (len(tokenizer) + 512 + 2) * 16 + 2 * 16
    counts = parameter_counts(encoder_model(tokenizer))
    assert counts == {"parameters": 2 * layer + tables, "encoder_parameters": 2 * layer}


def test_a_table_by_any_name_is_no_parameter_of_the_encoder() -> None:
    """EuroBERT keeps it beside its layers, as decoders do."""
    counts = parameter_counts(architecture("eurobert"))
    assert counts["parameters"] - counts["encoder_parameters"] == VOCABULARY * 32


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("bert", 160),
        ("camembert", 158),
        ("distilbert", 160),
        ("gte", 160),
        ("mt5", 170),
        ("xlm-roberta", 158),
        ("xlm-roberta-xl", 158),
    ],
)
def test_an_input_is_as_long_as_there_are_positions(name: str, most: int) -> None:
    """Of 160 two stand before the first of RoBERTa's kind, whose padding id is 1; T5 has no end to them."""
    model = architecture(name).eval()
    assert longest_input(model, 170) == most
    assert longest_input(model, 30) == 30
    with torch.no_grad():
        hidden_states(model, collate([item(row(*[7] * most))], 1))


def test_a_head_that_is_not_there_is_named(finished: Prepared) -> None:
    """The message lists the heads that the step has."""
    trained = read_artifact(finished.place.store, node(finished.plan, "target udpos, seed 1").key)
    with pytest.raises(
        UserError, match=r"has no head for question-answering. It has: token-classification\."
    ):
        load_head(trained, "question-answering", TokenHead(16, 2, 0.0))
    made = read_artifact(finished.place.store, node(finished.plan, "pretrain tiny").key)
    with pytest.raises(UserError, match=r"has no head for token-classification. It has: masked-lm\."):
        load_head(made, "token-classification", TokenHead(16, 2, 0.0))


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_a_folder_serves_as_the_encoder_of_a_study(architecture: str, world: Path, tmp_path: Path) -> None:
    """From planning to rows: an encoder that transformers saved, an arm, tagging and retrieval."""
    folder = encoder_folder(tmp_path / "encoder", architecture)
    choice = {"name": "mine", "source": str(folder), "retrieval_layer": 2}
    prepared = prepared_study(world, tmp_path / "store", STUDY | {"encoders": [choice]})
    finish(prepared)
    frame = study_rows(prepared.place.store, prepared.plan)
    assert len(frame) == 2 * (2 * 3 + 2 * 3)  # arms; languages × metrics of tagging and of retrieval
    assert set(frame["encoder"]) == {"mine"}
    assert set(frame[frame["target"] == "tatoeba"]["layer"]) == {2}
    assert set(frame["parameters"]) == {parameter_counts(load_model(folder))["parameters"]}


def test_a_hub_id_in_the_local_cache_serves_as_the_encoder(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot in the hub's cache layout gives the same steps as the folder it holds."""
    folder = encoder_folder(tmp_path / "encoder")
    cache, revision = tmp_path / "hub", "0123456789abcdef0123456789abcdef01234567"
    repository = cache / "models--owner--name"
    shutil.copytree(folder, repository / "snapshots" / revision)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    offline = partial(snapshot_download, cache_dir=cache, local_files_only=True)
    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)

    def planned(source: str) -> Prepared:
        changes = {"targets": ["tatoeba"], "intermediate": [], "encoders": [{"name": "e", "source": source}]}
        return prepared_study(world, tmp_path / "store", changes)

    prepared = planned("owner/name")
    assert set(prepared.plan.nodes) == set(planned(str(folder)).plan.nodes)
    finish(prepared)
    (only,) = prepared.plan.nodes.values()
    assert isinstance(only.step, PredictStep)
    assert len(study_rows(prepared.place.store, prepared.plan)) == 2 * 3
    with pytest.raises(UserError, match=r"'owner/other' is neither a folder nor in the local hub cache"):
        planned("owner/other")


def test_a_step_starts_from_a_finished_one(finished: Prepared) -> None:
    """Encoder and heads are those of its artifact."""
    key = node(finished.plan, "pretrain tiny").key
    start = load_start(finished.place, key)
    assert start.artifact is not None
    assert start.heads == finished.place.store.folder(key) / "heads"
    assert (start.heads / "masked-lm.safetensors").is_file()


@pytest.mark.parametrize("laid_out", [True, False])
def test_a_step_starts_from_a_given_encoder(laid_out: bool, finished: Prepared, tmp_path: Path) -> None:
    """Plain or laid out as a step is, its weights and tokenizer are read, and it is no finished step."""
    step = finished.place.store.folder(node(finished.plan, "pretrain tiny").key)
    folder = tmp_path / "given"
    if laid_out:
        for part in ("model", "tokenizer", "heads"):
            shutil.copytree(step / part, folder / part)
    else:
        for part in ("model", "tokenizer"):
            shutil.copytree(step / part, folder, dirs_exist_ok=True)
    place = Place(open_store(tmp_path / "store"), None, {"f" * 64: folder}, {}, TASKS)
    start = load_start(place, base("f" * 64))
    assert (start.artifact, start.heads) == (None, folder / "heads")
    saved = load_file(step / "model" / "model.safetensors")
    assert same_bits(dict(start.encoder.model.state_dict()), saved)
    assert len(start.encoder.tokenizer) == saved["embeddings.word_embeddings.weight"].shape[0]
    assert start.heads.is_dir() is laid_out


def test_an_encoder_laid_out_as_a_step_serves_a_mixed_arm(
    finished: Prepared, world: Path, tmp_path: Path
) -> None:
    """Named by its folder it is trained and predicts, and its masked-LM head goes on."""
    step = finished.place.store.folder(node(finished.plan, "pretrain tiny").key)
    for part in ("model", "tokenizer", "heads"):
        shutil.copytree(step / part, tmp_path / "given" / part)
    arm = {"task": "commonsenseqa", "masked_lm": {"text": ["multi30k"], "max_tokens": 64}}
    changes = {"encoders": [str(tmp_path / "given")], "intermediate": [arm], "targets": ["tatoeba"]}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    key = node(prepared.plan, "intermediate commonsenseqa+mlm, seed 1").key
    heads = {path.name for path in (prepared.place.store.folder(key) / "heads").iterdir()}
    assert heads == {"masked-lm.safetensors", "multiple-choice.safetensors"}
