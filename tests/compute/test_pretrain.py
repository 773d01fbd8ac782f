"""Tests of pretraining: a masked language model from text, to the bit, readable by transformers alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertForMaskedLM, XLMRobertaForMaskedLM

from stiltwalk.compute import loop
from stiltwalk.compute.batches import collate
from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.compute.encoder import hidden_states, load_model, load_tokenizer
from stiltwalk.compute.masked_lm import load_masked_lm_head, word_embeddings
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.pretrain import build, pretrain
from stiltwalk.compute.vocabulary import trained_tokenizer
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.errors import DataError, InterruptedRunError
from stiltwalk.spec.examples import Line
from tests.compute.fakes import (
    accelerator,
    copied_place,
    data_of,
    item,
    row,
    same_bits,
    stopping_after,
    weights,
)
from tests.worlds import PRETRAIN, finish, prepared_study, sentence

LINES = [Line(str(n), " ".join(sentence("en", n)[: 1 + n % 10])) for n in range(60)]


def pretrain_step(prepared: Prepared, **changes: Any) -> PretrainStep:
    """The pretraining of the plan with these fields changed; ``training`` and ``shape`` field by field."""
    (step,) = (n.step for n in prepared.plan.nodes.values() if isinstance(n.step, PretrainStep))
    for name in ("training", "shape"):
        if name in changes:
            changes[name] = getattr(step, name).replace(changes[name])
    return step.replace(changes)


def pretrained(
    step: PretrainStep, prepared: Prepared, folder: Path, monitor: Monitor | None = None
) -> dict[str, Any]:
    """The facts of ``pretrain`` in ``folder``, whose draft holds the artifact."""
    (folder / "draft").mkdir(parents=True, exist_ok=True)
    return pretrain(step, prepared.place, accelerator(), folder, monitor or Monitor())


def test_the_loss_falls_on_text_that_repeats_itself(finished: Prepared, tmp_path: Path) -> None:
    """Eighty steps predict held-out words better than two do, and better than a uniform guess."""
    short = pretrained(pretrain_step(finished, training={"steps": 2}), finished, tmp_path / "short")
    long = pretrained(
        pretrain_step(finished, training={"steps": 80, "learning_rate": 1e-2}), finished, tmp_path / "long"
    )
    assert long["held_out_loss"] < short["held_out_loss"] - 0.5
    assert long["held_out_loss"] < np.log(long["vocabulary"]) - 0.5
    assert long["log"][-1]["loss"] < long["log"][0]["loss"] - 0.5


def test_the_facts_are_complete(finished: Prepared, tmp_path: Path) -> None:
    """Lines by language, sizes and the loss; held-out lines are no training lines."""
    facts = pretrained(pretrain_step(finished), finished, tmp_path)
    assert facts["languages"] == {"de": 40, "en": 40, "fi": 40, "fr": 40}
    assert facts["examples"] == 160
    assert 0 < facts["held_out_lines"] < 40
    assert facts["steps"] == 8
    assert facts["degenerate"] is False
    assert facts["parameters"] > facts["encoder_parameters"] > 0
    assert 100 < facts["vocabulary"] <= 160


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("kind", ["wordpiece", "unigram"])
def test_the_encoder_is_plain_transformers(
    architecture: str, kind: str, finished: Prepared, tmp_path: Path
) -> None:
    """AutoModel and AutoTokenizer read it and see the same hidden states as stiltwalk does."""
    step = pretrain_step(
        finished, shape={"architecture": architecture}, vocabulary_kind=kind, training={"steps": 2}
    )
    pretrained(step, finished, tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "draft/tokenizer")
    theirs = AutoModel.from_pretrained(tmp_path / "draft/model").eval()
    ours = load_model(tmp_path / "draft/model").eval()
    texts = ["the old cat sees the hen in the barn .", "se vanha koira ."]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    items = encode_lines([Line("", text) for text in texts], load_tokenizer(tmp_path / "draft/tokenizer"), 64)
    with torch.no_grad():
        expected = theirs(**batch).last_hidden_state
        found = hidden_states(ours, collate(items, tokenizer.pad_token_id))
    assert torch.equal(collate(items, tokenizer.pad_token_id).ids, batch["input_ids"])
    real = batch["attention_mask"].bool()
    torch.testing.assert_close(found[real], expected[real])


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_the_longest_line_has_a_position(architecture: str, finished: Prepared, tmp_path: Path) -> None:
    """A row of max_tokens runs through the encoder, whatever position its architecture begins at."""
    step = pretrain_step(finished, shape={"architecture": architecture, "max_tokens": 24})
    tokenizer = trained_tokenizer([line.text for line in LINES], "unigram", 100, 24)
    model = build(step, tokenizer, ()).eval()
    with torch.no_grad():
        states = hidden_states(model.encoder, collate([item(row(*([5] * 24)))], 1))
    assert states.shape == (1, 24, 16)


@pytest.mark.parametrize(
    ("architecture", "kind"), [("bert", BertForMaskedLM), ("xlm-roberta", XLMRobertaForMaskedLM)]
)
def test_the_masked_lm_head_is_kept(architecture: str, kind: Any, finished: Prepared, tmp_path: Path) -> None:
    """Put into transformers' own masked language model, it scores every sub-word as ours does."""
    step = pretrain_step(finished, shape={"architecture": architecture}, training={"steps": 2})
    pretrained(step, finished, tmp_path)
    encoder = load_model(tmp_path / "draft/model").eval()
    head, languages = load_masked_lm_head(tmp_path / "draft/heads/masked-lm.safetensors", encoder)
    assert (languages, head.languages) == ((), None)
    model = kind.from_pretrained(tmp_path / "draft/model").eval()
    bert = architecture == "bert"
    part = model.cls.predictions if bert else model.lm_head
    (part.transform.dense if bert else part.dense).load_state_dict(head.dense.state_dict())
    (part.transform.LayerNorm if bert else part.layer_norm).load_state_dict(head.norm.state_dict())
    tokenizer = load_tokenizer(tmp_path / "draft/tokenizer")
    micro = collate(encode_lines(LINES[:6], tokenizer, 64), tokenizer.pad_token_id)
    with torch.no_grad():
        part.bias.copy_(head.bias)
        theirs = model(input_ids=micro.ids, attention_mask=micro.mask).logits
        states = hidden_states(encoder, micro)
        ours = head(states.flatten(0, 1), torch.zeros(0), word_embeddings(encoder)).view_as(theirs)
    torch.testing.assert_close(ours[micro.mask.bool()], theirs[micro.mask.bool()])


