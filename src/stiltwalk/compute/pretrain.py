"""Pretraining: a masked language model of a given depth and width, on given text, from nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.compute.encoder import Encoder, parameter_counts, save_artifact
from stiltwalk.compute.infer import infer
from stiltwalk.compute.masked_lm import (
    HEAD,
    LineDraws,
    MaskedLmHead,
    Masking,
    encoded_lines,
    language_shares,
    masked_lm_losses,
    masked_tokens,
    read_lines,
)
from stiltwalk.compute.sharding import shard
from stiltwalk.compute.streams import generator, stream
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.vocabulary import given_tokenizer, trained_tokenizer
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.examples import Line

HELD_OUT_LINES = 1000
"""At most so many lines, and at most a tenth, are held out to measure the masked-LM loss."""

_STREAM = "pretrain"


def pretrain(
    step: PretrainStep, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: write the encoder, its MLM head and tokenizer; return the facts.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint was written.
        UserError: text or vocabulary are missing, broken or changed.
    """
    monitor.report(Progress("reading", 0, 1, 0.0))
    by_language = read_lines(place, step.text, step.training.lines)
    monitor.report(Progress("vocabulary", 0, 1, 0.0))
    tokenizer = _tokenizer(step, place, by_language)
    model = build(step, tokenizer, tuple(by_language))
    if step.execution.checkpointing:
        checkpoint_layers(model.encoder)
    if step.execution.sharded:
        shard(model.encoder, [model.head], accelerator)
    else:
        model.to(accelerator.device)
    train, held_out = _encoded(step, tokenizer, by_language)
    training = step.training
    masking = Masking(tokenizer, training.mask_share, step.seed, _STREAM)
    shares = language_shares([len(items) for items in train], training.language_exponent)
    draws = LineDraws(train, shares, training.batch_size, masking, step.seed, _STREAM)
    objective = loop.Objective(lambda micro: model(micro).sum(), masked_tokens)
    job = loop.Job(
        stage="training",
        module=model,
        optimisation=loop.Optimisation(
            steps=training.steps,
            learning_rate=training.learning_rate,
            warmup_steps=math.ceil(training.warmup_share * training.steps),
            weight_decay=training.weight_decay,
            epsilon=1e-8,
            clip_norm=training.clip_norm,
            optimiser=step.execution.optimiser,
        ),
        order=torch.zeros(0, dtype=torch.int64),
        # lines are drawn, not ordered
        batch=lambda order, done: (objective, draws.batch(done)),  # noqa: ARG005
        dropout_seed=lambda done: stream(step.seed, "dropout", _STREAM, done),
        evaluate=None,
        evaluate_every=training.steps,
        patience=None,
        micro_tokens=step.execution.micro_tokens,
        pad=tokenizer.pad_token_id,
    )
    state = loop.fit(job, accelerator, folder, monitor, place.checkpoint_seconds)
    if accelerator.is_main_process or step.execution.sharded:
        save_artifact(folder / "draft", Encoder(model.encoder, tokenizer), {HEAD: model.head})
    return {
        **parameter_counts(model.encoder),
        "vocabulary": len(tokenizer),
        "languages": {language: len(lines) for language, lines in by_language.items()},
        "examples": sum(map(len, by_language.values())),
        "steps": state.done,
        "held_out_lines": len(held_out),
        "held_out_loss": _held_out_loss(step, model, masking.mask(held_out, 0), accelerator, tokenizer),
        "log": list(state.log),
        "degenerate": state.broken is not None,
        "wall_seconds": round(state.seconds, 2),
        **loop.findings(job, state),
    }


class MaskedLanguageModel(nn.Module):
    """An encoder and its masked-LM head."""

    def __init__(self, encoder: nn.Module, head: MaskedLmHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, micro: Micro) -> Tensor:
        """``(masked,)`` cross-entropy."""
        return masked_lm_losses(self.encoder, self.head, micro)


def build(step: PretrainStep, tokenizer: Any, languages: Sequence[str]) -> MaskedLanguageModel:
    """The untrained masked language model, with weights from the step's seed alone."""
    shape = step.shape
    bert = shape.architecture == "bert"
    # XLM-R's positions start behind its padding id
    offset = 0 if bert else int(tokenizer.pad_token_id) + 1
    config: Any = (BertConfig if bert else XLMRobertaConfig)(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.attention_heads,
        intermediate_size=shape.feed_forward or 4 * shape.hidden,
        max_position_embeddings=shape.max_tokens + offset,
        type_vocab_size=2 if bert else 1,
        hidden_dropout_prob=shape.dropout,
        attention_probs_dropout_prob=shape.dropout,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(stream(step.seed, "init", _STREAM))
    encoder = (BertModel if bert else XLMRobertaModel)(config, add_pooling_layer=False)
    known = languages if step.training.language_vectors else ()
    return MaskedLanguageModel(
        encoder, MaskedLmHead(shape.hidden, len(tokenizer), known, config.layer_norm_eps)
    )


def _tokenizer(step: PretrainStep, place: Place, by_language: Mapping[str, Sequence[Line]]) -> Any:
    if step.vocabulary is not None:
        return given_tokenizer(place.vocabularies[step.vocabulary], step.shape.max_tokens)
    assert step.vocabulary_kind != "given", "a given vocabulary has a content hash"
    texts = (line.text for lines in by_language.values() for line in lines)
    return trained_tokenizer(texts, step.vocabulary_kind, step.vocabulary_size, step.shape.max_tokens)


def _encoded(
    step: PretrainStep, tokenizer: Any, by_language: Mapping[str, Sequence[Line]]
) -> tuple[list[list[Item]], list[Item]]:
    """Training lines by language, and the held-out lines of all languages."""
    total = sum(map(len, by_language.values()))
    share = min(HELD_OUT_LINES / total, 0.1)
    train: list[list[Item]] = []
    held_out: list[Item] = []
    longest = min(step.training.max_tokens, step.shape.max_tokens)
    encoded = encoded_lines(by_language, tokenizer, longest, tuple(by_language))
    for language, items in encoded.items():
        out = generator(step.seed, "held-out", language).random(len(items)) < share
        out[0] = False  # every language keeps a line to train on
        held_out += [item for item, aside in zip(items, out, strict=True) if aside]
        train.append([item for item, aside in zip(items, out, strict=True) if not aside])
    return train, held_out


def _held_out_loss(
    step: PretrainStep, model: nn.Module, items: Sequence[Item], accelerator: Accelerator, tokenizer: Any
) -> float | None:
    """Mean cross-entropy (nats) over the masked sub-words of the held-out lines."""
    if not items:
        return None

    def by_item(losses: Tensor, micro: Micro) -> list[NDArray[np.float32]]:
        parts = torch.split(losses.float().cpu(), [masked_tokens(item) for item in micro.items])
        return [part.numpy() for part in parts]

    parts = infer(model, by_item, items, accelerator, step.execution.micro_tokens, tokenizer.pad_token_id)
    return float(torch.from_numpy(np.concatenate(parts)).mean())
