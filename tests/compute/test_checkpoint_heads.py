"""Tests of compute.checkpoint_heads: models that transformers saved with their head predict as there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BertConfig,
    BertForMultipleChoice,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
)

from stiltwalk.compute.batches import collate
from stiltwalk.compute.checkpoint_heads import load_checkpoint_model
from stiltwalk.compute.kinds import KINDS
from stiltwalk.data.load import load
from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared, prepare_evaluation
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.compute.fakes import encoder_folder, tiny_settings
from tests.fakes import tiny_tokenizer
from tests.worlds import finish, tiny_study

LABELS = TASKS["udpos"].labels


def saved(kind: Any, folder: Path, labels: tuple[str, ...] = ()) -> Any:
    """A random model of that class in ``folder``, with a tokenizer; returned for inference."""
    tokenizer = tiny_tokenizer("wordpiece")
    settings = tiny_settings(tokenizer) | ({"id2label": dict(enumerate(labels))} if labels else {})
    with torch.random.fork_rng():
        torch.manual_seed(6)
        model = kind(BertConfig(**settings))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model.eval()


def evaluated(model: Path | str, target: str, world: Path, store: Path) -> Prepared:
    """The evaluation of the model in a folder, planned."""
    encoder = {"name": "theirs", "source": str(model)}
    study = tiny_study({"encoders": [encoder], "targets": [target], "intermediate": [], "recipe": "pocket"})
    return prepare_evaluation(study, open_store(store), world)


def predictions(prepared: Prepared, language: str) -> list[Any]:
    """What was kept of the one prediction step."""
    (key,) = prepared.plan.nodes
    folder = prepared.place.store.folder(key)
    found: list[Any] = pq.read_table(folder / f"predictions/{language}.parquet")["prediction"].to_pylist()
    return found


@pytest.mark.parametrize("labels", [LABELS, tuple(reversed(LABELS)), (*LABELS[5:], "extra", *LABELS[:5])])
def test_tags_are_those_of_transformers(labels: tuple[str, ...], world: Path, tmp_path: Path) -> None:
    """Whatever order the model's own labels are in, each word gets the tag the model calls best."""
    model = saved(BertForTokenClassification, tmp_path / "model", labels)
    prepared = evaluated(tmp_path / "model", "udpos", world, tmp_path / "store")
    finish(prepared)
    tokenizer = tiny_tokenizer("wordpiece")
    known = [labels.index(label) for label in LABELS]
    examples: Any = load(TASKS["udpos"], "test", "de", world)
    for example, ours in zip(examples, predictions(prepared, "de"), strict=True):
        batch = tokenizer(list(example.words), is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            logits = model(**batch).logits[0][:, known]
        words = batch.word_ids()
        firsts = [words.index(number) for number in range(len(example.words))]
        assert ours == [LABELS[index] for index in logits[firsts].argmax(-1).tolist()]


def test_answers_are_those_of_transformers(world: Path, tmp_path: Path) -> None:
    """The best span of at most thirty tokens of the context, by start plus end score."""
    model = saved(BertForQuestionAnswering, tmp_path / "model")
    prepared = evaluated(tmp_path / "model", "xquad", world, tmp_path / "store")
    finish(prepared)
    tokenizer = tiny_tokenizer("wordpiece")
    examples: Any = load(TASKS["xquad"], "test", "en", world)
    for example, ours in zip(examples, predictions(prepared, "en"), strict=True):
        batch = tokenizer(example.question, example.context, return_tensors="pt", return_offsets_mapping=True)
        (offsets,) = batch.pop("offset_mapping").tolist()
        with torch.no_grad():
            outputs = model(**batch)
        inside = [place for place, source in enumerate(batch.sequence_ids()) if source == 1]
        # the decoding looks at the twenty best starts and ends
        starts = sorted(inside, key=lambda place: -outputs.start_logits[0, place])[:20]
        ends = sorted(inside, key=lambda place: -outputs.end_logits[0, place])[:20]
        spans = [(s, e) for s in starts for e in ends if 0 <= e - s < 30]
        first, last = max(
            spans, key=lambda span: float(outputs.start_logits[0, span[0]] + outputs.end_logits[0, span[1]])
        )
        assert ours == example.context[offsets[first][0] : offsets[last][1]].strip()


def test_choices_are_those_of_transformers(world: Path, tmp_path: Path) -> None:
    """One score a choice, whatever else is in the micro-batch."""
    model = saved(BertForMultipleChoice, tmp_path / "model")
    task, tokenizer = TASKS["commonsenseqa"], tiny_tokenizer("wordpiece")
    ours = load_checkpoint_model(tmp_path / "model", task).eval()
    examples: Any = load(task, "dev", "en", world)
    items = KINDS["multiple-choice"].encode(examples, tokenizer, task, 64)
    micro = collate(items, tokenizer.pad_token_id)
    with torch.no_grad():
        scores = KINDS["multiple-choice"].scores(ours(micro), micro)
        for example, (row,) in zip(examples, scores, strict=True):
            batch = tokenizer([example.prompt] * 5, list(example.choices), padding=True, return_tensors="pt")
            logits = model(**{name: value[None] for name, value in batch.items()}).logits[0]
            torch.testing.assert_close(torch.from_numpy(row), logits)


def test_labels_are_those_of_transformers(tmp_path: Path) -> None:
    """A classifier whose labels stand in another order scores the task's labels in the task's order."""
    model = saved(BertForSequenceClassification, tmp_path, ("yes", "no", "maybe"))
    task = TASKS["sick"].replace({"labels": ("no", "maybe", "yes")})
    tokenizer = tiny_tokenizer("wordpiece")
    ours = load_checkpoint_model(tmp_path, task).eval()
    examples = [Classified("a", "the dog", "the fox", None), Classified("b", "the lazy dog", None, None)]
    items = KINDS["sequence-classification"].encode(examples, tokenizer, task, 64)
    with torch.no_grad():
        scores = ours(collate(items, tokenizer.pad_token_id))
        theirs = torch.cat(
            [
                model(**tokenizer("the dog", "the fox", return_tensors="pt")).logits,
                model(**tokenizer("the lazy dog", return_tensors="pt")).logits,
            ]
        )
    torch.testing.assert_close(scores, theirs[:, [1, 2, 0]])


def failure(prepared: Prepared) -> str:
    """The message with which the one step failed."""
    (message,) = run_local(prepared.plan, prepared.place, 0, lambda event: None).failed.values()
    return message


def test_a_plain_encoder_is_refused(world: Path, tmp_path: Path) -> None:
    """Without a head there is nothing to predict with; what the model is and what helps are said."""
    encoder_folder(tmp_path / "model")
    message = failure(evaluated(tmp_path / "model", "udpos", world, tmp_path / "store"))
    assert "was saved as BertModel: it has no head for token-classification" in message
    assert "'stiltwalk transfer'" in message


def test_a_packaged_encoder_is_refused(world: Path, tmp_path: Path) -> None:
    """An encoder laid out as a step is has no class of transformers to name."""
    message = failure(evaluated("pocket-xs", "udpos", world, tmp_path / "store"))
    assert "was saved as an encoder alone: it has no head for token-classification" in message


def test_a_plain_encoder_retrieves(world: Path, tmp_path: Path) -> None:
    """Retrieval needs no head."""
    encoder_folder(tmp_path / "model")
    prepared = evaluated(tmp_path / "model", "tatoeba", world, tmp_path / "store")
    finish(prepared)
    assert len(predictions(prepared, "fr")) == 20


def test_a_model_with_another_head_is_refused(world: Path, tmp_path: Path) -> None:
    """A question-answering model does not tag."""
    saved(BertForQuestionAnswering, tmp_path / "model")
    message = failure(evaluated(tmp_path / "model", "udpos", world, tmp_path / "store"))
    assert "was saved as BertForQuestionAnswering: it has no head for token-classification" in message


def test_unknown_labels_are_refused(tmp_path: Path) -> None:
    """A model that calls its labels LABEL_0 and so on cannot be read; the cure is said."""
    saved(BertForTokenClassification, tmp_path, tuple(f"LABEL_{n}" for n in range(17)))
    with pytest.raises(
        UserError, match=r"does not know the labels ADJ, ADP.*It knows: LABEL_0.*Set id2label"
    ):
        load_checkpoint_model(tmp_path, TASKS["udpos"])


def test_a_head_without_weights_is_refused(tmp_path: Path) -> None:
    """The config promises a head that the weights do not hold: it would be drawn at random."""
    saved(BertForTokenClassification, tmp_path, LABELS)
    kept = {n: t for n, t in load_file(tmp_path / "model.safetensors").items() if "classifier" not in n}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"are incomplete: 2 tensors are missing, classifier.bias among them"):
        load_checkpoint_model(tmp_path, TASKS["udpos"])