def test_the_head_learns_a_vector_of_each_language(finished: Prepared, tmp_path: Path) -> None:
    """Asked for, there is one for each language of the text, in the order of codes, and all are trained."""
    untrained = {"language_vectors": True, "learning_rate": 1e-30, "steps": 1}
    for name, training in (("before", untrained), ("after", {"language_vectors": True})):
        pretrained(pretrain_step(finished, training=training), finished, tmp_path / name)
    vectors = []
    for name in ("before", "after"):
        encoder = load_model(tmp_path / name / "draft/model")
        head, languages = load_masked_lm_head(tmp_path / name / "draft/heads/masked-lm.safetensors", encoder)
        assert languages == ("de", "en", "fi", "fr")
        assert head.languages is not None
        vectors.append(head.languages.weight)
    assert vectors[0].shape == (4, 16)
    assert ((vectors[0] - vectors[1]).abs().amax(dim=1) > 1e-3).all()


def test_only_the_first_lines_of_each_language_are_read(finished: Prepared, tmp_path: Path) -> None:
    """A most of lines leaves the rest of every text unread, also by the vocabulary."""
    facts = pretrained(pretrain_step(finished, training={"lines": 5, "steps": 1}), finished, tmp_path)
    assert facts["languages"] == {"de": 5, "en": 5, "fi": 5, "fr": 5}
    assert facts["examples"] == 20


def test_the_same_seed_gives_the_same_bits_and_another_does_not(finished: Prepared, tmp_path: Path) -> None:
    """Vocabulary, weights, masks and lines follow from the texts and the seed alone."""
    for name, seed in (("first", 1), ("second", 1), ("third", 2)):
        torch.manual_seed(len(name))
        pretrained(pretrain_step(finished, seed=seed), finished, tmp_path / name)
    first, second, third = (weights(tmp_path / name / "draft") for name in ("first", "second", "third"))
    assert same_bits(first, second)
    assert not same_bits(first, third)
    texts = [(tmp_path / n / "draft/tokenizer/tokenizer.json").read_text() for n in ("first", "second")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("checks", [0, 1, 5])
def test_interrupted_and_resumed_is_the_same_to_the_bit(
    checks: int, finished: Prepared, tmp_path: Path
) -> None:
    """Stopped and gone on from, vocabulary and all: the same weights, the same log."""
    step = pretrain_step(finished)
    whole = pretrained(step, finished, tmp_path / "whole")
    with pytest.raises(InterruptedRunError, match="stopped on request"):
        pretrained(step, finished, tmp_path / "parts", stopping_after(checks))
    parts = pretrained(step, finished, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def test_memory_that_ran_out_is_recorded(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in fine-tuning: the token budget that did fit stands in the facts."""
    failures = iter([True])
    backward = loop._backward

    def scarce(*given: Any) -> float:
        if next(failures, False):
            raise torch.OutOfMemoryError("no room")
        return backward(*given)

    monkeypatch.setattr(loop, "_backward", scarce)
    facts = pretrained(pretrain_step(finished), finished, tmp_path)
    assert facts["micro_tokens_after_memory_ran_out"] == 2048


def test_a_broken_run_is_degenerate_and_says_why(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rate without end breaks the weights; the run is marked, and what it says is still sound JSON."""
    monkeypatch.setattr(loop, "_backward", lambda *_: float("nan"))
    facts = pretrained(pretrain_step(finished), finished, tmp_path)
    assert facts["degenerate"] is True
    assert facts["broken"] == "the loss was nan at step 1"
    assert np.isfinite(facts["held_out_loss"])


def test_text_that_changed_since_planning_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """Nothing is trained on other text than the step's key stands for."""
    place = copied_place(finished.place, tmp_path)
    path = data_of(place) / "udhr" / "udhr_fin.xml"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DataError, match=r"'udhr' \(train, fi\) changed since the study was planned"):
        pretrained(pretrain_step(finished), finished._replace(place=place), tmp_path / "x")


def test_a_given_vocabulary_is_used(world: Path, tmp_path: Path) -> None:
    """A WordPiece file named by the study becomes the encoder's tokenizer, ids and all."""
    lines = sorted({word for line in LINES for word in line.text.split()})
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *lines]) + "\n")
    recipe = {**PRETRAIN["pretrain"], "vocabulary": str(path)}
    changes = {
        "targets": ["tatoeba"],
        "intermediate": [],
        "encoders": [{"name": "given", "pretrain": recipe}],
    }
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    (key,) = (key for key, node in prepared.plan.nodes.items() if isinstance(node.step, PretrainStep))
    tokenizer = load_tokenizer(prepared.place.store.folder(key) / "tokenizer")
    assert tokenizer.convert_tokens_to_ids(lines) == list(range(5, 5 + len(lines)))


def test_progress_is_told(finished: Prepared, tmp_path: Path) -> None:
    """Reading first, then the steps up to the last."""
    told: list[Progress] = []
    pretrained(pretrain_step(finished), finished, tmp_path, Monitor(report=told.append))
    assert told[0].stage == "reading"
    assert (told[-1].stage, told[-1].done, told[-1].total) == ("training", 8, 8)
